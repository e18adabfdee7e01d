//! `Replace`, in its five modes.
use crate::expression::evaluate::{Answer, Call, text};
use crate::expression::fault::Halt;
use crate::expression::function::{
    Function, Gives, PLAIN, Prepared, Type, example, example_of, optional, required,
};
use crate::expression::tree::{Kind, Node};
use purser_dotnet::Regex;
use purser_dotnet::regex::{MAX_STEPS, MatchError};
use std::borrow::Cow;

/// Positions of the arguments.
const SOURCE: usize = 0;
const OLD: usize = 1;
const PATTERN: usize = 2;
const GROUP: usize = 3;
const NEW: usize = 4;
const ATTRIBUTE: usize = 5;
const TEMPLATE: usize = 6;

pub(super) const FUNCTIONS: &[Function] = &[Function {
    name: "Replace",
    parameters: &[
        required("source", Type::Text),
        optional("old value", Type::Text),
        optional("regular expression", Type::Text),
        optional("group name", Type::Text),
        optional("replacement value", Type::Text),
        optional("replacement attribute", Type::Text),
        optional("template", Type::Text),
    ],
    sentence: "Replaces a text, or what a regular expression matches, in the source.",
    remark: "Which arguments are given decides. Old value and replacement: every occurrence in the source is replaced. Old value and template: every occurrence in the template is replaced by the source. Regular expression and replacement: every match is replaced, and ${name} or $1 in the replacement stand for groups. With a group name: only what that group matched is replaced. Regular expression, group name and replacement attribute: the source if it is not empty, else what the group matches in that attribute. No replacement counts as the empty one. Case matters. Regular expressions are those of .NET, up to 1,000 characters; one that takes too many steps fails. Of a list, each value.",
    examples: &[
        example(
            r#"Replace([preferredLanguage], "-", , , "_", , )"#,
            r#"{"preferredLanguage": "EN-US"}"#,
            "EN_US",
        ),
        example(
            r#"Replace([UserID],"<username>", , , , , "<username>@contoso.com")"#,
            r#"{"UserID": "jsmith"}"#,
            "jsmith@contoso.com",
        ),
        example(
            r#"Replace([mobile], , "[()\\s-]+", , "", , )"#,
            r#"{"mobile": "+1 (999) 888-7777"}"#,
            "+19998887777",
        ),
        example(
            r#"Replace([AddressLineData], ,"(?<streetNumber>^\\d*)","streetNumber", "888", , )"#,
            r#"{"AddressLineData": "545 Tremont Street"}"#,
            "888 Tremont Street",
        ),
        example(
            r#"Replace([employeeId], , "^(?<alias>[^@]+)@", "alias", , [mail], )"#,
            r#"{"mail": "jsmith@contoso.com"}"#,
            "jsmith",
        ),
        example_of(r#"Replace([mail], "a", , , "b", , )"#, "{}", Gives::Nothing),
    ],
    evaluate: replace,
    check: check_mode,
    prepare: Some(prepare_pattern),
    ..PLAIN
}];

fn check_mode(arguments: &[Option<Node>]) -> Result<(), &'static str> {
    let is_given = |at: usize| arguments.get(at).is_some_and(Option::is_some);
    match (is_given(OLD), is_given(PATTERN)) {
        (false, false) => Err("needs an old value or a regular expression."),
        (true, true) => Err("takes an old value or a regular expression, not both."),
        (true, false) if is_given(GROUP) || is_given(ATTRIBUTE) => {
            Err("takes a group name and a replacement attribute only with a regular expression.")
        }
        (false, true) if is_given(TEMPLATE) => Err("takes a template only with an old value."),
        (false, true) if is_given(ATTRIBUTE) && !is_given(GROUP) => {
            Err("needs a group name to take something out of the replacement attribute.")
        }
        _ => Ok(()),
    }
}

fn read_literal(arguments: &[Option<Node>], at: usize) -> Option<Cow<'_, str>> {
    match &arguments.get(at)?.as_ref()?.kind {
        Kind::Literal(value) => Some(value.to_display()),
        _ => None,
    }
}

/// A pattern that is a literal is compiled while parsing, and a group that is one is looked for.
fn prepare_pattern(arguments: &[Option<Node>]) -> Result<Option<Prepared>, (usize, String)> {
    let Some(pattern) = read_literal(arguments, PATTERN) else { return Ok(None) };
    let regex = Regex::parse(&pattern).map_err(|error| (PATTERN, error.to_string()))?;
    if let Some(group) = read_literal(arguments, GROUP).filter(|group| !regex.has_group(group)) {
        return Err((GROUP, MatchError::UnknownGroup(group.into_owned()).to_string()));
    }
    Ok(Some(Prepared::Pattern(regex)))
}

fn replace<'a>(call: &Call<'_, 'a>) -> Answer<'a> {
    if call.is_given(PATTERN) {
        return replace_matches(call);
    }
    let old = call.text_or_empty(OLD)?;
    if call.is_given(TEMPLATE) {
        let Some(source) = call.text(SOURCE)? else { return Ok(None) };
        return text(replace_text(call, &call.text_or_empty(TEMPLATE)?, &old, &source)?);
    }
    let new = call.text_or_empty(NEW)?;
    call.map_text(SOURCE, &|source| replace_text(call, source, &old, &new))
}

fn replace_text(call: &Call<'_, '_>, within: &str, old: &str, new: &str) -> Result<String, Halt> {
    if old.is_empty() {
        return Ok(within.to_owned());
    }
    // Counted first, so that a large result is refused before it is made.
    call.check_size(within.matches(old).count().saturating_mul(new.len()))?;
    Ok(within.replace(old, new))
}

fn replace_matches<'a>(call: &Call<'_, 'a>) -> Answer<'a> {
    let compiled;
    let regex = match call.prepared() {
        Some(Prepared::Pattern(regex)) => regex,
        None => {
            let pattern = call.text_or_empty(PATTERN)?;
            compiled = Regex::parse(&pattern).map_err(|error| call.fault(PATTERN, error.to_string()))?;
            // Compiling costs up to a fortieth of what matching may.
            call.charge(MAX_STEPS / 40)?;
            &compiled
        }
    };
    let counted = |work: &dyn Fn(&mut u64) -> Result<String, MatchError>| {
        let mut steps = MAX_STEPS;
        let result = work(&mut steps).map_err(|error| blame(call, &error));
        call.charge(MAX_STEPS - steps)?;
        result
    };
    if !call.is_given(GROUP) {
        let new = call.text_or_empty(NEW)?;
        return call.map_text(SOURCE, &|source| counted(&|steps| regex.replace_all(source, &new, steps)));
    }
    let group = call.text_or_empty(GROUP)?;
    if !call.is_given(ATTRIBUTE) {
        let new = call.text_or_empty(NEW)?;
        return call
            .map_text(SOURCE, &|source| counted(&|steps| regex.replace_group(source, &group, &new, steps)));
    }
    if let Some(source) = call.value(SOURCE)?.filter(|source| !source.is_empty()) {
        return Ok(Some(source));
    }
    let Some(other) = call.text(ATTRIBUTE)? else { return Ok(None) };
    let found = counted(&|steps| Ok(regex.find_group(&other, &group, steps)?.unwrap_or_default()))?;
    if found.is_empty() { Ok(None) } else { text(found) }
}

fn blame(call: &Call<'_, '_>, error: &MatchError) -> Halt {
    let at = match error {
        MatchError::TooCostly => PATTERN,
        MatchError::TextTooLong if call.is_given(ATTRIBUTE) => ATTRIBUTE,
        MatchError::TextTooLong => SOURCE,
        MatchError::ResultTooLong => NEW,
        MatchError::UnknownGroup(_) => GROUP,
    };
    call.fault(at, error.to_string())
}
