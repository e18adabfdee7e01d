//! Values that are free in the target.
use crate::expression::evaluate::{Answer, Call};
use crate::expression::fault::Fault;
use crate::expression::function::{Function, PLAIN, Type, example, repeated};
use crate::expression::tree::Node;

pub(super) const FUNCTIONS: &[Function] = &[Function {
    name: "SelectUniqueValue",
    parameters: &[repeated("rule", Type::Any)],
    gives: Type::Any,
    sentence: "Gives the first value that no account of the target has.",
    remark: "It stands at the top of an expression only, never on a matching attribute, and is evaluated only when an account is created. When every value is taken, the object is retried later.",
    examples: &[example(
        r#"SelectUniqueValue(Join("@", Join(".", [givenName], [surname]), "contoso.com"), Join("@", Join(".", Mid([givenName], 1, 1), [surname]), "contoso.com"))"#,
        r#"{"givenName": "John", "surname": "Smith"}"#,
        "John.Smith@contoso.com",
    )],
    evaluate: select,
    check: at_least_two,
    ..PLAIN
}];

fn at_least_two(arguments: &[Option<Node>]) -> Result<(), &'static str> {
    if arguments.iter().flatten().count() >= 2 { Ok(()) } else { Err("needs at least two rules.") }
}

fn select<'a>(call: &Call<'_, 'a>) -> Answer<'a> {
    let mut any = false;
    for at in 0..call.len() {
        let Some(value) = call.value(at)?.filter(|value| !value.is_empty()) else { continue };
        any = true;
        if !(call.context().is_taken)(&value.to_display()) {
            return Ok(Some(value));
        }
    }
    if !any {
        // No rule has a value, so there is nothing that could be taken.
        return Ok(None);
    }
    Err(call.fail(Fault::Unavailable {
        function: "SelectUniqueValue",
        message: "found that the target has an account with each of the values; add a rule",
    }))
}
