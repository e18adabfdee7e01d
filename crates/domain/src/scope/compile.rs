//! Checks a scoping filter and makes it quick to evaluate.
use super::compiled::{CompiledClause, CompiledFilter, CompiledGroup};
use super::operator::{Arity, Operands, OperatorDefinition};
use super::source::{self, MEMBER_OF};
use super::{Clause, ClauseGroup, Operator, ScopingFilter};
use crate::object::ObjectKind;
use purser_dotnet::regex::MAX_STEPS;
use std::fmt;

/// Groups that a filter may have.
pub const MAX_GROUPS: usize = 64;
/// Clauses that a filter may have, in all its groups.
pub const MAX_CLAUSES: usize = 256;
/// Values that a filter may have, in all its clauses. With the two bounds above it keeps the filter's SQL
/// below the depth of expressions that a database takes.
pub const MAX_VALUES: usize = 512;
/// Characters of all values of a filter together.
pub const MAX_VALUE_CHARACTERS: usize = 100_000;
/// Characters of a title.
pub const MAX_TITLE: usize = 256;

/// Characters of a value, an attribute's name or all values of a clause that messages show.
const SHOWN: usize = 100;

/// Filters that Graph has besides the groups. Nothing here applies them, so that one which says something is
/// refused: left out in silence it would let people through whom it was meant to hold back.
const OTHER_FILTERS: &[&str] = &["inputFilterGroups", "categoryFilterGroups"];

/// What is wrong with a scoping filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterProblem {
    /// The group, from 0; `None` when the filter as a whole is to blame.
    pub group: Option<usize>,
    /// The clause in its group, from 0; `None` when the group as a whole is to blame.
    pub clause: Option<usize>,
    /// The group's title.
    pub title: String,
    /// What is wrong and what to do.
    pub sentence: String,
}

impl fmt::Display for FilterProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(group) = self.group {
            write!(f, "Scoping filter {}", group + 1)?;
            if !self.title.is_empty() {
                write!(f, " \"{}\"", self.title)?;
            }
            if let Some(clause) = self.clause {
                write!(f, ", clause {}", clause + 1)?;
            }
            f.write_str(": ")?;
        }
        f.write_str(&self.sentence)
    }
}

impl std::error::Error for FilterProblem {}

impl ScopingFilter {
    /// Checks the filter and compiles it.
    ///
    /// # Errors
    /// Everything that is wrong with it. A filter with a problem is never evaluated, since whoever is wrongly
    /// out of scope loses an account, and whoever is wrongly in scope gets one.
    pub fn compile(&self, kind: ObjectKind) -> Result<CompiledFilter, Vec<FilterProblem>> {
        let mut problems = self.find_bounds_exceeded();
        if !problems.is_empty() {
            return Err(problems);
        }
        for name in OTHER_FILTERS {
            let says_something = self.extra.get(*name).and_then(|groups| groups.as_array());
            if says_something.is_some_and(|groups| !groups.is_empty()) {
                let sentence =
                    format!("{name} is not supported. Move its clauses to a scoping filter, or empty it.");
                problems.push(FilterProblem { group: None, clause: None, title: String::new(), sentence });
            }
        }
        let steps = self.share_steps();
        let mut groups = Vec::with_capacity(self.groups.len());
        for (at, group) in self.groups.iter().enumerate() {
            let problem = |clause, sentence| FilterProblem {
                group: Some(at),
                clause,
                title: Self::shorten(&group.name),
                sentence,
            };
            if group.clauses.is_empty() {
                let sentence = "A scoping filter needs a clause: add one, or delete the filter.";
                problems.push(problem(None, sentence.to_owned()));
            }
            let mut clauses = Vec::with_capacity(group.clauses.len());
            for (number, clause) in group.clauses.iter().enumerate() {
                match compile_clause(kind, group, clause, steps) {
                    Ok(clause) => clauses.push(clause),
                    Err(sentence) => problems.push(problem(Some(number), sentence)),
                }
            }
            groups.push(CompiledGroup { clauses });
        }
        if problems.is_empty() { Ok(CompiledFilter { groups }) } else { Err(problems) }
    }

    /// Everything that is wrong with the filter; empty when it can be used.
    #[must_use]
    pub fn validate(&self, kind: ObjectKind) -> Vec<FilterProblem> {
        self.compile(kind).err().unwrap_or_default()
    }

    /// How many steps each pattern may take for one object: all of them together no more than a single one could.
    /// Each has a share of its own, so that none can take from another and the order of clauses means nothing.
    fn share_steps(&self) -> u64 {
        let clauses = self.groups.iter().flat_map(|group| &group.clauses);
        let with_patterns = clauses
            .filter(|clause| matches!(clause.operator, Operator::RegexMatch | Operator::NotRegexMatch));
        let patterns: usize = with_patterns.map(|clause| clause.values.len()).sum();
        MAX_STEPS / u64::try_from(patterns.max(1)).unwrap_or(u64::MAX)
    }

    fn find_bounds_exceeded(&self) -> Vec<FilterProblem> {
        let clauses = || self.groups.iter().flat_map(|group| &group.clauses);
        let values = || clauses().flat_map(|clause| &clause.values);
        let titles = self.groups.iter().map(|group| group.name.chars().count());
        [
            (self.groups.len(), MAX_GROUPS, "scoping filters"),
            (clauses().count(), MAX_CLAUSES, "clauses in all scoping filters"),
            (values().count(), MAX_VALUES, "values in all clauses"),
            (
                values().map(|value| value.chars().count()).sum(),
                MAX_VALUE_CHARACTERS,
                "characters in all values",
            ),
            (titles.max().unwrap_or(0), MAX_TITLE, "characters in a title"),
        ]
        .into_iter()
        .filter(|(count, limit, _)| count > limit)
        .map(|(count, limit, what)| FilterProblem {
            group: None,
            clause: None,
            title: String::new(),
            sentence: format!("There are {count} {what}; at most {limit} are possible."),
        })
        .collect()
    }

    /// A text as messages show it: its beginning.
    pub(super) fn shorten(text: &str) -> String {
        match text.char_indices().nth(SHOWN) {
            Some((at, _)) => format!("{}…", &text[..at]),
            None => text.to_owned(),
        }
    }
}

fn compile_clause(
    kind: ObjectKind,
    group: &ClauseGroup,
    clause: &Clause,
    steps: u64,
) -> Result<CompiledClause, String> {
    let attribute = source::find(kind, &clause.attribute)?;
    let definition = OperatorDefinition::find(clause.operator)
        .ok_or_else(|| format!("The operator {} is not supported.", clause.operator))?;
    if !definition.types.contains(&attribute.kind) {
        let hint = match attribute.kind {
            crate::attribute::AttributeType::Boolean => " Use IS TRUE or IS FALSE.",
            _ if clause.operator == Operator::IsMemberOf => " Its attribute must be memberOf.",
            _ => "",
        };
        return Err(format!(
            "{} can't be used with {}, whose type is {}.{hint}",
            clause.operator, attribute.name, attribute.kind
        ));
    }
    let values = match definition.arity {
        // Editors keep what was typed before the operator was changed; a unary one does not look at it.
        Arity::Unary => &[][..],
        Arity::Binary => &clause.values,
    };
    if definition.arity == Arity::Binary && values.is_empty() {
        return Err(format!("{} needs a value to compare {} with.", clause.operator, attribute.name));
    }
    if values.iter().any(String::is_empty) {
        return Err(format!(
            "{} can't compare with an empty value. Use IS NULL or IS NOT NULL, or enter a value.",
            clause.operator
        ));
    }
    let condition = (definition.build)(&Operands { attribute, values, steps })?;
    Ok(CompiledClause { attribute: attribute.name, condition, words: print_clause(group, clause, values) })
}

/// The clause as provision on demand prints it in the original: title, attribute, operator, value.
fn print_clause(group: &ClauseGroup, clause: &Clause, values: &[String]) -> String {
    let values = ScopingFilter::shorten(&values.join(", "));
    let attribute = ScopingFilter::shorten(&clause.attribute);
    let words = [group.name.as_str(), &attribute, clause.operator.as_str(), &values];
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

impl CompiledFilter {
    /// Whether the filter asks for the groups that a person is a member of, which have to be read for it.
    #[must_use]
    pub fn reads_membership(&self) -> bool {
        self.attributes().contains(&MEMBER_OF)
    }
}
