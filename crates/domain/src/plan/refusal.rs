//! What a plan can't do.
use super::step::display;
use crate::mapping::{AttributeFailure, Choice, MatchQuery};

/// It can't be done before an administrator repairs something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// For example `DuplicateTargetEntries`.
    pub code: &'static str,
    /// What is wrong.
    pub reason: String,
    /// What to do.
    pub advice: String,
}

impl Refusal {
    fn new(code: &'static str, reason: String, advice: &str) -> Self {
        Self { code, reason, advice: advice.to_owned() }
    }

    /// Rows could not be evaluated.
    #[must_use]
    pub(crate) fn attribute_validation_failed(failures: &[AttributeFailure]) -> Self {
        let reasons: Vec<String> = failures.iter().map(ToString::to_string).collect();
        Self::new(
            "AttributeValidationFailed",
            format!("The attribute mapping gives no valid value for {}.", reasons.join("; ")),
            "Correct the object's attribute in the directory, or the mapping's row.",
        )
    }

    /// The scoping filters can't be decided. Guessing would create or disable somebody's account.
    #[must_use]
    pub(crate) fn scope_undecided(message: &str) -> Self {
        let advice = "Simplify the clause's pattern, or correct the object's attribute in the directory.";
        Self::new("ScopingFilterUndecidable", message.to_owned(), advice)
    }

    /// The search found more than one account.
    #[must_use]
    pub fn duplicate_target_entries(queries: &[MatchQuery], count: u32) -> Self {
        let name = |query: &MatchQuery| {
            let value = display(&query.value, query.redacted);
            format!("{} \"{value}\"", query.path)
        };
        let asked: Vec<String> = queries.iter().map(name).collect();
        Self::new(
            "DuplicateTargetEntries",
            format!("The application has {count} accounts with {}.", asked.join(" or ")),
            "Remove or rename the surplus accounts in the application, or match by an attribute that is unique there.",
        )
    }

    /// The account found is another person's already.
    #[must_use]
    pub fn duplicate_source_entries(target_id: &str, other: &str) -> Self {
        Self::two_match(format!("The account {target_id} that was found is already linked to {other}."))
    }

    /// The account that would be found by then is created for another object.
    #[must_use]
    pub fn promised(other: &str) -> Self {
        Self::two_match(format!("The account that matches is created for {other}."))
    }

    fn two_match(reason: String) -> Self {
        let advice =
            "Two objects of the directory have the same value of the matching attribute; make it unique.";
        Self::new("DuplicateSourceEntries", reason, advice)
    }

    /// Every value that the account could have got at these paths is somebody's already.
    #[must_use]
    pub(crate) fn no_unique_value(choices: &[Choice]) -> Self {
        let taken = choices.iter().filter(|choice| choice.value.is_none());
        let paths: Vec<&str> = taken.map(|choice| choice.path.as_str()).collect();
        Self::new(
            "NoUniqueValue",
            format!("Every value that SelectUniqueValue offers for {} is taken.", paths.join(" and ")),
            "Give SelectUniqueValue another rule that tells these objects apart.",
        )
    }
}
