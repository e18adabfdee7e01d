use crate::fixture::{Fixture, admin, refused, token};
use purser_contract::application::ApplicationView;
use purser_contract::page::ListForm;
use purser_contract::problem::ProblemKind;
use purser_contract::provisioning::ProvisioningForm;
use purser_contract::schema::SchemaView;
use purser_domain::ids::JobId;
use purser_domain::scope::{Clause, ClauseGroup, Operator, ScopingFilter};
use serde_json::{Value, json};

const MAPPING: &str = "/synchronizationRules/0/objectMappings/0";

async fn stored(fixture: &Fixture) -> (ApplicationView, SchemaView) {
    let app = fixture.add_application("App").await;
    let schema = fixture.portal.load_schema(&admin(), &app.id).await.unwrap();
    (app, schema)
}

/// The document with a change in its mapping of users.
fn changed(schema: &SchemaView, change: impl FnOnce(&mut Value)) -> Value {
    let mut document = schema.document.clone();
    change(document.pointer_mut(MAPPING).unwrap());
    document
}

fn row<'m>(mapping: &'m mut Value, target: &str) -> &'m mut Value {
    let rows = mapping["attributeMappings"].as_array_mut().unwrap();
    rows.iter_mut().find(|row| row["targetAttributeName"] == target).unwrap()
}

/// The details of the newest audit entry.
async fn newest_audit(fixture: &Fixture) -> (String, Vec<(String, String)>) {
    let page = fixture.portal.list_audit(&admin(), ListForm::default()).await.unwrap();
    (page.items[0].activity.clone(), page.items[0].details.clone())
}

#[tokio::test]
async fn a_replaced_schema_raises_both_generations_and_the_audit_log_names_what_changed() {
    let fixture = Fixture::new().await;
    let (app, seen) = stored(&fixture).await;
    let job: JobId = seen.job_id.parse().unwrap();
    let before = fixture.store.load_spec(job).await.unwrap();
    let document = changed(&seen, |mapping| {
        row(mapping, "title")["source"] =
            json!({ "type": "Constant", "name": "Clerk", "expression": "\"Clerk\"", "parameters": [] });
        mapping["flowTypes"] = "Add, Update".into();
        mapping["attributeMappings"]
            .as_array_mut()
            .unwrap()
            .retain(|row| row["targetAttributeName"] != "preferredLanguage");
        mapping["scope"] = json!({ "groups": [{ "name": "Sales", "clauses": [
            { "sourceOperandName": "department", "operatorName": "EQUALS", "targetOperand": { "values": ["Sales"] } },
        ] }] });
    });
    fixture.portal.replace_schema(&token(), &app.id, &document, Some(seen.generation)).await.unwrap();
    let saved = fixture.portal.load_schema(&admin(), &app.id).await.unwrap();
    assert_eq!(saved.generation, seen.generation + 1);
    let after = fixture.store.load_spec(job).await.unwrap();
    assert_eq!(after.mapping_generation, before.mapping_generation + 1);
    let (activity, details) = newest_audit(&fixture).await;
    assert_eq!(activity, "Update attribute mappings or scope");
    let detail = |label: &str| {
        let found = details.iter().find(|(name, _)| name == label);
        found.map(|(_, value)| value.as_str()).unwrap_or_else(|| panic!("no {label} in {details:?}"))
    };
    assert_eq!(detail("Attribute mapping title"), "Direct jobTitle, Always → Constant Clerk, Always");
    assert_eq!(detail("Attribute mapping preferredLanguage"), "Direct preferredLanguage, Always → (none)");
    assert_eq!(detail("Target Object Actions"), "Create, Update, Delete → Create, Update");
    assert_eq!(detail("Source Object Scope"), "All records → department EQUALS \"Sales\"");
    assert_eq!(details.len(), 4, "{details:?}");

    let mapping = fixture.portal.load_mapping(&admin(), &app.id, "users").await.unwrap();
    assert_eq!(mapping.actions, ["Create", "Update"]);
    assert_eq!((mapping.scope[0].title.as_str(), mapping.scope[0].clauses.len()), ("Sales", 1));

    fixture.portal.replace_schema(&admin(), &app.id, &saved.document, None).await.unwrap();
    let again = fixture.portal.load_schema(&admin(), &app.id).await.unwrap();
    assert_eq!(again.generation, saved.generation, "the same again writes nothing");
    assert_eq!(again.document, saved.document);
}

#[tokio::test]
async fn what_a_document_says_beyond_our_model_comes_back() {
    let fixture = Fixture::new().await;
    let (app, seen) = stored(&fixture).await;
    let mut document = changed(&seen, |mapping| {
        mapping["metadata"] = json!([{ "key": "IsCustomerDefined", "value": "true" }])
    });
    document["provisioningTaskIdentifier"] = "x".into();
    document["id"] = "somebody else's".into();
    document["version"] = "Date:2020".into();
    fixture.portal.replace_schema(&admin(), &app.id, &document, None).await.unwrap();
    let saved = fixture.portal.load_schema(&admin(), &app.id).await.unwrap();
    assert_eq!(saved.document["provisioningTaskIdentifier"], "x");
    assert_eq!(saved.document.pointer(MAPPING).unwrap()["metadata"][0]["value"], "true");
    assert!(saved.document.get("id").is_none() && saved.document.get("version").is_none());
}

#[tokio::test]
async fn a_stale_generation_is_refused_and_nothing_is_written() {
    let fixture = Fixture::new().await;
    let (app, seen) = stored(&fixture).await;
    let first = changed(&seen, |mapping| row(mapping, "title")["flowType"] = "ObjectAddOnly".into());
    fixture.portal.replace_schema(&admin(), &app.id, &first, Some(seen.generation)).await.unwrap();
    let second = changed(&seen, |mapping| mapping["name"] = "Mine".into());
    let late = fixture.portal.replace_schema(&admin(), &app.id, &second, Some(seen.generation)).await;
    refused(late, ProblemKind::Conflict);
    let late = fixture.portal.restore_default_schema(&admin(), &app.id, Some(seen.generation)).await;
    refused(late, ProblemKind::Conflict);
    let mapping = fixture.portal.load_mapping(&admin(), &app.id, "users").await.unwrap();
    assert_ne!(mapping.name, "Mine");
}

#[tokio::test]
async fn everything_wrong_with_a_document_is_told_at_once_and_nothing_is_written() {
    let fixture = Fixture::new().await;
    let (app, seen) = stored(&fixture).await;
    let unreadable =
        [json!([]), json!({}), json!("x"), json!({ "directories": 7, "synchronizationRules": [] })];
    for document in unreadable {
        let answer = fixture.portal.replace_schema(&admin(), &app.id, &document, None).await;
        let problem = refused(answer, ProblemKind::Invalid);
        assert!(problem.message.contains("nothing was changed"), "{problem}");
    }
    let wrong = changed(&seen, |mapping| {
        row(mapping, "title")["source"] = json!({ "type": "Function", "name": "Swich", "expression": "Swich([jobTitle], )", "parameters": [] });
        row(mapping, "displayName")["source"] = json!({ "type": "Attribute", "name": "displayNme", "expression": "[displayNme]", "parameters": [] });
    });
    let problem =
        refused(fixture.portal.replace_schema(&admin(), &app.id, &wrong, None).await, ProblemKind::Invalid);
    let targets: Vec<&str> = problem.details.iter().map(|detail| detail.target.as_str()).collect();
    let place = |target: &str| format!("USER_TO_USER/Synchronize Purser Users to App/{target}");
    for target in ["title", "displayName"] {
        assert!(targets.contains(&place(target).as_str()), "{targets:?}");
    }
    assert!(problem.details.iter().any(|detail| detail.message.contains("Switch")), "{:?}", problem.details);
    let after = fixture.portal.load_schema(&admin(), &app.id).await.unwrap();
    assert_eq!(after, seen);
}

#[tokio::test]
async fn a_schema_without_a_mapping_of_users_is_refused() {
    let fixture = Fixture::new().await;
    let (app, seen) = stored(&fixture).await;
    let document = json!({ "directories": seen.document["directories"], "synchronizationRules": [] });
    let answer = fixture.portal.replace_schema(&admin(), &app.id, &document, None).await;
    let problem = refused(answer, ProblemKind::Invalid);
    assert!(problem.message.contains("no mapping"), "{problem}");
}

#[tokio::test]
async fn defaults_are_restored_with_filters_gone() {
    let fixture = Fixture::new().await;
    let (app, seen) = stored(&fixture).await;
    let document = changed(&seen, |mapping| mapping["name"] = "Mine".into());
    fixture.portal.replace_schema(&admin(), &app.id, &document, None).await.unwrap();
    fixture.portal.restore_default_schema(&admin(), &app.id, None).await.unwrap();
    let restored = fixture.portal.load_schema(&admin(), &app.id).await.unwrap();
    assert_eq!((restored.document, restored.generation), (seen.document, seen.generation + 2));
    let (activity, details) = newest_audit(&fixture).await;
    assert_eq!(activity, "Update attribute mappings or scope");
    assert_eq!(details[0], ("Mappings".to_owned(), "defaults restored".to_owned()));
    refused(fixture.portal.restore_default_schema(&admin(), "nothing", None).await, ProblemKind::NotFound);
}

#[tokio::test]
async fn who_is_in_scope_is_counted_by_the_stored_filter_or_by_one_that_is_tried_out() {
    let fixture = Fixture::new().await;
    let (app, seen) = stored(&fixture).await;
    for (upn, name) in [("ada@example.com", "Ada"), ("bob@example.com", "Bob")] {
        fixture.add_user(upn, name).await;
    }
    let counted = fixture.portal.count_scope(&token(), &app.id, None).await.unwrap();
    assert_eq!((counted.people, counted.assigned, counted.in_scope), (2, Some(0), 0), "nobody is assigned");
    let form = ProvisioningForm {
        application_id: app.id.clone(),
        generation: seen.generation,
        mode: "Automatic".into(),
        scope: "all".into(),
        ..ProvisioningForm::default()
    };
    fixture.portal.save_provisioning(&admin(), form).await.unwrap();
    let counted = fixture.portal.count_scope(&admin(), &app.id, None).await.unwrap();
    assert_eq!((counted.assigned, counted.in_scope, counted.complete), (None, 2, true));
    let clause = |attribute: &str| Clause {
        attribute: attribute.to_owned(),
        operator: Operator::Equals,
        values: vec!["Ada".to_owned()],
        extra: serde_json::Map::new(),
    };
    let filter = |attribute: &str| ScopingFilter {
        groups: vec![ClauseGroup {
            name: "Ada".to_owned(),
            clauses: vec![clause(attribute)],
            ..ClauseGroup::default()
        }],
        ..ScopingFilter::default()
    };
    let counted = fixture.portal.count_scope(&admin(), &app.id, Some(&filter("displayName"))).await.unwrap();
    assert_eq!(counted.in_scope, 1);
    let answer = fixture.portal.count_scope(&admin(), &app.id, Some(&filter("nothing"))).await;
    let problem = refused(answer, ProblemKind::Invalid);
    assert_eq!(problem.details.len(), 1);
    assert!(problem.message.contains("nothing"), "{problem}");
}

#[tokio::test]
async fn a_group_in_a_scoping_filter_stands_with_its_name_on_the_page_and_in_the_audit_log() {
    let fixture = Fixture::new().await;
    let (app, seen) = stored(&fixture).await;
    let group = fixture.add_group("Staff").await;
    let document = changed(&seen, |mapping| {
        mapping["scope"] = json!({ "groups": [{ "name": "Staff only", "clauses": [
            { "sourceOperandName": "memberOf", "operatorName": "IsMemberOf", "targetOperand": { "values": [group.id] } },
        ] }] });
    });
    fixture.portal.replace_schema(&admin(), &app.id, &document, None).await.unwrap();
    let saved = fixture.portal.load_schema(&admin(), &app.id).await.unwrap();
    let named = format!("\"Staff ({})\"", group.id);
    let mapping = fixture.portal.load_mapping(&admin(), &app.id, "users").await.unwrap();
    assert!(mapping.scope[0].clauses[0].ends_with(&named), "{:?}", mapping.scope);
    let (_, details) = newest_audit(&fixture).await;
    assert!(details.iter().any(|(_, value)| value.contains(&named)), "{details:?}");
    assert!(!saved.document.to_string().contains("Staff ("), "the document keeps the id");
}

#[tokio::test]
async fn a_mapping_that_is_switched_off_is_not_validated_until_it_is_switched_on() {
    let fixture = Fixture::new().await;
    let (app, seen) = stored(&fixture).await;
    let broken = |enabled: bool| {
        changed(&seen, |mapping| {
            mapping["enabled"] = enabled.into();
            row(mapping, "title")["source"] = json!({ "type": "Function", "name": "", "expression": "Lefft([jobTitle], 3)", "parameters": [] });
        })
    };
    let wrong = fixture.portal.replace_schema(&admin(), &app.id, &broken(true), None).await;
    refused(wrong, ProblemKind::Invalid);
    fixture.portal.replace_schema(&admin(), &app.id, &broken(false), None).await.unwrap();
    let saved = fixture.portal.load_schema(&admin(), &app.id).await.unwrap();
    assert!(saved.warnings.iter().all(|problem| !problem.error), "{:?}", saved.warnings);
    refused(fixture.portal.switch_mapping(&admin(), &app.id, "users", true).await, ProblemKind::Invalid);
}
