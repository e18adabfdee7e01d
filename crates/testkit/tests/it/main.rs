//! The fake Samanage, row by row of what is known of the real one. The caller is a plain HTTP client.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]
mod access;
mod custom_fields;
mod failing;
mod groups;
mod limits;
mod named;
mod paging;
mod shapes;
mod support;
mod users;
