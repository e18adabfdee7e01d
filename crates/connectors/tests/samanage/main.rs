//! The Samanage connector against a Samanage in memory that was written from the same document, and not from the
//! connector.
mod credentials;
mod failures;
mod groups;
mod hostile;
mod support;
mod users;
