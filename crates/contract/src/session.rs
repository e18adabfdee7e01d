//! Sign-in, first-run set-up, API tokens.
use serde::{Deserialize, Serialize};

/// First administrator, made through the one-time set-up link.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SetupForm {
    /// The one-time token of the link.
    pub token: String,
    /// E-mail address to sign in with.
    pub email: String,
    /// Name shown in the portal.
    pub display_name: String,
    /// At least 12 characters.
    pub password: String,
    /// The same again.
    pub password_again: String,
}

/// Passwords and the one-time token never reach a log.
impl std::fmt::Debug for SetupForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SetupForm").field("email", &self.email).finish_non_exhaustive()
    }
}

/// Sign-in.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SignInForm {
    /// E-mail address.
    pub email: String,
    /// Password.
    pub password: String,
    /// Local path to go to afterwards; anything that is not a local path is ignored.
    pub next: String,
}

/// The password never reaches a log.
impl std::fmt::Debug for SignInForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignInForm").field("email", &self.email).finish_non_exhaustive()
    }
}

/// The signed-in administrator, as the header bar shows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdministratorView {
    /// Id.
    pub id: String,
    /// E-mail address.
    pub email: String,
    /// Name.
    pub display_name: String,
}

/// An API token, without the token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenView {
    /// Id.
    pub id: String,
    /// Name given by its maker.
    pub name: String,
    /// RFC 3339, UTC.
    pub created_at: String,
    /// RFC 3339, UTC; `None` when never used.
    pub last_used_at: Option<String>,
}
