//! Use-cases over real migrations on a database of their own.
#![expect(clippy::unwrap_used, reason = "tests")]

mod access;
mod applications;
mod connection;
mod consent;
mod counts;
mod credentials;
mod expressions;
mod fixture;
mod groups;
mod imports;
mod logs;
mod provisioning;
mod purge;
mod refusals;
mod schemas;
mod target;
mod users;
