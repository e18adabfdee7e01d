//! Credential methods against servers that insist on them.
mod consent;
mod odd_servers;
mod support;
mod tokens;
