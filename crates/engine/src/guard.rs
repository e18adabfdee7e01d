//! Whether a decision may be carried out now: the one place that says so.
//!
//! It stands between planning and carrying out. Whatever is to be held back (more disables and deletes than a job's
//! threshold, what an administrator has not approved yet) is held back here and nowhere else: what is admitted goes.
//!
//! To add a reason to hold: a variant of [`Guard`] that knows it, and one of [`Admission`] that says what becomes of the
//! object; the executor's `carry_out` gives it its fate.
use crate::planner::candidate::Planned;

/// What is asked of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Guard {
    /// Nothing.
    Free,
}

/// What the guard says of one decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Admission {
    /// It may be carried out.
    Granted,
}

/// An object of a page, and whether what was planned for it may be carried out.
#[derive(Debug)]
pub(crate) struct Admitted {
    pub(crate) planned: Planned,
    pub(crate) admission: Admission,
}

impl Guard {
    /// Judges a page.
    pub(crate) fn admit(self, page: Vec<Planned>) -> Vec<Admitted> {
        page.into_iter().map(|planned| Admitted { admission: self.judge(&planned), planned }).collect()
    }

    fn judge(self, _planned: &Planned) -> Admission {
        match self {
            Self::Free => Admission::Granted,
        }
    }
}
