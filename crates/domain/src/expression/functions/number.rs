//! Numbers.
use crate::expression::evaluate::{Answer, Call, answer};
use crate::expression::function::{Function, PLAIN, Type, example, optional, required};
use crate::value::Value;

const HOW: Type = Type::Word(&["vbBinaryCompare", "vbTextCompare"]);

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "BitAnd",
        parameters: &[required("value1", Type::Number), required("value2", Type::Number)],
        gives: Type::Number,
        sentence: "Gives the bits that are set in both numbers.",
        examples: &[example("BitAnd(&HF, &HF7)", "{}", "7")],
        evaluate: |call| {
            let (Some(left), Some(right)) = (call.optional_integer(0)?, call.optional_integer(1)?) else {
                return Ok(None);
            };
            answer(Value::Integer(left & right))
        },
        ..PLAIN
    },
    Function {
        name: "InStr",
        parameters: &[
            required("value1", Type::Text),
            required("value2", Type::Text),
            optional("start", Type::Number),
            optional("compare type", HOW),
        ],
        gives: Type::Number,
        sentence: "Gives the position at which the first value holds the second, counted from 1; 0 when it does not.",
        remark: "The search begins at start. With vbTextCompare case does not matter. An empty second value is found where the search begins; one without a value is found nowhere.",
        examples: &[
            example(r#"InStr("The quick brown fox", "quick")"#, "{}", "5"),
            example(r#"InStr("repEated", "e", 3, vbBinaryCompare)"#, "{}", "7"),
        ],
        evaluate: find_position,
        ..PLAIN
    },
];

fn find_position<'a>(call: &Call<'_, 'a>) -> Answer<'a> {
    let (Some(within), Some(wanted)) = (call.text(0)?, call.text(1)?) else {
        return answer(Value::Integer(0));
    };
    let start = call.optional_integer(2)?.unwrap_or(1);
    let skipped = start.checked_sub(1).and_then(|skipped| usize::try_from(skipped).ok());
    let skipped = skipped.ok_or_else(|| call.fault(2, format!("it is {start}, but must be at least 1")))?;
    let fold = call.word(3)?.is_some_and(|how| how == "vbTextCompare");
    // Folded character by character, so that positions stay those of the text itself.
    let read = |text: &str| -> Vec<char> {
        text.chars().map(|character| if fold { fold_case(character) } else { character }).collect()
    };
    let (within, wanted) = (read(&within), read(&wanted));
    if skipped > within.len() || (within.is_empty() && wanted.is_empty()) {
        return answer(Value::Integer(0));
    }
    let tail: String = within.iter().skip(skipped).collect();
    let wanted: String = wanted.into_iter().collect();
    let found =
        tail.find(&wanted).map(|at| tail.get(..at).map_or(0, |before| before.chars().count()) + skipped + 1);
    answer(Value::Integer(found.and_then(|at| i64::try_from(at).ok()).unwrap_or(0)))
}

/// Lower case where that is one character too: `İ` becomes two, so it stays what it is.
fn fold_case(character: char) -> char {
    let mut lower = character.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(single), None) => single,
        _ => character,
    }
}
