//! Paths and filters as they stand in a request line.
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use purser_domain::path::TargetPath;
use serde_json::Value;

use crate::connector::Result;
use crate::error::{ConnectorError, ErrorKind};
use crate::profile::ElementFilter;

/// What RFC 3986 leaves unreserved stays as it is; everything else is encoded, which is right in a path segment
/// and in a query alike.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Path of the collection of users.
pub(super) const USERS: &str = "/Users";

/// Path of one user.
///
/// # Errors
/// Refuses ids that would lead to another place: URLs resolve `.` and `..` even when they are encoded, so that
/// such an id would aim the request at the whole collection.
pub(super) fn user_path(id: &str) -> Result<String> {
    if id.is_empty() || id == "." || id == ".." {
        return Err(ConnectorError::new(
            ErrorKind::Rejected { attribute: Some("id".to_owned()) },
            format!("The target's account id \"{id}\" cannot be used in a request."),
            "The application must give its accounts ids that can stand in an address.",
        ));
    }
    let mut path = String::with_capacity(USERS.len() + 1 + id.len());
    path.push_str(USERS);
    path.push('/');
    path.extend(utf8_percent_encode(id, ENCODED));
    Ok(path)
}

/// Query that asks for the objects with this value.
pub(super) fn filter_query(path: &TargetPath, value: &Value, style: ElementFilter) -> String {
    let filter = filter_text(path, value, style);
    let mut query = String::with_capacity(filter.len() * 2);
    query.push_str("filter=");
    query.extend(utf8_percent_encode(&filter, ENCODED));
    query
}

/// The filter. Values are JSON literals (RFC 7644, section 3.4.2.2), which takes care of quotes and backslashes.
fn filter_text(path: &TargetPath, value: &Value, style: ElementFilter) -> String {
    match (path.filter(), path.sub(), style) {
        (Some(element), Some(sub), ElementFilter::Inside) => {
            let prefix = path.schema().map(|schema| format!("{schema}:")).unwrap_or_default();
            let (attribute, name) = (path.attribute(), &element.attribute);
            format!("{prefix}{attribute}[{name} eq {} and {sub} eq {value}]", element.value)
        }
        _ => format!("{path} eq {value}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn filter(path: &str, value: Value, style: ElementFilter) -> String {
        filter_text(&TargetPath::parse(path).unwrap(), &value, style)
    }

    #[test]
    fn filter_values_are_escaped_as_json() {
        assert_eq!(filter("userName", json!(r#"a"b\c"#), ElementFilter::Inside), r#"userName eq "a\"b\\c""#);
        assert_eq!(filter("active", json!(true), ElementFilter::Inside), "active eq true");
    }

    #[test]
    fn filters_on_an_element_come_in_both_spellings() {
        let path = r#"emails[type eq "work"].value"#;
        assert_eq!(
            filter(path, json!("a@x"), ElementFilter::Inside),
            r#"emails[type eq "work" and value eq "a@x"]"#
        );
        assert_eq!(
            filter(path, json!("a@x"), ElementFilter::Outside),
            r#"emails[type eq "work"].value eq "a@x""#
        );
    }

    #[test]
    fn queries_are_percent_encoded() {
        let path = TargetPath::parse("userName").unwrap();
        let query = filter_query(&path, &json!("ü&=#+@x"), ElementFilter::Inside);
        assert_eq!(query, "filter=userName%20eq%20%22%C3%BC%26%3D%23%2B%40x%22");
    }

    #[test]
    fn ids_stay_inside_their_path_segment() {
        assert_eq!(user_path("a/b?c#d%").unwrap(), "/Users/a%2Fb%3Fc%23d%25");
        for id in ["", ".", ".."] {
            assert!(user_path(id).is_err(), "{id}");
        }
    }
}
