//! Why a caller was not let in, as the audit log keeps it.
use crate::vocabulary;

vocabulary! {
    /// Why an attempt to come in was refused.
    pub enum Refusal {
        /// The password is not that of the account.
        WrongPassword = "wrongPassword",
        /// There is no such account.
        UnknownAccount = "unknownAccount",
        /// The attempts came too fast; nothing was looked up.
        TooManyAttempts = "tooManyAttempts",
        /// There is an administrator, so no set-up link is right any more, the used one neither.
        UsedLink = "usedLink",
        /// The set-up link is not the one that was printed last.
        UnknownLink = "unknownLink",
        /// The API token is none of this portal's, or was deleted.
        UnknownToken = "unknownToken",
        /// Attempts of more kinds than the log tells apart within a minute.
        Several = "several",
    }
}

impl Refusal {
    /// A sentence for people.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::WrongPassword => "The password was wrong.",
            Self::UnknownAccount => "There is no such account.",
            Self::TooManyAttempts => "The attempts came too fast, so nothing was looked up.",
            Self::UsedLink => "There is an administrator already, so no set-up link works any more.",
            Self::UnknownLink => "The set-up link was not the one that was printed last.",
            Self::UnknownToken => "The API token is none of this portal's, or was deleted.",
            Self::Several => "More kinds of attempts within a minute than are told apart.",
        }
    }
}
