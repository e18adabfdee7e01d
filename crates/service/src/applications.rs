//! The gallery, the applications added from it, and who is assigned to them.
pub(crate) mod application;
pub(crate) mod assignment;
pub(crate) mod gallery;
pub(crate) mod role_import;
