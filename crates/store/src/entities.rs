//! The tables as sea-orm sees them: one file a table, named after one row. No behaviour; what a row means is said by
//! the module that reads it. Kept in step with `purser-migrations` by the store's tests.
#![expect(
    unreachable_pub,
    reason = "sea-orm's derives need public items, and nothing of this leaves the crate"
)]

pub(crate) mod administrator;
pub(crate) mod api_token;
pub(crate) mod app_role;
pub(crate) mod application;
pub(crate) mod assignment;
pub(crate) mod audit_log;
pub(crate) mod change;
pub(crate) mod escrow;
pub(crate) mod group;
pub(crate) mod import;
pub(crate) mod import_content;
pub(crate) mod import_error;
pub(crate) mod intent;
pub(crate) mod job_schema;
pub(crate) mod job_spec;
pub(crate) mod job_status;
pub(crate) mod link;
pub(crate) mod membership;
pub(crate) mod provisioning_log;
pub(crate) mod secret;
pub(crate) mod session;
pub(crate) mod setting;
pub(crate) mod user;
