//! Who may come in, and how: administrators, passwords, API tokens, the brake on guessing.
pub(crate) mod administrators;
pub(crate) mod password;
pub(crate) mod refusals;
pub(crate) mod throttle;
pub(crate) mod tokens;
