//! Addresses, redirects, and what an endpoint shows of itself.
use super::*;
use crate::http::{EgressPolicy, HttpKit};

fn endpoint(base: &str) -> Endpoint {
    HttpKit::new(EgressPolicy::default())
        .unwrap()
        .endpoint(base, Authorizer::none(vec![Secret::new("s3cret")]))
        .unwrap()
}

fn address(base: &str, query: Option<&str>) -> String {
    let call = Call {
        method: Method::GET,
        path: "/Users".into(),
        query: query.map(str::to_owned),
        body: None,
        if_match: None,
    };
    endpoint(base).address(&call)
}

#[test]
fn addresses_keep_the_tenants_path_and_query() {
    assert_eq!(address("https://example.com", None), "https://example.com/Users");
    assert_eq!(address(" https://example.com/scim/v2// ", None), "https://example.com/scim/v2/Users");
    assert_eq!(
        address("https://example.com/scim/?aadOptscim062020#top", Some("count=1")),
        "https://example.com/scim/Users?aadOptscim062020&count=1"
    );
    assert_eq!(address("https://example.com?", Some("a=b")), "https://example.com/Users?a=b");
}

#[test]
fn credentials_are_neither_printed_nor_quoted() {
    let endpoint = endpoint("https://example.com/scim");
    assert!(!format!("{endpoint:?} {:?}", endpoint.headers).contains("s3cret"));
    assert_eq!(endpoint.excerpt(b"bad token s3cret!"), "bad token ***!");
    let long = format!("{}s3cret", "x".repeat(EXCERPT - 3));
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
