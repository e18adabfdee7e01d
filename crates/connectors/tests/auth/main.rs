//! Credential methods against servers that insist on them.
mod consent;
mod support;
mod tokens;
