//! From text to path.
use super::{FilterValue, MAX_PATH_LENGTH, PathFilter, TargetPath, starts_with_ignoring_case};

pub(super) fn parse(text: &str) -> Result<TargetPath, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("it is empty.".to_owned());
    }
    if text.chars().count() > MAX_PATH_LENGTH {
        return Err(format!("it is longer than {MAX_PATH_LENGTH} characters."));
    }
    let (head, filter, tail) = match text.split_once('[') {
        None => (text, None, None),
        Some((head, rest)) => {
            let (filter, tail) = parse_filter(rest)?;
            (head, Some(filter), Some(tail))
        }
    };
    // The schema's own text holds dots (2.0), so it is cut off first, at the last colon.
    let (schema, head) = match head.rsplit_once(':') {
        None => (None, head),
        Some((schema, head)) if starts_with_ignoring_case(schema, "urn:") => {
            if schema.chars().any(|character| character.is_whitespace() || "\"[]".contains(character)) {
                return Err(
                    "the schema before the last colon holds a space, a quote or a bracket.".to_owned()
                );
            }
            (Some(schema.to_owned()), head)
        }
        Some(_) => {
            return Err("the part before the last colon is no schema: it must start with urn:".to_owned());
        }
    };
    let (attribute, sub) = match tail {
        None => match head.split_once('.') {
            None => (head, None),
            Some((attribute, sub)) => (attribute, Some(sub)),
        },
        Some(tail) => match tail.strip_prefix('.') {
            Some(sub) => (head, Some(sub)),
            None => return Err("write a sub-attribute after the filter, for example .value".to_owned()),
        },
    };
    let attribute = check_name(attribute)?;
    let sub = sub.map(check_name).transpose()?;
    Ok(TargetPath::new(schema, attribute, filter, sub))
}

/// Parses what follows the bracket; gives the filter and what follows its closing bracket.
fn parse_filter(text: &str) -> Result<(PathFilter, &str), String> {
    const SHAPE: &str = "the filter must look like [type eq \"work\"]";
    let text = text.trim_start();
    let (attribute, rest) = text.split_once(char::is_whitespace).ok_or(SHAPE)?;
    let attribute = check_name(attribute)?;
    let (operator, rest) = rest.trim_start().split_once(char::is_whitespace).ok_or(SHAPE)?;
    if !operator.eq_ignore_ascii_case("eq") {
        return Err(format!("the filter's operator is \"{operator}\"; only eq is possible."));
    }
    let rest = rest.trim_start();
    let (value, rest) = match rest.strip_prefix('"') {
        Some(quoted) => {
            let (value, rest) = parse_quoted(quoted)?;
            (FilterValue::Text(value), rest)
        }
        None => {
            let end = rest.find(']').ok_or(SHAPE)?;
            let (word, rest) = rest.split_at(end);
            match word.trim() {
                "true" | "True" => (FilterValue::Boolean(true), rest),
                "false" | "False" => (FilterValue::Boolean(false), rest),
                _ => return Err(SHAPE.to_owned()),
            }
        }
    };
    let tail = rest.trim_start().strip_prefix(']').ok_or(SHAPE)?;
    Ok((PathFilter { attribute, value }, tail))
}

fn parse_quoted(text: &str) -> Result<(String, &str), String> {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Ok((value, &text[at + 1..])),
            '\\' => match characters.next() {
                Some((_, escaped @ ('"' | '\\'))) => value.push(escaped),
                _ => {
                    return Err(
                        "a backslash in the filter must stand before a quote or a backslash.".to_owned()
                    );
                }
            },
            _ => value.push(character),
        }
    }
    Err("the filter's text has no closing quote.".to_owned())
}

/// SCIM's attribute names, and `$ref`.
fn check_name(name: &str) -> Result<String, String> {
    let mut characters = name.chars();
    let first = characters.next().ok_or("a name is missing.")?;
    let starts_well = first.is_ascii_alphabetic() || first == '$' || first == '_';
    if starts_well
        && characters.all(|character| character.is_ascii_alphanumeric() || "_-".contains(character))
    {
        return Ok(name.to_owned());
    }
    Err(format!("\"{name}\" is no attribute name (letters, digits, - and _, starting with a letter)."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_path_is_taken_apart() {
        let path = TargetPath::parse("emails[type eq \"work\"].value").unwrap();
        assert_eq!((path.attribute(), path.sub()), ("emails", Some("value")));
        assert_eq!(
            path.filter().map(|filter| filter.value.clone()),
            Some(FilterValue::Text("work".to_owned()))
        );
        let urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
        let path = TargetPath::parse(&format!("{urn}:manager.value")).unwrap();
        assert_eq!((path.schema(), path.attribute(), path.sub()), (Some(urn), "manager", Some("value")));
        assert_eq!(path.extension(), Some(urn));
        let core = TargetPath::parse("urn:ietf:params:scim:schemas:core:2.0:User:userName").unwrap();
        assert_eq!((core.extension(), core.attribute()), (None, "userName"));
    }

    #[test]
    fn spelling_that_does_not_matter_is_made_one() {
        let path = TargetPath::parse("  roles[ primary  EQ True ].display ").unwrap();
        assert_eq!(path.as_str(), "roles[primary eq true].display");
    }

    #[test]
    fn what_is_no_path_is_refused_with_a_reason() {
        for (text, part) in [
            ("", "empty"),
            ("name.", "missing"),
            ("a.b.c", "no attribute name"),
            ("emails[type eq \"work\"]", "sub-attribute"),
            ("emails[type ne \"work\"].value", "only eq"),
            ("emails[type eq \"work].value", "closing quote"),
            ("emails[type eq work].value", "must look like"),
            ("emails[].value", "must look like"),
            ("x:userName", "urn:"),
            ("user name", "no attribute name"),
            ("emails[type eq \"wo\\rk\"].value", "backslash"),
        ] {
            let error = TargetPath::parse(text).unwrap_err().to_string();
            assert!(error.contains(part), "{text}: {error}");
        }
        assert!(TargetPath::parse(&"x".repeat(MAX_PATH_LENGTH)).is_ok());
        assert!(TargetPath::parse(&"x".repeat(MAX_PATH_LENGTH + 1)).is_err());
    }

    fn paths() -> impl Strategy<Value = TargetPath> {
        let name = "[a-zA-Z$_][a-zA-Z0-9_-]{0,12}";
        let schema = proptest::option::of("urn:[a-z0-9.]{1,8}(:[A-Za-z0-9.]{1,8}){0,3}");
        let value =
            prop_oneof![".{0,16}".prop_map(FilterValue::Text), any::<bool>().prop_map(FilterValue::Boolean),];
        let filter = (name, value).prop_map(|(attribute, value)| PathFilter { attribute, value });
        let rest = prop_oneof![
            proptest::option::of(name).prop_map(|sub| (None, sub)),
            (filter, name).prop_map(|(filter, sub)| (Some(filter), Some(sub))),
        ];
        (schema, name, rest)
            .prop_map(|(schema, attribute, (filter, sub))| TargetPath::new(schema, attribute, filter, sub))
    }

    proptest! {
        #[test]
        fn a_path_reads_back_from_its_own_text(path in paths()) {
            prop_assert_eq!(TargetPath::parse(path.as_str()), Ok(path));
        }

        #[test]
        fn no_text_makes_the_parser_fail_otherwise_than_with_a_reason(text in ".{0,64}") {
            if let Ok(path) = TargetPath::parse(&text) {
                prop_assert_eq!(TargetPath::parse(path.as_str()), Ok(path));
            }
        }
    }
}
