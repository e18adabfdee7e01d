//! Ways into the directory: parsers that turn what others wrote into people.
//!
//! Invariants: pure functions over bytes, no store, no clock, no network. A bad row is a value, never an
//! error that ends the reading. What a row *does* to the directory is decided in `purser-service`.
//!
//! Deliberately absent: LDAP and inbound SCIM, which get a module each beside [`csv`] when they come.
//!
//! To add a way in: 1. a module here that yields [`csv::PersonRow`]-like values with their place in the source,
//! 2. a use-case in `service` that applies them in batches, 3. a page or an endpoint.

pub mod csv;
