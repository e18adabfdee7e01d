//! Users of the directory.

mod attributes;
mod deleted;
mod edit;
mod list;
mod related;

pub use deleted::DeletedUsersPage;
pub use edit::{NewUserPage, UserPage};
pub use list::UsersPage;
