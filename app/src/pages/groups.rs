//! Groups of the directory.

mod detail;
mod edit;
mod list;
mod members;

pub use detail::GroupPage;
pub use edit::NewGroupPage;
pub use list::GroupsPage;
