//! Texts: joining, cutting, counting.
use crate::expression::convert::read_text;
use crate::expression::distinguished_name::find_component;
use crate::expression::evaluate::{Answer, Call, answer, text};
use crate::expression::fault::Halt;
use crate::expression::function::{
    Example, Function, Gives, PLAIN, Type, example, example_of, repeated, required,
};
use crate::value::Value;
use std::borrow::Cow;

const EACH: &str = "Of a list, each value.";
const POSITION: Type = Type::Number;

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "Append",
        parameters: &[required("source", Type::Text), required("suffix", Type::Text)],
        sentence: "Puts a suffix after the source.",
        remark: "Without a source there is nothing to append to. Of a list, each value.",
        examples: &[
            example(
                r#"Append([userPrincipalName], ".test")"#,
                r#"{"userPrincipalName": "John.Doe@contoso.com"}"#,
                "John.Doe@contoso.com.test",
            ),
            example_of(r#"Append([mail], ".test")"#, "{}", Gives::Nothing),
        ],
        evaluate: append,
        ..PLAIN
    },
    Function {
        name: "DNComponent",
        parameters: &[required("distinguished name", Type::Text), required("number", Type::Number)],
        sentence: "Gives the value of the n-th part of a distinguished name, counted from the left and from 1.",
        remark: "Gives nothing when there are fewer parts, or no = in that part. A comma that belongs to the value stands in quotes or behind a backslash; a backslash with two hexadecimal digits is a byte in UTF-8.",
        examples: &[
            example(r#"DNComponent([dn], 1)"#, r#"{"dn": "CN=Joe,OU=Sales,DC=contoso,DC=com"}"#, "Joe"),
            example(r#"DNComponent([dn], 1)"#, r#"{"dn": "CN=Doe\\, Joe,DC=contoso"}"#, "Doe, Joe"),
            example(
                r#"DNComponent([dn], 1)"#,
                r#"{"dn": "CN=\"Doe, J\\C3\\B6rg\",DC=contoso"}"#,
                "Doe, Jörg",
            ),
        ],
        evaluate: pick_component,
        ..PLAIN
    },
    Function {
        name: "Join",
        parameters: &[required("separator", Type::Text), repeated("source", Type::Any)],
        sentence: "Joins the sources that have a value, with the separator between them.",
        remark: "The values of a list count as sources of their own. When no source has a value the text is empty, so nothing is exported.",
        examples: &[
            example(
                r#"Join(" ", [givenName], [surname])"#,
                r#"{"givenName": "John", "surname": "Doe"}"#,
                "John Doe",
            ),
            example(r#"Join(" ", [givenName], [surname])"#, r#"{"surname": "Doe"}"#, "Doe"),
        ],
        evaluate: join,
        ..PLAIN
    },
    Function {
        name: "Left",
        parameters: &[required("source", Type::Text), required("number of characters", Type::Number)],
        sentence: "Gives the first characters of the source; a negative number gives all of it.",
        remark: "A missing source gives the empty text. Of a list, each value.",
        examples: &[
            example(r#"Left("John Doe", 3)"#, "{}", "Joh"),
            example(r#"Left("John Doe", -1)"#, "{}", "John Doe"),
        ],
        evaluate: take_left,
        ..PLAIN
    },
    Function {
        name: "Len",
        parameters: &[required("source", Type::Text)],
        gives: Type::Number,
        sentence: "Gives the number of characters of the source; 0 when it has no value.",
        examples: &[example(r#"Len([givenName])"#, r#"{"givenName": "Zoë"}"#, "3")],
        evaluate: count_characters,
        ..PLAIN
    },
    Function {
        name: "Mid",
        parameters: &[
            required("source", Type::Text),
            required("start", POSITION),
            required("length", Type::Number),
        ],
        sentence: "Gives so many characters of the source from a position on, counted from 1.",
        remark: "Reaching past the end gives what there is. Of a list, each value.",
        examples: &[
            example(
                "Mid([userPrincipalName], 1, 8)",
                r#"{"userPrincipalName": "John.Doe@contoso.com"}"#,
                "John.Doe",
            ),
            example_of("Mid([surname], 0, 1)", r#"{"surname": "Doe"}"#, Gives::Error),
        ],
        evaluate: take_middle,
        ..PLAIN
    },
    Function {
        name: "StripSpaces",
        parameters: &[required("source", Type::Text)],
        sentence: "Removes every space from the source.",
        remark: EACH,
        examples: &[example(
            r#"StripSpaces([displayName])"#,
            r#"{"displayName": "Anna  Maria Doe"}"#,
            "AnnaMariaDoe",
        )],
        evaluate: |call| call.map_text(0, &|text| Ok(text.replace(' ', ""))),
        ..PLAIN
    },
    Function {
        name: "Trim",
        parameters: &[required("source", Type::Text)],
        sentence: "Removes white space at both ends of the source.",
        remark: EACH,
        examples: &[example(r#"Trim(" Test ")"#, "{}", "Test")],
        evaluate: |call| call.map_text(0, &|text| Ok(text.trim().to_owned())),
        ..PLAIN
    },
    Function {
        name: "Word",
        parameters: &[
            required("source", Type::Text),
            required("number", Type::Number),
            required("delimiters", Type::Text),
        ],
        sentence: "Gives the n-th word of the source, where each character of the delimiters ends a word.",
        remark: "Delimiters in a row count once. Without a source, with a number below 1 and beyond the last word it gives the empty text.",
        examples: &[example(r#"Word("The quick brown fox", 3, " ")"#, "{}", "brown"), WORD_BY_SEVERAL],
        evaluate: pick_word,
        ..PLAIN
    },
];

const WORD_BY_SEVERAL: Example = example(r#"Word("red,green;blue", 3, ",;")"#, "{}", "blue");

fn append<'a>(call: &Call<'_, 'a>) -> Answer<'a> {
    let suffix = call.text_or_empty(1)?;
    call.map_text(0, &|text| {
        call.check_size(text.len() + suffix.len())?;
        Ok(format!("{text}{suffix}"))
    })
}

fn join<'a>(call: &Call<'_, 'a>) -> Answer<'a> {
    fn add(
        call: &Call<'_, '_>,
        at: usize,
        joined: &mut String,
        separator: &str,
        value: &Value,
    ) -> Result<(), Halt> {
        match value {
            Value::List(items) => items.iter().try_for_each(|item| add(call, at, joined, separator, item)),
            value if value.is_empty() => Ok(()),
            value => {
                if !joined.is_empty() {
                    joined.push_str(separator);
                }
                let text = read_text(Cow::Borrowed(value)).map_err(|message| call.refuse(at, message))?;
                joined.push_str(&text.unwrap_or_default());
                call.check_size(joined.len())
            }
        }
    }
    let separator = call.text_or_empty(0)?;
    let mut joined = String::new();
    for at in 1..call.len() {
        if let Some(source) = call.value(at)? {
            add(call, at, &mut joined, &separator, &source)?;
        }
    }
    text(joined)
}

fn take_left<'a>(call: &Call<'_, 'a>) -> Answer<'a> {
    let count = usize::try_from(call.integer(1)?).ok();
    let taken = call.map_text(0, &|text| {
        Ok(match count {
            Some(count) => text.chars().take(count).collect(),
            None => text.to_owned(),
        })
    })?;
    if taken.is_none() { text("") } else { Ok(taken) }
}

fn take_middle<'a>(call: &Call<'_, 'a>) -> Answer<'a> {
    let (start, length) = (call.integer(1)?, call.integer(2)?);
    let below = |least, number| format!("it is {number}, but must be at least {least}");
    let skipped = start.checked_sub(1).and_then(|skipped| usize::try_from(skipped).ok());
    let skipped = skipped.ok_or_else(|| call.fault(1, below(1, start)))?;
    let taken = usize::try_from(length).map_err(|_| call.fault(2, below(0, length)))?;
    call.map_text(0, &|text| Ok(text.chars().skip(skipped).take(taken).collect()))
}

fn count_characters<'a>(call: &Call<'_, 'a>) -> Answer<'a> {
    let count = call.text_or_empty(0)?.chars().count();
    answer(Value::Integer(i64::try_from(count).unwrap_or(i64::MAX)))
}

fn pick_word<'a>(call: &Call<'_, 'a>) -> Answer<'a> {
    let (source, delimiters) = (call.text_or_empty(0)?, call.text_or_empty(2)?);
    let number = call.integer(1)?;
    let Some(at) = number.checked_sub(1).and_then(|at| usize::try_from(at).ok()) else { return text("") };
    // Bounded: a hostile pair of long texts would otherwise be compared character by character.
    let delimiters: std::collections::HashSet<char> = delimiters.chars().collect();
    let mut words = source.split(|character| delimiters.contains(&character)).filter(|word| !word.is_empty());
    text(words.nth(at).unwrap_or_default())
}

fn pick_component<'a>(call: &Call<'_, 'a>) -> Answer<'a> {
    let Some(name) = call.text(0)? else { return Ok(None) };
    let number = call.integer(1)?;
    let at = number.checked_sub(1).and_then(|at| usize::try_from(at).ok());
    let at = at.ok_or_else(|| call.fault(1, format!("it is {number}, but must be at least 1")))?;
    match find_component(&name, at) {
        Some(value) => text(value),
        None => Ok(None),
    }
}
