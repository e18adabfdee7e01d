//! Who asks, and what they may do.
//!
//! There is no anonymous caller: a use-case that needs a [`Caller`] can't be reached without one.
use crate::error::Result;
use purser_contract::problem::{Problem, ProblemKind};
use purser_contract::session::AdministratorView;
use purser_domain::ids::{AdminId, TokenId};
use uuid::Uuid;

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// A signed-in administrator.
    Administrator {
        /// Id.
        id: AdminId,
        /// Name, for the audit log.
        name: String,
    },
    /// A program with an API token.
    Token {
        /// Id.
        id: TokenId,
        /// Name, for the audit log.
        name: String,
    },
    /// Purser itself: its command line and its timers.
    System,
}

/// What a use-case needs to be allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Right {
    /// See the directory, applications and logs.
    Read,
    /// Change the directory and applications.
    Write,
    /// Give others access: administrators and tokens.
    GrantAccess,
}

impl Caller {
    /// The caller behind a signed-in administrator; `None` when the id is not one.
    pub fn from_view(view: &AdministratorView) -> Option<Self> {
        let id = view.id.parse().ok()?;
        Some(Self::Administrator { id, name: view.display_name.clone() })
    }

    /// Name for the audit log.
    pub fn name(&self) -> &str {
        match self {
            Self::Administrator { name, .. } | Self::Token { name, .. } => name,
            Self::System => "Purser",
        }
    }

    /// Id for the audit log; Purser itself has none.
    pub(crate) fn id(&self) -> Option<Uuid> {
        match self {
            Self::Administrator { id, .. } => Some(id.as_uuid()),
            Self::Token { id, .. } => Some(id.as_uuid()),
            Self::System => None,
        }
    }

    /// Refuses unless this caller has the right.
    ///
    /// A token can't make tokens or administrators, or a leaked one would outlive its own removal.
    pub(crate) fn may(&self, right: Right) -> Result<()> {
        match (self, right) {
            (Self::Administrator { .. } | Self::System, _)
            | (Self::Token { .. }, Right::Read | Right::Write) => Ok(()),
            (Self::Token { .. }, Right::GrantAccess) => Err(Problem::new(
                ProblemKind::Forbidden,
                "An API token can't manage tokens or administrators.",
            )
            .advice("Sign in to the portal as an administrator, or use the purser command line.")
            .into()),
        }
    }
}
