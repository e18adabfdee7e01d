//! Connectors against targets: the testkit's SCIM server, and small fakes for what it is too well-behaved to do.
mod conformance;
mod faults;
mod habits;
mod odd_answers;
mod reaching;
mod support;
