//! Upper and lower case, and letters with marks.
use crate::diacritics::normalize_diacritics;
use crate::expression::evaluate::{Answer, Call};
use crate::expression::fault::Halt;
use crate::expression::function::{
    Function, Gives, PLAIN, Prepared, Type, example, example_of, optional, required,
};
use crate::expression::tree::{Kind, Node};
use purser_dotnet::casing::Culture;
use purser_dotnet::title_case::{to_title_case, to_title_case_between};

const CULTURES: &str = "The culture is a language tag such as tr-TR; only Turkish, Azerbaijani and Lithuanian differ from the invariant culture, which is the default. A difference of case alone is exported only where the target attribute is case-exact. Of a list, each value.";

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "NormalizeDiacritics",
        parameters: &[required("source", Type::Text)],
        sentence: "Puts plain letters in the place of letters with marks.",
        remark: "It goes by a table, which has ä as a, ø as oe and ß as ss. Letters that are not in it, such as đ or þ, stay. Of a list, each value.",
        examples: &[
            example("NormalizeDiacritics([givenName])", r#"{"givenName": "Zoë"}"#, "Zoe"),
            example(r#"NormalizeDiacritics("Øystein")"#, "{}", "OEystein"),
        ],
        evaluate: |call| call.map_text(0, &|text| Ok(normalize_diacritics(text))),
        ..PLAIN
    },
    Function {
        name: "PCase",
        parameters: &[required("source", Type::Text), optional("word separators", Type::Text)],
        sentence: "Writes the first letter of each word in upper case and the rest in lower case.",
        remark: "Without separators words end at spaces, punctuation and symbols, but not at an apostrophe. Given separators are the only characters that end a word. Of a list, each value.",
        examples: &[
            example(
                "PCase([firstName])",
                r#"{"firstName": "PABLO GONSALVES (SECOND)"}"#,
                "Pablo Gonsalves (Second)",
            ),
            example(r#"PCase([surname], "-")"#, r#"{"surname": "SMITH-JONES JR"}"#, "Smith-Jones jr"),
        ],
        evaluate: write_title_case,
        ..PLAIN
    },
    Function {
        name: "ToLower",
        parameters: &[required("source", Type::Text), optional("culture", Type::Text)],
        sentence: "Writes the source in lower case.",
        remark: CULTURES,
        examples: &[
            example(
                "ToLower([userPrincipalName])",
                r#"{"userPrincipalName": "John.Doe@Contoso.com"}"#,
                "john.doe@contoso.com",
            ),
            example(r#"ToLower("DIYARBAKIR", "tr-TR")"#, "{}", "dıyarbakır"),
        ],
        evaluate: |call| change_case(call, Culture::to_lower),
        prepare: Some(check_culture),
        ..PLAIN
    },
    Function {
        name: "ToUpper",
        parameters: &[required("source", Type::Text), optional("culture", Type::Text)],
        sentence: "Writes the source in upper case.",
        remark: CULTURES,
        examples: &[
            example("ToUpper([country])", r#"{"country": "de"}"#, "DE"),
            example(r#"ToUpper("izmir", "tr-TR")"#, "{}", "İZMİR"),
            example_of("ToUpper([country])", "{}", Gives::Nothing),
        ],
        evaluate: |call| change_case(call, Culture::to_upper),
        prepare: Some(check_culture),
        ..PLAIN
    },
];

fn write_title_case<'a>(call: &Call<'_, 'a>) -> Answer<'a> {
    let separators = call.text_or_empty(1)?;
    call.map_text(0, &|text| {
        Ok(if separators.is_empty() { to_title_case(text) } else { to_title_case_between(text, &separators) })
    })
}

/// A culture that is a literal is checked while parsing.
fn check_culture(arguments: &[Option<Node>]) -> Result<Option<Prepared>, (usize, String)> {
    if let Some(Some(Node { kind: Kind::Literal(tag), .. })) = arguments.get(1) {
        Culture::parse(&tag.to_display()).map_err(|error| (1, error.to_string()))?;
    }
    Ok(None)
}

fn change_case<'a>(call: &Call<'_, 'a>, change: fn(&Culture, &str) -> String) -> Answer<'a> {
    let tag = call.text_or_empty(1)?;
    let culture = Culture::parse(&tag).map_err(|error| call.fault(1, error.to_string()))?;
    call.map_text(0, &|text| -> Result<String, Halt> { Ok(change(&culture, text)) })
}
