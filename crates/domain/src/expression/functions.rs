//! The functions of the expression language, each with its description.
//!
//! Semantics follow the reference that the product was asked to copy: names and text comparison are
//! case-sensitive, positions in a text count from 1, null in gives null out unless a function says
//! otherwise. Lengths count characters, so that no character is ever cut in two.
use super::MAX_RESULT;
use super::evaluate::{Argument, EvaluationError};
use crate::value::Value;
use std::borrow::Cow;

/// A function.
pub struct Function {
    /// Name, case-sensitive.
    pub name: &'static str,
    /// Parameters in their order.
    pub parameters: &'static [Parameter],
    /// What it does, in a sentence.
    pub sentence: &'static str,
    /// How it is used.
    pub example: &'static str,
    pub(super) evaluate: for<'a> fn(Vec<Argument<'a>>) -> Result<Argument<'a>, EvaluationError>,
    /// Rule over the number of arguments that the parameters can't express.
    pub(super) check: fn(usize) -> Result<(), &'static str>,
}

/// A parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameter {
    /// Name.
    pub name: &'static str,
    /// Whether it must be there.
    pub need: Need,
}

/// Whether a parameter must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Always.
    Required,
    /// May be left empty.
    Optional,
    /// The last one; once or more often, each may be left empty.
    Repeated,
    /// Known, but refused when given.
    NotYet,
}

impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl std::fmt::Debug for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

const fn required(name: &'static str) -> Parameter {
    Parameter { name, need: Need::Required }
}

const fn optional(name: &'static str) -> Parameter {
    Parameter { name, need: Need::Optional }
}

const fn repeated(name: &'static str) -> Parameter {
    Parameter { name, need: Need::Repeated }
}

const fn not_yet(name: &'static str) -> Parameter {
    Parameter { name, need: Need::NotYet }
}

const fn any_number(_: usize) -> Result<(), &'static str> {
    Ok(())
}

const fn pairs(count: usize) -> Result<(), &'static str> {
    if count >= 4 && count.is_multiple_of(2) {
        Ok(())
    } else {
        Err("needs a value for each key: after source and default value, keys and values come in pairs.")
    }
}

/// Every function, by name.
pub static FUNCTIONS: &[Function] = &[
    Function {
        name: "Append",
        parameters: &[required("source"), required("suffix")],
        sentence: "Puts a suffix after the source.",
        example: "Append([mailNickname], \"@contoso.com\")",
        evaluate: append,
        check: any_number,
    },
    Function {
        name: "Coalesce",
        parameters: &[repeated("source")],
        sentence: "Gives the first source that has a value; the last one is the default.",
        example: "Coalesce([mail], [userPrincipalName])",
        evaluate: |arguments| Ok(arguments.into_iter().flatten().next()),
        check: any_number,
    },
    Function {
        name: "Join",
        parameters: &[required("separator"), repeated("source")],
        sentence: "Joins the sources that have a value, with the separator between them.",
        example: "Join(\" \", [givenName], [surname])",
        evaluate: join,
        check: any_number,
    },
    Function {
        name: "Left",
        parameters: &[required("source"), required("number of characters")],
        sentence: "Gives the first characters of the source; a negative number gives all of it.",
        example: "Left([displayName], 20)",
        evaluate: left,
        check: any_number,
    },
    Function {
        name: "Mid",
        parameters: &[required("source"), required("start"), required("length")],
        sentence: "Gives so many characters from a position on, counted from 1.",
        example: "Mid([userPrincipalName], 1, 8)",
        evaluate: mid,
        check: any_number,
    },
    Function {
        name: "Not",
        parameters: &[required("source")],
        sentence: "Turns True into False, and anything else into True.",
        example: "Not([IsSoftDeleted])",
        evaluate: |arguments| {
            let is_true = arguments.first().is_some_and(|source| read(source) == "True");
            text(if is_true { "False" } else { "True" })
        },
        check: any_number,
    },
    Function {
        name: "Replace",
        parameters: &[
            required("source"),
            required("old value"),
            not_yet("regular expression"),
            not_yet("group name"),
            optional("replacement value"),
            not_yet("replacement attribute"),
            optional("template"),
        ],
        sentence: "Replaces every occurrence of the old value in the source, or, given a template, every occurrence of it in the template by the source.",
        example: "Replace([preferredLanguage], \"-\", , , \"_\", , )",
        evaluate: replace,
        check: any_number,
    },
    Function {
        name: "Switch",
        parameters: &[required("source"), optional("default value"), repeated("key and value")],
        sentence: "Gives the value whose key equals the source, else the default value; no value counts as \"\".",
        example: "Switch([IsSoftDeleted], , \"False\", \"True\", \"True\", \"False\")",
        evaluate: switch,
        check: pairs,
    },
    Function {
        name: "ToLower",
        parameters: &[required("source"), not_yet("culture")],
        sentence: "Writes the source in lower case.",
        example: "ToLower([userPrincipalName])",
        evaluate: |arguments| map_text(arguments, str::to_lowercase),
        check: any_number,
    },
    Function {
        name: "ToUpper",
        parameters: &[required("source"), not_yet("culture")],
        sentence: "Writes the source in upper case.",
        example: "ToUpper([country])",
        evaluate: |arguments| map_text(arguments, str::to_uppercase),
        check: any_number,
    },
    Function {
        name: "Trim",
        parameters: &[required("source")],
        sentence: "Removes spaces at both ends, of each value of a list.",
        example: "Trim([displayName])",
        evaluate: |arguments| map_text(arguments, |text| text.trim().to_owned()),
        check: any_number,
    },
];

fn text<'a>(text: impl Into<String>) -> Result<Argument<'a>, EvaluationError> {
    Ok(Some(Cow::Owned(Value::text(text))))
}

/// How an argument reads as text; null reads as the empty one.
fn read<'v>(argument: &'v Argument<'_>) -> Cow<'v, str> {
    argument.as_deref().map_or(Cow::Borrowed(""), Value::to_display)
}

/// Takes the arguments, as many as the function has parameters; what was not given is null.
fn take<const N: usize>(arguments: Vec<Argument<'_>>) -> [Argument<'_>; N] {
    let mut arguments = arguments.into_iter();
    std::array::from_fn(|_| arguments.next().flatten())
}

fn read_number(
    function: &'static str,
    parameter: &'static str,
    argument: &Argument<'_>,
) -> Result<i64, EvaluationError> {
    match argument.as_deref() {
        Some(Value::Integer(number)) => Ok(*number),
        _ => {
            let text = read(argument);
            text.trim().parse().map_err(|_| EvaluationError::Argument {
                function,
                parameter,
                message: format!("\"{}\" is no whole number", text.chars().take(40).collect::<String>()),
            })
        }
    }
}

fn map_text<'a>(
    arguments: Vec<Argument<'a>>,
    change: fn(&str) -> String,
) -> Result<Argument<'a>, EvaluationError> {
    fn apply(value: &Value, change: fn(&str) -> String) -> Value {
        match value {
            Value::List(items) => Value::List(items.iter().map(|item| apply(item, change)).collect()),
            other => Value::Text(change(&other.to_display())),
        }
    }
    let [source] = take(arguments);
    Ok(source.map(|value| Cow::Owned(apply(&value, change))))
}

fn append(arguments: Vec<Argument<'_>>) -> Result<Argument<'_>, EvaluationError> {
    let [source, suffix] = take(arguments);
    if source.is_none() {
        return Ok(None);
    }
    text(format!("{}{}", read(&source), read(&suffix)))
}

fn join(arguments: Vec<Argument<'_>>) -> Result<Argument<'_>, EvaluationError> {
    fn add(joined: &mut String, separator: &str, value: &Value) {
        match value {
            Value::List(items) => items.iter().for_each(|item| add(joined, separator, item)),
            value if value.is_empty() => {}
            value => {
                if !joined.is_empty() {
                    joined.push_str(separator);
                }
                joined.push_str(&value.to_display());
            }
        }
    }
    let mut arguments = arguments.into_iter();
    let separator = arguments.next().flatten();
    let mut joined = String::new();
    for source in arguments.flatten() {
        add(&mut joined, &read(&separator), &source);
        if joined.len() > MAX_RESULT {
            return Err(EvaluationError::TooLarge { function: "Join" });
        }
    }
    text(joined)
}

fn left(arguments: Vec<Argument<'_>>) -> Result<Argument<'_>, EvaluationError> {
    let [source, count] = take(arguments);
    let count = read_number("Left", "number of characters", &count)?;
    let source = read(&source);
    match usize::try_from(count) {
        Ok(count) => text(source.chars().take(count).collect::<String>()),
        Err(_) => text(source),
    }
}

fn mid(arguments: Vec<Argument<'_>>) -> Result<Argument<'_>, EvaluationError> {
    let [source, start, length] = take(arguments);
    let fault = |parameter, number: i64, least| EvaluationError::Argument {
        function: "Mid",
        parameter,
        message: format!("it is {number}, but must be at least {least}"),
    };
    let start = read_number("Mid", "start", &start)?;
    let skipped = start.checked_sub(1).and_then(|skipped| usize::try_from(skipped).ok());
    let skipped = skipped.ok_or_else(|| fault("start", start, 1))?;
    let length = read_number("Mid", "length", &length)?;
    let taken = usize::try_from(length).map_err(|_| fault("length", length, 0))?;
    if source.is_none() {
        return Ok(None);
    }
    text(read(&source).chars().skip(skipped).take(taken).collect::<String>())
}

fn replace(arguments: Vec<Argument<'_>>) -> Result<Argument<'_>, EvaluationError> {
    let [source, old, _, _, replacement, _, template] = take(arguments);
    if source.is_none() {
        return Ok(None);
    }
    let (within, new) = match &template {
        Some(_) => (read(&template), read(&source)),
        None => (read(&source), read(&replacement)),
    };
    let old = read(&old);
    if old.is_empty() {
        return text(within);
    }
    // Counted first, so that a large result is refused before it is made.
    let grown = within.matches(old.as_ref()).count().saturating_mul(new.len());
    if grown > MAX_RESULT {
        return Err(EvaluationError::TooLarge { function: "Replace" });
    }
    text(within.replace(old.as_ref(), &new))
}

fn switch(arguments: Vec<Argument<'_>>) -> Result<Argument<'_>, EvaluationError> {
    let mut arguments = arguments.into_iter();
    let source = arguments.next().flatten();
    let default = arguments.next().flatten();
    while let (Some(key), Some(value)) = (arguments.next(), arguments.next()) {
        if read(&key) == read(&source) {
            return Ok(value);
        }
    }
    Ok(default)
}
