//! The plan's rules one by one; `model` lets whole histories run against a small target.
mod flows;
mod functions;
mod groups;
mod leaving;
mod model;
mod questions;
mod writes;

use super::*;
use crate::ids::{JobId, LinkId, RoleId, UserId};
use crate::log::LogAction;
use crate::mapping::{AttributeMapping, FlowType, MappingSource, ObjectMapping, default_user_mapping};
use crate::object::ObjectKind;
use crate::path::TargetPath;
use crate::scope::{Entitlement, FilterVerdict, ScopeFacts, ScopeMode, decide_scope};
use crate::target_schema::TargetSchema;
use crate::user::{User, UserAttributes};
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
        filter: FilterVerdict::Passed,
    })
}

fn compile(change: impl FnOnce(&mut ObjectMapping)) -> CompiledMapping {
    let mut mapping = default_user_mapping();
    change(&mut mapping);
    CompiledMapping::compile(&mapping, TargetSchema::scim_user()).unwrap()
}

fn plan(
    mapping: &CompiledMapping,
    user: &User,
    roles: &[RoleId],
    link: Option<&Link>,
    observed: &Observed,
) -> Step {
    plan_with_manager(mapping, user, roles, None, link, observed)
}

/// With a manager who has, or does not have, an account.
fn plan_with_manager(
    mapping: &CompiledMapping,
    user: &User,
    roles: &[RoleId],
    manager: Option<Option<&str>>,
    link: Option<&Link>,
    observed: &Observed,
) -> Step {
    let (scope, context) = (scope_of(user, roles), Context::at(Timestamp::UNIX_EPOCH));
    let manager = manager.map(|account| Reference { source: Uuid::from_u128(9), account });
    let subject = Subject {
        source: Source::User(user),
        scope: &scope,
        references: References { manager, members: &[] },
        roles: &[],
        context: &context,
    };
    plan_object(mapping, subject, link, observed)
}

fn direct(name: &str) -> MappingSource {
    MappingSource::Direct(name.to_owned())
}

fn expression(text: &str) -> MappingSource {
    MappingSource::Expression(text.to_owned())
}

/// The default mapping with one more row.
fn with_row(
    target: &str,
    source: MappingSource,
    change: impl FnOnce(&mut AttributeMapping),
) -> CompiledMapping {
    let mut row = AttributeMapping::new(source, target);
    change(&mut row);
    compile(|mapping| mapping.attributes.push(row))
}

fn account(id: &str, body: Value) -> Observed {
    Observed::One(TargetObject { id: id.to_owned(), body })
}

/// The link as it is after the action.
fn linked(link: &Link, action: &Step) -> Link {
    match action {
        Step::Decided(
            Decision::Send(Write::Update { edit: Edit { exported_after, .. }, .. })
            | Decision::Note(Note::Remember { exported_after, becomes: None | Some(Becomes::Active), .. }),
        ) => {
            let (exported, state) = (exported_after.clone(), LinkState::Active);
            Link { exported, state, cause: None, ..link.clone() }
        }
        Step::Decided(
            Decision::Send(Write::Disable { edit: Edit { exported_after, .. }, cause })
            | Decision::Note(Note::Remember {
                exported_after, becomes: Some(Becomes::Disabled(cause)), ..
            }),
        ) => {
            let (exported, state) = (exported_after.clone(), LinkState::Disabled);
            Link { exported, state, cause: Some(*cause), ..link.clone() }
        }
        other => panic!("{other:?}"),
    }
}

/// What is decided about an object that is gone.
fn deprovision(mapping: &CompiledMapping, link: &Link) -> Step {
    plan_deprovision(mapping, link).into()
}

fn edit_of(step: &Step) -> &Edit {
    match step {
        Step::Decided(Decision::Send(Write::Update { edit, .. })) => edit,
        other => panic!("{other:?}"),
    }
}

fn link_to(user: &User, exported: Map<String, Value>) -> Link {
    Link {
        id: LinkId::from_uuid(Uuid::from_u128(1)),
        job: JobId::from_uuid(Uuid::from_u128(2)),
        kind: ObjectKind::User,
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
        Step::Decided(Decision::Send(Write::Create(write))) => link_to(user, write.exported()),
        other => panic!("{other:?}"),
    }
}

fn reasons(action: &Step) -> (SkipCode, &[SkipReason]) {
    match action {
        Step::Decided(Decision::Note(Note::Skip(skip))) => (skip.code, &skip.reasons),
        other => panic!("{other:?}"),
    }
}

/// The changes as path, old and new.
fn changes(action: &Step) -> Vec<(String, Option<Value>, Option<Value>)> {
    match action {
        Step::Decided(Decision::Send(
            Write::Update { edit: Edit { changes, .. }, .. }
            | Write::Disable { edit: Edit { changes, .. }, .. },
        )) => {
            let spell = |change: &Change| (change.path.to_string(), change.old.clone(), change.new.clone());
            changes.iter().map(spell).collect()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_new_person_is_looked_for_and_then_created() {
    let (mapping, user) = (compile(|_| {}), kim());
    let Step::Ask(Question::Match(queries)) = plan(&mapping, &user, &[ROLE], None, &Observed::NotAsked)
    else {
        panic!()
    };
    assert_eq!((queries[0].path.as_str(), &queries[0].value), ("userName", &json!("kim@contoso.com")));
    let Step::Decided(Decision::Send(Write::Create(write))) =
        plan(&mapping, &user, &[ROLE], None, &Observed::None)
    else {
        panic!()
    };
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
    let Step::Decided(Decision::Note(Note::Skip(skip))) = action else { panic!() };
    let sentence = "The User 'Kim' will be skipped due to the following reasons: \
        1) This object does not have required entitlement for provisioning.";
    assert_eq!(skip.describe(ObjectKind::User, "Kim"), sentence);
}

#[test]
fn a_skip_names_the_clauses_that_failed() {
    let (mapping, user, context) = (compile(|_| {}), kim(), Context::at(Timestamp::UNIX_EPOCH));
    let clauses = ["department EQUALS IT".to_owned()];
    let facts = ScopeFacts {
        scope: ScopeMode::All,
        default_access_counts: false,
        account_enabled: true,
        soft_deleted: false,
        roles: &[],
        filter: FilterVerdict::Failed(&clauses),
    };
    let scope = decide_scope(&facts);
    let references = References::default();
    let subject =
        Subject { source: Source::User(&user), scope: &scope, references, roles: &[], context: &context };
    let Step::Decided(Decision::Note(Note::Skip(skip))) =
        plan_object(&mapping, subject, None, &Observed::NotAsked)
    else {
        panic!()
    };
    assert_eq!(skip.sentences(), ["This object did not pass a scoping filter: department EQUALS IT."]);
    let action = plan_object(&mapping, subject, Some(&created(&mapping, &user)), &Observed::NotAsked);
    assert!(
        matches!(
            action,
            Step::Decided(Decision::Send(Write::Disable { cause: DisableCause::OutOfScope, .. }))
        ),
        "{action:?}"
    );
}

#[test]
fn an_update_holds_only_what_differs() {
    let (mapping, mut user) = (compile(|_| {}), kim());
    let mut link = created(&mapping, &user);
    link.exported.insert("title".to_owned(), json!("Boss"));
    user.attributes.department = Some("IT".to_owned());
    let action = plan(&mapping, &user, &[ROLE], Some(&link), &Observed::NotAsked);
    let department = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department".to_owned();
    assert_eq!(changes(&action), [(department, Some(json!("Sales")), Some(json!("IT")))]);
    // The title is lost in the directory only: without a clear flow it is nobody's business.
    assert_eq!(linked(&link, &action).exported["title"], json!("Boss"));
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
fn what_is_not_ticked_is_not_done() {
    let (mapping, mut user) = (compile(|mapping| mapping.actions.create = false), kim());
    assert_eq!(reasons(&plan(&mapping, &user, &[ROLE], None, &Observed::None)).1, [SkipReason::CreateOff]);
    let mapping = compile(|mapping| mapping.actions.update = false);
    let link = created(&mapping, &user);
    user.attributes.surname = Some("X".to_owned());
    let action = plan(&mapping, &user, &[ROLE], Some(&link), &Observed::NotAsked);
    assert_eq!(reasons(&action).1, [SkipReason::UpdateOff]);
    let action = plan(&mapping, &user, &[], Some(&link), &Observed::NotAsked);
    assert_eq!(
        reasons(&action).1,
        [SkipReason::UpdateOff, SkipReason::NotAssigned, SkipReason::NotEntitled],
        "a disable is an update, and the skip says so"
    );
    let mapping = compile(|mapping| mapping.enabled = false);
    let action = plan(&mapping, &user, &[ROLE], Some(&link), &Observed::NotAsked);
    assert_eq!(reasons(&action).0, SkipCode::EntityTypeNotSupported);
    assert_eq!(reasons(&deprovision(&mapping, &link)).1, [SkipReason::MappingDisabled]);
}

#[test]
fn an_account_that_was_there_is_adopted_and_only_what_differs_is_written() {
    let (mapping, user) = (compile(|_| {}), kim());
    let Step::Decided(Decision::Send(Write::Create(write))) =
        plan(&mapping, &user, &[ROLE], None, &Observed::None)
    else {
        panic!()
    };
    let mut body = write.body();
    body["title"] = json!("Theirs");
    body["active"] = json!("True");
    let found = |body: &Value| account("t9", body.clone());
    let action = plan(&mapping, &user, &[ROLE], None, &found(&body));
    assert_eq!(
        action,
        Step::Decided(Decision::Note(Note::Link {
            target_id: "t9".to_owned(),
            exported_after: write.exported()
        }))
    );
    body["displayName"] = json!("Old");
    let action = plan(&mapping, &user, &[ROLE], None, &found(&body));
    assert_eq!(
        changes(&action),
        [("displayName".to_owned(), Some(json!("Old")), Some(json!("Kim \"K\" O'Brien")))]
    );
    let Step::Decided(Decision::Send(Write::Update { edit: Edit { exported_after, .. }, adopt })) = action
    else {
        panic!()
    };
    assert!(adopt && !exported_after.contains_key("title"));
    let careful = compile(|mapping| mapping.actions.update = false);
    let action = plan(&careful, &user, &[ROLE], None, &found(&body));
    let Step::Decided(Decision::Note(Note::Link { exported_after, .. })) = action else {
        panic!("{action:?}")
    };
    assert!(!exported_after.contains_key("displayName"));
}

#[test]
fn several_matches_are_refused() {
    let action = plan(&compile(|_| {}), &kim(), &[ROLE], None, &Observed::Several(2));
    let Step::Decided(Decision::Note(Note::Refuse(refusal))) = action else { panic!() };
    assert_eq!(refusal.code, "DuplicateTargetEntries");
    assert!(refusal.reason.contains("2 accounts with userName \"kim@contoso.com\""), "{}", refusal.reason);
}

#[test]
fn a_value_that_does_not_fit_its_target_is_refused_by_name() {
    let mapping =
        compile(|mapping| mapping.attributes[1].source = MappingSource::Direct("department".to_owned()));
    let Step::Decided(Decision::Note(Note::Refuse(refusal))) =
        plan(&mapping, &kim(), &[ROLE], None, &Observed::NotAsked)
    else {
        panic!()
    };
    assert_eq!(refusal.code, "AttributeValidationFailed");
    assert!(refusal.reason.contains("active: must be True or False, but is \"Sales\""), "{}", refusal.reason);
}
