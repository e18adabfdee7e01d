//! What crosses the wire between the server and the browser: forms in, views out, problems.
//!
//! Wasm-safe and without behaviour: every rule lives in `purser-domain`, every decision in
//! `purser-service`. Names: `*Form` comes in, `*View` goes out. No `usize` (its width differs
//! between the two sides) and no secret ever has a field in a `*View`. A state in a `*View` is a word of
//! `purser-domain`, spelt on the wire as it always is, so that a page matches all of them; a `*Form` holds what was
//! typed, and `purser-service` reads it. Nothing is decided by a sentence (`xtask/tests/tidy/decisions.rs`).
//!
//! To add a page's data: 1. a `*View` here, 2. a use-case in `service`, 3. a server function in
//! `app/src/api`.

pub mod application;
pub mod assignment;
pub mod audit;
pub mod credentials;
pub mod directory;
pub mod import;
pub mod log;
pub mod page;
pub mod problem;
pub mod profile;
pub mod provisioning;
pub mod schema;
pub mod session;
