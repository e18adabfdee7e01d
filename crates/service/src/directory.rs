//! The directory: people, groups, and how they get in.
pub(crate) mod group_records;
pub(crate) mod groups;
pub(crate) mod import_run;
pub(crate) mod imports;
pub(crate) mod user_edit;
pub(crate) mod user_fields;
pub(crate) mod user_records;
pub(crate) mod users;
