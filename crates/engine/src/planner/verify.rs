//! Is the account behind a link still the linked person's?
//!
//! Account ids are only unique within one target, and small targets count them from one. When a job is pointed at
//! another address, an old link's id may be a stranger's account there, and writing to it, or deleting it, would be
//! the worst that can happen. So in an initial cycle an account must look like the one that was exported.
use purser_domain::{
    object::ObjectKind,
    path::TargetPath,
    plan::{Link, LinkState},
    target_schema::TargetSchema,
};
use serde_json::Value;

use super::setup::Planner;

/// What tells accounts apart, as far as it was exported.
const OF_USERS: &[&str] = &[
    "userName",
    "externalId",
    "email",
    "emails[type eq \"work\"].value",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber",
];
/// What tells groups apart.
const OF_GROUPS: &[&str] = &["displayName", "externalId", "name"];

/// Whether the account agrees with the link in at least one value that tells people apart. An account may be
/// renamed in the target, but not in all of them at once. Without any such value the link is believed.
pub(crate) fn is_same(planner: &Planner, link: &Link, body: &Value) -> bool {
    agrees(&planner.rules(link.kind).target, link, body)
}

fn agrees(target: &TargetSchema, link: &Link, body: &Value) -> bool {
    let identifying = match link.kind {
        ObjectKind::User => OF_USERS,
        ObjectKind::Group => OF_GROUPS,
    };
    let mut compared = false;
    for (path, value) in &link.exported {
        if !identifying.iter().any(|known| known.eq_ignore_ascii_case(path)) {
            continue;
        }
        let Ok(path) = TargetPath::parse(path) else { continue };
        compared = true;
        if path.find(body).is_some_and(|found| target.rule(&path).matches(value, found)) {
            return true;
        }
    }
    !compared
}

/// A leaver's account that is enabled in the target although its link says disabled is to be disabled (again).
pub(crate) fn refresh(link: &mut Link, body: &Value, in_scope: bool) {
    if in_scope || link.state == LinkState::Active || link.kind != ObjectKind::User {
        return;
    }
    let path = "active";
    if body.get(path).is_some_and(|active| *active == Value::Bool(true)) && link.exported.contains_key(path) {
        link.exported.insert(path.to_owned(), Value::Bool(true));
        link.state = LinkState::Active;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use purser_domain::{
        ids::{JobId, LinkId},
        plan::Origin,
    };
    use serde_json::json;
    use uuid::Uuid;

    fn link(exported: Value) -> Link {
        Link {
            id: LinkId::from_uuid(Uuid::nil()),
            job: JobId::from_uuid(Uuid::nil()),
            kind: ObjectKind::User,
            source: Uuid::nil(),
            target_id: "7".to_owned(),
            state: LinkState::Disabled,
            origin: Origin::Created,
            exported: exported.as_object().cloned().unwrap_or_default(),
            cause: None,
            display_name: String::new(),
        }
    }

    #[test]
    fn an_account_is_the_same_when_one_identifying_value_agrees() {
        let ann = link(json!({"userName": "ann@x", "externalId": "ann", "title": "Clerk"}));
        assert!(agrees(TargetSchema::scim_user(), &ann, &json!({"userName": "Ann@X"})));
        assert!(agrees(
            TargetSchema::scim_user(),
            &ann,
            &json!({"userName": "renamed@x", "externalId": "ann"})
        ));
        assert!(!agrees(
            TargetSchema::scim_user(),
            &ann,
            &json!({"userName": "bob@x", "externalId": "bob", "title": "Clerk"})
        ));
        assert!(!agrees(TargetSchema::scim_user(), &ann, &json!({})));
        assert!(agrees(
            TargetSchema::scim_user(),
            &link(json!({"title": "Clerk"})),
            &json!({"title": "Chief"})
        ));
    }

    #[test]
    fn a_group_is_known_by_its_name_or_external_id() {
        let cooks =
            Link { kind: ObjectKind::Group, ..link(json!({"displayName": "Cooks", "externalId": "c"})) };
        assert!(agrees(
            TargetSchema::scim_group(),
            &cooks,
            &json!({"displayName": "Chefs", "externalId": "c"})
        ));
        assert!(!agrees(TargetSchema::scim_group(), &cooks, &json!({"displayName": "Chefs"})));
        let people = link(json!({"userName": "ann@x", "displayName": "Ann"}));
        assert!(!agrees(
            TargetSchema::scim_user(),
            &people,
            &json!({"userName": "bo@x", "displayName": "Ann"})
        ));
    }

    #[test]
    fn a_leaver_who_was_enabled_again_in_the_target_is_found_out() {
        let mut ann = link(json!({"userName": "ann@x", "active": false}));
        refresh(&mut ann, &json!({"active": false}), false);
        assert_eq!(ann.state, LinkState::Disabled);
        refresh(&mut ann, &json!({"active": true}), false);
        assert_eq!((ann.state, &ann.exported["active"]), (LinkState::Active, &json!(true)));
    }
}
