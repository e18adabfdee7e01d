//! Filters: `path eq value`, `path sw "text"`, `list[a eq x and b eq y]`, and several of them with `and`.
use serde_json::Value;

use super::options::{ElementForm, Filtering};
use super::path::{Path, conditions_before, get, same};

/// All of these must hold.
#[derive(Debug, PartialEq)]
pub(super) struct Filter(Vec<Clause>);

#[derive(Debug, PartialEq)]
enum Clause {
    Equals(Path, Value),
    Starts(Path, String),
    /// An element for which all conditions hold.
    Element(Path, Vec<(String, Value)>),
}

/// What an index can answer.
#[derive(Debug, PartialEq)]
pub(super) enum Indexed<'a> {
    UserName(&'a str),
    ExternalId(&'a str),
}

impl Filter {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (mut clauses, mut rest) = (Vec::new(), text.trim());
        loop {
            let (clause, behind) = Clause::parse(rest)?;
            clauses.push(clause);
            rest = behind.trim_start();
            if rest.is_empty() {
                return Some(Self(clauses));
            }
            rest = rest.get(..4).filter(|and| and.eq_ignore_ascii_case("and ")).map(|_| &rest[4..])?;
        }
    }

    /// What an index answers, where the whole filter asks no more.
    pub(super) fn indexed(&self) -> Option<Indexed<'_>> {
        let [Clause::Equals(path, Value::String(text))] = self.0.as_slice() else { return None };
        let plain = path.schema.is_none() && path.sub.is_none() && path.element.is_none();
        match path.attribute.to_ascii_lowercase().as_str() {
            "username" if plain => Some(Indexed::UserName(text)),
            "externalid" if plain => Some(Indexed::ExternalId(text)),
            _ => None,
        }
    }

    pub(super) fn accepts(&self, body: &Value, exact: bool) -> bool {
        self.0.iter().all(|clause| match clause {
            Clause::Equals(path, value) => path.values(body).into_iter().any(|found| {
                // RFC 7644: of a complex value without a sub-attribute, its `value` is meant.
                let inner = found.as_object().and_then(|found| get(found, "value"));
                same(value, inner.unwrap_or(found), exact)
            }),
            Clause::Starts(path, start) => path.values(body).into_iter().any(|found| {
                found.as_str().is_some_and(|text| text.to_lowercase().starts_with(&start.to_lowercase()))
            }),
            Clause::Element(path, conditions) => path.values(body).into_iter().any(|element| {
                conditions.iter().all(|(name, wanted)| {
                    let found = element.as_object().and_then(|object| get(object, name));
                    found.is_some_and(|found| same(wanted, found, exact))
                })
            }),
        })
    }

    /// What of it these rules do not allow.
    pub(super) fn find_forbidden(&self, rules: &Filtering) -> Option<String> {
        self.0.iter().find_map(|clause| {
            let path = clause.path();
            let allowed = rules.attributes.as_ref().is_none_or(|list| {
                list.iter().filter_map(|name| Path::parse(name)).any(|known| {
                    known.attribute.eq_ignore_ascii_case(&path.attribute) && known.schema == path.schema
                })
            });
            if !allowed {
                return Some(format!("{} is not filterable", path.attribute));
            }
            let form = clause.form()?;
            let fits = rules.element.is_none_or(|only| only == form);
            (!fits)
                .then(|| format!("a filter on an element of {} is not understood like this", path.attribute))
        })
    }

    pub(super) fn asks_for(&self, attribute: &str) -> bool {
        self.0.iter().any(|clause| clause.path().attribute.eq_ignore_ascii_case(attribute))
    }
}

impl Clause {
    fn parse(text: &str) -> Option<(Self, &str)> {
        let bracket = text.find('[').filter(|at| !text[..*at].contains(' '));
        if let Some(at) = bracket {
            let (inside, rest) = conditions_before(&text[at + 1..])?;
            let behind = rest.strip_prefix(']')?;
            let list = Path::parse(&text[..at])?;
            if !behind.starts_with('.') {
                return Some((Self::Element(list, inside), behind));
            }
            let (sub, value, rest) = equation(&behind[1..], " eq ")?;
            let path = Path { element: Some(inside), sub: Some(sub.to_owned()), ..list };
            return Some((Self::Equals(path, value), rest));
        }
        if let Some((name, Value::String(start), rest)) = equation(text, " sw ")
            && let Some(path) = Path::parse(name)
        {
            return Some((Self::Starts(path, start), rest));
        }
        let (name, value, rest) = equation(text, " eq ")?;
        Some((Self::Equals(Path::parse(name)?, value), rest))
    }

    const fn path(&self) -> &Path {
        match self {
            Self::Equals(path, _) | Self::Starts(path, _) | Self::Element(path, _) => path,
        }
    }

    fn form(&self) -> Option<ElementForm> {
        let lists = ["emails", "phonenumbers", "addresses", "roles", "ims", "photos", "entitlements"];
        match self {
            Self::Element(..) => Some(ElementForm::Inside),
            Self::Equals(path, _) if path.element.is_some() => Some(ElementForm::Outside),
            Self::Equals(path, _) | Self::Starts(path, _) => {
                lists.contains(&path.attribute.to_ascii_lowercase().as_str()).then_some(ElementForm::Plain)
            }
        }
    }
}

/// `name eq value`, with this operator, and what comes behind.
fn equation<'a>(text: &'a str, operator: &str) -> Option<(&'a str, Value, &'a str)> {
    let at = text.to_ascii_lowercase().find(operator)?;
    // The literal may contain anything, so that JSON has to say where it ends.
    let mut literals = serde_json::Deserializer::from_str(&text[at + 4..]).into_iter::<Value>();
    let value = literals.next()?.ok()?;
    Some((text[..at].trim(), value, &text[at + 4 + literals.byte_offset()..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn filters_find_what_they_name() {
        let body = json!({"userName": "Kim", "active": true,
            "emails": [{"type": "work", "value": "a\"] eq \"b"}], "members": [{"value": "7"}]});
        for text in [
            r#"userName eq "kim""#,
            "active eq true",
            r#"userName sw "kI""#,
            r#"members eq "7""#,
            r#"userName eq "kim" and members eq "7""#,
            r#"emails[type eq "work" and value eq "a\"] eq \"b"]"#,
            r#"emails[type eq "work"].value eq "a\"] eq \"b""#,
            r#"emails.value EQ "a\"] eq \"b""#,
        ] {
            assert!(Filter::parse(text).unwrap().accepts(&body, false), "{text}");
        }
        for text in [
            r#"emails[type eq "home"].value eq "a""#,
            r#"userName eq "kim" and members eq "8""#,
            r#"userName sw "im""#,
        ] {
            assert!(!Filter::parse(text).unwrap().accepts(&body, false), "{text}");
        }
        assert!(!Filter::parse(r#"userName eq "kim""#).unwrap().accepts(&body, true));
        for text in
            ["", "userName", "userName eq", "userName co \"x\"", "userName eq x", "a eq \"b\" or c eq \"d\""]
        {
            assert_eq!(Filter::parse(text), None, "{text}");
        }
    }

    #[test]
    fn only_what_may_be_filtered_by_is_and_only_in_the_spelling_that_is_known() {
        let forbidden = |rules: &Filtering, text: &str| Filter::parse(text).unwrap().find_forbidden(rules);
        let names = Filtering { attributes: Some(vec!["userName".to_owned()]), ..Filtering::default() };
        assert_eq!(forbidden(&names, "username eq \"a\""), None);
        assert!(forbidden(&names, "title eq \"a\"").is_some());
        let forms = [
            (ElementForm::Inside, r#"emails[type eq "work" and value eq "x"]"#),
            (ElementForm::Outside, r#"emails[type eq "work"].value eq "x""#),
            (ElementForm::Plain, r#"emails.value eq "x""#),
        ];
        for (only, _) in forms {
            for (form, text) in forms {
                let rules = Filtering { element: Some(only), ..Filtering::default() };
                assert_eq!(forbidden(&rules, text).is_none(), form == only, "{text}");
            }
        }
    }
}
