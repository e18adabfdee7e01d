//! Scoping filters as documents spell them.
//!
//! Operators come in three vocabularies: the portal's labels (`NOT REGEX MATCH`), the names of the
//! enumeration (`NotMatchesExpression`) and the words that the SCIM library of the original sends
//! (`notMatchesExpression`, `eq`). All mean one [`Operator`]. `sw`, which the portal does not have, is read
//! as a regular expression.
use super::error::{Place, Report};
use super::field::{Field, Reading, Writing, describe, read_items, usual};
use super::parts::{MAX_CLAUSES, MAX_FILTER_GROUPS};
use super::word::{present, read_name, read_optional_name, read_text, refuse_word};
use crate::scope::{Clause, ClauseGroup, Operator, ScopingFilter};
use purser_dotnet::regex::escape;
use serde_json::{Map, Value as Json, json};

const GROUPS: &str = "groups";
const GROUPS_IN_SCOPE: &str = "scope/groups";
const CLAUSES: &str = "clauses";

pub(super) const SCOPE: Field<ScopingFilter> = Field {
    key: "scope",
    read: |json| {
        let mut report = Report::default();
        let filter = read_filter(json, None, &mut report);
        filter.filter(|_| report.is_empty()).ok_or_else(|| "can't be read.".to_owned())
    },
    write: |filter| Some(write_filter(filter)),
};
/// The early filter that never deprovisions, and another that is not documented; kept, not interpreted.
const INPUT_GROUPS: Field<()> = usual("inputFilterGroups", |()| Some(json!([])));
const CATEGORY_GROUPS: Field<()> = usual("categoryFilterGroups", |()| Some(json!([])));

const TITLE: Field<String> =
    Field { key: "name", read: read_optional_name, write: |title| Some(json!(title)) };
const ATTRIBUTE: Field<String> =
    Field { key: "sourceOperandName", read: read_name, write: |name| Some(json!(name)) };
const OPERATOR: Field<Operator> =
    Field { key: "operatorName", read: read_operator, write: |operator| Some(json!(operator)) };
const VALUES: Field<Vec<String>> =
    Field { key: "targetOperand", read: read_values, write: |values| Some(json!({ "values": values })) };

/// Reads the scope of a mapping; a missing one and null let everybody pass.
pub(super) fn read_filter(
    json: Option<&Json>,
    mapping: Option<&Place<'_>>,
    report: &mut Report,
) -> Option<ScopingFilter> {
    let Some(json) = present(json) else { return Some(ScopingFilter::default()) };
    if !json.is_object() {
        report.add(mapping, SCOPE.key, &format!("scope must be an object, but is {}.", describe(json)));
        return None;
    }
    let mut reading = Reading::begin(json, mapping, report)?;
    reading.read(&INPUT_GROUPS, report);
    reading.read(&CATEGORY_GROUPS, report);
    let groups = reading.read_list(GROUPS, report);
    let count = |group: &Json| group.get(CLAUSES).and_then(Json::as_array).map_or(0, Vec::len);
    if groups.len() > MAX_FILTER_GROUPS || groups.iter().map(count).sum::<usize>() > MAX_CLAUSES {
        let message = format!(
            "the scope of a mapping has at most {MAX_FILTER_GROUPS} filters with {MAX_CLAUSES} clauses."
        );
        report.add(mapping, SCOPE.key, &message);
        return None;
    }
    let groups = read_items(mapping, GROUPS_IN_SCOPE, ("scoping filter", "name"), groups, |item, place| {
        read_group(item, place, report)
    });
    Some(ScopingFilter { groups, extra: reading.finish() })
}

fn read_group(json: &Json, place: &Place<'_>, report: &mut Report) -> Option<ClauseGroup> {
    let mut reading = Reading::begin(json, Some(place), report)?;
    let name = reading.read(&TITLE, report);
    let items = reading.read_list(CLAUSES, report);
    let clauses = read_items(Some(place), CLAUSES, ("clause", ATTRIBUTE.key), items, |item, place| {
        read_clause(item, place, report)
    });
    Some(ClauseGroup { name: name?, clauses, extra: reading.finish() })
}

fn read_clause(json: &Json, place: &Place<'_>, report: &mut Report) -> Option<Clause> {
    let mut reading = Reading::begin(json, Some(place), report)?;
    let attribute = reading.read(&ATTRIBUTE, report);
    if let Some(values) = json.as_object().and_then(read_starts_with) {
        let operator = Operator::RegexMatch;
        return Some(Clause { attribute: attribute?, operator, values, extra: reading.finish() });
    }
    let operator = reading.read(&OPERATOR, report);
    let values = reading.read(&VALUES, report);
    Some(Clause { attribute: attribute?, operator: operator?, values: values?, extra: reading.finish() })
}

/// What a clause with the operator `sw` says as a regular expression.
fn read_starts_with(clause: &Map<String, Json>) -> Option<Vec<String>> {
    let word = clause.get(OPERATOR.key).and_then(Json::as_str).map(fold)?;
    if !matches!(word.as_str(), "sw" | "startswith") {
        return None;
    }
    let values = read_values(clause.get(VALUES.key)).ok()?;
    Some(values.iter().map(|value| format!("^{}", escape(value))).collect())
}

fn read_operator(json: Option<&Json>) -> Result<Operator, String> {
    let word = read_name(json)?;
    let operator = match fold(&word).as_str() {
        "equals" | "eq" => Operator::Equals,
        "notequals" | "ne" => Operator::NotEquals,
        "istrue" => Operator::IsTrue,
        "isfalse" => Operator::IsFalse,
        "isnull" => Operator::IsNull,
        "isnotnull" => Operator::IsNotNull,
        "regexmatch" | "matchesexpression" => Operator::RegexMatch,
        "notregexmatch" | "notmatchesexpression" => Operator::NotRegexMatch,
        "greaterthan" | "gt" => Operator::GreaterThan,
        "greaterthanorequals" | "equalorgreaterthan" | "ge" => Operator::GreaterThanOrEquals,
        "includes" | "contains" | "co" => Operator::Includes,
        "endswith" | "ew" => Operator::EndsWith,
        "&" | "bitand" => Operator::BitAnd,
        "!&" | "notbitand" => Operator::NotBitAnd,
        "ismemberof" => Operator::IsMemberOf,
        "present" | "pr" => Operator::Present,
        _ => return Err(refuse_word(&word, Operator::ALL)),
    };
    Ok(operator)
}

/// Without case, spaces and underlines, in which the vocabularies differ.
fn fold(word: &str) -> String {
    word.chars().filter(|character| !matches!(character, ' ' | '_' | '-')).collect::<String>().to_lowercase()
}

fn read_values(json: Option<&Json>) -> Result<Vec<String>, String> {
    let list = match present(json) {
        None => None,
        Some(Json::Object(operand)) => present(operand.get("values")),
        Some(other) => Some(other),
    };
    let read = |value: &Json| if value.is_null() { Ok(String::new()) } else { read_text(value) };
    match list {
        None => Ok(Vec::new()),
        Some(Json::Array(values)) => values.iter().map(read).collect(),
        Some(single) => Ok(vec![read(single)?]),
    }
}

fn write_filter(filter: &ScopingFilter) -> Json {
    // This is how Graph says that everybody passes.
    if *filter == ScopingFilter::default() {
        return Json::Null;
    }
    let mut writing = Writing::begin(&filter.extra);
    writing.write_list(GROUPS, filter.groups.iter().map(write_group).collect());
    writing.write(&INPUT_GROUPS, &());
    writing.write(&CATEGORY_GROUPS, &());
    writing.finish()
}

fn write_group(group: &ClauseGroup) -> Json {
    let mut writing = Writing::begin(&group.extra);
    writing.write(&TITLE, &group.name);
    writing.write_list(CLAUSES, group.clauses.iter().map(write_clause).collect());
    writing.finish()
}

fn write_clause(clause: &Clause) -> Json {
    let mut writing = Writing::begin(&clause.extra);
    writing.write(&ATTRIBUTE, &clause.attribute);
    let starts_with = read_starts_with(&clause.extra);
    if clause.operator != Operator::RegexMatch || starts_with.as_ref() != Some(&clause.values) {
        writing.write(&OPERATOR, &clause.operator);
        writing.write(&VALUES, &clause.values);
    }
    writing.finish()
}
