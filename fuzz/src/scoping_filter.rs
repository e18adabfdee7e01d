//! Scoping filters: what can be compiled, and what it says of an object.
//!
//! The first part is the filter, a clause a line and an empty line between groups; the second is the
//! object.
//!
//! ```text
//! department | EQUALS | Sales
//! employeeId | REGEX MATCH | ^1[0-9]{6}$
//!
//! memberOf | IsMemberOf | 018f0000-0000-7000-8000-000000000001
//! ---
//! department=Sales
//! ```
use super::input::{self, Attributes};
use purser_domain::object::ObjectKind;
use purser_domain::scope::{Clause, ClauseGroup, CompiledFilter, ScopingFilter, Verdict};
use serde_json::Map;

/// A sentence about a filter shows the beginning of what it is about.
const LONGEST_SENTENCE: usize = 2_000;

/// Compiles a filter for each kind of object and asks it.
pub fn check(input: &[u8]) {
    let input = String::from_utf8_lossy(input);
    let parts = input::split(&input);
    let filter = read_filter(parts.first().copied().unwrap_or_default());
    let object = input::attributes(parts.get(1).copied().unwrap_or_default());
    for kind in ObjectKind::ALL {
        match filter.compile(*kind) {
            Ok(compiled) => check_filter(&filter, &compiled, *kind, &object),
            Err(problems) => {
                assert!(!problems.is_empty(), "refused without a reason");
                assert_eq!(filter.validate(*kind), problems);
                let longest = problems.iter().map(|problem| problem.to_string().len()).max();
                assert!(longest.is_some_and(|length| length <= LONGEST_SENTENCE), "{problems:?}");
            }
        }
    }
}

fn check_filter(filter: &ScopingFilter, compiled: &CompiledFilter, kind: ObjectKind, object: &Attributes) {
    assert!(filter.validate(kind).is_empty(), "it was compiled");
    let verdict = ask(compiled, object);
    if matches!(verdict, Verdict::Undecidable { .. }) {
        // A pattern used up all that it may; to look at that again takes longer than it is worth.
        return;
    }
    assert_eq!(ask(compiled, object), verdict, "the same object, the same verdict");
    if let Verdict::Failed { clauses } = &verdict {
        assert!(!clauses.is_empty(), "failed without a reason");
    }
    let reversed =
        ScopingFilter { groups: filter.groups.iter().rev().map(reverse).collect(), ..filter.clone() };
    let reversed = reversed.compile(kind).map(|compiled| answer(&ask(&compiled, object)));
    assert_eq!(reversed, Ok(answer(&verdict)), "the order of groups and clauses means nothing");
    let alone = |group: &ClauseGroup| ScopingFilter { groups: vec![group.clone()], ..filter.clone() };
    let answers: Vec<_> = filter
        .groups
        .iter()
        .filter_map(|group| alone(group).compile(kind).ok())
        .map(|compiled| answer(&ask(&compiled, object)))
        .collect();
    assert_eq!(answers.len(), filter.groups.len(), "each group can stand alone");
    if answer(&verdict) == Some(true) {
        assert!(answers.is_empty() || answers.contains(&Some(true)), "one group is enough");
    } else {
        assert!(answers.iter().all(|answer| *answer == Some(false)), "without one there is no passing");
        assert!(!answers.is_empty(), "without groups everybody passes");
    }
}

fn ask(filter: &CompiledFilter, object: &Attributes) -> Verdict {
    let names = filter.attributes();
    let read = |name: &str| {
        assert!(names.contains(&name), "{name} is read but not listed");
        object.get(name).cloned()
    };
    let verdict = filter.evaluate(&read);
    assert_eq!(filter.passes(&read).ok(), answer(&verdict), "the quick way says the same");
    verdict
}

/// Whether it passes; `None` when that can't be said.
fn answer(verdict: &Verdict) -> Option<bool> {
    match verdict {
        Verdict::Passed => Some(true),
        Verdict::Failed { .. } => Some(false),
        Verdict::Undecidable { .. } => None,
    }
}

fn reverse(group: &ClauseGroup) -> ClauseGroup {
    ClauseGroup { clauses: group.clauses.iter().rev().cloned().collect(), ..group.clone() }
}

fn read_filter(text: &str) -> ScopingFilter {
    let groups = text.split("\n\n").map(|group| ClauseGroup {
        name: "title".to_owned(),
        clauses: group.lines().filter_map(read_clause).collect(),
        extra: Map::new(),
    });
    ScopingFilter {
        groups: groups.filter(|group| !group.clauses.is_empty()).collect(),
        ..ScopingFilter::default()
    }
}

fn read_clause(line: &str) -> Option<Clause> {
    let mut words = line.split(" | ").map(str::to_owned);
    let attribute = words.next()?;
    let operator = words.next()?.parse().ok()?;
    Some(Clause { attribute, operator, values: words.collect(), extra: Map::new() })
}
