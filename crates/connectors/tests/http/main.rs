//! The HTTP kit against servers that behave as real and as hostile ones do, on real sockets.
//!
//! It is looked at from outside: a SCIM connector reads one user, and what its errors and exchanges say is what counts.
mod bodies;
mod proxy;
mod redirects;
mod secrets;
mod support;
mod tls;
