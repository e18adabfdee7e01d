//! Scoping filters as SQL conditions on a row of `users`.
//!
//! Each piece says of a value exactly what the domain's evaluator says. Where SQL's own ideas differ, they are not used:
//! `LIKE` ignores case, `CAST` reads numbers from texts that only begin with one, `date()` moves the 30th of February to
//! March and knows an hour 24, and the end of a text is found by bytes, as positions count characters.
//!
//! Conditions are joined by AND and OR only, so that SQL's NULL, which comes of an attribute without a value, counts as
//! false, as it should. `NOT` stands only before tests of values that are there.

use super::{
    column::{Column, id_text},
    sql::Sql,
};
use purser_domain::scope::{Bound, CompiledClause, CompiledFilter, CompiledGroup, Condition, Test};
use sea_orm::prelude::Uuid;

/// A filter as far as SQL can say it.
pub(super) struct Lowered {
    /// True for everybody who passes.
    pub(super) condition: Sql,
    /// Whether it is false for everybody who does not pass.
    pub(super) exact: bool,
}

/// Lowers a filter. Clauses that can't be are left out, which lets more people through.
pub(super) fn lower(filter: &CompiledFilter) -> Lowered {
    let mut exact = true;
    let mut groups = Vec::with_capacity(filter.groups().len());
    for group in filter.groups() {
        let clauses: Vec<Sql> = group.clauses().iter().filter_map(lower_clause).collect();
        exact &= is_whole(group, &clauses);
        groups.push(Sql::join(clauses, " AND ", "TRUE"));
    }
    Lowered { condition: Sql::join(groups, " OR ", "TRUE"), exact }
}

fn is_whole(group: &CompiledGroup, clauses: &[Sql]) -> bool {
    group.clauses().len() == clauses.len()
}

fn lower_clause(clause: &CompiledClause) -> Option<Sql> {
    let column = Column::find(clause.attribute())?;
    Some(match clause.condition() {
        Condition::HasNone => has_none(column),
        Condition::HasSome => has_some(column),
        Condition::Any(test) => any(column, test)?,
        Condition::NoneOf(test) => Sql::fill("({} AND NOT {})", [has_some(column), any(column, test)?]),
    })
}

fn has_none(column: Column) -> Sql {
    Sql::text(&match column {
        Column::Text(name) => format!("(users.{name} IS NULL OR users.{name} = '')"),
        Column::Enabled => "FALSE".to_owned(),
        Column::Id(name) => format!("users.{name} IS NULL"),
        Column::Groups => {
            "NOT EXISTS (SELECT 1 FROM memberships WHERE memberships.user_id = users.id)".to_owned()
        }
    })
}

fn has_some(column: Column) -> Sql {
    Sql::text(&match column {
        Column::Text(name) => format!("users.{name} <> ''"),
        Column::Enabled => "TRUE".to_owned(),
        Column::Id(name) => format!("users.{name} IS NOT NULL"),
        Column::Groups => {
            "EXISTS (SELECT 1 FROM memberships WHERE memberships.user_id = users.id)".to_owned()
        }
    })
}

fn any(column: Column, test: &Test) -> Option<Sql> {
    match column {
        Column::Text(name) => test_text(&format!("users.{name}"), test),
        Column::Enabled => test_flag(test),
        Column::Id(name) => test_id(&format!("users.{name}"), test),
        Column::Groups => {
            let exists = "EXISTS (SELECT 1 FROM memberships WHERE memberships.user_id = users.id AND {})";
            Some(Sql::fill(exists, [test_id("memberships.group_id", test)?]))
        }
    }
}

fn test_flag(test: &Test) -> Option<Sql> {
    let flags: Vec<bool> = match test {
        Test::IsBoolean(wanted) => vec![*wanted],
        Test::Equals(texts) => {
            let reads = |wanted: &str| texts.iter().any(|text| text.eq_ignore_ascii_case(wanted));
            [true, false].into_iter().filter(|flag| reads(if *flag { "true" } else { "false" })).collect()
        }
        _ => return None,
    };
    Some(Sql::fill("users.account_enabled IN {}", [Sql::list(flags)]))
}

fn test_id(column: &str, test: &Test) -> Option<Sql> {
    match test {
        // An operand that is no id equals none.
        Test::Equals(texts) => {
            let ids: Vec<Uuid> = texts.iter().filter_map(|text| Uuid::parse_str(text).ok()).collect();
            let mut sql = Sql::text(&format!("{column} IN "));
            sql.push(Sql::list(ids));
            Some(sql)
        }
        test => test_text(&format!("({})", id_text(column)), test),
    }
}

/// A test of a text that SQL calls `text`.
fn test_text(text: &str, test: &Test) -> Option<Sql> {
    let template = |template: &str| template.replace("TEXT", text);
    Some(match test {
        Test::IsBoolean(wanted) => {
            let wanted = if *wanted { "true" } else { "false" };
            Sql::fill(&template("lower(TEXT) = {}"), [Sql::value(wanted)])
        }
        Test::Equals(operands) => Sql::fill(&template("TEXT IN {}"), [Sql::list(operands.iter().cloned())]),
        Test::Matches { .. } => return None,
        Test::Includes(operands) => {
            let contains = template("instr(TEXT, {}) > 0");
            either(operands.iter().map(|operand| Sql::fill(&contains, [Sql::value(operand.as_str())])))
        }
        Test::EndsWith(operands) => {
            let ends = template("substr(CAST(TEXT AS BLOB), {}) = {}");
            either(operands.iter().map(|operand| {
                let bytes = operand.as_bytes();
                let length = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
                Sql::fill(&ends, [Sql::value(-length), Sql::value(bytes.to_vec())])
            }))
        }
        Test::Above { bounds, inclusive } => {
            let operator = if *inclusive { ">=" } else { ">" };
            let number = format!("({} AND CAST(TEXT AS INTEGER) {operator} {{}})", IS_INTEGER);
            let moment = format!("({} AND {} {operator} {{}})", IS_MOMENT, MOMENT);
            let (number, moment) = (template(&number), template(&moment));
            either(bounds.iter().map(|bound| match bound {
                Bound::Integer(bound) => Sql::fill(&number, [Sql::value(*bound)]),
                Bound::Moment(bound) => Sql::fill(&moment, [Sql::value(print_moment(*bound))]),
            }))
        }
        Test::HasBits(operands) => {
            let bits = template(&format!("({IS_INTEGER} AND (CAST(TEXT AS INTEGER) & {{}}) = {{}})"));
            either(
                operands.iter().map(|operand| Sql::fill(&bits, [Sql::value(*operand), Sql::value(*operand)])),
            )
        }
    })
}

fn either(tests: impl IntoIterator<Item = Sql>) -> Sql {
    Sql::join(tests, " OR ", "FALSE")
}

/// An optional minus sign and 1 to 18 digits.
const IS_INTEGER: &str = "CASE trim(TEXT, '0123456789') WHEN '' THEN length(TEXT) BETWEEN 1 AND 18 \
     WHEN '-' THEN substr(TEXT, 1, 1) = '-' AND length(TEXT) BETWEEN 2 AND 19 ELSE FALSE END";

/// A date, or a date with its time, an optional fraction of up to nine digits and an optional `Z`. A day that is not in
/// the calendar comes back from `date()` as another one, or as nothing; of the time it is not so.
const IS_MOMENT: &str = "CASE WHEN TEXT NOT GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*' \
     OR trim(TEXT, '0123456789-T:.Z') <> '' \
     OR date(substr(TEXT, 1, 10)) IS NOT substr(TEXT, 1, 10) THEN FALSE \
     WHEN length(TEXT) = 10 THEN TRUE \
     WHEN TEXT NOT GLOB '??????????T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]*' \
     OR substr(TEXT, 12, 2) > '23' THEN FALSE \
     WHEN substr(TEXT, 20) IN ('', 'Z') THEN TRUE \
     WHEN TEXT GLOB '*Z' THEN substr(TEXT, 20, 1) = '.' AND length(TEXT) BETWEEN 22 AND 30 \
     AND substr(TEXT, 21, length(TEXT) - 21) NOT GLOB '*[^0-9]*' \
     ELSE substr(TEXT, 20, 1) = '.' AND length(TEXT) BETWEEN 21 AND 29 \
     AND substr(TEXT, 21) NOT GLOB '*[^0-9]*' END";

/// The text of such a date in one form of a fixed length, the form of [`print_moment`], which sorts as the dates do.
const MOMENT: &str = "CASE WHEN length(TEXT) = 10 THEN TEXT || 'T00:00:00.000000000' \
     ELSE substr(rtrim(TEXT, 'Z') || CASE WHEN instr(TEXT, '.') > 0 THEN '' ELSE '.' END || '000000000', 1, 29) END";

fn print_moment(moment: jiff::civil::DateTime) -> String {
    let date = format!("{:04}-{:02}-{:02}", moment.year(), moment.month(), moment.day());
    let (hour, minute, second) = (moment.hour(), moment.minute(), moment.second());
    format!("{date}T{hour:02}:{minute:02}:{second:02}.{:09}", moment.subsec_nanosecond())
}
