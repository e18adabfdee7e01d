//! Each problem, found where it is and nowhere else.
use super::*;
use crate::attribute::AttributeType;
use crate::expression::MAX_LENGTH;
use crate::mapping::problem::Severity;
use crate::mapping::{AttributeMapping, MappingSource, check_runnable, default_user_mapping};
use crate::schema::OtherMapping;
use crate::scope::{Clause, ClauseGroup, Operator, ScopingFilter};
use serde_json::{Map, json};
use std::time::Instant;

fn schema() -> Schema {
    Schema::default_for("App", vec![default_user_mapping()])
}

/// Row, code and sentence of every problem of the default schema with a change.
fn find(change: impl FnOnce(&mut Schema)) -> Vec<(Option<usize>, ProblemCode, String)> {
    let mut schema = schema();
    change(&mut schema);
    let problems = validate(&schema, ObjectKind::User, ScopeMode::Assigned);
    problems.into_iter().map(|problem| (problem.row, problem.code, problem.message)).collect()
}

/// Expects exactly one problem, whose sentence has some words in it.
#[track_caller]
fn expect(row: impl Into<Option<usize>>, code: ProblemCode, words: &str, change: impl FnOnce(&mut Schema)) {
    let found = find(change);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!((found[0].0, found[0].1), (row.into(), code), "{found:?}");
    assert!(found[0].2.contains(words), "{} misses {words}", found[0].2);
}

fn mapping(schema: &mut Schema) -> &mut ObjectMapping {
    &mut schema.rules[0].mappings[0]
}

fn rows(schema: &mut Schema) -> &mut Vec<AttributeMapping> {
    &mut mapping(schema).attributes
}

fn target(schema: &mut Schema) -> &mut ObjectDefinition {
    &mut schema.directories[1].objects[0]
}

/// Adds a target attribute of a type, with a row for it, which is number 22.
fn add(schema: &mut Schema, kind: AttributeType, source: MappingSource) {
    let mut definition = target(schema).attributes[2].clone();
    definition.name = "extra".to_owned();
    definition.kind = kind;
    target(schema).attributes.push(definition);
    rows(schema).push(AttributeMapping::new(source, "extra"));
}

fn direct(name: &str) -> MappingSource {
    MappingSource::Direct(name.to_owned())
}

fn constant(text: &str) -> MappingSource {
    MappingSource::Constant(text.to_owned())
}

fn expression(text: &str) -> MappingSource {
    MappingSource::Expression(text.to_owned())
}

fn groups() -> ObjectMapping {
    let mut groups = default_user_mapping();
    groups.source_object = ObjectKind::Group;
    groups.attributes = vec![
        AttributeMapping {
            matching_priority: Some(1),
            ..AttributeMapping::new(direct("displayName"), "displayName")
        },
        AttributeMapping::new(direct("members"), "members"),
    ];
    groups
}

#[test]
fn the_default_mapping_has_no_problem() {
    assert_eq!(find(|_| {}), []);
}

#[test]
fn an_unknown_source_attribute_is_told_with_the_nearest_name() {
    let code = ProblemCode::UnknownSourceAttribute;
    expect(3, code, "jobTitel; did you mean jobTitle?", |schema| rows(schema)[3].source = direct("jobTitel"));
    expect(3, code, "no attribute zzzzzz. Choose", |schema| rows(schema)[3].source = direct("zzzzzz"));
    expect(3, code, "no source attribute", |schema| rows(schema)[3].source = direct(""));
    expect(8, code, "did you mean surname?", |schema| {
        rows(schema)[8].source = expression("Join([surnam], [surnam])")
    });
}

#[test]
fn an_unknown_target_attribute_is_told_with_the_nearest_name() {
    let code = ProblemCode::UnknownTargetAttribute;
    expect(3, code, "did you mean title? If it does, add it to the attribute list.", |schema| {
        rows(schema)[3].target = "titl".to_owned();
    });
    // Without a list any name may be right.
    assert_eq!(
        find(|schema| {
            rows(schema)[3].target = "titl".to_owned();
            target(schema).attributes.clear();
        }),
        []
    );
}

#[test]
fn a_target_that_is_no_path_or_not_ours_to_write_is_told() {
    expect(3, ProblemCode::UnreadableTarget, "emails[type", |schema| {
        rows(schema)[3].target = "emails[type".to_owned()
    });
    expect(3, ProblemCode::ReadOnlyTarget, "Remove the row", |schema| {
        rows(schema)[3].target = "ID".to_owned()
    });
    expect(3, ProblemCode::ReadOnlyTarget, "title is given", |schema| {
        let title = target(schema).attributes.iter_mut().find(|attribute| attribute.name == "title").unwrap();
        title.mutability = crate::attribute::Mutability::ReadOnly;
    });
    expect(3, ProblemCode::ReadOnlyTarget, "title is given", |schema| {
        target(schema).attributes.iter_mut().find(|attribute| attribute.name == "title").unwrap().anchor =
            true;
    });
}

#[test]
fn a_required_target_needs_a_row_with_a_value() {
    let require = |schema: &mut Schema, name: &str| {
        let list = &mut target(schema).attributes;
        list.iter_mut().find(|attribute| attribute.name == name).unwrap().required = true;
    };
    expect(None, ProblemCode::RequiredTargetUnmapped, "requires nickName", |schema| {
        require(schema, "nickName")
    });
    expect(3, ProblemCode::RequiredTargetWithoutValue, "neither a source nor a default", |schema| {
        require(schema, "title");
        rows(schema)[3].source = MappingSource::None;
    });
    let fine = find(|schema| {
        require(schema, "title");
        rows(schema)[3].source = MappingSource::None;
        rows(schema)[3].default_value = Some("none".to_owned());
        // A row for one address fills the list of addresses.
        let mut emails = target(schema).attributes[2].clone();
        emails.name = "emails".to_owned();
        emails.required = true;
        target(schema).attributes.push(emails);
    });
    assert_eq!(fine, []);
}

#[test]
fn something_must_match_and_precedence_is_one_two_three() {
    expect(None, ProblemCode::NoMatchingAttribute, "such as userName", |schema| {
        rows(schema)[0].matching_priority = None;
    });
    expect(18, ProblemCode::MatchingPrecedenceTwice, "also in row 1", |schema| {
        rows(schema)[18].matching_priority = Some(1);
    });
    expect(18, ProblemCode::MatchingPrecedenceGap, "from 1 to 3", |schema| {
        rows(schema)[18].matching_priority = Some(3);
        rows(schema)[4].matching_priority = Some(7);
    });
    expect(0, ProblemCode::MatchingPrecedenceGap, "from 0 to 2", |schema| {
        rows(schema)[0].matching_priority = Some(2)
    });
    assert_eq!(find(|schema| rows(schema)[18].matching_priority = Some(2)), []);
}

#[test]
fn one_target_has_one_row_however_its_path_is_spelt() {
    expect(3, ProblemCode::DuplicateTarget, "also in row 3", |schema| {
        rows(schema)[3].target = "urn:ietf:params:scim:schemas:core:2.0:User:DISPLAYNAME".to_owned();
    });
}

#[test]
fn a_matching_row_finds_an_account() {
    let code = ProblemCode::UnfitForMatching;
    let change = |source: MappingSource| {
        move |schema: &mut Schema| {
            rows(schema)[3].source = source;
            rows(schema)[3].matching_priority = Some(2);
        }
    };
    expect(3, code, "no source", change(MappingSource::None));
    expect(3, code, "the same for everybody", change(constant("x")));
    expect(3, code, "other people", change(direct("manager")));
    expect(21, code, "a reference", |schema| rows(schema)[21].matching_priority = Some(2));
}

#[test]
fn types_that_can_never_fit_are_told() {
    use AttributeType::{Boolean, DateTime, Integer, Reference, String};
    let code = ProblemCode::TypeMismatch;
    expect(22, code, "extra is of type Integer, but accountEnabled is of type Boolean", |schema| {
        add(schema, Integer, direct("accountEnabled"));
    });
    expect(22, code, "refers to another object", |schema| add(schema, Reference, direct("IsSoftDeleted")));
    expect(22, code, "but manager is of type Reference", |schema| add(schema, DateTime, direct("manager")));
    expect(22, code, "but Not is of type Boolean", |schema| {
        add(schema, Integer, expression("Not([IsSoftDeleted])"))
    });
    expect(22, code, "a whole number, but is \"none\"", |schema| {
        add(
            schema,
            Integer,
            expression("Switch([city], \"none\", \"Oslo\", \"1\", \"Bergen\", [employeeId])"),
        );
    });
    for (kind, source) in [
        (Integer, direct("employeeId")),
        (String, direct("accountEnabled")),
        (Boolean, expression("Not([IsSoftDeleted])")),
        (Integer, expression("Switch([city], \"\", \"Oslo\", \"1\")")),
        (Integer, expression("\"12\"")),
    ] {
        assert_eq!(find(|schema| add(schema, kind, source)), []);
    }
}

#[test]
fn a_constant_and_a_default_value_become_values_of_the_target() {
    use AttributeType::{Boolean, Integer};
    expect(22, ProblemCode::UnfitConstant, "constant for extra must be True or False", |schema| {
        add(schema, Boolean, constant("perhaps"));
    });
    expect(22, ProblemCode::UnfitDefaultValue, "default value for extra must be a whole number", |schema| {
        add(schema, Integer, direct("employeeId"));
        rows(schema)[22].default_value = Some("many".to_owned());
    });
    let fine = find(|schema| {
        add(schema, Boolean, constant("TRUE"));
        rows(schema)[22].default_value = Some(String::new());
    });
    assert_eq!(fine, []);
}

#[test]
fn several_values_go_where_several_fit() {
    let mut schema = Schema::default_for("App", vec![groups()]);
    let codes = |schema: &Schema| -> Vec<(Option<usize>, ProblemCode)> {
        let problems = validate(schema, ObjectKind::Group, ScopeMode::Assigned);
        problems.into_iter().map(|problem| (problem.row, problem.code)).collect()
    };
    assert_eq!(codes(&schema), []);
    rows(&mut schema)[1].target = "externalId".to_owned();
    assert_eq!(codes(&schema), [(Some(1), ProblemCode::SeveralValues)]);
    rows(&mut schema)[1].source = expression("[members]");
    assert_eq!(codes(&schema), [(Some(1), ProblemCode::SeveralValues)]);
    rows(&mut schema)[1].source = expression("Join(\",\", [members])");
    assert_eq!(codes(&schema), []);
}

#[test]
fn a_broken_expression_is_told_with_its_place() {
    let broken = "Join(\" \",\n  [surname]";
    expect(8, ProblemCode::ExpressionError, "line 1, column 1", |schema| {
        rows(schema)[8].source = expression(broken)
    });
    expect(8, ProblemCode::ExpressionTooLong, "has 10001 characters", |schema| {
        rows(schema)[8].source = expression(&" ".repeat(MAX_LENGTH + 1));
    });
}

#[test]
fn roles_pass_through_a_role_function() {
    let code = ProblemCode::RolesMappedDirectly;
    let words = "must never be mapped directly";
    expect(3, code, words, |schema| rows(schema)[3].source = direct("appRoleAssignments"));
    expect(3, code, words, |schema| rows(schema)[3].source = expression("[appRoleAssignments]"));
}

#[test]
fn without_is_soft_deleted_nobody_is_disabled() {
    expect(None, ProblemCode::NobodyIsDisabled, "never disabled", |schema| drop(rows(schema).remove(1)));
    assert_eq!(find(|schema| rows(schema)[1].source = direct("IsSoftDeleted")), []);
}

#[test]
fn what_is_kept_but_not_carried_out_is_told() {
    expect(None, ProblemCode::NotProvisioned, "\"Phones\" is for Device objects", |schema| {
        let document = json!({ "name": "Phones", "sourceObjectName": "Device" });
        schema.rules[0].others.push(OtherMapping { position: 0, document });
    });
    expect(None, ProblemCode::SeveralMappings, "Only the first", |schema| {
        let more = mapping(schema).clone();
        schema.rules[0].mappings.push(more);
    });
    expect(None, ProblemCode::MappingMissing, "no mapping for User", |schema| schema.rules.clear());
}

#[test]
fn scoping_filters_are_checked_with_their_clauses() {
    let filter = |attribute: &str, operator, values: &[&str]| {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        let clause = Clause { attribute: attribute.to_owned(), operator, values, extra: Map::new() };
        let groups = vec![ClauseGroup { name: "North".to_owned(), clauses: vec![clause], extra: Map::new() }];
        ScopingFilter { groups, extra: Map::new() }
    };
    for (filter, words) in [
        (filter("departmnt", Operator::Equals, &["x"]), "Did you mean department?"),
        (filter("IsSoftDeleted", Operator::IsTrue, &[]), "follows from the scope"),
        (filter("city", Operator::Equals, &[""]), "empty value"),
        (filter("city", Operator::Equals, &[]), "needs a value"),
        (filter("city", Operator::RegexMatch, &["(a"]), "(a"),
        (filter("employeeId", Operator::GreaterThan, &["many"]), "many"),
    ] {
        expect(None, ProblemCode::ScopingFilter, words, |schema| mapping(schema).scope = filter);
    }
}

#[test]
fn what_can_be_evaluated_is_runnable_even_where_the_whole_has_problems() {
    let mut mapping = default_user_mapping();
    mapping.attributes.remove(1);
    mapping.attributes[2].target = "unheardOf".to_owned();
    mapping.attributes[0].matching_priority = Some(4);
    assert!(check_runnable(&mapping, TargetSchema::scim_user()).is_empty());
    mapping.attributes[0].matching_priority = None;
    mapping.attributes[3].source = direct("nothingLikeIt");
    let problems = check_runnable(&mapping, TargetSchema::scim_user());
    assert!(problems.iter().all(|problem| problem.severity == Severity::Error));
    assert_eq!(problems.iter().map(|problem| problem.row).collect::<Vec<_>>(), [Some(3), None]);
    assert!(problems[0].to_string().starts_with("Row 4: Users have no attribute"));
}

#[test]
fn a_hostile_mapping_is_checked_in_reasonable_time() {
    let mut schema = schema();
    let name = |at: usize| format!("a{at}{}", "x".repeat(400));
    let attribute = target(&mut schema).attributes[2].clone();
    target(&mut schema).attributes = (0..20_000)
        .map(|at| crate::attribute::AttributeDefinition {
            name: name(at),
            extra: Map::new(),
            ..attribute.clone()
        })
        .collect();
    *rows(&mut schema) =
        (0..2_000).map(|at| AttributeMapping::new(direct(&name(at)), &format!("b{}", name(at)))).collect();
    let begun = Instant::now();
    let problems = validate(&schema, ObjectKind::User, ScopeMode::All);
    assert!(problems.len() > 4_000, "{}", problems.len());
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
}
