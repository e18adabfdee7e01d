//! Documents as other systems export them, written by hand after the facts of sections 3.9 and 9.4.
use super::*;
use crate::attribute::{AttributeType, Mutability};
use crate::mapping::{
    FlowBehavior, FlowType, MappingSource, ObjectActions, SourceKind, default_user_mapping,
};
use crate::object::ObjectKind;
use crate::scope::{Operator, ScopingFilter};
use serde_json::{Map, Value as Json, json};

mod random;

const SCIM: &str = include_str!("tests/scim-gallery.json");
const SALESFORCE: &str = include_str!("tests/salesforce.json");
const ODD: &str = include_str!("tests/odd.json");

fn load(text: &str) -> Json {
    serde_json::from_str(text).unwrap()
}

fn read(text: &str) -> Schema {
    Schema::from_document(&load(text)).unwrap()
}

/// A document with one user mapping of these rows.
fn document_of(rows: Json) -> Json {
    json!({ "directories": [], "synchronizationRules": [{ "id": "r", "name": "USER_TO_USER", "objectMappings": [
        { "name": "People", "sourceObjectName": "User", "targetObjectName": "User", "attributeMappings": rows },
    ] }] })
}

fn read_row(row: Json) -> crate::mapping::AttributeMapping {
    let mut schema = Schema::from_document(&document_of(json!([row]))).unwrap();
    schema.rules[0].mappings[0].attributes.remove(0)
}

#[test]
fn every_document_comes_back_as_it_was() {
    for text in [SCIM, SALESFORCE, ODD] {
        assert_eq!(read(text).to_document(), load(text));
    }
    for tiny in [json!({}), json!({ "directories": null }), json!({ "synchronizationRules": [], "x": {} })] {
        assert_eq!(Schema::from_document(&tiny).unwrap().to_document(), tiny);
    }
}

#[test]
fn the_default_schema_reads_back_as_itself() {
    let schema = Schema::default_for("Promapp", vec![default_user_mapping()]);
    let document = schema.to_document();
    assert_eq!(Schema::from_document(&document).unwrap(), schema);
    let rule = &document["synchronizationRules"][0];
    assert_eq!(
        (&rule["id"], &rule["name"], &rule["priority"]),
        (&json!("users"), &json!("USER_TO_USER"), &json!(1))
    );
    assert_eq!(rule["targetDirectoryName"], "Promapp");
    assert_eq!(rule["objectMappings"][0]["scope"], Json::Null);
    let expected = json!({ "targetAttributeName": "userName", "defaultValue": null, "matchingPriority": 1,
        "source": { "expression": "[userPrincipalName]", "name": "userPrincipalName", "type": "Attribute", "parameters": [] },
        "flowBehavior": "FlowWhenChanged", "flowType": "Always", "exportMissingReferences": false });
    assert_eq!(rule["objectMappings"][0]["attributeMappings"][0], expected);
    let source = schema.source(ObjectKind::User).unwrap();
    assert!(source.attribute("objectId").is_some_and(|attribute| attribute.anchor));
    assert!(source.attribute("appRoleAssignments").is_some_and(|attribute| attribute.multivalued));
    assert_eq!(document["directories"][0]["readOnly"], true);
    for row in &schema.mapping(ObjectKind::User).unwrap().attributes {
        assert!(schema.target(ObjectKind::User).unwrap().attribute(&row.target).is_some(), "{}", row.target);
    }
}

#[test]
fn the_id_and_the_version_of_the_job_are_left_out() {
    let mut document = load(SALESFORCE);
    document["id"] = json!("job");
    document["version"] = json!("3");
    assert_eq!(Schema::from_document(&document).unwrap().to_document(), load(SALESFORCE));
}

#[test]
fn a_document_can_not_have_keys_left_out_of_the_way_back() {
    let mut document = load(SALESFORCE);
    document["synchronizationRules"][0]["@purser.omitted"] = json!(["name", "sourceDirectoryName"]);
    assert_eq!(Schema::from_document(&document).unwrap().to_document(), load(SALESFORCE));
}

#[test]
fn a_gallery_application_is_read_with_its_users_and_groups() {
    let schema = read(SCIM);
    let users = schema.mapping(ObjectKind::User).unwrap();
    assert_eq!((users.attributes.len(), users.attributes[0].matching_priority), (16, Some(1)));
    assert_eq!(users.attributes[1].source.kind(), SourceKind::Expression);
    assert_eq!(users.scope.groups[0].clauses[0].operator, Operator::Equals);
    assert_eq!(users.scope.groups[1].clauses[0].values, [".*\\@domain.com"]);
    assert!(users.scope.extra.is_empty());
    assert!(!schema.mapping(ObjectKind::Group).unwrap().enabled);
    let target = schema.target(ObjectKind::User).unwrap();
    assert_eq!(target.attribute("ACTIVE").unwrap().kind, AttributeType::Boolean);
    assert_eq!(schema.source(ObjectKind::Group).unwrap().attributes.len(), 3);
    assert_eq!(schema.rule_of(ObjectKind::Group).unwrap().target_directory, "customappsso");
}

#[test]
fn a_document_from_elsewhere_has_no_problem_where_there_is_none() {
    use crate::schema::validate;
    use crate::scope::ScopeMode;
    for kind in ObjectKind::ALL {
        assert_eq!(validate(&read(SCIM), *kind, ScopeMode::Assigned), [], "{kind}");
    }
    let odd = validate(&read(ODD), ObjectKind::User, ScopeMode::Assigned);
    for target in ["nickName", "locale"] {
        let message = format!("The target has no attribute {target}");
        assert!(odd.iter().any(|problem| problem.message.starts_with(&message)), "{odd:#?}");
    }
}

#[test]
fn rows_of_no_source_keep_their_default_values() {
    let schema = read(SALESFORCE);
    let rows = &schema.mapping(ObjectKind::User).unwrap().attributes;
    let row = rows.iter().find(|row| row.target == "TimeZoneSidKey").unwrap();
    assert_eq!(
        (&row.source, row.default_value.as_deref()),
        (&MappingSource::None, Some("America/Los_Angeles"))
    );
}

#[test]
fn odd_spellings_mean_what_they_mean_elsewhere() {
    let schema = read(ODD);
    let mapping = schema.mapping(ObjectKind::User).unwrap();
    assert_eq!(mapping.actions, ObjectActions { create: false, update: true, delete: true });
    let sources: Vec<&str> = mapping.attributes.iter().map(|row| row.source.text()).collect();
    let split = "Split([department], \",\")";
    assert_eq!(
        sources,
        ["mail", "Not([IsSoftDeleted])", "12", " Now() ", r#"say "hi" \ there"#, split, "", ""]
    );
    let row = &mapping.attributes[0];
    assert_eq!((row.matching_priority, row.default_value.as_deref()), (Some(1), Some("")));
    let row = &mapping.attributes[2];
    assert_eq!((row.matching_priority, row.default_value.as_deref()), (None, Some("7")));
    let row = &mapping.attributes[3];
    assert_eq!(
        (row.flow_type, row.flow_behavior, row.clear),
        (FlowType::ObjectAddOnly, FlowBehavior::FlowAlways, true)
    );
    let row = &mapping.attributes[4];
    assert!(row.export_missing_references && !row.clear);
    let target = schema.target(ObjectKind::User).unwrap();
    let id = &target.attributes[0];
    assert!(id.anchor && id.mutability == Mutability::ReadOnly && target.attributes[1].required);
    assert!(target.attributes[6].multivalued && !target.attributes[2].multivalued);
    let groups = &schema.rules[3].mappings;
    let actions: Vec<bool> =
        groups.iter().flat_map(|group| [group.actions.create, group.actions.delete]).collect();
    assert_eq!((actions, groups[1].enabled), (vec![false, false, true, false], false));
}

#[test]
fn operators_are_read_in_every_vocabulary() {
    use Operator::{
        BitAnd, EndsWith, Equals, GreaterThan, GreaterThanOrEquals, Includes, IsFalse, IsMemberOf, IsNotNull,
        IsNull, IsTrue, NotBitAnd, NotEquals, NotRegexMatch, Present, RegexMatch,
    };
    let schema = read(ODD);
    let operators = |at: usize| -> Vec<Operator> {
        let group = &schema.mapping(ObjectKind::User).unwrap().scope.groups[at];
        group.clauses.iter().map(|clause| clause.operator).collect()
    };
    let wire = [
        Equals,
        NotEquals,
        Includes,
        RegexMatch,
        EndsWith,
        GreaterThan,
        GreaterThanOrEquals,
        Includes,
        IsMemberOf,
        RegexMatch,
        NotRegexMatch,
        BitAnd,
        NotBitAnd,
    ];
    assert_eq!(operators(0), wire);
    let labels = [
        Equals,
        NotEquals,
        IsTrue,
        IsFalse,
        IsNull,
        IsNotNull,
        NotRegexMatch,
        GreaterThan,
        GreaterThanOrEquals,
        GreaterThanOrEquals,
        EndsWith,
        NotBitAnd,
        Present,
    ];
    assert_eq!(operators(1), labels);
    let clauses = &schema.mapping(ObjectKind::User).unwrap().scope.groups[0].clauses;
    assert_eq!((clauses[3].values[0].as_str(), clauses[5].values[0].as_str()), ("^O\\.s", "5"));
    for operator in Operator::ALL {
        let filter = json!({ "groups": [{ "name": "", "clauses": [
            { "sourceOperandName": "city", "operatorName": operator, "targetOperand": { "values": [] } },
        ] }], "inputFilterGroups": [], "categoryFilterGroups": [] });
        let mut document = document_of(json!([]));
        document["synchronizationRules"][0]["objectMappings"][0]["scope"] = filter;
        let schema = Schema::from_document(&document).unwrap();
        assert_eq!(schema.rules[0].mappings[0].scope.groups[0].clauses[0].operator, *operator);
    }
}

#[test]
fn what_is_edited_is_written_anew_and_the_rest_as_it_came() {
    let mut schema = read(ODD);
    let mut mapping = schema.mapping(ObjectKind::User).unwrap().clone();
    mapping.attributes[0].source = MappingSource::Direct("userPrincipalName".to_owned());
    mapping.attributes[2].matching_priority = Some(2);
    mapping.scope.groups[0].clauses[3].values = vec!["^Ber".to_owned()];
    mapping.scope.groups[0].clauses[0].values = vec!["Rome".to_owned()];
    mapping.actions.create = true;
    assert!(schema.replace_mapping(ObjectKind::User, mapping));
    let mut expected = load(ODD);
    let document = &mut expected["synchronizationRules"][0]["objectMappings"][1];
    document["flowTypes"] = json!("Add, Update, Delete");
    document["attributeMappings"][0]["source"] = json!({ "expression": "[userPrincipalName]", "name": "userPrincipalName", "type": "Attribute", "parameters": [] });
    document["attributeMappings"][2]["matchingPriority"] = json!(2);
    let clauses = &mut document["scope"]["groups"][0]["clauses"];
    clauses[0]["targetOperand"] = json!({ "values": ["Rome"] });
    clauses[3]["operatorName"] = json!("REGEX MATCH");
    clauses[3]["targetOperand"] = json!({ "values": ["^Ber"] });
    assert_eq!(schema.to_document(), expected);
}

#[test]
fn a_scope_that_is_emptied_lets_everybody_pass_again() {
    let mut schema = read(SCIM);
    let mut mapping = schema.mapping(ObjectKind::User).unwrap().clone();
    mapping.scope = ScopingFilter::default();
    schema.replace_mapping(ObjectKind::User, mapping);
    assert_eq!(schema.to_document()["synchronizationRules"][0]["objectMappings"][1]["scope"], Json::Null);
    let mut without_users = Schema::default_for("App", Vec::new());
    assert!(!without_users.replace_mapping(ObjectKind::User, default_user_mapping()));
}

#[test]
fn the_clear_flow_is_written_where_it_is_on() {
    let mut row = read_row(json!({ "targetAttributeName": "title", "source": null }));
    assert!(!row.clear);
    row.clear = true;
    let mut mapping = default_user_mapping();
    mapping.attributes = vec![row, crate::mapping::AttributeMapping::new(MappingSource::None, "nickName")];
    let document = Schema::default_for("App", vec![mapping]).to_document();
    let rows = &document["synchronizationRules"][0]["objectMappings"][0]["attributeMappings"];
    assert_eq!((&rows[0]["flowNullValues"], rows[1].get("flowNullValues")), (&json!(true), None));
}

#[test]
fn unknown_words_are_refused_with_their_place_and_the_known_ones() {
    let mut document = load(SCIM);
    let mapping = &mut document["synchronizationRules"][0]["objectMappings"][1];
    mapping["attributeMappings"][4]["flowType"] = json!("Sometimes");
    mapping["attributeMappings"][5]["source"]["type"] = json!("Magic");
    mapping["scope"]["groups"][0]["clauses"][1]["operatorName"] = json!("Valid Cert Match");
    mapping["flowTypes"] = json!("Add, Destroy");
    document["directories"][1]["objects"][0]["attributes"][3]["type"] = json!("Money");
    document["directories"][1]["objects"][0]["attributes"][4]["anchor"] = json!("perhaps");
    let errors = Schema::from_document(&document).unwrap_err();
    let told: Vec<String> = errors.iter().map(SchemaError::to_string).collect();
    let expected = [
        (
            "directory 2 (\"customappsso\"), object 1 (\"User\"), attribute 4 (\"displayName\"): type \"Money\"",
            "DateTime. (at /directories/1/objects/0/attributes/3/type)",
        ),
        ("attribute 5 (\"title\"): anchor must be true or false", "attributes/4/anchor)"),
        (
            "Rule 1 (\"USER_TO_USER\"), object mapping 2 (\"Provision Azure Active Directory Users\"): flowTypes \"Destroy\" is not known; it must be one of Add, Update, Delete, None.",
            "objectMappings/1/flowTypes)",
        ),
        (
            "scoping filter 1 (\"Sales in the north\"), clause 2 (\"jobTitle\"): operatorName \"Valid Cert Match\"",
            "/scope/groups/0/clauses/1/operatorName)",
        ),
        (
            "row 5 (\"emails[type eq \"work\"].value\"): flowType \"Sometimes\" is not known; it must be one of Always, ObjectAddOnly,",
            "/attributeMappings/4/flowType)",
        ),
        (
            "row 6 (\"preferredLanguage\"): source has the unknown type \"Magic\"; it must be one of Attribute, Constant, Function.",
            "source)",
        ),
    ];
    assert_eq!(told.len(), expected.len(), "{told:#?}");
    for (told, (place, pointer)) in told.iter().zip(expected) {
        assert!(told.to_lowercase().contains(&place.to_lowercase()), "{told} misses {place}");
        assert!(told.contains(pointer), "{told} misses {pointer}");
    }
}

#[test]
fn what_is_no_schema_is_refused_in_words() {
    let refuse = |document: Json| Schema::from_document(&document).unwrap_err()[0].to_string();
    assert_eq!(refuse(json!([])), "An object must stand here, not a list. (at /)");
    assert_eq!(
        refuse(json!({ "directories": 3 })),
        "Directories must be a list, but is a number. (at /directories)"
    );
    let rules = "/synchronizationRules/0/objectMappings/0";
    let message = refuse(document_of(json!("x")));
    assert!(message.ends_with(&format!("but is a text. (at {rules}/attributeMappings)")), "{message}");
    for (row, words) in [
        (json!(null), "an object must stand here, not null"),
        (json!({ "source": null }), "targetAttributeName is missing"),
        (
            json!({ "targetAttributeName": "a", "source": "mail" }),
            "source must be an object or null, but is a text",
        ),
        (json!({ "targetAttributeName": "a", "source": {} }), "source has no type"),
        (
            json!({ "targetAttributeName": "a", "source": { "type": "Attribute" } }),
            "neither its expression nor its name",
        ),
        (
            json!({ "targetAttributeName": "a", "source": { "type": "Constant" } }),
            "Constant without an expression",
        ),
        (
            json!({ "targetAttributeName": "a", "source": { "type": "Function" } }),
            "Function without an expression",
        ),
        (
            json!({ "targetAttributeName": "a", "source": { "type": "Function", "name": "F", "parameters": 1 } }),
            "parameters",
        ),
        (json!({ "targetAttributeName": "a", "matchingPriority": -1 }), "whole number from 0 to"),
        (json!({ "targetAttributeName": "a", "matchingPriority": [] }), "must be a number, but is a list"),
        (json!({ "targetAttributeName": ["a"] }), "must be a text, but is a list"),
    ] {
        let message = refuse(document_of(json!([row])));
        assert!(message.contains(words), "{message} misses {words}");
    }
}

#[test]
fn every_bound_is_told() {
    let refuse = |document: Json| Schema::from_document(&document).unwrap_err()[0].message.clone();
    let row = json!({ "targetAttributeName": "a" });
    assert!(Schema::from_document(&document_of(json!(vec![row.clone(); MAX_ROWS]))).is_ok());
    assert!(refuse(document_of(json!(vec![row; MAX_ROWS + 1]))).ends_with("at most 2000 rows."));
    let mapping = json!({ "sourceObjectName": "Device" });
    let rules = |count| json!({ "synchronizationRules": [{ "name": "r", "objectMappings": vec![mapping.clone(); count] }] });
    assert!(Schema::from_document(&rules(MAX_OBJECT_MAPPINGS)).is_ok());
    assert!(refuse(rules(MAX_OBJECT_MAPPINGS + 1)).ends_with("at most 100 object mappings."));
    let object = |count| json!({ "name": "o", "attributes": vec![json!({ "name": "a" }); count] });
    let directory =
        |more| json!({ "directories": [{ "name": "d", "objects": [object(MAX_ATTRIBUTES), object(more)] }] });
    assert!(Schema::from_document(&directory(0)).is_ok());
    assert!(refuse(directory(1)).ends_with("at most 20000 attributes."));
    let scope = |groups: usize, clauses: usize| {
        let clause = json!({ "operatorName": "EQUALS", "sourceOperandName": "a" });
        let mut list = vec![json!({ "clauses": [] }); groups];
        list[0] = json!({ "clauses": vec![clause; clauses] });
        let mut document = document_of(json!([]));
        document["synchronizationRules"][0]["objectMappings"][0]["scope"] = json!({ "groups": list });
        document
    };
    assert!(Schema::from_document(&scope(MAX_FILTER_GROUPS, MAX_CLAUSES)).is_ok());
    for document in [scope(MAX_FILTER_GROUPS + 1, 0), scope(1, MAX_CLAUSES + 1)] {
        assert!(refuse(document).ends_with("at most 500 filters with 2000 clauses."));
    }
    let faults = document_of(json!(vec![json!({}); 500]));
    assert_eq!(Schema::from_document(&faults).unwrap_err().len(), 100);
    let mut node = json!({ "type": "Attribute", "name": "a" });
    for _ in 0..200 {
        node =
            json!({ "type": "Function", "name": "Trim", "parameters": [{ "key": "source", "value": node }] });
    }
    let deep = document_of(json!([{ "targetAttributeName": "a", "source": node }]));
    assert!(refuse(deep).contains("parameters can't be read"));
}

#[test]
fn other_kinds_keep_their_place_among_the_mappings() {
    let schema = read(ODD);
    let positions: Vec<usize> = schema.rules[0].others.iter().map(|other| other.position).collect();
    assert_eq!((positions, schema.rules[0].mappings.len()), (vec![0, 2], 1));
}
