use super::*;

fn shown(text: &str) -> String {
    Filter::parse(text).map_or_else(|error| format!("! {error}"), |filter| filter.to_string())
}

#[test]
fn what_clients_send_is_read() {
    for (text, expected) in [
        ("displayName eq 'Zoë'", "displayName eq 'Zoë'"),
        ("userPrincipalName eq 'o''brien@x.y'", "userPrincipalName eq 'o''brien@x.y'"),
        ("accountEnabled eq false", "accountEnabled eq false"),
        (
            "startswith(displayName,'A') and endswith( mail , '@x.y' )",
            "(startswith(displayName,'A') and endswith(mail,'@x.y'))",
        ),
        ("startsWith(displayName,'A') eq true", "startswith(displayName,'A')"),
        ("a eq 1 or b eq 2 and c eq 3", "(a eq 1 or (b eq 2 and c eq 3))"),
        ("(a eq 1 or b eq 2) and not (c ne null)", "((a eq 1 or b eq 2) and not (c ne null))"),
        ("not contains(a,'b')", "not (contains(a,'b'))"),
        ("activityDateTime gt 2026-01-02T03:04:05Z", "activityDateTime gt 2026-01-02T03:04:05Z"),
        ("provisioningStatusInfo/status eq 'failure'", "provisioningStatusInfo/status eq 'failure'"),
        ("id eq 0198c2f0-0000-7000-8000-000000000000", "id eq 0198c2f0-0000-7000-8000-000000000000"),
        ("displayName eq ''", "displayName eq ''"),
        ("displayName eq 'a) or (b'", "displayName eq 'a) or (b'"),
    ] {
        assert_eq!(shown(text), expected);
    }
}

#[test]
fn what_is_read_and_written_again_reads_the_same() {
    for text in
        ["a eq 'x''y' and (b ne null or not startswith(c,'''')) and d le 5", "(a eq 1 and b eq 2) or c eq 3"]
    {
        let once = Filter::parse(text).unwrap();
        assert_eq!(Filter::parse(&once.to_string()).unwrap(), once);
    }
}

#[test]
fn nonsense_is_refused_with_a_position() {
    for text in [
        "",
        " ",
        "displayName",
        "displayName eq",
        "displayName is 'x'",
        "displayName eq 'x",
        "eq eq eq eq",
        "(displayName eq 'x'",
        "displayName eq 'x')",
        "and",
        "displayName eq 'x' and",
        "tolower(displayName) eq 'x'",
        "contains(displayName)",
        "contains(displayName,5)",
        "'x' eq displayName",
        "5 eq 5",
        "a eq 'x' 'y'",
        "startswith(a,'b') eq false",
        ",",
        "a eq (",
        "not",
        "a/b eq 'x' xor c eq 'y'",
    ] {
        assert!(Filter::parse(text).is_err(), "{text} was read as {}", shown(text));
    }
}

#[test]
fn every_bound_holds() {
    let nested = |levels: usize| format!("{}a eq 1{}", "(".repeat(levels), ")".repeat(levels));
    assert!(Filter::parse(&nested(MAX_DEPTH)).is_ok());
    assert!(Filter::parse(&nested(MAX_DEPTH + 1)).is_err());
    assert!(Filter::parse(&format!("{}a eq 1", "not ".repeat(MAX_DEPTH + 1))).is_err());
    let terms = |count: usize| vec!["a eq 1"; count].join(" and ");
    assert!(Filter::parse(&terms(MAX_TERMS)).is_ok());
    assert!(Filter::parse(&terms(MAX_TERMS + 1)).is_err());
    assert!(Filter::parse(&format!("a eq '{}'", "x".repeat(MAX_LENGTH))).is_err());
    assert!(Filter::parse(&"(".repeat(MAX_LENGTH)).is_err());
}

#[test]
fn a_conjunction_comes_apart_into_its_conditions() {
    let conditions =
        Filter::parse("a eq 1 and (b eq 2 and c eq 3) and (d eq 4 or e eq 5)").unwrap().conditions();
    assert_eq!(conditions.len(), 4);
    assert!(matches!(conditions.last(), Some(Filter::Or(_))));
}
