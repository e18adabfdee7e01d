//! The directory: people, groups, and how they get in.
//!
//! People: `users` lists and shows them, `user_edit` changes them by the portal's form, `user_records` by the API;
//! `user_fields` holds the rules that every way shares. `purge` deletes for good. An `import` is uploaded and started;
//! `import_run` works on its rows.
pub(crate) mod group_records;
pub(crate) mod groups;
pub(crate) mod import;
pub(crate) mod import_run;
pub(crate) mod import_task;
pub(crate) mod purge;
pub(crate) mod rows;
pub(crate) mod user_edit;
pub(crate) mod user_fields;
pub(crate) mod user_records;
pub(crate) mod users;
