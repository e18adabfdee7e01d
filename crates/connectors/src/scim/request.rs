//! Paths and filters as they stand in a request line.
use purser_domain::object::ObjectKind;
use purser_domain::path::TargetPath;
use purser_domain::scim::{AttributePath, Filter, Literal};
use serde_json::Value;

use crate::error::{ConnectorError, ErrorKind, Result};
use crate::http::encode;
use crate::profile::{ElementFilter, Profile};

use super::dialect::spell_filter;

/// Path of the collection.
pub(crate) const fn collection(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::User => "/Users",
        ObjectKind::Group => "/Groups",
    }
}

/// Path of one object. Refuses ids that would lead to another place: URLs resolve `.` and `..` even when they are
/// encoded, so that such an id would aim the request at the whole collection.
pub(super) fn object_path(kind: ObjectKind, id: &str) -> Result<String> {
    if id.is_empty() || id == "." || id == ".." {
        return Err(ConnectorError::new(
            ErrorKind::Rejected { attribute: Some("id".to_owned()) },
            format!("The target's id \"{id}\" cannot be used in a request."),
            "The application must give its objects ids that can stand in an address.",
        ));
    }
    Ok(format!("{}/{}", collection(kind), encode(id)))
}

/// Query that asks for the objects with this value. Refuses one of several parts, which no filter can ask for.
pub(super) fn filter_query(path: &TargetPath, value: &Value, profile: &Profile) -> Result<String> {
    let filter = build_filter(path, value, profile)?.to_string();
    Ok(format!("filter={}", encode(&filter)))
}

/// Query that asks whether a group has a member.
pub(super) fn membership_query(group: &str, member: &str) -> String {
    let equal = |name: &str, id: &str| {
        let path = purser_domain::scim::Path { attribute: AttributePath::new(name), element: None };
        Filter::equal(path, Literal::Text(id.to_owned()))
    };
    format!("filter={}", encode(&equal("id", group).and(equal("members", member)).to_string()))
}

fn build_filter(path: &TargetPath, value: &Value, profile: &Profile) -> Result<Filter> {
    let value = Literal::from_json(value).ok_or_else(|| {
        ConnectorError::new(
            ErrorKind::Rejected { attribute: Some(path.to_string()) },
            format!("Objects can't be looked for by {path}, since its value has several parts."),
            "Let a row match whose value is a single text, number or boolean.",
        )
    })?;
    Ok(match (path.filter(), path.sub(), profile.scim.element_filter) {
        (Some(element), Some(sub), ElementFilter::Inside) => Filter::Element {
            attribute: path.to_scim_parent().attribute,
            filter: Box::new(
                spell_filter(element.to_scim(), profile)
                    .and(Filter::equal(AttributePath::new(sub).into(), value)),
            ),
        },
        (Some(_), Some(_), ElementFilter::Plain) => {
            let mut whole = path.to_scim();
            whole.element = None;
            Filter::equal(whole, value)
        }
        _ => {
            let mut path = path.to_scim();
            path.element = path.element.map(|element| Box::new(spell_filter(*element, profile)));
            Filter::equal(path, value)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::ScimProfile;
    use serde_json::json;

    fn filter(path: &str, value: Value, style: ElementFilter) -> String {
        let profile = Profile {
            scim: ScimProfile { element_filter: style, ..ScimProfile::default() },
            ..Profile::default()
        };
        build_filter(&TargetPath::parse(path).unwrap(), &value, &profile).unwrap().to_string()
    }

    #[test]
    fn filter_values_are_escaped_as_json() {
        assert_eq!(filter("userName", json!(r#"a"b\c"#), ElementFilter::Inside), r#"userName eq "a\"b\\c""#);
        assert_eq!(filter("active", json!(true), ElementFilter::Inside), "active eq true");
    }

    #[test]
    fn filters_on_an_element_come_in_all_spellings() {
        let path = r#"emails[type eq "work"].value"#;
        assert_eq!(
            filter(path, json!("a@x"), ElementFilter::Inside),
            r#"emails[type eq "work" and value eq "a@x"]"#
        );
        assert_eq!(
            filter(path, json!("a@x"), ElementFilter::Outside),
            r#"emails[type eq "work"].value eq "a@x""#
        );
        assert_eq!(filter(path, json!("a@x"), ElementFilter::Plain), r#"emails.value eq "a@x""#);
    }

    #[test]
    fn references_are_asked_for_by_their_id_and_what_has_several_parts_not_at_all() {
        let ask = |value: Value| {
            build_filter(&TargetPath::parse("manager").unwrap(), &value, &Profile::default())
                .map(|filter| filter.to_string())
        };
        assert_eq!(ask(json!({"value": "7"})).unwrap(), "manager eq \"7\"");
        let error = ask(json!(["a", "b"])).unwrap_err();
        assert!(error.to_string().contains("several parts"), "{error}");
    }

    #[test]
    fn filters_of_several_clauses_keep_them_all() {
        let path = r#"emails[type eq "work" and primary eq "True"].value"#;
        assert_eq!(
            filter(path, json!("a@x"), ElementFilter::Inside),
            r#"emails[type eq "work" and primary eq true and value eq "a@x"]"#
        );
    }

    #[test]
    fn a_membership_is_asked_for_by_both_ids() {
        assert_eq!(
            membership_query("a", "b\""),
            "filter=id%20eq%20%22a%22%20and%20members%20eq%20%22b%5C%22%22"
        );
    }

    #[test]
    fn queries_are_percent_encoded() {
        let path = TargetPath::parse("userName").unwrap();
        let query = filter_query(&path, &json!("ü&=#+@x"), &Profile::default()).unwrap();
        assert_eq!(query, "filter=userName%20eq%20%22%C3%BC%26%3D%23%2B%40x%22");
    }

    #[test]
    fn ids_stay_inside_their_path_segment() {
        assert_eq!(object_path(ObjectKind::User, "a/b?c#d%").unwrap(), "/Users/a%2Fb%3Fc%23d%25");
        for id in ["", ".", ".."] {
            assert!(object_path(ObjectKind::User, id).is_err(), "{id}");
        }
    }
}
