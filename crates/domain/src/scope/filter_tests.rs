//! The scoping filters as a whole: the registry's examples, the null rule, AND and OR, what is refused, bounds.
use super::*;
use crate::object::ObjectKind;
use crate::value::Value;
use serde_json::{Map, json};

fn clause(attribute: &str, operator: Operator, values: &[&str]) -> Clause {
    Clause {
        attribute: attribute.to_owned(),
        operator,
        values: values.iter().map(|value| (*value).to_owned()).collect(),
        extra: Map::new(),
    }
}

fn group(name: &str, clauses: Vec<Clause>) -> ClauseGroup {
    ClauseGroup { name: name.to_owned(), clauses, extra: Map::new() }
}

fn filter(groups: Vec<ClauseGroup>) -> ScopingFilter {
    ScopingFilter { groups, extra: Map::new() }
}

fn one(attribute: &str, operator: Operator, values: &[&str]) -> ScopingFilter {
    filter(vec![group("Title", vec![clause(attribute, operator, values)])])
}

fn compile(filter: &ScopingFilter) -> CompiledFilter {
    filter.compile(ObjectKind::User).unwrap()
}

fn sentences(filter: &ScopingFilter) -> Vec<String> {
    let problems = filter.validate(ObjectKind::User);
    problems.iter().map(ToString::to_string).collect()
}

/// What a filter says when every attribute has this value.
fn verdict(filter: &ScopingFilter, value: Option<Value>) -> Verdict {
    let compiled = compile(filter);
    let verdict = compiled.evaluate(&|_| value.clone());
    let quick = match compiled.passes(&|_| value.clone()) {
        Ok(true) => Verdict::Passed,
        Ok(false) => Verdict::Failed { clauses: Vec::new() },
        Err(message) => Verdict::Undecidable { message },
    };
    match &verdict {
        Verdict::Failed { .. } => assert!(matches!(quick, Verdict::Failed { .. })),
        verdict => assert_eq!(*verdict, quick),
    }
    verdict
}

fn holds(operator: Operator, value: Option<Value>, values: &[&str]) -> bool {
    verdict(&one("extensionAttribute1", operator, values), value) == Verdict::Passed
}

fn texts(values: &[&str]) -> Option<Value> {
    Some(Value::List(values.iter().map(|value| Value::text(*value)).collect()))
}

/// A value that the operator takes.
fn sample(definition: &OperatorDefinition) -> (&'static str, &'static [&'static str]) {
    let example = definition.examples.first().unwrap();
    (example.attribute, example.values)
}

#[test]
fn every_operator_is_defined_once_and_in_order() {
    let defined: Vec<Operator> = OPERATORS.iter().map(|definition| definition.operator).collect();
    assert_eq!(defined, Operator::ALL);
}

#[test]
fn every_operator_has_examples_that_are_true() {
    for definition in OPERATORS {
        assert!(!definition.examples.is_empty(), "{definition:?}");
        for example in definition.examples {
            let FilterExample { attribute, object, values, holds } = *example;
            let value = match object {
                [] => None,
                ["True"] if attribute == "accountEnabled" => Some(Value::Boolean(true)),
                ["False"] if attribute == "accountEnabled" => Some(Value::Boolean(false)),
                [one] if attribute != MEMBER_OF => Some(Value::text(*one)),
                many => texts(many),
            };
            let passed = verdict(&one(attribute, definition.operator, values), value) == Verdict::Passed;
            assert_eq!(passed, holds, "{definition:?} {example:?}");
        }
        if definition.arity == Arity::Binary {
            let told: Vec<bool> = definition.examples.iter().map(|example| example.holds).collect();
            assert!(told.contains(&true) && told.contains(&false), "{definition:?} shows one side only");
        }
    }
}

#[test]
fn an_attribute_without_a_value_fails_every_clause_but_is_null() {
    for definition in OPERATORS {
        let (attribute, values) = sample(definition);
        let filter = one(attribute, definition.operator, values);
        assert_eq!(definition.on_null, definition.operator == Operator::IsNull);
        for nothing in [None, Some(Value::text("")), texts(&[]), texts(&["", ""])] {
            let passed = verdict(&filter, nothing) == Verdict::Passed;
            assert_eq!(passed, definition.on_null, "{definition:?}");
        }
    }
}

#[test]
fn the_registry_says_of_several_values_what_the_evaluator_does() {
    for definition in OPERATORS.iter().filter(|definition| definition.arity == Arity::Binary) {
        // One item for which the operator alone is true, and one for which it is false.
        let (attribute, values, yes, no) = match definition.operator {
            Operator::RegexMatch | Operator::Includes | Operator::EndsWith => ("city", "a", "ba", "bb"),
            Operator::NotRegexMatch => ("city", "a", "bb", "ba"),
            Operator::NotEquals | Operator::NotBitAnd => ("city", "4", "3", "4"),
            Operator::IsMemberOf => continue,
            _ => ("city", "4", "4", "3"),
        };
        let values = if definition.operator == Operator::GreaterThan { "3" } else { values };
        let filter = one(attribute, definition.operator, &[values]);
        let passes = |items: &[&str]| verdict(&filter, texts(items)) == Verdict::Passed;
        assert!(passes(&[yes]) && !passes(&[no]), "{definition:?}");
        assert!(passes(&[yes, yes, ""]) && !passes(&[no, no]), "{definition:?}");
        let mixed = definition.multivalued == MultivaluedComparison::Any;
        assert_eq!(passes(&[no, yes]), mixed, "{definition:?}");
        assert_eq!(passes(&[yes, no]), mixed, "{definition:?}");
    }
}

#[test]
fn operators_are_described_as_graph_describes_them() {
    assert_eq!(
        OperatorDefinition::find(Operator::NotRegexMatch).unwrap().to_graph(),
        json!({
            "name": "NOT REGEX MATCH",
            "arity": "Binary",
            "multivaluedComparisonType": "All",
            "supportedAttributeTypes": ["String", "Integer", "Reference"],
        })
    );
    assert_eq!(OperatorDefinition::find(Operator::IsNull).unwrap().to_graph()["arity"], "Unary");
}

#[test]
fn without_filters_everybody_passes() {
    assert_eq!(verdict(&ScopingFilter::default(), None), Verdict::Passed);
    assert!(compile(&ScopingFilter::default()).is_empty());
}

#[test]
fn clauses_are_joined_by_and_filters_by_or_and_the_failing_clauses_are_told() {
    let filter = filter(vec![
        group(
            "New York engineers",
            vec![
                clause("state", Operator::Equals, &["New York"]),
                clause("department", Operator::Equals, &["Engineering"]),
                clause("employeeId", Operator::GreaterThan, &["1000000"]),
                clause("jobTitle", Operator::IsNotNull, &[]),
            ],
        ),
        group("", vec![clause("department", Operator::Equals, &["Sales", "Marketing"])]),
    ]);
    let compiled = compile(&filter);
    assert_eq!(compiled.attributes(), ["state", "department", "employeeId", "jobTitle"]);
    assert!(!compiled.reads_membership());
    let ask = |department: &str, title: Option<&str>| {
        compiled.evaluate(&|name| match name {
            "state" => Some(Value::text("New York")),
            "department" => Some(Value::text(department)),
            "employeeId" => Some(Value::text("1000001")),
            "jobTitle" => title.map(Value::text),
            _ => unreachable!("{name} is not read"),
        })
    };
    assert_eq!(ask("Engineering", Some("Engineer")), Verdict::Passed);
    assert_eq!(ask("Marketing", None), Verdict::Passed);
    let Verdict::Failed { clauses } = ask("engineering", None) else { panic!("passed") };
    assert_eq!(
        clauses,
        [
            "New York engineers department EQUALS Engineering",
            "New York engineers jobTitle IS NOT NULL",
            "department EQUALS Sales, Marketing",
        ]
    );
}

#[test]
fn several_values_of_a_clause_are_alternatives() {
    let text = |text: &str| Some(Value::text(text));
    assert!(holds(Operator::RegexMatch, text("b"), &["^a", "^b"]));
    assert!(!holds(Operator::NotRegexMatch, text("b"), &["^a", "^b"]));
    assert!(holds(Operator::NotRegexMatch, text("c"), &["^a", "^b"]));
    assert!(holds(Operator::GreaterThan, text("2026-06-01"), &["1000", "2026-01-01"]));
    assert!(holds(Operator::BitAnd, text("4"), &["1", "4"]));
    assert!(!holds(Operator::NotBitAnd, text("4"), &["1", "4"]));
    assert!(holds(Operator::EndsWith, text("ab"), &["a", "b"]));
}

#[test]
fn comparisons_mind_the_kind_of_both_sides() {
    let text = |text: &str| Some(Value::text(text));
    assert!(holds(Operator::GreaterThan, Some(Value::Integer(i64::MAX)), &["5"]));
    assert!(holds(Operator::GreaterThan, text("10"), &["9"]));
    assert!(holds(Operator::GreaterThanOrEquals, text("-0"), &["0"]));
    assert!(!holds(Operator::GreaterThan, text("1234567890123456789"), &["5"]));
    assert!(!holds(Operator::GreaterThan, text("ten"), &["9"]));
    assert!(!holds(Operator::GreaterThan, text("2026-01-01"), &["9"]));
    assert!(!holds(Operator::GreaterThan, text("2026"), &["2025-01-01"]));
    let moment = jiff::civil::date(2026, 3, 1).at(0, 0, 0, 1);
    assert!(holds(Operator::GreaterThan, Some(Value::DateTime(moment)), &["2026-03-01"]));
    assert!(!holds(Operator::GreaterThan, Some(Value::Boolean(true)), &["0"]));
}

#[test]
fn texts_are_compared_exactly() {
    let text = |text: &str| Some(Value::text(text));
    assert!(!holds(Operator::Equals, text("Zoë"), &["Zoe\u{308}"]));
    assert!(!holds(Operator::Equals, text(" a"), &["a"]));
    assert!(holds(Operator::Includes, text("100%_"), &["%_"]));
    assert!(!holds(Operator::Includes, text("100"), &["1_0"]));
    assert!(holds(Operator::EndsWith, text("👩‍🚀"), &["🚀"]));
    assert!(holds(Operator::Equals, Some(Value::Integer(7)), &["7"]));
}

#[test]
fn a_boolean_equals_each_spelling_of_itself() {
    for spelling in ["True", "true", "TRUE"] {
        let equals = one("accountEnabled", Operator::Equals, &[spelling]);
        assert_eq!(verdict(&equals, Some(Value::Boolean(true))), Verdict::Passed);
        let differs = one("accountEnabled", Operator::NotEquals, &[spelling]);
        assert_eq!(verdict(&differs, Some(Value::Boolean(false))), Verdict::Passed);
    }
    let odd = one("accountEnabled", Operator::Equals, &["yes"]);
    assert!(
        sentences(&odd)[0]
            .ends_with("accountEnabled is True or False, so it can't be compared with \"yes\".")
    );
    assert!(holds(Operator::Equals, Some(Value::text("true")), &["true"]));
    assert!(!holds(Operator::Equals, Some(Value::text("true")), &["True"]));
}

#[test]
fn ids_are_found_in_whatever_form_they_are_written() {
    let id = "0193c0de-0000-7000-8000-00000000000a";
    for written in [id, "0193C0DE-0000-7000-8000-00000000000A", "{0193c0de-0000-7000-8000-00000000000a}"] {
        for (attribute, operator) in
            [("objectId", Operator::Equals), ("manager", Operator::Equals), (MEMBER_OF, Operator::IsMemberOf)]
        {
            let filter = one(attribute, operator, &[written]);
            assert_eq!(verdict(&filter, Some(Value::text(id))), Verdict::Passed, "{written}");
        }
    }
    assert!(sentences(&one("manager", Operator::Equals, &["Kim"]))[0].ends_with("but \"Kim\" is no id."));
    assert!(compile(&one(MEMBER_OF, Operator::IsMemberOf, &[id])).reads_membership());
}

#[test]
fn a_pattern_that_takes_too_long_leaves_the_object_undecided_unless_another_clause_decides() {
    let slow = || clause("displayName", Operator::RegexMatch, &[r"^(?:(x+x+)+)\1y"]);
    let absent = || clause("city", Operator::IsNull, &[]);
    let present = || clause("city", Operator::IsNotNull, &[]);
    let value = Some(Value::text("x".repeat(64)));
    let ask = |groups| verdict(&filter(groups), value.clone());

    let Verdict::Undecidable { message } = ask(vec![group("Slow", vec![slow()])]) else { panic!("decided") };
    assert!(message.starts_with("The scoping filter \"Slow displayName REGEX MATCH"), "{message}");
    assert!(!message.contains("xxxxxx"), "{message}");
    assert!(matches!(ask(vec![group("", vec![present(), slow()])]), Verdict::Undecidable { .. }));
    assert!(matches!(
        ask(vec![group("", vec![slow()]), group("", vec![absent()])]),
        Verdict::Undecidable { .. }
    ));
    for clauses in [vec![slow(), absent()], vec![absent(), slow()]] {
        assert!(matches!(ask(vec![group("", clauses)]), Verdict::Failed { .. }));
    }
    for groups in [[vec![slow()], vec![present()]], [vec![present()], vec![slow()]]] {
        assert_eq!(ask(groups.into_iter().map(|clauses| group("", clauses)).collect()), Verdict::Passed);
    }
    let not = clause("displayName", Operator::NotRegexMatch, &[r"^(?:(x+x+)+)\1y"]);
    assert!(matches!(ask(vec![group("", vec![not])]), Verdict::Undecidable { .. }));
}

#[test]
fn the_patterns_of_a_filter_share_what_one_of_them_may_take() {
    let slow = || clause("displayName", Operator::RegexMatch, &[r"^(?:(x+x+)+)\1y"]);
    let groups = |count| filter((0..count).map(|_| group("", vec![slow()])).collect());
    let value = Value::text("x".repeat(14));
    assert!(matches!(verdict(&groups(1), Some(value.clone())), Verdict::Failed { .. }));
    assert!(matches!(verdict(&groups(60), Some(value.clone())), Verdict::Undecidable { .. }));
    let list = Value::List(vec![value; 60]);
    assert!(matches!(verdict(&groups(1), Some(list)), Verdict::Undecidable { .. }));
}

#[test]
fn what_can_not_be_meant_is_refused_with_its_place() {
    let filter = filter(vec![
        group("Empty", vec![]),
        group(
            "Odd",
            vec![
                clause("department", Operator::Equals, &["Sales"]),
                clause("shoeSize", Operator::Equals, &["44"]),
                clause("department", Operator::Equals, &[]),
                clause("department", Operator::NotEquals, &[""]),
                clause("employeeId", Operator::GreaterThan, &["many"]),
                clause("employeeId", Operator::BitAnd, &["0"]),
                clause("mail", Operator::RegexMatch, &["(["]),
                clause("accountEnabled", Operator::RegexMatch, &["True"]),
                clause("IsSoftDeleted", Operator::IsFalse, &[]),
                clause("department", Operator::IsMemberOf, &["0193c0de-0000-7000-8000-00000000000a"]),
            ],
        ),
    ]);
    let problems = filter.validate(ObjectKind::User);
    assert_eq!(
        problems.iter().map(|problem| (problem.group, problem.clause)).collect::<Vec<_>>(),
        [
            (Some(0), None),
            (Some(1), Some(1)),
            (Some(1), Some(2)),
            (Some(1), Some(3)),
            (Some(1), Some(4)),
            (Some(1), Some(5)),
            (Some(1), Some(6)),
            (Some(1), Some(7)),
            (Some(1), Some(8)),
            (Some(1), Some(9)),
        ]
    );
    assert_eq!(
        problems[2].to_string(),
        "Scoping filter 2 \"Odd\", clause 3: EQUALS needs a value to compare department with."
    );
    assert!(problems[7].sentence.ends_with("whose type is Boolean. Use IS TRUE or IS FALSE."));
    assert!(problems[9].sentence.ends_with("Its attribute must be memberOf."));
}

#[test]
fn a_unary_operator_does_not_look_at_values_that_were_left_behind() {
    let filter = one("department", Operator::IsNull, &["", "Sales"]);
    assert_eq!(verdict(&filter, None), Verdict::Passed);
    let failed = Verdict::Failed { clauses: vec!["Title department IS NULL".to_owned()] };
    assert_eq!(verdict(&filter, Some(Value::text("Sales"))), failed);
}

#[test]
fn filter_groups_of_other_kinds_are_refused_unless_they_are_empty() {
    let mut filter = one("department", Operator::IsNull, &[]);
    filter.extra.insert("inputFilterGroups".to_owned(), json!([]));
    filter.extra.insert("categoryFilterGroups".to_owned(), json!(null));
    assert!(sentences(&filter).is_empty());
    filter.extra.insert("inputFilterGroups".to_owned(), json!([{ "clauses": [] }]));
    assert!(sentences(&filter)[0].starts_with("inputFilterGroups is not supported."));
}

#[test]
fn every_bound_can_be_reached_and_not_passed() {
    let null = || clause("city", Operator::IsNull, &[]);
    let groups = |count: usize| filter((0..count).map(|_| group("", vec![null()])).collect());
    let clauses = |count: usize| filter(vec![group("", (0..count).map(|_| null()).collect())]);
    let values = |count: usize| one("city", Operator::Includes, &vec!["a"; count]);
    let characters = |count: usize| one("city", Operator::Includes, &["ä".repeat(count).as_str()]);
    let title = |count: usize| filter(vec![group(&"ä".repeat(count), vec![null()])]);
    for (limit, build) in [
        (MAX_GROUPS, &groups as &dyn Fn(usize) -> ScopingFilter),
        (MAX_CLAUSES, &clauses),
        (MAX_VALUES, &values),
        (MAX_VALUE_CHARACTERS, &characters),
        (MAX_TITLE, &title),
    ] {
        assert!(sentences(&build(limit)).is_empty(), "{limit}");
        let told = sentences(&build(limit + 1));
        assert!(told.len() == 1 && told[0].contains(&format!("at most {limit} are possible")), "{told:?}");
    }
}

#[test]
fn long_values_are_shortened_in_messages() {
    let long = "é".repeat(5000);
    let Verdict::Failed { clauses } = verdict(&one("city", Operator::Equals, &[long.as_str()]), None) else {
        panic!("passed")
    };
    assert!(clauses[0].chars().count() < 150, "{}", clauses[0]);
}

#[test]
fn groups_have_attributes_of_their_own() {
    let by_name = one("displayName", Operator::EndsWith, &["Team"]);
    assert!(by_name.validate(ObjectKind::Group).is_empty());
    let by_department = one("department", Operator::IsNull, &[]);
    assert_eq!(by_department.validate(ObjectKind::Group).len(), 1);
}

#[test]
fn the_documentation_page_is_up_to_date() {
    let file = include_str!("../../../../docs/scoping-filters.md");
    assert_eq!(file, documentation::render(), "run `cargo xtask docs`");
}
