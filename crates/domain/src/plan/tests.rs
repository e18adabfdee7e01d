//! The plan's rules one by one; `model` lets whole histories run against a small target.
mod model;

use super::*;
use crate::ids::{JobId, LinkId, RoleId, UserId};
use crate::mapping::{AttributeMapping, FlowType, MappingSource, ObjectMapping, default_user_mapping};
use crate::scope::{Entitlement, ScopeFacts, ScopeMode, decide_scope};
use crate::user::UserAttributes;
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

const ROLE: RoleId = RoleId::from_uuid(Uuid::max());

fn kim() -> User {
    User {
        id: UserId::from_uuid(Uuid::from_u128(7)),
        account_enabled: true,
        manager: None,
        deleted_at: None,
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
        generation: 1,
        attributes: UserAttributes {
            user_principal_name: Some("kim@contoso.com".to_owned()),
            display_name: Some("Kim \"K\" O'Brien".to_owned()),
            given_name: Some("Kim".to_owned()),
            mail: Some("kim@contoso.com".to_owned()),
            department: Some("Sales".to_owned()),
            ..UserAttributes::default()
        },
    }
}

fn scope_of(user: &User, roles: &[RoleId]) -> Scope {
    let entitled = |role: &RoleId| Entitlement { role: *role, via_group: None };
    decide_scope(&ScopeFacts {
        scope: ScopeMode::Assigned,
        default_access_counts: false,
        account_enabled: user.account_enabled,
        soft_deleted: user.deleted_at.is_some(),
        roles: &roles.iter().map(entitled).collect::<Vec<_>>(),
    })
}

fn compile(change: impl FnOnce(&mut ObjectMapping)) -> CompiledMapping {
    let mut mapping = default_user_mapping();
    change(&mut mapping);
    CompiledMapping::compile(&mapping).unwrap()
}

fn plan(
    mapping: &CompiledMapping,
    user: &User,
    roles: &[RoleId],
    link: Option<&Link>,
    observed: &Observed,
) -> Action {
    let scope = scope_of(user, roles);
    plan_user(mapping, Subject { user, scope: &scope, manager_target: None }, link, observed)
}

fn link_to(user: &User, exported: Map<String, Value>) -> Link {
    Link {
        id: LinkId::from_uuid(Uuid::from_u128(1)),
        job: JobId::from_uuid(Uuid::from_u128(2)),
        source: user.id.as_uuid(),
        target_id: "t1".to_owned(),
        state: LinkState::Active,
        origin: Origin::Created,
        exported,
        cause: None,
        display_name: user.name(),
    }
}

/// A link as it is after the person was created under the mapping.
fn created(mapping: &CompiledMapping, user: &User) -> Link {
    match plan(mapping, user, &[ROLE], None, &Observed::None) {
        Action::Create(write) => link_to(user, write.exported()),
        other => panic!("{other:?}"),
    }
}

fn reasons(action: &Action) -> (SkipCode, &[SkipReason]) {
    match action {
        Action::Skip(skip) => (skip.code, &skip.reasons),
        other => panic!("{other:?}"),
    }
}

/// The changes as path, old and new.
fn changes(action: &Action) -> Vec<(String, Option<Value>, Option<Value>)> {
    match action {
        Action::Update { changes, .. } | Action::Disable { changes, .. } => {
            let spell = |change: &Change| (change.path.to_string(), change.old.clone(), change.new.clone());
            changes.iter().map(spell).collect()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_new_person_is_looked_for_and_then_created() {
    let (mapping, user) = (compile(|_| {}), kim());
    let Action::Match(queries) = plan(&mapping, &user, &[ROLE], None, &Observed::NotAsked) else { panic!() };
    assert_eq!((queries[0].path.as_str(), &queries[0].value), ("userName", &json!("kim@contoso.com")));
    let Action::Create(write) = plan(&mapping, &user, &[ROLE], None, &Observed::None) else { panic!() };
    let expected = json!({
        "userName": "kim@contoso.com",
        "active": true,
        "displayName": "Kim \"K\" O'Brien",
        "emails": [{"type": "work", "primary": true, "value": "kim@contoso.com"}],
        "name": {"givenName": "Kim", "formatted": "Kim"},
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Sales"},
    });
    assert_eq!(write.body(), expected);
    assert_eq!(write.modified().len(), 7);
    assert_eq!(write.modified()[1].new.as_deref(), Some("True"));
}

#[test]
fn a_person_with_default_access_only_is_skipped_with_the_reason() {
    let action = plan(&compile(|_| {}), &kim(), &[RoleId::DEFAULT_ACCESS], None, &Observed::NotAsked);
    assert_eq!(reasons(&action), (SkipCode::NotEffectivelyEntitled, &[SkipReason::NotEntitled][..]));
    let Action::Skip(skip) = action else { panic!() };
    let sentence = "The User 'Kim' will be skipped due to the following reasons: \
        1) This object does not have required entitlement for provisioning.";
    assert_eq!(skip.describe("Kim"), sentence);
}

#[test]
fn an_update_holds_only_what_differs_and_clears_what_we_exported() {
    let (mapping, mut user) = (compile(|_| {}), kim());
    let mut link = created(&mapping, &user);
    link.exported.insert("title".to_owned(), json!("Boss"));
    user.attributes.department = Some("IT".to_owned());
    let action = plan(&mapping, &user, &[ROLE], Some(&link), &Observed::NotAsked);
    let department = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department".to_owned();
    assert_eq!(
        changes(&action),
        [
            ("title".to_owned(), Some(json!("Boss")), None),
            (department, Some(json!("Sales")), Some(json!("IT"))),
        ]
    );
    let Action::Update { exported_after, .. } = action else { panic!() };
    assert_eq!(exported_after.get("title"), None);
}

#[test]
fn a_matching_attribute_is_never_cleared() {
    let (mapping, mut user) = (compile(|_| {}), kim());
    let link = created(&mapping, &user);
    user.attributes.user_principal_name = None;
    let action = plan(&mapping, &user, &[ROLE], Some(&link), &Observed::NotAsked);
    assert_eq!(reasons(&action).0, SkipCode::RedundantExport);
    let unlinked = plan(&mapping, &user, &[ROLE], None, &Observed::NotAsked);
    assert_eq!(reasons(&unlinked).0, SkipCode::ImportSkipped);
}

#[test]
fn leaving_the_scope_disables_and_tells_the_target_nothing_else() {
    let (mapping, mut user) = (compile(|_| {}), kim());
    let link = created(&mapping, &user);
    user.attributes.department = Some("Competition".to_owned());
    let action = plan(&mapping, &user, &[], Some(&link), &Observed::NotAsked);
    assert_eq!(changes(&action), [("active".to_owned(), Some(json!(true)), Some(json!(false)))]);
    let Action::Disable { cause, exported_after, .. } = action else { panic!() };
    assert_eq!(cause, DisableCause::Unassigned);
    let disabled =
        Link { state: LinkState::Disabled, cause: Some(cause), exported: exported_after, ..link.clone() };
    let again = plan(&mapping, &user, &[], Some(&disabled), &Observed::NotAsked);
    assert_eq!(reasons(&again).0, SkipCode::RedundantExport);
    let back = plan(&mapping, &kim(), &[ROLE], Some(&disabled), &Observed::NotAsked);
    assert!(matches!(back, Action::Update { reenable: true, .. }), "{back:?}");
    assert_eq!(changes(&back), [("active".to_owned(), Some(json!(false)), Some(json!(true)))]);
}

#[test]
fn without_a_row_that_reads_is_soft_deleted_nothing_disables() {
    let mapping = compile(|mapping| drop(mapping.attributes.remove(1)));
    let user = kim();
    let action = plan(&mapping, &user, &[], Some(&created(&mapping, &user)), &Observed::NotAsked);
    assert_eq!(reasons(&action).1, [SkipReason::NothingDisables]);
}

#[test]
fn what_is_not_ticked_is_not_done() {
    let (mapping, mut user) = (compile(|mapping| mapping.actions.create = false), kim());
    assert_eq!(reasons(&plan(&mapping, &user, &[ROLE], None, &Observed::None)).1, [SkipReason::CreateOff]);
    let mapping = compile(|mapping| mapping.actions.update = false);
    let link = created(&mapping, &user);
    user.attributes.surname = Some("X".to_owned());
    for roles in [&[ROLE][..], &[]] {
        let action = plan(&mapping, &user, roles, Some(&link), &Observed::NotAsked);
        assert_eq!(reasons(&action).1, [SkipReason::UpdateOff]);
    }
    let actions = ObjectActions { delete: false, ..ObjectActions::default() };
    assert_eq!(reasons(&plan_deprovision(&link, actions)).1, [SkipReason::DeleteOff]);
    let mapping = compile(|mapping| mapping.enabled = false);
    let action = plan(&mapping, &user, &[ROLE], Some(&link), &Observed::NotAsked);
    assert_eq!(reasons(&action).0, SkipCode::EntityTypeNotSupported);
}

#[test]
fn an_account_that_was_there_is_adopted_and_only_what_differs_is_written() {
    let (mapping, user) = (compile(|_| {}), kim());
    let Action::Create(write) = plan(&mapping, &user, &[ROLE], None, &Observed::None) else { panic!() };
    let mut body = write.body();
    body["title"] = json!("Theirs");
    body["active"] = json!("True");
    let found = |body: &Value| Observed::One(TargetObject { id: "t9".to_owned(), body: body.clone() });
    let action = plan(&mapping, &user, &[ROLE], None, &found(&body));
    assert_eq!(action, Action::Link { target_id: "t9".to_owned(), exported_after: write.exported() });
    body["displayName"] = json!("Old");
    let action = plan(&mapping, &user, &[ROLE], None, &found(&body));
    assert_eq!(
        changes(&action),
        [("displayName".to_owned(), Some(json!("Old")), Some(json!("Kim \"K\" O'Brien")))]
    );
    let Action::Update { adopt, exported_after, .. } = action else { panic!() };
    assert!(adopt && !exported_after.contains_key("title"));
    let careful = compile(|mapping| mapping.actions.update = false);
    let action = plan(&careful, &user, &[ROLE], None, &found(&body));
    let Action::Link { exported_after, .. } = action else { panic!("{action:?}") };
    assert!(!exported_after.contains_key("displayName"));
}

#[test]
fn several_matches_are_refused() {
    let action = plan(&compile(|_| {}), &kim(), &[ROLE], None, &Observed::Several(2));
    let Action::Refuse(refusal) = action else { panic!() };
    assert_eq!(refusal.code, "DuplicateTargetEntries");
    assert!(refusal.reason.contains("2 accounts with userName \"kim@contoso.com\""), "{}", refusal.reason);
}

#[test]
fn a_value_that_does_not_fit_its_target_is_refused_by_name() {
    let mapping =
        compile(|mapping| mapping.attributes[1].source = MappingSource::Direct("department".to_owned()));
    let Action::Refuse(refusal) = plan(&mapping, &kim(), &[ROLE], None, &Observed::NotAsked) else {
        panic!()
    };
    assert_eq!(refusal.code, "AttributeValidationFailed");
    assert!(refusal.reason.contains("active: must be True or False, but is \"Sales\""), "{}", refusal.reason);
}

#[test]
fn who_is_deleted_for_good_is_deleted_unless_they_had_left_the_scope_before() {
    let (mapping, user) = (compile(|_| {}), kim());
    let link = created(&mapping, &user);
    let all = ObjectActions::default();
    assert_eq!(plan_deprovision(&link, all), Action::Delete { target_id: "t1".to_owned() });
    for (cause, deleted) in [
        (DisableCause::SoftDeleted, true),
        (DisableCause::AccountDisabled, true),
        (DisableCause::Unassigned, false),
        (DisableCause::OutOfScope, false),
    ] {
        let link = Link { state: LinkState::Disabled, cause: Some(cause), ..link.clone() };
        assert_eq!(matches!(plan_deprovision(&link, all), Action::Delete { .. }), deleted, "{cause}");
    }
}

#[test]
fn defaults_and_on_creation_rows_are_written_once_and_empty_places_filled() {
    let row = |target: &str, source, flow_type, default: Option<&str>| AttributeMapping {
        default_value: default.map(str::to_owned),
        flow_type,
        ..AttributeMapping::new(source, target)
    };
    let mapping = compile(|mapping| {
        let direct = |name: &str| MappingSource::Direct(name.to_owned());
        let constant = MappingSource::Constant("once".to_owned());
        mapping.attributes.extend([
            row("nickName", direct("companyName"), FlowType::Always, Some("none")),
            row("userType", constant, FlowType::ObjectAddOnly, None),
            row("timezone", MappingSource::None, FlowType::Always, Some("UTC")),
        ]);
    });
    let mut user = kim();
    let link = created(&mapping, &user);
    let exported = |path: &str| link.exported.get(path).cloned();
    assert_eq!(exported("nickName"), Some(json!("none")));
    assert_eq!(exported("userType"), Some(json!("once")));
    assert_eq!(exported("timezone"), Some(json!("UTC")));
    let again = plan(&mapping, &user, &[ROLE], Some(&link), &Observed::NotAsked);
    assert_eq!(reasons(&again).0, SkipCode::RedundantExport);
    user.attributes.company_name = Some("Contoso".to_owned());
    let action = plan(&mapping, &user, &[ROLE], Some(&link), &Observed::NotAsked);
    assert_eq!(changes(&action), [("nickName".to_owned(), Some(json!("none")), Some(json!("Contoso")))]);
    let body = json!({"userName": "kim@contoso.com", "timezone": "CET"});
    let found = Observed::One(TargetObject { id: "t".to_owned(), body });
    let paths: Vec<String> =
        changes(&plan(&mapping, &user, &[ROLE], None, &found)).into_iter().map(|(path, ..)| path).collect();
    assert!(!paths.contains(&"timezone".to_owned()) && !paths.contains(&"userType".to_owned()), "{paths:?}");
}

#[test]
fn a_manager_flows_as_a_reference_once_there_is_an_account() {
    let (mapping, mut user) = (compile(|_| {}), kim());
    user.manager = Some(UserId::from_uuid(Uuid::from_u128(9)));
    let mut link = created(&mapping, &user);
    let scope = scope_of(&user, &[ROLE]);
    let plan = |link: &Link, manager_target| {
        let subject = Subject { user: &user, scope: &scope, manager_target };
        plan_user(&mapping, subject, Some(link), &Observed::NotAsked)
    };
    let manager = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager".to_owned();
    assert_eq!(reasons(&plan(&link, None)).0, SkipCode::RedundantExport);
    let action = plan(&link, Some("m1"));
    assert_eq!(changes(&action), [(manager.clone(), None, Some(json!({"value": "m1"})))]);
    let Action::Update { exported_after, .. } = action else { panic!() };
    link.exported = exported_after;
    assert_eq!(changes(&plan(&link, None)), [(manager, Some(json!({"value": "m1"})), None)]);
}
