//! The capability probe against servers with one known oddity each, and against hostile ones.
mod hostile;
mod oddities;
mod support;
