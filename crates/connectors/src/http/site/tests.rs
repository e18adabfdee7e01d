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
