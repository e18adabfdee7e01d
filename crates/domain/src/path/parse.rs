//! From text to path.
use super::{MAX_PATH_LENGTH, PathClause, PathFilter, TargetPath};
use crate::scim::{AttributePath, Filter, Literal, Operator, Path, SyntaxError};

const SHAPE: &str = "write it like emails[type eq \"work\"].value";

/// What a name outside SCIM's grammar may hold beside letters and digits.
const NAME_MARKS: &str = " _-.$#@/&'+%()";

pub(super) fn parse(text: &str) -> Result<TargetPath, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("it is empty.".to_owned());
    }
    if text.chars().count() > MAX_PATH_LENGTH {
        return Err(format!("it is longer than {MAX_PATH_LENGTH} characters."));
    }
    let error = match Path::parse(text) {
        Ok(path) => return narrow(path).and_then(keep_short),
        Err(error) => error,
    };
    if is_plain_name(text) {
        return Ok(TargetPath::new(AttributePath::new(text), None));
    }
    Err(explain(text, &error))
}

/// The canonical text is kept and read again; it is longer than what was typed where that has control characters.
fn keep_short(path: TargetPath) -> Result<TargetPath, String> {
    if path.as_str().chars().count() > MAX_PATH_LENGTH {
        return Err(format!("it is longer than {MAX_PATH_LENGTH} characters once it is spelled out."));
    }
    Ok(path)
}

fn explain(text: &str, error: &SyntaxError) -> String {
    let hint = if text.contains('[') || has_operator(text) { format!("; {SHAPE}") } else { String::new() };
    format!("at {error}{hint}.")
}

/// Names that other systems have: `Display Name`, `dbo.Person.Name`, `Straße`.
fn is_plain_name(text: &str) -> bool {
    let allowed = |character: char| character.is_alphanumeric() || NAME_MARKS.contains(character);
    text.chars().all(allowed)
        && text.starts_with(|first: char| first.is_alphanumeric() || "_$#@".contains(first))
        && text.split('.').all(|part| !part.is_empty() && part.trim() == part)
        && !has_operator(text)
}

/// A path whose brackets were forgotten is not a name with spaces.
fn has_operator(text: &str) -> bool {
    text.split_whitespace().any(|word| word.eq_ignore_ascii_case("eq"))
}

/// From what the grammar allows to what a mapping can write to.
fn narrow(path: Path) -> Result<TargetPath, String> {
    let filter = path.element.map(|element| narrow_filter(*element)).transpose()?;
    if filter.is_some() && path.attribute.sub.is_none() {
        return Err("write a sub-attribute after the filter, for example .value".to_owned());
    }
    Ok(TargetPath::new(path.attribute, filter))
}

fn narrow_filter(filter: Filter) -> Result<PathFilter, String> {
    let parts = match filter {
        Filter::And(parts) => parts,
        one => vec![one],
    };
    let mut clauses: Vec<PathClause> = Vec::with_capacity(parts.len());
    for part in parts {
        let clause = narrow_clause(part)?;
        if clauses.iter().any(|other| other.attribute().eq_ignore_ascii_case(clause.attribute())) {
            return Err(format!(
                "its filter compares {} twice; one value can't be both, so leave one out.",
                clause.attribute()
            ));
        }
        clauses.push(clause);
    }
    Ok(PathFilter::new(clauses))
}

fn narrow_clause(filter: Filter) -> Result<PathClause, String> {
    let only_eq = |found: &str| {
        Err(format!(
            "its filter uses {found}, but only eq is possible, since a new element must follow from it; {SHAPE}."
        ))
    };
    match filter {
        Filter::Compare { path, operator: Operator::Equal, value } => {
            if path.element.is_some() || path.attribute.schema.is_some() || path.attribute.sub.is_some() {
                return Err(format!("its filter compares {path}; name a sub-attribute alone, such as type."));
            }
            if value == Literal::Null {
                return Err(format!("its filter compares {path} with null, which no element could have; {SHAPE}."));
            }
            let is_boolean = |text: &str| ["true", "false"].iter().any(|word| text.eq_ignore_ascii_case(word));
            if path.attribute.name.eq_ignore_ascii_case("primary")
                && matches!(&value, Literal::Text(text) if !is_boolean(text))
            {
                return Err(format!("its filter compares primary with {value}, but primary is true or false."));
            }
            Ok(PathClause::new(path.attribute.name, value))
        }
        Filter::Compare { operator, .. } => only_eq(operator.as_str()),
        Filter::Present(_) => only_eq("pr"),
        Filter::Not(_) => only_eq("not"),
        Filter::Element { .. } => only_eq("brackets inside brackets"),
        Filter::Or(_) | Filter::And(_) => Err(
            "its filter joins with or, but a mapping writes to one element; join with and, or make a row for each.".to_owned(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn path(text: &str) -> TargetPath {
        TargetPath::parse(text).unwrap()
    }

    #[test]
    fn a_path_is_taken_apart() {
        let work = path("emails[type eq \"work\"].value");
        assert_eq!((work.attribute(), work.sub()), ("emails", Some("value")));
        let clauses: Vec<_> = work.filter().unwrap().clauses().iter().collect();
        assert_eq!((clauses[0].attribute(), clauses[0].value()), ("type", &Literal::Text("work".to_owned())));
        let urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
        let manager = path(&format!("{urn}:manager.value"));
        assert_eq!(
            (manager.schema(), manager.attribute(), manager.sub()),
            (Some(urn), "manager", Some("value"))
        );
        assert_eq!(manager.extension(), Some(urn));
        let core = path("urn:ietf:params:scim:schemas:core:2.0:User:userName");
        assert_eq!((core.extension(), core.attribute()), (None, "userName"));
        let custom = path("urn:ietf:params:scim:schemas:extension:Contoso:2.0:User:CostCode");
        assert_eq!(
            (custom.extension(), custom.attribute()),
            (Some("urn:ietf:params:scim:schemas:extension:Contoso:2.0:User"), "CostCode")
        );
    }

    #[test]
    fn spelling_that_does_not_matter_is_made_one() {
        for (text, canonical) in [
            ("  roles[ primary  EQ True ].display ", "roles[primary eq true].display"),
            ("roles[primary eq \"True\"].value", "roles[primary eq \"True\"].value"),
            ("addresses[type eq \"other\"].Formatted", "addresses[type eq \"other\"].Formatted"),
            ("emails.[type eq \"work\"].address", "emails[type eq \"work\"].address"),
            (
                "emails[type eq\"work\"and primary eq true].value",
                "emails[type eq \"work\" and primary eq true].value",
            ),
            ("codes[number eq 12].value", "codes[number eq 12].value"),
            (
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User.department",
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
            ),
            (
                "urn:scim:schemas:extension:enterprise:1.0.manager.managerId",
                "urn:scim:schemas:extension:enterprise:1.0:manager.managerId",
            ),
        ] {
            assert_eq!(path(text).as_str(), canonical, "{text}");
        }
    }

    #[test]
    fn names_of_targets_that_do_not_speak_scim_are_attributes_as_they_stand() {
        for text in [
            "Username",
            "UserPermissionsCallCenterAutoLogin",
            "u_cost_center",
            "Display Name",
            "dbo.Person.Name",
            "Start Date (UTC)",
            "Straße",
            "1stName",
            "R&D code",
        ] {
            let path = path(text);
            assert_eq!((path.attribute(), path.sub(), path.as_str()), (text, None, text));
            let mut object = json!({});
            path.write(&mut object, json!("x"));
            assert_eq!(object, json!({ text: "x" }));
        }
    }

    #[test]
    fn what_is_no_path_is_refused_with_a_reason() {
        for (text, part) in [
            ("", "empty"),
            ("name.", "missing"),
            (".name", "missing"),
            ("a..b", "no attribute name"),
            ("emails[type eq \"work\"]", "sub-attribute"),
            ("emails[type ne \"work\"].value", "uses ne, but only eq"),
            ("emails[type pr].value", "uses pr, but only eq"),
            ("emails[not (type eq \"work\")].value", "uses not, but only eq"),
            ("emails[type eq \"work\" or type eq \"home\"].value", "joins with or"),
            ("emails[type eq \"work\" and type eq \"home\"].value", "compares type twice"),
            ("emails[type eq null].value", "null"),
            (&format!("emails[type eq \"{}\"].value", "\u{1}".repeat(100)), "once it is spelled out"),
            // What is written there could not be found again.
            ("roles[primary eq \"yes\"].value", "primary is true or false"),
            ("emails[a.b eq \"work\"].value", "name a sub-attribute alone"),
            ("emails[type eq \"work].value", "column 16: the text has no closing quote"),
            ("emails[type eq work].value", "column 16: expected a value"),
            ("emails[].value", "column 8: expected an attribute"),
            ("emails[type eq \"work\"].value.x", "no attribute name"),
            ("emails type eq work", "write it like emails[type"),
            ("x:userName", "urn:"),
            ("user name]", "column 6"),
            ("emails[type eq \"wo\\qrk\"].value", "after a backslash"),
            ("tab\tname", "column 5"),
        ] {
            let error = TargetPath::parse(text).unwrap_err().to_string();
            assert!(error.contains(part), "{text}: {error}");
        }
        assert!(TargetPath::parse(&"x".repeat(MAX_PATH_LENGTH)).is_ok());
        assert!(TargetPath::parse(&"x".repeat(MAX_PATH_LENGTH + 1)).is_err());
    }

    fn paths() -> impl Strategy<Value = TargetPath> {
        let name = "[a-zA-Z$_][a-zA-Z0-9_-]{0,12}";
        let schema = proptest::option::of("urn:[a-z0-9.]{1,8}(:[A-Za-z]{1,8}){0,3}");
        let value = prop_oneof![
            ".{0,16}".prop_map(Literal::Text),
            any::<bool>().prop_map(Literal::Boolean),
            any::<i64>().prop_map(|number| Literal::Number(number.into())),
        ];
        let clause = (name, value);
        let filter = proptest::collection::vec(clause, 1..4).prop_map(|clauses| {
            let mut kept: Vec<PathClause> = Vec::new();
            for (attribute, value) in clauses {
                if kept.iter().all(|other| !other.attribute().eq_ignore_ascii_case(&attribute)) {
                    kept.push(PathClause::new(attribute, value));
                }
            }
            PathFilter::new(kept)
        });
        let rest = prop_oneof![
            proptest::option::of(name).prop_map(|sub| (None, sub)),
            (filter, name).prop_map(|(filter, sub)| (Some(filter), Some(sub))),
        ];
        (schema, name, rest).prop_map(|(schema, name, (filter, sub))| {
            TargetPath::new(AttributePath { schema, name, sub }, filter)
        })
    }

    proptest! {
        #[test]
        fn a_path_reads_back_from_its_own_text(path in paths()) {
            prop_assert_eq!(TargetPath::parse(path.as_str()), Ok(path));
        }

        #[test]
        fn no_text_makes_the_parser_fail_otherwise_than_with_a_reason(
            text in prop_oneof![".{0,64}", "[a-z.:\\[\\]\"() eq0-9\\\\]{0,40}"],
        ) {
            if let Ok(path) = TargetPath::parse(&text) {
                prop_assert_eq!(TargetPath::parse(path.as_str()), Ok(path));
            }
        }

        #[test]
        fn a_new_element_is_the_one_that_its_filter_picks(path in paths(), value in "[a-z]{0,8}") {
            let mut object = json!({});
            path.write(&mut object, json!(value));
            // A filter on the very part that is written cannot hold afterwards, unless by luck.
            let written = |clause: &PathClause| path.sub().is_some_and(|sub| sub.eq_ignore_ascii_case(clause.attribute()));
            let primary = |clause: &PathClause| clause.attribute().eq_ignore_ascii_case("primary");
            let clauses = path.filter().map_or(&[][..], PathFilter::clauses);
            prop_assume!(!clauses.iter().any(|clause| written(clause) || primary(clause)));
            prop_assert_eq!(path.read(&object), Some(json!(value)));
        }
    }
}
