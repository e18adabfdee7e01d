//! Where redirects lead, and what an endpoint shows of itself.
use purser_domain::secret::Secret;
use reqwest::header::{HeaderMap, HeaderValue};

use super::*;
use crate::auth::Credentials;
use crate::http::EgressPolicy;

#[test]
fn credentials_are_neither_printed_nor_quoted() {
    let kit = HttpKit::new(EgressPolicy::default()).unwrap();
    let method = toml::from_str("id = \"t\"\nkind = \"bearer\"\nlabel = \"T\"\n").unwrap();
    let authorizer = Authorizer::new(&method, &Credentials::token(Secret::new("s3cret")), &kit).unwrap();
    let endpoint = Endpoint::new(kit.site("https://example.com/scim").unwrap(), authorizer);
    assert!(!format!("{endpoint:?}").contains("s3cret"));
    assert_eq!(endpoint.excerpt(b"bad token s3cret!"), "bad token ***!");
    let long = format!("{}s3cret", "x".repeat(1021));
    assert!(!endpoint.excerpt(long.as_bytes()).contains("s3c"));
}

#[test]
fn only_redirects_on_the_same_host_lead_anywhere() {
    let from = Url::parse("https://example.com/scim/Users").unwrap();
    let follow = |status: StatusCode, location: &'static str| {
        let headers = HeaderMap::from_iter([(LOCATION, HeaderValue::from_static(location))]);
        find_redirect(&from, &(status, headers, Vec::new())).map(String::from)
    };
    let found = StatusCode::FOUND;
    assert_eq!(follow(found, "/v2/Users?a=b").as_deref(), Some("https://example.com/v2/Users?a=b"));
    assert_eq!(follow(found, "https://EXAMPLE.com:443/x").as_deref(), Some("https://example.com/x"));
    for location in [
        "http://example.com/scim/Users",
        "https://example.com:8443/",
        "https://example.com.evil.test/",
        "//evil.test/",
        "https://example.com@evil.test/",
        "https://u:p@example.com/",
        "file:///etc/passwd",
        "https://",
    ] {
        assert_eq!(follow(found, location), None, "{location}");
    }
    assert_eq!(follow(StatusCode::NOT_MODIFIED, "/x"), None);
    assert_eq!(follow(StatusCode::OK, "/x"), None);
}
