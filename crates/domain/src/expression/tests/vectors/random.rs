//! Chance.
use super::super::{Context, Expression, Fails, Is, Value, Vector};
use crate::expression::Outcome;
use std::collections::HashSet;

pub(super) const VECTORS: &[Vector] = &[
    ("RandomString(3,2,0,0,2)", "{}", Fails("the minima ask for 4")),
    ("RandomString(257,0,0,0,0)", "{}", Fails("within 0 and 256")),
    ("RandomString(-1,0,0,0,0)", "{}", Fails("within 0 and 256")),
    ("RandomString(5,0,-1,0,0)", "{}", Fails("can't be negative")),
    (r#"RandomString(5,1,0,0,0,"0123456789")"#, "{}", Fails("leave no digit")),
    ("RandomString([word],1,0,0,0)", r#"{"word": "x"}"#, Fails("whole number")),
    ("RandomString([missing],1,0,0,0)", "{}", Fails("whole number")),
    ("Len(Guid())", "{}", Is("36")),
    ("Len(RandomString(7,0,0,0,0))", "{}", Is("7")),
    (r#"RandomString(1,1,0,0,0,"012345678")"#, "{}", Is("9")),
];

fn evaluate(text: &str, seed: [u8; 32]) -> String {
    let context =
        Context { seed, default_domain: Some("contoso.com"), ..Context::at(jiff::Timestamp::UNIX_EPOCH) };
    let source = |name: &str| (name == "userName").then(|| Value::text("jo@fabrikam.com"));
    let outcome = Expression::parse(text).unwrap().evaluate(&source, &context).unwrap();
    let Outcome::Value(value) = outcome else { panic!("{text} gives {outcome:?}") };
    value.to_display().into_owned()
}

fn count(text: &str, kind: impl Fn(char) -> bool) -> usize {
    text.chars().filter(|character| kind(*character)).count()
}

#[test]
fn random_texts_have_what_was_asked_for() {
    for byte in 0..=255 {
        let seed = [byte; 32];
        let text = evaluate("RandomString(6,3,0,0,3)", seed);
        assert_eq!(text.len(), 6);
        assert_eq!(count(&text, |character| character.is_ascii_digit()), 3, "{text}");
        assert_eq!(count(&text, |character| character.is_ascii_lowercase()), 3, "{text}");

        let text = evaluate(r#"RandomString(10,2,2,2,1,"?,")"#, seed);
        assert_eq!(
            (text.chars().count(), count(&text, |character| "?,".contains(character))),
            (10, 0),
            "{text}"
        );
        assert!(count(&text, |character| character.is_ascii_digit()) >= 2, "{text}");
        assert!(count(&text, |character| character.is_ascii_punctuation()) >= 2, "{text}");
        assert!(count(&text, |character| character.is_ascii_uppercase()) >= 2, "{text}");
        assert!(count(&text, |character| character.is_ascii_lowercase()) >= 1, "{text}");

        let name = evaluate(
            r#"Join("", Replace([userName], , "(?<Suffix>@(.)*)", "Suffix", "", , ), RandomString(3, 3, 0, 0, 0, ), "@", DefaultDomain())"#,
            seed,
        );
        let digits = name.strip_prefix("jo").and_then(|rest| rest.strip_suffix("@contoso.com")).unwrap();
        assert!(digits.len() == 3 && digits.bytes().all(|digit| digit.is_ascii_digit()), "{name}");
    }
    assert_eq!(evaluate("RandomString(256,0,0,0,0)", [1; 32]).len(), 256);
    assert_eq!(evaluate("RandomString(0,0,0,0,0)", [1; 32]), "");
}

#[test]
fn each_call_draws_its_own_chance_and_the_same_for_the_same_seed() {
    let two =
        evaluate(r#"Join(" ", Guid(), Guid(), RandomString(20,0,0,0,0), RandomString(20,0,0,0,0))"#, [3; 32]);
    assert_eq!(two.split(' ').collect::<HashSet<_>>().len(), 4, "{two}");
    assert_eq!(
        two,
        evaluate(r#"Join(" ", Guid(), Guid(), RandomString(20,0,0,0,0), RandomString(20,0,0,0,0))"#, [3; 32])
    );
    let all: HashSet<String> = (0..=255).map(|byte| evaluate("Guid()", [byte; 32])).collect();
    assert_eq!(all.len(), 256);
    let guid = evaluate("Guid()", [9; 32]);
    assert_eq!(guid.len(), 36);
    assert_eq!(guid.to_ascii_lowercase(), guid);
}
