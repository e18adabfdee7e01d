//! Addresses.
use super::*;
use crate::http::{EgressPolicy, HttpKit};

fn address(base: &str, query: Option<&str>) -> String {
    let call = Call { path: "/Users".into(), query: query.map(str::to_owned), ..Call::default() };
    HttpKit::new(EgressPolicy::default()).unwrap().site(base).unwrap().address(&call)
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
fn a_web_page_has_a_body() {
    let is_page = |content_type: &'static str, body: &str| {
        let exchange = Exchange {
            method: "DELETE",
            path: "/".into(),
            status: Some(204),
            duration: Duration::ZERO,
            request_body: None,
            response_body: None,
        };
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(content_type))]);
        Answer { status: StatusCode::NO_CONTENT, headers, body: body.into(), exchange }.is_page()
    };
    let html = "Text/HTML; charset=utf-8";
    for (content_type, body, expected) in [
        (html, "", false),
        (html, " \r\n", false),
        (html, "Not found", true),
        (html, "{\"id\":1}", false),
        ("application/json", " <html>", true),
        ("text/plain", "Not found", false),
    ] {
        assert_eq!(is_page(content_type, body), expected, "{content_type} {body:?}");
    }
}
