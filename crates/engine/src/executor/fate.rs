//! What became of one object.
use purser_connectors::Exchange;
use purser_domain::{
    ids::LinkId,
    log::{LogAction, ModifiedProperty},
    plan::{Link, Refusal, Skip},
};

use crate::{planner::candidate::Candidate, target::failure::Failure};

/// An object that was dealt with.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) candidate: Candidate,
    pub(crate) fate: Fate,
}

/// What became of an object. From it follow its link, its row in the log, its retry and its intent.
#[derive(Debug)]
pub(crate) enum Fate {
    /// An account was created.
    Created {
        link: Link,
        modified: Vec<ModifiedProperty>,
        /// Empty when the answer was lost and the account was found afterwards.
        exchanges: Vec<Exchange>,
    },
    /// An account was changed; `adopted` when it was there before.
    Updated {
        link: Link,
        modified: Vec<ModifiedProperty>,
        exchanges: Vec<Exchange>,
        adopted: bool,
        /// The attributes that have no value any more and stay as they are.
        kept: Vec<String>,
    },
    /// An account was disabled.
    Disabled { link: Link, modified: Vec<ModifiedProperty>, exchanges: Vec<Exchange> },
    /// An account was deleted, or was gone already.
    Deleted { link: LinkId, target_id: String, exchanges: Vec<Exchange>, was_gone: bool },
    /// An account that was there before is right as it is, and is linked now.
    Linked { link: Link },
    /// Nothing was to be done. The link is `Some` when it is to remember what was seen of the account.
    Skipped { skip: Skip, unlink: Option<LinkId>, link: Option<Link> },
    /// It can't be done before an administrator repairs something.
    Refused(Refusal),
    /// It was tried and failed.
    Failed {
        action: LogAction,
        failure: Failure,
        modified: Vec<ModifiedProperty>,
        /// It is not known whether the account was made; recovery will look.
        keep_intent: bool,
        /// The link as it is to be stored: it remembers what the failed request may have done to members.
        doubt: Option<Box<Link>>,
    },
    /// The linked account does not exist in the target any more. The link of a person in scope goes, so
    /// that they are matched again; the link of a leaver stays as a disabled one, in case the account comes back
    /// (with the right address, say).
    Vanished { link: Link, leaver: bool, exchanges: Vec<Exchange> },
    /// An object without a link is gone from the directory: there is nothing to say about it.
    Nobody,
    /// Not dealt with; it comes again from where it came.
    Open {
        /// A request was sent, and it is not known what it did.
        keep_intent: bool,
    },
    /// Not dealt with either; its link remembers what an earlier request may have done to members.
    Doubtful { link: Link },
}

impl Fate {
    /// Whether the object needs no further look from where it came: it is done, or in escrow.
    pub(crate) fn is_settled(&self) -> bool {
        !matches!(self, Self::Open { .. } | Self::Doubtful { .. })
    }

    /// A failure that left nothing behind.
    pub(crate) fn failed(
        action: LogAction,
        failure: Failure,
        modified: Vec<ModifiedProperty>,
        keep_intent: bool,
    ) -> Self {
        Self::Failed { action, failure, modified, keep_intent, doubt: None }
    }

    pub(crate) fn keeps_intent(&self) -> bool {
        matches!(self, Self::Open { keep_intent: true } | Self::Failed { keep_intent: true, .. })
    }

    /// The link as it is to be stored.
    pub(crate) fn link(&self) -> Option<&Link> {
        match self {
            Self::Created { link, .. }
            | Self::Updated { link, .. }
            | Self::Disabled { link, .. }
            | Self::Linked { link }
            | Self::Skipped { link: Some(link), .. }
            | Self::Doubtful { link }
            | Self::Vanished { link, leaver: true, .. } => Some(link),
            Self::Failed { doubt, .. } => doubt.as_deref(),
            _ => None,
        }
    }

    /// The link that is to be removed.
    pub(crate) fn unlink(&self) -> Option<LinkId> {
        match self {
            Self::Deleted { link, .. } => Some(*link),
            Self::Vanished { link, leaver: false, .. } => Some(link.id),
            Self::Skipped { unlink, .. } => *unlink,
            _ => None,
        }
    }

    /// Whether an account got its link just now, so that people who refer to it can be completed.
    pub(crate) fn links_anew(&self) -> bool {
        matches!(self, Self::Created { .. } | Self::Linked { .. } | Self::Updated { adopted: true, .. })
    }
}
