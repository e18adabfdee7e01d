//! A compiled scoping filter, and what it says of an object.
use super::condition::Condition;
use crate::value::Value;

/// A scoping filter that is free of problems. Without groups everybody passes.
#[derive(Debug, Default)]
pub struct CompiledFilter {
    pub(super) groups: Vec<CompiledGroup>,
}

/// Clauses that must all hold; there is at least one.
#[derive(Debug)]
pub(super) struct CompiledGroup {
    pub(super) clauses: Vec<CompiledClause>,
}

/// One condition on one attribute.
#[derive(Debug)]
pub(super) struct CompiledClause {
    pub(super) attribute: &'static str,
    pub(super) condition: Condition,
    pub(super) words: String,
}

/// What a filter says of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It passes.
    Passed,
    /// It fails every group.
    Failed {
        /// The clauses that it fails, group by group, each as the original prints it:
        /// `{title} {attribute} {operator} {value}`.
        clauses: Vec<String>,
    },
    /// It can't be said. The object must be left as it is: taken for out of scope it would lose its account,
    /// taken for in scope it would get one.
    Undecidable {
        /// Which clause could not be decided, and why.
        message: String,
    },
}

/// What is known of a group or a filter: the three values of Kleene's logic, so that the answer never depends
/// on the order of clauses, and a clause that can't be decided does no harm where others decide.
enum Answer {
    Yes,
    No,
    Unknown(String),
}

impl CompiledFilter {
    /// What the filter says of the object whose source attributes `source` gives. It is asked for the names in
    /// [`CompiledFilter::attributes`] only; [`super::MEMBER_OF`] is a list of group ids.
    #[must_use]
    pub fn evaluate(&self, source: &dyn Fn(&str) -> Option<Value>) -> Verdict {
        let mut clauses = Vec::new();
        match self.answer(source, &mut Some(&mut clauses)) {
            Answer::Yes => Verdict::Passed,
            Answer::No => Verdict::Failed { clauses },
            Answer::Unknown(message) => Verdict::Undecidable { message },
        }
    }

    /// Whether the object passes; the same as [`CompiledFilter::evaluate`], but quicker, as it does not say why.
    pub fn passes(&self, source: &dyn Fn(&str) -> Option<Value>) -> Result<bool, String> {
        match self.answer(source, &mut None) {
            Answer::Yes => Ok(true),
            Answer::No => Ok(false),
            Answer::Unknown(message) => Err(message),
        }
    }

    /// Whether there is nothing to pass.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// The source attributes that it reads, each once, in the order of the clauses.
    #[must_use]
    pub fn attributes(&self) -> Vec<&'static str> {
        let mut names = Vec::new();
        for clause in self.groups.iter().flat_map(|group| &group.clauses) {
            if !names.contains(&clause.attribute) {
                names.push(clause.attribute);
            }
        }
        names
    }

    fn answer(
        &self,
        source: &dyn Fn(&str) -> Option<Value>,
        failing: &mut Option<&mut Vec<String>>,
    ) -> Answer {
        if self.groups.is_empty() {
            return Answer::Yes;
        }
        let mut unknown = None;
        for group in &self.groups {
            match group.answer(source, failing) {
                Answer::Yes => return Answer::Yes,
                Answer::No => {}
                Answer::Unknown(message) => unknown = unknown.or(Some(message)),
            }
        }
        unknown.map_or(Answer::No, Answer::Unknown)
    }
}

impl CompiledGroup {
    /// Adds the clauses that do not hold to `failing`, if there is one; otherwise the first such clause ends it.
    fn answer(
        &self,
        source: &dyn Fn(&str) -> Option<Value>,
        failing: &mut Option<&mut Vec<String>>,
    ) -> Answer {
        let (mut failed, mut unknown) = (false, None);
        for clause in &self.clauses {
            match clause.condition.holds(source(clause.attribute).as_ref()) {
                Ok(true) => {}
                Ok(false) => match failing {
                    Some(failing) => {
                        failed = true;
                        failing.push(clause.words.clone());
                    }
                    None => return Answer::No,
                },
                Err(message) => {
                    let words = &clause.words;
                    let message = format!("The scoping filter \"{words}\" could not be decided: {message}");
                    unknown = unknown.or(Some(message));
                }
            }
        }
        match unknown {
            _ if failed => Answer::No,
            Some(message) => Answer::Unknown(message),
            None => Answer::Yes,
        }
    }
}
