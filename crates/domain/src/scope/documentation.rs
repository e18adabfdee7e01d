//! The documentation page of scoping filters, rendered from the registry of operators.
use super::compile::{MAX_CLAUSES, MAX_GROUPS, MAX_VALUE_CHARACTERS, MAX_VALUES};
use super::operator::{FilterExample, MultivaluedComparison, OPERATORS, OperatorDefinition};
use super::source;
use crate::object::ObjectKind;
use std::fmt::Write;

/// The page `docs/scoping-filters.md`. A test compares it with the file.
#[must_use]
pub fn render() -> String {
    let mut page = String::from(INTRODUCTION);
    page.push_str("\n## Operators\n");
    for definition in OPERATORS {
        page.push_str(&render_operator(definition));
    }
    page.push_str(MEANINGS);
    page.push_str("\n## Attributes\n\n");
    page.push_str(&render_attributes("Users", ObjectKind::User));
    page.push_str(&render_attributes("Groups", ObjectKind::Group));
    page.push_str("\n## Bounds\n\n");
    page.push_str(&format!(
        "A mapping has at most {MAX_GROUPS} scoping filters with {MAX_CLAUSES} clauses, {MAX_VALUES} values and \
         {MAX_VALUE_CHARACTERS} characters of values in all.\n"
    ));
    page
}

const INTRODUCTION: &str = "\
<!-- Written by `cargo xtask docs` from the registry of operators. Edit the registry, not this page. -->

# Scoping filters

A scoping filter decides by attributes which objects of the directory are provisioned. Each mapping has its own.

- A **clause** is an attribute, an operator and, for most operators, a value.
- All clauses of one scoping filter must hold (AND).
- An object passes when it passes any of the mapping's scoping filters (OR). Without any, everybody passes.
- With *Sync only assigned users and groups* an object must be assigned and pass; with *Sync all users and groups* it \
must pass.
- Whoever no longer passes is disabled in the target, as after losing the assignment.

An attribute that is null or empty fails every clause except `IS NULL`: also `NOT EQUALS`, `NOT REGEX MATCH` and `!&`.
";

const MEANINGS: &str = r"
## What values mean

**Several values in a clause.** One that fits is enough. `NOT EQUALS`, `NOT REGEX MATCH` and `!&` hold when none fits.

**Attributes with several values**, such as `memberOf`. An operator marked *Any* holds when at least one of the values is
as it says; one marked *All* when there is a value and each is as it says. Empty items don't count.

**Texts** are compared character by character, with regard to case. Nothing is trimmed.

**Ids** (`objectId`, `manager`, `memberOf`) may be written in any usual form of a UUID with `EQUALS`, `NOT EQUALS` and
`IsMemberOf`; the other operators see them in lower case with hyphens.

**Booleans.** `accountEnabled` works with `IS TRUE`, `IS FALSE`, `EQUALS` and `NOT EQUALS`; `True` and `False` may be
written in any case. A text attribute counts as a boolean when it is `True` or `False`, in any case.

**Whole numbers** are an optional `-` and 1 to 18 ASCII digits. Leading zeros are welcome; a `+`, a decimal point,
spaces and other digits are not.

**Dates** are `2026-03-01`, which means midnight, or `2026-03-01T08:30:00`, perhaps with a point and 1 to 9 digits of a
fraction, perhaps with a `Z` at the end. All are in UTC. Other forms, such as ones with an offset, are no dates.

**Comparisons.** When the value of a `Greater_Than` or `Greater_Than_OR_EQUALS` clause is neither a whole number nor a
date, the filter is invalid and can't be saved. When the object's value is not of the same kind, the clause is false.

**Bits.** `&` is a bit test, as in directories: it holds when all bits of the value are set in the attribute. Negative
numbers are in two's complement of 64 bits. The value 0 is refused: it has no bits to test.

**Groups.** `IsMemberOf` reads `memberOf`: the ids of the groups that the person is a *direct* member of. Members of a
group inside the group don't count, as with assignments.

**Patterns** are regular expressions of .NET and are found anywhere in the text; write `^` and `$` to bind them to its
ends. A pattern may take a bounded number of steps. When it takes more for some object, and no other clause decides,
the object is left as it is and reported, neither in scope nor out of it.

**Refused**: a scoping filter without clauses, an empty value, an attribute that does not exist, `IsSoftDeleted` (it
follows from the scope), an operator that does not fit the attribute's type, and filter groups of other kinds
(`inputFilterGroups`, `categoryFilterGroups`) that are not empty.
";

fn render_operator(definition: &OperatorDefinition) -> String {
    let types: Vec<&str> = definition.types.iter().map(|kind| kind.as_str()).collect();
    let null = if definition.on_null { "true" } else { "false" };
    let mut section = format!(
        "\n### `{}`\n\n{}\n\n{}; several values: {}; types: {}; null or empty: {null}.\n\n\
         | Attribute | Its value | Value of the clause | |\n|---|---|---|---|\n",
        definition.operator,
        definition.sentence,
        definition.arity,
        match definition.multivalued {
            MultivaluedComparison::Any => "any",
            MultivaluedComparison::All => "all",
        },
        types.join(", "),
    );
    for example in definition.examples {
        section.push_str(&render_example(example));
    }
    section
}

fn render_example(example: &FilterExample) -> String {
    let FilterExample { attribute, object, values, holds } = example;
    format!("| `{attribute}` | {} | {} | {holds} |\n", render_values(object), render_values(values))
}

fn render_values(values: &[&str]) -> String {
    // A bar inside backticks would end the table's cell.
    let quoted = values.iter().map(|value| format!("`{}`", value.replace('|', "\\|")));
    quoted.collect::<Vec<_>>().join(", ")
}

fn render_attributes(owners: &str, kind: ObjectKind) -> String {
    let mut list = format!("{owners}: ");
    for (at, name) in source::names(kind).enumerate() {
        let separator = if at == 0 { "" } else { ", " };
        // Writing to a text does not fail.
        let _ = write!(list, "{separator}`{name}`");
    }
    list.push_str(".\n");
    if kind == ObjectKind::User {
        list.push('\n');
    }
    list
}
