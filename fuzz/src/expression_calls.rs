//! Expressions made out of the registry of functions: well-formed calls with odd arguments, which reach
//! deeper into the evaluator than texts that are changed letter by letter.
use super::expression::check_expression;
use super::input::{self, Attributes};
use arbitrary::{Arbitrary, Result, Unstructured};
use jiff::civil::DateTime;
use purser_domain::expression::{Expression, Function, Need, Parameter, Type, functions};
use purser_domain::value::Value;
use std::fmt::{self, Write};

/// Deep enough for every mode of every function, shallow enough to spend the input on variety.
const MAX_DEPTH: usize = 4;
/// No function has more parameters than this that matter; the repeated ones get some more.
const MOST_ARGUMENTS: usize = 9;

/// Names of attributes, each with a value of its kind or of another.
const ATTRIBUTES: [&str; 7] = ["text", "other", "number", "flag", "date", "list", "appRoleAssignments"];

/// Texts that mean something to some function.
const TEXTS: &[&str] = &[
    "",
    " ",
    "Zoë Ångström",
    "ǆ ß İ ı ﬀ",
    "👩\u{200d}👩\u{200d}👧 é",
    "a,b;c d",
    "True",
    "False",
    "0",
    "-1",
    "9223372036854775807",
    "2012-03-16-07:00",
    "8/25/2021 5:41:18 PM",
    "20150123105347.1Z",
    "0001-01-01",
    "9999-12-31T23:59:59.9999999Z",
    "yyyyMMddHHmmss.fZ",
    "yyyy-MM-dd",
    "M/d/yyyy hh:mm:ss tt",
    "dddd, dd MMMM yyyy HH:mm:ss.fffffff zzz",
    "(?<name>[a-z]*)",
    "([a-z]+)+$",
    "(?<=a)b|\\\\d{2,}",
    "${name}$1$&$$",
    "name",
    "d",
    "ww",
    "yyyy",
    "m",
    "h",
    "tr-TR",
    "lt",
    "SABlAGwAbABvACAAdwBvAHIAbABkACEA",
];

/// Numbers at the edges.
const NUMBERS: [i64; 12] =
    [0, 1, -1, 2, 3, 256, 10_000, 65_537, i64::MAX, i64::MIN + 1, 132_489_216_000_000_000, 2_650_467_743_999];

/// Words that some functions know.
const WORDS: [&str; 7] =
    ["vbTextCompare", "vbBinaryCompare", "UTF8", "Unicode", "ASCII", "&HF7", "AssumeUniversal"];

/// An expression and a person.
pub struct Case {
    text: String,
    attributes: Attributes,
}

impl<'a> Arbitrary<'a> for Case {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        let mut attributes = Attributes::new();
        for name in ATTRIBUTES {
            if input.ratio(3, 4)? {
                attributes.insert(name.to_owned(), value(input, name)?);
            }
        }
        let mut text = String::new();
        write_call(input, &mut text, MAX_DEPTH)?;
        Ok(Self { text, attributes })
    }
}

/// As an input of the target `expression`: what is found here is kept there, since the bytes that it was
/// made of mean something else as soon as a function is added.
impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n---\n{}", self.text, input::print_attributes(&self.attributes))
    }
}

impl Case {
    /// Checks what holds for every expression.
    pub fn check(&self) {
        if let Ok(expression) = Expression::parse(&self.text) {
            check_expression(&expression, &self.text, &self.attributes);
        }
    }
}

/// Makes a case out of bytes and checks it.
pub fn check(input: &[u8]) {
    if let Ok(case) = Case::arbitrary(&mut Unstructured::new(input)) {
        case.check();
    }
}

fn value(input: &mut Unstructured<'_>, name: &str) -> Result<Value> {
    Ok(match name {
        "number" => Value::Integer(number(input)?),
        "flag" => Value::Boolean(input.arbitrary()?),
        "date" => Value::DateTime(date(input)?),
        "list" => {
            let count = input.int_in_range(0..=4)?;
            Value::List((0..count).map(|_| Ok(Value::Text(free_text(input)?))).collect::<Result<_>>()?)
        }
        "appRoleAssignments" => {
            let count = input.int_in_range(0..=3)?;
            Value::List((0..count).map(|_| role(input)).collect::<Result<_>>()?)
        }
        _ => Value::Text(free_text(input)?),
    })
}

fn role(input: &mut Unstructured<'_>) -> Result<Value> {
    let mut role = serde_json::Map::new();
    for key in ["id", "value", "displayName"] {
        if input.ratio(2, 3)? {
            role.insert(key.to_owned(), free_text(input)?.into());
        }
    }
    Ok(Value::Object(role))
}

fn date(input: &mut Unstructured<'_>) -> Result<DateTime> {
    let earliest = DateTime::MIN.to_zoned(jiff::tz::TimeZone::UTC).map(|date| date.timestamp().as_second());
    let latest = DateTime::MAX.to_zoned(jiff::tz::TimeZone::UTC).map(|date| date.timestamp().as_second());
    let (Ok(earliest), Ok(latest)) = (earliest, latest) else { return Ok(DateTime::ZERO) };
    let second = input.int_in_range(earliest..=latest)?;
    let timestamp = jiff::Timestamp::from_second(second).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    Ok(timestamp.to_zoned(jiff::tz::TimeZone::UTC).datetime())
}

fn number(input: &mut Unstructured<'_>) -> Result<i64> {
    if input.ratio(1, 4)? { input.arbitrary() } else { input.choose(&NUMBERS).copied() }
}

fn free_text(input: &mut Unstructured<'_>) -> Result<String> {
    if input.ratio(1, 3)? { input.arbitrary() } else { input.choose(TEXTS).map(|text| (*text).to_owned()) }
}

fn write_call(input: &mut Unstructured<'_>, text: &mut String, depth: usize) -> Result<()> {
    let function = input.choose(functions())?;
    write_call_of(input, text, function, depth)
}

fn write_call_of(
    input: &mut Unstructured<'_>,
    text: &mut String,
    function: &Function,
    depth: usize,
) -> Result<()> {
    text.push_str(function.name);
    text.push('(');
    let usual = function.parameters.len();
    let count = match input.int_in_range(0..=9)? {
        // Now and then too few or too many; the parser must say so, and repeated parameters like it.
        0 => input.int_in_range(0..=MOST_ARGUMENTS)?,
        1 | 2 => usual + 2,
        _ => usual,
    };
    for at in 0..count {
        if at > 0 {
            text.push_str(", ");
        }
        match function.parameter(at) {
            Some(parameter) if !input.ratio(1, 8)? => write_fitting(input, text, parameter, depth)?,
            _ => write_argument(input, text, depth)?,
        }
    }
    text.push(')');
    Ok(())
}

/// An argument of the type that the parameter asks for.
fn write_fitting(
    input: &mut Unstructured<'_>,
    text: &mut String,
    parameter: &Parameter,
    depth: usize,
) -> Result<()> {
    if parameter.need == Need::Optional && input.ratio(1, 3)? {
        return Ok(());
    }
    match parameter.kind {
        Type::Word(words) => text.push_str(input.choose(words)?),
        Type::Roles => text.push_str("[appRoleAssignments]"),
        Type::Condition => write_comparison(input, text, depth)?,
        kind if depth > 0 && input.ratio(1, 3)? => {
            let fitting: Vec<_> =
                functions().iter().copied().filter(|function| function.gives == kind).collect();
            let function = input.choose(if fitting.is_empty() { functions() } else { &fitting })?;
            write_call_of(input, text, function, depth - 1)?;
        }
        Type::Number => write_number(input, text)?,
        Type::Date if input.ratio(1, 2)? => text.push_str("[date]"),
        Type::List => text.push_str("[list]"),
        _ if input.ratio(1, 2)? => write_attribute(input, text)?,
        _ => write_text(input, text)?,
    }
    Ok(())
}

fn write_comparison(input: &mut Unstructured<'_>, text: &mut String, depth: usize) -> Result<()> {
    write_argument(input, text, depth)?;
    text.push_str(input.choose(&["=", "<>", ">", ">=", "<", "<="])?);
    write_argument(input, text, depth)
}

/// Anything, fitting or not.
fn write_argument(input: &mut Unstructured<'_>, text: &mut String, depth: usize) -> Result<()> {
    match input.int_in_range(0..=15)? {
        0 => {}
        1..=4 => write_attribute(input, text)?,
        5 | 6 => write_number(input, text)?,
        7..=9 => write_text(input, text)?,
        10 => text.push_str(input.choose(&WORDS)?),
        11 if depth > 0 => write_comparison(input, text, depth - 1)?,
        12 if depth > 0 => {
            write_argument(input, text, depth - 1)?;
            text.push_str(" & ");
            write_argument(input, text, depth - 1)?;
        }
        _ if depth > 0 => write_call(input, text, depth - 1)?,
        _ => write_attribute(input, text)?,
    }
    Ok(())
}

fn write_attribute(input: &mut Unstructured<'_>, text: &mut String) -> Result<()> {
    let name = input.choose(&ATTRIBUTES)?;
    text.extend(["[", name, "]"]);
    Ok(())
}

fn write_number(input: &mut Unstructured<'_>, text: &mut String) -> Result<()> {
    let number = number(input)?;
    // Writing into a text can't fail.
    let _ = write!(text, "{number}");
    Ok(())
}

fn write_text(input: &mut Unstructured<'_>, text: &mut String) -> Result<()> {
    let free = free_text(input)?;
    text.push('"');
    text.push_str(&free.replace('\\', "\\\\").replace('"', "\\\""));
    text.push('"');
    Ok(())
}
