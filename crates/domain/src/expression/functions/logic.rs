//! Choosing, and asking what a value is.
use crate::expression::convert::read_text;
use crate::expression::evaluate::{Answer, Call, answer, text};
use crate::expression::fault::{Fault, Halt};
use crate::expression::function::{
    Function, Gives, PLAIN, Type, example, example_of, optional, repeated, required,
};
use crate::expression::tree::Node;
use crate::value::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "CBool",
        parameters: &[required("expression", Type::Condition)],
        gives: Type::Boolean,
        sentence: "Gives True for a comparison that holds, for True and for a number other than 0, else False.",
        examples: &[
            example("CBool([state] = [city])", r#"{"state": "Berlin", "city": "Berlin"}"#, "True"),
            example(r#"CBool("0")"#, "{}", "False"),
        ],
        evaluate: |call| answer(Value::Boolean(is_true(call, 0)?)),
        ..PLAIN
    },
    Function {
        name: "Coalesce",
        parameters: &[repeated("source", Type::Any)],
        gives: Type::Any,
        sentence: "Gives the first source that has a value; the last one is the default.",
        remark: "Only a missing value is passed over; the empty text is a value.",
        examples: &[
            example(
                "Coalesce([mail], [userPrincipalName])",
                r#"{"userPrincipalName": "John.Doe@contoso.com"}"#,
                "John.Doe@contoso.com",
            ),
            example_of("Coalesce([mail], [userPrincipalName])", "{}", Gives::Nothing),
        ],
        evaluate: choose_first,
        ..PLAIN
    },
    Function {
        name: "CStr",
        parameters: &[required("value", Type::Any)],
        sentence: "Gives a number, a reference, a date or True and False as text.",
        remark: "Of a list, each value.",
        examples: &[example(
            "CStr([dn])",
            r#"{"dn": "cn=Joe,dc=contoso,dc=com"}"#,
            "cn=Joe,dc=contoso,dc=com",
        )],
        evaluate: |call| call.map_text(0, &|text| Ok(text.to_owned())),
        ..PLAIN
    },
    Function {
        name: "DefaultDomain",
        sentence: "Gives the default domain of the organisation.",
        remark: "It is Purser's setting `default_domain`; without one the function fails and says so.",
        examples: &[example_of(
            r#"Join("@", [mailNickname], DefaultDomain())"#,
            r#"{"mailNickname": "kim"}"#,
            Gives::Varies("kim@ and the default domain"),
        )],
        evaluate: |call| match call.context().default_domain {
            Some(domain) => text(domain),
            None => Err(call.fail(Fault::Unavailable {
                function: "DefaultDomain",
                message: "has no value, because the setting default_domain is not set",
            })),
        },
        ..PLAIN
    },
    Function {
        name: "Error",
        parameters: &[required("message", Type::Text)],
        gives: Type::Any,
        sentence: "Fails with this message, so that the object is not provisioned.",
        examples: &[example_of(
            r#"IIF(IsPresent([mail]), [mail], Error("An e-mail address is needed."))"#,
            "{}",
            Gives::Error,
        )],
        evaluate: |call| {
            let message = call.text_or_empty(0)?;
            let message = if call.hides(0) {
                "the expression's Error was reached; its message is not shown, because it is redacted"
                    .to_owned()
            } else {
                message.chars().take(1_000).collect()
            };
            Err(call.fail(Fault::Raised(message)))
        },
        ..PLAIN
    },
    Function {
        name: "IgnoreFlowIfNullOrEmpty",
        parameters: &[required("expression", Type::Any)],
        gives: Type::Any,
        sentence: "Leaves the attribute out of the export when the expression has no value or is empty.",
        remark: "Then neither a default value is written nor a value cleared. Inside another function it leaves out the attribute as a whole.",
        examples: &[
            example_of("IgnoreFlowIfNullOrEmpty([department])", r#"{"department": ""}"#, Gives::Nothing),
            example(
                r#"IgnoreFlowIfNullOrEmpty(Switch([prefix], "", "3443", "Dr.", "3444", "Prof."))"#,
                r#"{"prefix": "3443"}"#,
                "Dr.",
            ),
        ],
        evaluate: |call| match call.value(0)?.filter(|value| !value.is_empty()) {
            Some(value) => Ok(Some(value)),
            None => Err(Halt::Ignored),
        },
        ..PLAIN
    },
    Function {
        name: "IIF",
        parameters: &[
            required("condition", Type::Condition),
            required("value if true", Type::Any),
            required("value if false", Type::Any),
        ],
        gives: Type::Any,
        sentence: "Gives one value when the condition holds, and another when it does not.",
        remark: "A comparison with a missing or empty value does not hold, whatever the operator; to ask for missing values use IsNullOrEmpty or IsPresent as the condition. For AND and OR nest one IIF in another.",
        examples: &[
            example(
                r#"IIF([country]="USA",[country],[department])"#,
                r#"{"country": "USA", "department": "Sales"}"#,
                "USA",
            ),
            example(
                r#"IIF([country]="USA",IIF([state]="CA","True","False"),"False")"#,
                r#"{"country": "USA", "state": "CA"}"#,
                "True",
            ),
            example(r#"IIF(IsNullOrEmpty([country]), "Other", [country])"#, "{}", "Other"),
        ],
        evaluate: |call| call.value(if is_true(call, 0)? { 1 } else { 2 }),
        ..PLAIN
    },
    Function {
        name: "IsNull",
        parameters: &[required("expression", Type::Any)],
        gives: Type::Boolean,
        sentence: "Gives True when the expression has no value.",
        examples: &[
            example("IsNull([displayName])", "{}", "True"),
            example("IsNull([displayName])", r#"{"displayName": ""}"#, "False"),
        ],
        evaluate: |call| answer(Value::Boolean(call.value(0)?.is_none())),
        ..PLAIN
    },
    Function {
        name: "IsNullOrEmpty",
        parameters: &[required("expression", Type::Any)],
        gives: Type::Boolean,
        sentence: "Gives True when the expression has no value or is empty.",
        examples: &[example("IsNullOrEmpty([displayName])", r#"{"displayName": ""}"#, "True")],
        evaluate: |call| answer(Value::Boolean(!is_present(call)?)),
        ..PLAIN
    },
    Function {
        name: "IsPresent",
        parameters: &[required("expression", Type::Any)],
        gives: Type::Boolean,
        sentence: "Gives True when the expression has a value that is not empty.",
        examples: &[example("IsPresent([displayName])", r#"{"displayName": "Kim"}"#, "True")],
        evaluate: |call| answer(Value::Boolean(is_present(call)?)),
        ..PLAIN
    },
    Function {
        name: "IsString",
        parameters: &[required("expression", Type::Any)],
        gives: Type::Boolean,
        sentence: "Gives True when the expression is a single value that can be text.",
        examples: &[
            example("IsString([displayName])", r#"{"displayName": "Kim"}"#, "True"),
            example("IsString([proxyAddresses])", r#"{"proxyAddresses": ["a", "b"]}"#, "False"),
        ],
        evaluate: |call| {
            let value = call.value(0)?;
            let is_text = value.is_some_and(|value| matches!(read_text(value), Ok(Some(_))));
            answer(Value::Boolean(is_text))
        },
        ..PLAIN
    },
    Function {
        name: "Not",
        parameters: &[required("source", Type::Any)],
        gives: Type::Boolean,
        sentence: "Turns True into False, and anything else into True.",
        examples: &[example("Not([IsSoftDeleted])", r#"{"IsSoftDeleted": "True"}"#, "False")],
        evaluate: |call| {
            let is_true = call.value(0)?.is_some_and(|value| value.to_display() == "True");
            answer(Value::Boolean(!is_true))
        },
        ..PLAIN
    },
    Function {
        name: "Redact",
        parameters: &[required("value", Type::Any)],
        gives: Type::Any,
        sentence: "Gives the value to the target, while logs show [Redact].",
        remark: "Used anywhere in an expression it hides the attribute's value as a whole.",
        examples: &[example("Redact([employeeId])", r#"{"employeeId": "4711"}"#, "4711")],
        evaluate: |call| call.value(0),
        ..PLAIN
    },
    Function {
        name: "Switch",
        parameters: &[
            required("source", Type::Any),
            optional("default value", Type::Any),
            repeated("key and value", Type::Any),
        ],
        gives: Type::Any,
        sentence: "Gives the value whose key equals the source, else the default value.",
        remark: "Keys compare with regard to case. A source without a value equals the key \"\". The same source gives the same value in every kind of cycle.",
        examples: &[
            example(
                r#"Switch([state], "Australia/Sydney", "NSW", "Australia/Sydney", "QLD", "Australia/Brisbane")"#,
                r#"{"state": "QLD"}"#,
                "Australia/Brisbane",
            ),
            example(r#"Switch([country],[country],"","Other")"#, "{}", "Other"),
            example(
                r#"Switch([IsSoftDeleted], , "False", "True", "True", "False")"#,
                r#"{"IsSoftDeleted": "False"}"#,
                "True",
            ),
        ],
        evaluate: switch,
        check: pairs,
        ..PLAIN
    },
];

fn pairs(arguments: &[Option<Node>]) -> Result<(), &'static str> {
    if arguments.len() >= 4 && arguments.len().is_multiple_of(2) {
        Ok(())
    } else {
        Err("needs a value for each key: after source and default value, keys and values come in pairs.")
    }
}

/// Whether a condition holds: a comparison, True in any case, or a number other than 0.
fn is_true(call: &Call<'_, '_>, at: usize) -> Result<bool, Halt> {
    Ok(call.single(at)?.is_some_and(|value| says_true(&value)))
}

fn says_true(value: &Value) -> bool {
    match value {
        Value::Boolean(boolean) => *boolean,
        Value::Integer(number) => *number != 0,
        other => {
            let text = other.to_display();
            let text = text.trim();
            text.eq_ignore_ascii_case("true") || text.parse::<i64>().is_ok_and(|number| number != 0)
        }
    }
}

fn is_present(call: &Call<'_, '_>) -> Result<bool, Halt> {
    Ok(call.value(0)?.is_some_and(|value| !value.is_empty()))
}

fn choose_first<'a>(call: &Call<'_, 'a>) -> Answer<'a> {
    for at in 0..call.len() {
        let value = call.value(at)?;
        if value.is_some() {
            return Ok(value);
        }
    }
    Ok(None)
}

fn switch<'a>(call: &Call<'_, 'a>) -> Answer<'a> {
    let source = call.text_or_empty(0)?;
    for at in (2..call.len()).step_by(2) {
        if call.text_or_empty(at)? == source {
            return call.value(at + 1);
        }
    }
    call.value(1)
}
