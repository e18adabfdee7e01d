//! Who may come in, and as whom: administrators, passwords, API tokens, the brake on guessing.
pub(crate) mod administrators;
pub(crate) mod password;
pub(crate) mod refusals;
pub(crate) mod throttle;
pub(crate) mod tokens;
