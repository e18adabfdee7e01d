//! The capability probe against small servers with one known oddity each, and against hostile ones.
mod changes;
mod fake;
mod filters;
mod hostile;
mod oddities;
mod support;
