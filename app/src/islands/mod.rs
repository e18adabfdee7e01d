//! What is alive in the browser. This is all the code that reaches it, so: few, small, no heavy crate.
//!
//! An island helps; it never is the only way. A page without JavaScript does the same with links
//! and form posts.
//!
//! To add an island: 1. a file here, 2. use it in a page, 3. look at the size that
//! `cargo xtask start` prints for the wasm file.

mod answer_bar;
mod form_guard;
mod import_progress;
mod job_progress;
mod pane_keys;
#[cfg(feature = "hydrate")]
mod poll;
mod probe_progress;
mod test_connection;
mod theme_toggle;

pub use form_guard::FormGuard;
pub use import_progress::ImportProgress;
pub use job_progress::JobProgress;
pub use pane_keys::PaneKeys;
pub use probe_progress::ProbeProgress;
pub use test_connection::TestConnection;
pub use theme_toggle::ThemeToggle;
