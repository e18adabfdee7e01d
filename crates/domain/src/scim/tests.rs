use super::*;
use proptest::prelude::*;
use serde_json::json;

fn filter(text: &str) -> Filter {
    Filter::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn attribute(schema: Option<&str>, name: &str, sub: Option<&str>) -> AttributePath {
    AttributePath { schema: schema.map(str::to_owned), name: name.to_owned(), sub: sub.map(str::to_owned) }
}

/// RFC 7644's own examples (sections 3.4.2.2 and 3.5.2), all of them in canonical spelling but for what is noted.
const FILTERS: &[&str] = &[
    "userName eq \"bjensen\"",
    "name.familyName co \"O'Malley\"",
    "userName sw \"J\"",
    "urn:ietf:params:scim:schemas:core:2.0:User:userName sw \"J\"",
    "title pr",
    "meta.lastModified gt \"2011-05-13T04:42:34Z\"",
    "meta.lastModified ge \"2011-05-13T04:42:34Z\"",
    "meta.lastModified lt \"2011-05-13T04:42:34Z\"",
    "meta.lastModified le \"2011-05-13T04:42:34Z\"",
    "title pr and userType eq \"Employee\"",
    "title pr or userType eq \"Intern\"",
    "schemas eq \"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User\"",
    "userType eq \"Employee\" and (emails co \"example.com\" or emails.value co \"example.org\")",
    "userType ne \"Employee\" and not (emails co \"example.com\" or emails.value co \"example.org\")",
    "emails[type eq \"work\" and value co \"@example.com\"]",
    "emails[type eq \"work\" and value co \"@example.com\"] or ims[type eq \"xmpp\" and value co \"@foo.com\"]",
];

#[test]
fn the_rfcs_filters_are_read_and_printed_as_they_stand() {
    for text in FILTERS {
        assert_eq!(filter(text).to_string(), *text);
    }
    // The RFC puts brackets around this one that change nothing.
    let text = "userType eq \"Employee\" and (emails[type eq \"work\" and value co \"@example.com\"])";
    assert_eq!(
        filter(text).to_string(),
        "userType eq \"Employee\" and emails[type eq \"work\" and value co \"@example.com\"]"
    );
}

#[test]
fn the_rfcs_paths_are_read_and_printed_as_they_stand() {
    for text in [
        "members",
        "name.familyName",
        "addresses[type eq \"work\"]",
        "members[value eq \"2819c223-7f76-453a-919d-413861904646\"]",
        "members[value eq \"2819c223-7f76-453a-919d-413861904646\"].displayName",
        "emails[type eq \"work\" and value ew \"example.com\"]",
        "addresses[type eq \"work\"].streetAddress",
        "members.$ref",
    ] {
        assert_eq!(Path::parse(text).map(|path| path.to_string()).as_deref(), Ok(text));
    }
}

#[test]
fn a_tree_has_the_parts_that_the_text_names() {
    assert_eq!(
        filter("name.familyName co \"O'Malley\""),
        Filter::Compare {
            path: attribute(None, "name", Some("familyName")).into(),
            operator: Operator::Contains,
            value: Literal::Text("O'Malley".to_owned()),
        }
    );
    let urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    assert_eq!(
        Path::parse(&format!("{urn}:manager.value")),
        Ok(attribute(Some(urn), "manager", Some("value")).into())
    );
    assert_eq!(
        filter("emails[not(type eq true)]"),
        Filter::Element {
            attribute: AttributePath::new("emails"),
            filter: Box::new(
                Filter::equal(AttributePath::new("type").into(), Literal::Boolean(true)).negate()
            ),
        }
    );
    for (text, value) in [
        ("null", Literal::Null),
        ("-1.5e3", Literal::Number(serde_json::Number::from_f64(-1500.0).unwrap())),
        ("18446744073709551615", Literal::Number(u64::MAX.into())),
        (r#""\"\\\/\b\f\n\r\t\u00fc\uD83D\ude00""#, Literal::Text("\"\\/\u{8}\u{c}\n\r\tü😀".to_owned())),
    ] {
        let Filter::Compare { value: found, .. } = filter(&format!("a eq {text}")) else { panic!("{text}") };
        assert_eq!(found, value, "{text}");
    }
}

#[test]
fn not_binds_closest_then_and_then_or() {
    for (text, with_brackets) in [
        ("a pr or b pr and c pr", "a pr or (b pr and c pr)"),
        ("a pr and b pr or c pr", "(a pr and b pr) or c pr"),
        ("not (a pr) and b pr or c pr", "((not (a pr)) and b pr) or c pr"),
        ("a pr and b pr and c pr", "a pr and (b pr and c pr)"),
        ("a[b pr or c pr and d pr] or e pr", "(a[b pr or (c pr and d pr)]) or e pr"),
    ] {
        assert_eq!(filter(text), filter(with_brackets), "{text}");
    }
    assert_ne!(filter("(a pr or b pr) and c pr"), filter("a pr or b pr and c pr"));
    assert_eq!(filter("(a pr or b pr) and c pr").to_string(), "(a pr or b pr) and c pr");
}

#[test]
fn spellings_that_real_systems_send_are_understood() {
    for (text, canonical) in [
        ("  USERNAME  EQ  \"x\"  ", "USERNAME eq \"x\""),
        ("active eq True", "active eq true"),
        ("active eq FALSE AND title PR", "active eq false and title pr"),
        ("NOT(a eq\"x\")AND(b pr)", "not (a eq \"x\") and b pr"),
        ("emails [ type eq \"work\" ] pr", "emails[type eq \"work\"] pr"),
        ("emails[type eq \"work\"].value eq \"a@x\"", "emails[type eq \"work\"].value eq \"a@x\""),
        ("emails.[type eq \"work\"].address pr", "emails[type eq \"work\"].address pr"),
        ("roles[primary eq \"True\"].value pr", "roles[primary eq \"True\"].value pr"),
        ("not eq \"an attribute\"", "not eq \"an attribute\""),
        ("and eq 1 and or pr or pr pr", "and eq 1 and or pr or pr pr"),
        (
            "urn:scim:schemas:extension:enterprise:1.0.department pr",
            "urn:scim:schemas:extension:enterprise:1.0:department pr",
        ),
        ("urn:x:2.0:User.name.givenName pr", "urn:x:2.0:User:name.givenName pr"),
        ("http://schemas.example.com/2.0/Group:code pr", "http://schemas.example.com/2.0/Group:code pr"),
        ("_a-1 eq \"tab\tü\"", "_a-1 eq \"tab\\tü\""),
    ] {
        let parsed = filter(text);
        assert_eq!(parsed.to_string(), canonical, "{text}");
        assert_eq!(filter(canonical), parsed);
    }
}

#[test]
fn faults_are_named_with_their_column_and_what_was_expected() {
    for (text, column, part) in [
        ("", 1, "expected an attribute, not or (, but found the end"),
        ("   ", 4, "found the end"),
        ("userName", 9, "expected an operator"),
        ("userName eq", 12, "expected a value"),
        ("userName eq kim", 13, "but found \"kim\""),
        ("userName equals \"kim\"", 10, "but found \"equals\""),
        ("userName eq 'kim'", 13, "double quotes"),
        ("userName eq “kim”", 13, "double quotes"),
        ("userName eq \"kim", 13, "no closing quote"),
        ("userName eq \"kim\\", 13, "no closing quote"),
        ("üserName eq \"x\"", 1, "no attribute name"),
        ("nameü eq \"x\"", 5, "no attribute name"),
        ("a eq \"ü\" and 1b pr", 14, "no attribute name"),
        ("a eq \"\\x\"", 7, "after a backslash"),
        ("a eq \"\\uD83D\"", 7, "after a backslash"),
        ("a eq \"\\uD83D\\u0041\"", 7, "after a backslash"),
        ("a eq \"\\uDE00\"", 7, "after a backslash"),
        ("a eq \"\\u12\"", 7, "after a backslash"),
        ("a eq 01", 6, "expected a value"),
        ("a eq 1e999", 6, "expected a value"),
        ("a eq (1)", 6, "but found ("),
        ("a pr b pr", 6, "expected and, or, or the end"),
        ("a pr and", 9, "expected an attribute"),
        ("(a pr", 6, "expected and, or, or )"),
        ("(a pr]", 6, "but found ]"),
        ("a pr)", 5, "but found )"),
        ("()", 2, "expected an attribute"),
        ("not a pr", 5, "expected an operator"),
        ("a[b pr", 7, "expected and, or, or ]"),
        ("a[b[c pr]]", 4, "cannot stand inside another"),
        ("a.b[c pr]", 4, "behind the brackets"),
        ("a[b pr].", 9, "a name is missing"),
        ("a[b pr].c", 10, "expected an operator"),
        ("a..b pr", 3, "no attribute name"),
        ("a.b.c pr", 4, "no attribute name"),
        (":a pr", 1, "no schema"),
        ("x:a pr", 1, "no schema"),
        ("urn:x{y}:a pr", 6, "no URI has"),
        ("urn:x: pr", 7, "a name is missing"),
        ("a eq \"x\" \"y\"", 10, "but found the text \"y\""),
    ] {
        let error = Filter::parse(text).unwrap_err();
        assert_eq!(error.column, column, "{text}: {error}");
        assert!(error.message.contains(part), "{text}: {error}");
    }
    for (text, column, part) in [
        ("", 1, "expected an attribute"),
        ("(a)", 1, "expected an attribute"),
        ("a b", 3, "expected the end"),
        ("a[b pr] pr", 9, "a dot and a sub-attribute"),
        ("a[b pr].c.d", 10, "no attribute name"),
        ("a[b pr].c d", 11, "expected the end"),
    ] {
        let error = Path::parse(text).unwrap_err();
        assert_eq!(error.column, column, "{text}: {error}");
        assert!(error.message.contains(part), "{text}: {error}");
    }
}

#[test]
fn length_and_depth_are_bounded() {
    let nested = |depth: usize| format!("{}a pr{}", "(".repeat(depth), ")".repeat(depth));
    assert_eq!(filter(&nested(MAX_DEPTH)), filter("a pr"));
    let error = Filter::parse(&nested(MAX_DEPTH + 1)).unwrap_err();
    assert_eq!((error.column, error.message.contains("32 brackets")), (33, true), "{error}");
    assert!(Filter::parse(&nested(4_999)).is_err());
    let negated = format!("{}a pr{}", "not(".repeat(MAX_DEPTH), ")".repeat(MAX_DEPTH));
    assert!(Filter::parse(&negated).is_ok());
    assert!(Filter::parse(&format!("not({negated})")).is_err());
    let inside = |depth: usize| format!("a[{}b pr{}]", "(".repeat(depth), ")".repeat(depth));
    assert!(Path::parse(&inside(MAX_DEPTH - 1)).is_ok());
    assert!(Path::parse(&inside(MAX_DEPTH)).is_err());

    let long = |length: usize| format!("a eq \"{}\"", "ü".repeat(length - 7));
    assert!(Filter::parse(&long(MAX_LENGTH)).is_ok());
    assert_eq!(Filter::parse(&long(MAX_LENGTH + 1)).unwrap_err().column, MAX_LENGTH + 1);
    let many = vec!["a pr"; 1_111].join(" and ");
    assert!(matches!(filter(&many), Filter::And(all) if all.len() == 1_111));
}

#[test]
fn literals_come_from_what_json_means_by_a_value() {
    for (json, literal) in [
        (json!("a"), Some(Literal::Text("a".to_owned()))),
        (json!([true]), Some(Literal::Boolean(true))),
        (json!({"value": 7}), Some(Literal::Number(7.into()))),
        (json!([{"VALUE": "x"}]), Some(Literal::Text("x".to_owned()))),
        (json!(null), Some(Literal::Null)),
        (json!({"display": 7}), None),
        (json!(["a", "b"]), None),
        (json!([["a"]]), None),
    ] {
        assert_eq!(Literal::from_json(&json), literal, "{json}");
    }
}

fn attributes() -> impl Strategy<Value = AttributePath> {
    let name = "[a-zA-Z$_][a-zA-Z0-9_-]{0,8}";
    let schema = proptest::option::of("urn:[a-z0-9.]{1,6}(:[A-Za-z]{1,6}){0,3}");
    (schema, name, proptest::option::of(name)).prop_map(|(schema, name, sub)| AttributePath {
        schema,
        name,
        sub,
    })
}

fn literals() -> impl Strategy<Value = Literal> {
    let float = any::<f64>().prop_filter_map("JSON has no such number", serde_json::Number::from_f64);
    prop_oneof![
        "\\PC{0,12}".prop_map(Literal::Text),
        any::<String>().prop_map(Literal::Text),
        any::<bool>().prop_map(Literal::Boolean),
        any::<i64>().prop_map(|number| Literal::Number(number.into())),
        float.prop_map(Literal::Number),
        Just(Literal::Null),
    ]
}

fn filters(paths: impl Strategy<Value = Path> + Clone + 'static) -> BoxedStrategy<Filter> {
    let operator = proptest::sample::select(Operator::ALL);
    let leaf = prop_oneof![
        paths.clone().prop_map(Filter::Present),
        (paths, operator, literals()).prop_map(|(path, operator, value)| Filter::Compare {
            path,
            operator,
            value
        }),
    ];
    let grow = |inner: BoxedStrategy<Filter>| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| a.and(b)),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| a.or(b)),
            inner.prop_map(Filter::negate),
        ]
    };
    leaf.boxed().prop_recursive(4, 16, 2, grow).boxed()
}

fn whole_filters() -> BoxedStrategy<Filter> {
    let inner = filters(attributes().prop_map(Path::from).boxed());
    let element = (attributes(), inner.clone())
        .prop_map(|(attribute, filter)| Path { attribute, element: Some(Box::new(filter)) });
    let path = prop_oneof![3 => attributes().prop_map(Path::from), 1 => element].boxed();
    let value_path = (attributes(), inner)
        .prop_map(|(attribute, filter)| Filter::Element {
            attribute: AttributePath { sub: None, ..attribute },
            filter: Box::new(filter),
        })
        .boxed();
    prop_oneof![
        filters(path.clone()),
        value_path.clone(),
        (filters(path), value_path).prop_map(|(a, b)| a.negate().and(b)),
    ]
    .boxed()
}

proptest! {
    #[test]
    fn a_filter_reads_back_from_its_own_text(filter in whole_filters()) {
        prop_assert_eq!(Filter::parse(&filter.to_string()), Ok(filter));
    }

    #[test]
    fn a_path_reads_back_from_its_own_text(attribute in attributes(), filter in proptest::option::of(whole_filters())) {
        let path = Path { attribute, element: None };
        prop_assert_eq!(Path::parse(&path.to_string()), Ok(path));
        if let Some(Filter::Element { attribute, filter }) = filter {
            let path = Path { attribute, element: Some(filter) };
            prop_assert_eq!(Path::parse(&path.to_string()), Ok(path));
        }
    }

    #[test]
    fn no_text_makes_the_parser_panic_and_what_it_takes_it_prints(
        text in prop_oneof![
            any::<String>(),
            "(urn|:a|:1\\.0|:2\\.0|:User|:Group|:|\\.1\\.0|\\.User|\\.x|x){0,8}( pr)?",
            "[a-z.:\\[\\]\"() \\\\0-9-]{0,60}",
            "((not )?[(]?a(\\.b)?(\\[| (eq|co|pr) |)(\"x\"|1|true|)[\\])]?( and | or |)){0,12}",
        ],
    ) {
        match Filter::parse(&text) {
            Ok(filter) => prop_assert_eq!(Filter::parse(&filter.to_string()), Ok(filter)),
            Err(error) => prop_assert!((1..=text.chars().count() + 1).contains(&error.column), "{}", error),
        }
        if let Ok(path) = Path::parse(&text) {
            prop_assert_eq!(Path::parse(&path.to_string()), Ok(path));
        }
    }

    #[test]
    fn a_filter_and_its_negation_never_agree(filter in whole_filters(), exact in any::<bool>()) {
        let exact = |_: &AttributePath| exact;
        let kim = json!({"a": "x", "b": [{"a": 1, "value": true}], "$": null, "_": {"value": ""}});
        prop_assert_ne!(filter.matches(&kim, &exact), filter.clone().negate().matches(&kim, &exact));
    }
}
