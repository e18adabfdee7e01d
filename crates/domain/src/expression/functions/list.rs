//! Several values.
use crate::expression::convert::read_text;
use crate::expression::evaluate::{Answer, Call, answer};
use crate::expression::function::{Function, Gives, PLAIN, Prepared, Type, example, example_of, required};
use crate::expression::tree::{Kind, Node};
use crate::value::Value;
use std::borrow::Cow;
use std::collections::HashSet;

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "Count",
        parameters: &[required("attribute", Type::Any)],
        gives: Type::Number,
        sentence: "Gives the number of values.",
        remark: "A single value counts as one, no value as 0.",
        examples: &[example("Count([proxyAddresses])", r#"{"proxyAddresses": ["a", "b"]}"#, "2")],
        evaluate: |call| {
            let count = call.value(0)?.map_or(0, |value| match value.as_ref() {
                Value::List(items) => items.len(),
                _ => 1,
            });
            answer(Value::Integer(i64::try_from(count).unwrap_or(i64::MAX)))
        },
        ..PLAIN
    },
    Function {
        name: "Item",
        parameters: &[required("attribute", Type::Any), required("index", Type::Number)],
        gives: Type::Any,
        sentence: "Gives one of several values, counted from 1.",
        remark: "A single value is the first of one. An index of 0 or beyond the last value is an error.",
        examples: &[
            example("Item([proxyAddresses], 1)", r#"{"proxyAddresses": ["a", "b"]}"#, "a"),
            example_of("Item([proxyAddresses], 3)", r#"{"proxyAddresses": ["a", "b"]}"#, Gives::Error),
        ],
        evaluate: pick_item,
        prepare: Some(check_index),
        ..PLAIN
    },
    Function {
        name: "RemoveDuplicates",
        parameters: &[required("attribute", Type::Any)],
        gives: Type::List,
        sentence: "Gives each of several values once, in the order of their first appearance.",
        remark: "Values compare with regard to case.",
        examples: &[example(
            "RemoveDuplicates([proxyAddresses])",
            r#"{"proxyAddresses": ["a", "b", "a"]}"#,
            r#"["a","b"]"#,
        )],
        evaluate: remove_duplicates,
        ..PLAIN
    },
    Function {
        name: "Split",
        parameters: &[required("source", Type::Text), required("delimiter", Type::Text)],
        gives: Type::List,
        sentence: "Splits the source at each delimiter into several values, without the spaces around them.",
        remark: "Of a list, each value is split. An empty delimiter leaves the source whole.",
        examples: &[example(
            r#"Split([extensionAttribute5], ",")"#,
            r#"{"extensionAttribute5": "red, green,blue"}"#,
            r#"["red","green","blue"]"#,
        )],
        evaluate: split,
        ..PLAIN
    },
];

/// An index below 1 never works, so one that is a literal is found while parsing.
fn check_index(arguments: &[Option<Node>]) -> Result<Option<Prepared>, (usize, String)> {
    match arguments.get(1) {
        Some(Some(Node { kind: Kind::Literal(Value::Integer(index)), .. })) if *index < 1 => {
            Err((1, format!("Item counts values from 1, but there is {index}.")))
        }
        _ => Ok(None),
    }
}

fn pick_item<'a>(call: &Call<'_, 'a>) -> Answer<'a> {
    let Some(value) = call.value(0)? else { return Ok(None) };
    let index = call.integer(1)?;
    let items = match value.as_ref() {
        Value::List(items) => items.as_slice(),
        single => std::slice::from_ref(single),
    };
    let at = index.checked_sub(1).and_then(|at| usize::try_from(at).ok());
    match at.and_then(|at| items.get(at)) {
        Some(item) => answer(item.clone()),
        None => {
            let count = items.len();
            Err(call.fault(1, format!("it is {index}, but there are {count} values, counted from 1")))
        }
    }
}

fn remove_duplicates<'a>(call: &Call<'_, 'a>) -> Answer<'a> {
    let Some(value) = call.value(0)? else { return Ok(None) };
    let Value::List(items) = value.as_ref() else { return Ok(Some(value)) };
    let mut seen: HashSet<Cow<'_, str>> = HashSet::with_capacity(items.len());
    let mut distinct = Vec::new();
    for item in items {
        if seen.insert(item.to_display()) {
            distinct.push(item.clone());
        }
    }
    answer(Value::List(distinct))
}

fn split<'a>(call: &Call<'_, 'a>) -> Answer<'a> {
    let Some(value) = call.value(0)? else { return Ok(None) };
    let delimiter = call.text_or_empty(1)?;
    let mut parts = Vec::new();
    let sources = match value.as_ref() {
        Value::List(items) => items.as_slice(),
        single => std::slice::from_ref(single),
    };
    for source in sources {
        let source = read_text(Cow::Borrowed(source)).map_err(|message| call.refuse(0, message))?;
        let source = source.unwrap_or_default();
        if delimiter.is_empty() {
            parts.push(Value::text(source.trim()));
        } else {
            parts.extend(source.split(delimiter.as_ref()).map(|part| Value::text(part.trim())));
        }
    }
    answer(Value::List(parts))
}
