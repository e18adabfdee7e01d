//! The gallery, the applications added from it, and who is assigned to them.
pub(crate) mod application;
pub(crate) mod assignments;
pub(crate) mod role_import;
pub(crate) mod template_views;
