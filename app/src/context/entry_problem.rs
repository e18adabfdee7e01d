//! Why a stranger was refused, as the few words that their session may keep.
//!
//! A stranger can make as many sessions as there are requests, so a session of theirs holds no text, above all none
//! that they sent. The sentences are made here when the page is shown.
use purser_contract::problem::{Problem, ProblemKind};
use serde::{Deserialize, Serialize};

/// The fields of the two forms that a stranger can post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Field {
    Email,
    DisplayName,
    Password,
    PasswordAgain,
}

const FIELDS: [(Field, &str); 4] = [
    (Field::Email, "email"),
    (Field::DisplayName, "display_name"),
    (Field::Password, "password"),
    (Field::PasswordAgain, "password_again"),
];

/// What is kept of a refused sign-in or set-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct EntryProblem {
    kind: ProblemKind,
    field: Option<Field>,
}

impl EntryProblem {
    /// What of this problem may be kept.
    pub(super) fn of(problem: &Problem) -> Self {
        let field = FIELDS.iter().find(|(_, name)| problem.field.as_deref() == Some(*name));
        Self { kind: problem.kind, field: field.map(|(field, _)| *field) }
    }

    /// The problem again, in words that fit every case of it.
    pub(super) fn problem(self) -> Problem {
        let (message, advice) = match (self.kind, self.field) {
            (ProblemKind::Unauthenticated, _) => (
                "The e-mail address or the password is wrong.",
                "Check both and try again. A password can be reset with: purser admin reset-password.",
            ),
            (ProblemKind::TooMany, _) => ("Too many attempts.", "Wait a few minutes and try again."),
            (ProblemKind::Forbidden, _) => (
                "This set-up link does not work: it was used already, or a newer one was printed.",
                "If there is an administrator already, sign in. Otherwise restart Purser and open the link that it \
                 prints.",
            ),
            (_, Some(Field::Email)) => (
                "The e-mail address can\u{2019}t be used.",
                "Enter it in full, as in anna@example.com; it can have at most 254 characters.",
            ),
            (_, Some(Field::DisplayName)) => {
                ("The name can\u{2019}t be used.", "Enter one line of at most 256 characters.")
            }
            (_, Some(Field::Password)) => (
                "The password can\u{2019}t be used.",
                "Choose one of 12 to 256 characters that is neither the e-mail address nor one character repeated.",
            ),
            (_, Some(Field::PasswordAgain)) => ("The two passwords differ.", "Type the same one twice."),
            (ProblemKind::Internal, None) => {
                ("Purser could not do this.", "Try again; if it stays, look into the server\u{2019}s log.")
            }
            (_, None) => ("The form was refused.", "Check what you typed and try again."),
        };
        let problem = Problem::new(self.kind, message).advice(advice);
        match FIELDS.iter().find(|(field, _)| Some(*field) == self.field) {
            Some((_, name)) => problem.field(*name),
            None => problem,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_refusal_its_kind_and_field_are_kept_and_no_word_of_it() {
        let long = "x".repeat(900_000);
        let problem = Problem::new(ProblemKind::Invalid, long.clone()).advice(long).field("email");
        let kept = serde_json::to_string(&EntryProblem::of(&problem)).unwrap();
        assert!(kept.len() < 64, "{kept}");
        let again = serde_json::from_str::<EntryProblem>(&kept).unwrap().problem();
        assert_eq!((again.kind, again.field.as_deref()), (ProblemKind::Invalid, Some("email")));
        assert!(again.message.starts_with("The e-mail address"), "{again}");
    }
}
