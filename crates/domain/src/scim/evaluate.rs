//! Whether a filter holds for a resource.
//!
//! The rules of RFC 7644, section 3.4.2.2, and what they leave open:
//! - Of several values one is enough; so `ne` holds when one value differs. An attribute without a value equals `null`
//!   and differs from everything else.
//! - A complex value is compared by its `value`.
//! - `gt`, `ge`, `lt`, `le` compare numbers, dates and texts; for booleans they never hold.
//! - Two texts that are both dates compare as dates.
//! - Servers and clients disagree on `True` and `true`, and on `"42"` and `42`; either equals the other here.
use super::date::read_date;
use super::{AttributePath, Filter, Literal, Operator, Path};
use serde_json::{Map, Number, Value as Json};
use std::cmp::Ordering;

impl Filter {
    /// Whether it holds for a resource. `exact_case` tells for an attribute, as the filter spells it, whether upper and
    /// lower case differ; inside `emails[…]` it is asked about `emails` with its sub-attribute.
    #[must_use]
    pub fn matches(&self, resource: &Json, exact_case: &dyn Fn(&AttributePath) -> bool) -> bool {
        self.holds(resource, None, exact_case)
    }

    /// `outer` is the attribute whose element `place` is.
    fn holds(
        &self,
        place: &Json,
        outer: Option<&AttributePath>,
        exact_case: &dyn Fn(&AttributePath) -> bool,
    ) -> bool {
        match self {
            Self::And(all) => all.iter().all(|part| part.holds(place, outer, exact_case)),
            Self::Or(any) => any.iter().any(|part| part.holds(place, outer, exact_case)),
            Self::Not(inner) => !inner.holds(place, outer, exact_case),
            Self::Element { attribute, filter } => {
                let elements = find_elements(place, attribute);
                elements.into_iter().any(|element| filter.holds(element, Some(attribute), exact_case))
            }
            Self::Present(path) => find_values(place, path, exact_case).into_iter().any(is_filled),
            Self::Compare { path, operator, value } => {
                let exact = match (value, outer) {
                    (Literal::Text(_), None) => exact_case(&path.attribute),
                    (Literal::Text(_), Some(outer)) => {
                        exact_case(&AttributePath { sub: Some(path.attribute.name.clone()), ..outer.clone() })
                    }
                    _ => true,
                };
                let mut found = find_values(place, path, exact_case);
                found.retain(|found| is_filled(found));
                let mut found = found.into_iter().map(take_value);
                match (operator, value) {
                    (Operator::Equal, Literal::Null) => found.next().is_none(),
                    (Operator::NotEqual, Literal::Null) => found.next().is_some(),
                    (Operator::NotEqual, value) => {
                        found.len() == 0 || found.any(|found| !is_equal(found, value, exact))
                    }
                    (operator, value) => found.any(|found| compare(found, *operator, value, exact)),
                }
            }
        }
    }
}

/// Everything that stands at a path; lists count as their items.
fn find_values<'a>(
    place: &'a Json,
    path: &Path,
    exact_case: &dyn Fn(&AttributePath) -> bool,
) -> Vec<&'a Json> {
    let mut found = find_elements(place, &path.attribute);
    if let Some(filter) = &path.element {
        found.retain(|element| filter.holds(element, Some(&path.attribute), exact_case));
    }
    let Some(sub) = &path.attribute.sub else { return found };
    found.into_iter().flat_map(|element| find_members(element, sub)).collect()
}

/// The values of an attribute, whatever its sub-attribute.
fn find_elements<'a>(place: &'a Json, attribute: &AttributePath) -> Vec<&'a Json> {
    let place = match attribute.extension() {
        None => Some(place),
        Some(extension) => place.as_object().and_then(|object| get(object, extension)),
    };
    place.map(|place| find_members(place, &attribute.name)).unwrap_or_default()
}

fn find_members<'a>(place: &'a Json, name: &str) -> Vec<&'a Json> {
    let found = match place {
        Json::Object(object) => get(object, name),
        // A list may hold bare values; each is what a complex one would call its `value`.
        scalar => Some(scalar).filter(|_| name.eq_ignore_ascii_case("value")),
    };
    match found {
        None => Vec::new(),
        Some(Json::Array(items)) => items.iter().collect(),
        Some(one) => vec![one],
    }
}

fn take_value(found: &Json) -> &Json {
    found.as_object().and_then(|object| get(object, "value")).unwrap_or(found)
}

/// Whether there is something in it: neither null nor an empty text, nor a list or an object of nothing else.
fn is_filled(json: &Json) -> bool {
    // A stack of our own, since nobody bounds how deep a resource is.
    let mut places = vec![json];
    while let Some(place) = places.pop() {
        match place {
            Json::Null => {}
            Json::String(text) if text.is_empty() => {}
            Json::Array(items) => places.extend(items),
            Json::Object(object) => places.extend(object.values()),
            _ => return true,
        }
    }
    false
}

fn compare(found: &Json, operator: Operator, value: &Literal, exact: bool) -> bool {
    let on_texts = |test: fn(&str, &str) -> bool| match (found, value) {
        (Json::String(found), Literal::Text(wanted)) if exact => test(found, wanted),
        (Json::String(found), Literal::Text(wanted)) => test(&found.to_lowercase(), &wanted.to_lowercase()),
        _ => false,
    };
    let on_order = |test: fn(Ordering) -> bool| order(found, value, exact).is_some_and(test);
    match operator {
        Operator::Equal => is_equal(found, value, exact),
        Operator::NotEqual => !is_equal(found, value, exact),
        Operator::Contains => on_texts(|found, wanted| found.contains(wanted)),
        Operator::StartsWith => on_texts(|found, wanted| found.starts_with(wanted)),
        Operator::EndsWith => on_texts(|found, wanted| found.ends_with(wanted)),
        Operator::Greater => on_order(Ordering::is_gt),
        Operator::GreaterOrEqual => on_order(Ordering::is_ge),
        Operator::Less => on_order(Ordering::is_lt),
        Operator::LessOrEqual => on_order(Ordering::is_le),
    }
}

/// Whether a value is what a filter says.
pub(crate) fn is_equal(found: &Json, value: &Literal, exact: bool) -> bool {
    match (found, value) {
        (Json::String(found), Literal::Text(wanted)) => {
            is_same_text(found, wanted, exact)
                || read_date(found).is_some_and(|found| Some(found) == read_date(wanted))
        }
        (Json::Bool(found), Literal::Boolean(wanted)) => found == wanted,
        (Json::Bool(boolean), Literal::Text(text)) | (Json::String(text), Literal::Boolean(boolean)) => {
            text.eq_ignore_ascii_case(if *boolean { "true" } else { "false" })
        }
        (Json::Number(found), Literal::Number(wanted)) => {
            order_numbers(found, wanted) == Some(Ordering::Equal)
        }
        (Json::Number(number), Literal::Text(text)) | (Json::String(text), Literal::Number(number)) => {
            *text == number.to_string()
        }
        (Json::Null, Literal::Null) => true,
        _ => false,
    }
}

fn is_same_text(a: &str, b: &str, exact: bool) -> bool {
    a == b
        || !exact
            && match a.is_ascii() && b.is_ascii() {
                true => a.eq_ignore_ascii_case(b),
                false => a.to_lowercase() == b.to_lowercase(),
            }
}

fn order(found: &Json, value: &Literal, exact: bool) -> Option<Ordering> {
    match (found, value) {
        (Json::String(found), Literal::Text(wanted)) => Some(match (read_date(found), read_date(wanted)) {
            (Some(found), Some(wanted)) => found.cmp(&wanted),
            _ if exact => found.cmp(wanted),
            _ => found.to_lowercase().cmp(&wanted.to_lowercase()),
        }),
        (Json::Number(found), Literal::Number(wanted)) => order_numbers(found, wanted),
        _ => None,
    }
}

fn order_numbers(a: &Number, b: &Number) -> Option<Ordering> {
    match (a.as_i128(), b.as_i128()) {
        (Some(a), Some(b)) => Some(a.cmp(&b)),
        _ => a.as_f64()?.partial_cmp(&b.as_f64()?),
    }
}

/// A member of an object. Names compare without regard to case, as SCIM demands.
pub(crate) fn get<'a>(object: &'a Map<String, Json>, name: &str) -> Option<&'a Json> {
    // Most servers keep the case, so the exact name is tried first.
    object
        .get(name)
        .or_else(|| object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn filter(text: &str) -> Filter {
        Filter::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    fn kim() -> Json {
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "id": "2819c223", "userName": "Kim@Example.com", "active": true, "externalId": 42, "title": "",
            "name": {"givenName": "Zoë", "familyName": "O'Malley"},
            "emails": [
                {"type": "work", "value": "kim@example.com", "primary": true},
                {"type": "home", "value": "kim@home.example.org", "primary": "False"},
            ],
            "phoneNumbers": [], "nickName": null, "addresses": [{"type": "work", "locality": ""}],
            "tags": ["Red", "Blue"],
            "meta": {"lastModified": "2011-05-13T04:42:34Z", "version": 3.5},
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
                "department": "Sales", "manager": {"value": "26118915", "displayName": "John"},
            },
        })
    }

    fn holds(text: &str) -> bool {
        // Only ids are exact here, as in RFC 7643.
        filter(text).matches(&kim(), &|path| ["id", "tags"].contains(&path.name.as_str()))
    }

    #[test]
    fn filters_that_hold() {
        for text in [
            "userName eq \"kim@example.com\"",
            "USERNAME EQ \"Kim@Example.com\"",
            "urn:ietf:params:scim:schemas:core:2.0:User:userName sw \"KIM\"",
            "id eq \"2819c223\"",
            "name.givenName eq \"ZOË\"",
            "name.familyName co \"malley\" and name.familyName ew \"Y\"",
            "active eq true",
            "active eq \"True\"",
            "externalId eq 42",
            "externalId eq \"42\"",
            "externalId ge 42 and externalId lt 42.5 and externalId gt -1",
            "meta.version gt 3",
            "emails eq \"kim@example.com\"",
            "emails co \"home.example\"",
            "emails.type eq \"home\"",
            "emails.type ne \"home\"",
            "emails[type eq \"work\" and value co \"@example.com\"]",
            "emails[type eq \"home\" and primary eq false]",
            "emails[type eq \"work\"].value eq \"KIM@example.com\"",
            "emails[not (type eq \"work\")].value sw \"kim@home\"",
            "emails[type eq \"work\"] pr",
            "tags eq \"Blue\"",
            "tags[value eq \"Red\"]",
            "tags.value eq \"Red\"",
            "meta.lastModified eq \"2011-05-13T06:42:34.000+02:00\"",
            "meta.lastModified ge \"2011-05-13T04:42:34Z\"",
            "meta.lastModified gt \"2011-05-12\"",
            "meta.lastModified lt \"2011-05-13T04:42:33-00:01\"",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq \"sales\"",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager eq \"26118915\"",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq \"26118915\"",
            "schemas eq \"urn:ietf:params:scim:schemas:core:2.0:User\"",
            "userName pr and emails pr and name pr and active pr",
            "nickName eq null and title eq null and phoneNumbers eq null and nothingLikeIt eq null",
            "userName ne null",
            "nickName ne \"K\"",
            "name.givenName gt \"a\" and name.givenName lt \"zzz\"",
            "title pr or userName pr",
            "not (title pr)",
        ] {
            assert!(holds(text), "{text}");
        }
    }

    #[test]
    fn filters_that_do_not_hold() {
        for text in [
            "userName eq \"kim\"",
            "id eq \"2819C223\"",
            "tags eq \"blue\"",
            "tags[value eq \"red\"]",
            "title pr",
            "nickName pr",
            "phoneNumbers pr",
            "addresses.locality pr",
            "nothingLikeIt pr",
            "name.nothing pr",
            "userName.value2 pr",
            "active ne true",
            "active gt false",
            "active co \"r\"",
            "externalId sw \"4\"",
            "externalId gt \"4\"",
            "emails[type eq \"work\" and value co \"home\"]",
            "emails[type eq \"other\"].value pr",
            "emails[type eq \"home\"].value eq \"kim@example.com\"",
            "meta.lastModified gt \"2011-05-13T04:42:34Z\"",
            "userName eq null",
            "nickName ne null",
            "userName gt null",
            "department eq \"Sales\"",
            "urn:x:other:User:department pr",
            "title pr and userName pr",
            "not (userName pr)",
        ] {
            assert!(!holds(text), "{text}");
        }
        assert!(!filter("a pr").matches(&json!("no object"), &|_| true));
        assert!(!filter("a pr").matches(&json!({"a": [null, "", {}, {"b": [""]}]}), &|_| true));
    }

    #[test]
    fn inside_an_element_the_case_rule_is_asked_about_attribute_and_sub_attribute() {
        let asked = std::cell::RefCell::new(Vec::new());
        let ask = |path: &AttributePath| {
            asked.borrow_mut().push(path.to_string());
            true
        };
        assert!(!filter("emails[type eq \"work\"].value eq \"x\"").matches(&kim(), &ask));
        let mut asked = asked.into_inner();
        asked.sort();
        asked.dedup();
        assert_eq!(asked, ["emails.type", "emails.value"]);
    }
}
