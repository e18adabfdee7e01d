//! How one target wants values written, and what a flag in its Tenant URL says about that.
//!
//! The flags are those that Microsoft's article on known SCIM compliance issues documents for Entra ID:
//! `?aadOptscim062020` switches on the requests that follow RFC 7644, `?AzureAdScimPatch2017` the older ones. A Tenant
//! URL that an administrator took over from there therefore means the same here. The flag itself goes on being sent,
//! since servers look at it, too.
use purser_domain::expression::roles::{RoleAssignment, RoleFlow, legacy_patch};
use purser_domain::path::TargetPath;
use purser_domain::scim::{Filter, Literal, Path};
use serde_json::{Value, json};
use url::Url;

use crate::json::find;
use crate::profile::{Clear, ManagerShape, MemberRemoval, Profile, RolesShape};

const NEW_STYLE: &str = "aadOptscim062020";
const OLD_STYLE: &str = "AzureAdScimPatch2017";

/// The profile with what the flags in the Tenant URL say. An application's own settings go before both.
pub(super) fn heed_flags(profile: &Profile, tenant_url: &str) -> Profile {
    let mut profile = profile.clone();
    let Ok(url) = Url::parse(tenant_url.trim()) else { return profile };
    let has = |flag: &str| url.query_pairs().any(|(name, _)| name.eq_ignore_ascii_case(flag));
    if has(NEW_STYLE) {
        profile.scim.pathless_replace = true;
        profile.scim.capitalised_operations = false;
        profile.scim.booleans_as_text = false;
        profile.scim.roles = RolesShape::Standard;
        if profile.scim.member_removal == MemberRemoval::ValueArray {
            profile.scim.member_removal = MemberRemoval::FilteredPath;
        }
    } else if has(OLD_STYLE) {
        profile.scim.pathless_replace = false;
        profile.scim.capitalised_operations = true;
        profile.scim.booleans_as_text = true;
        profile.scim.member_removal = MemberRemoval::ValueArray;
        profile.scim.roles = RolesShape::Legacy;
        profile.scim.manager = ManagerShape::Array;
    }
    profile
}

/// A value of a whole object as this target wants it.
pub(super) fn spell(path: &TargetPath, value: &Value, profile: &Profile) -> Value {
    match (value, profile.scim.manager) {
        (Value::Bool(boolean), _) if profile.scim.booleans_as_text => {
            json!(if *boolean { "True" } else { "False" })
        }
        (value, ManagerShape::Text) if is_manager(path) => {
            id_of_reference(value).map_or_else(|| value.clone(), Value::String)
        }
        (value, ManagerShape::Object | ManagerShape::Array) if is_manager(path) => {
            id_of_reference(value).map_or_else(|| value.clone(), |id| json!({ "value": id }))
        }
        (value, _) => value.clone(),
    }
}

/// A value of a PATCH operation as this target wants it.
pub(super) fn spell_in_patch(path: &TargetPath, value: &Value, profile: &Profile) -> Value {
    let spelled = spell(path, value, profile);
    if profile.scim.manager == ManagerShape::Array && is_manager(path) && spelled.is_object() {
        return Value::Array(vec![spelled]);
    }
    spelled
}

/// A filter on an element as this target wants it. Mappings spell `primary eq "True"`, as the original does; the
/// attribute is a boolean, and targets that compare types find nothing by a text.
pub(super) fn spell_filter(filter: Filter, profile: &Profile) -> Filter {
    match filter {
        Filter::And(all) => Filter::And(all.into_iter().map(|one| spell_filter(one, profile)).collect()),
        Filter::Compare { path, operator, value: Literal::Text(text) } => {
            let is_boolean =
                !profile.scim.booleans_as_text && path.attribute.name.eq_ignore_ascii_case("primary");
            let boolean = text.to_ascii_lowercase().parse().ok().filter(|_| is_boolean);
            let value = boolean.map_or(Literal::Text(text), Literal::Boolean);
            Filter::Compare { path, operator, value }
        }
        other => other,
    }
}

/// A path of a PATCH operation as this target wants it.
pub(super) fn spell_path(mut path: Path, profile: &Profile) -> String {
    path.element = path.element.map(|filter| Box::new(spell_filter(*filter, profile)));
    path.to_string()
}

/// What is written to take away the value at `path`; `None` where it is removed.
pub(super) fn blank(path: &TargetPath, profile: &Profile) -> Option<Value> {
    match profile.scim.clear {
        Clear::Remove => None,
        Clear::Null => Some(Value::Null),
        Clear::EmptyText if is_manager(path) => Some(spell_in_patch(path, &json!({"value": ""}), profile)),
        Clear::EmptyText => Some(json!("")),
    }
}

/// The operation by which the original's older clients change roles to these; `None` where this target gets the same
/// roles as on creation.
pub(super) fn legacy_roles(path: &TargetPath, value: &Value, profile: &Profile) -> Option<Value> {
    if profile.scim.roles != RolesShape::Legacy
        || !is_roles(path)
        || path.sub().is_some_and(|sub| sub != "value")
    {
        return None;
    }
    let elements = match value {
        Value::Array(elements) => elements.as_slice(),
        one => std::slice::from_ref(one),
    };
    let has = |name: &str| {
        elements.iter().any(|role| role.as_object().is_some_and(|role| find(role, name).is_some()))
    };
    let flow = if path.sub().is_some() {
        RoleFlow::Single
    } else if has("display") {
        RoleFlow::Assertive
    } else {
        RoleFlow::Complex
    };
    Some(legacy_patch(&elements.iter().map(read_role).collect::<Vec<_>>(), flow))
}

/// A role as it was shaped for a creation. Its id is not in there.
fn read_role(shape: &Value) -> RoleAssignment {
    let text = |name: &str| {
        let part = shape.as_object().and_then(|shape| find(shape, name));
        part.and_then(Value::as_str).map(str::to_owned)
    };
    let value = shape.as_str().map(str::to_owned).or_else(|| text("value")).unwrap_or_default();
    let display_name = text("displayName").or_else(|| text("display")).unwrap_or_else(|| value.clone());
    RoleAssignment { id: text("id").unwrap_or_default(), value, display_name }
}

pub(super) fn is_roles(path: &TargetPath) -> bool {
    path.attribute().eq_ignore_ascii_case("roles") && path.extension().is_none()
}

fn is_manager(path: &TargetPath) -> bool {
    path.attribute().eq_ignore_ascii_case("manager") && path.sub().is_none() && path.filter().is_none()
}

fn id_of_reference(value: &Value) -> Option<String> {
    match value {
        Value::String(id) => Some(id.clone()),
        Value::Object(object) => find(object, "value")?.as_str().map(str::to_owned),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::ScimProfile;

    fn path(text: &str) -> TargetPath {
        TargetPath::parse(text).unwrap()
    }

    #[test]
    fn flags_in_the_tenant_url_switch_between_the_originals_two_ways() {
        let base = Profile::default();
        let new = heed_flags(&base, "https://x/scim?aadOptscim062020");
        assert!(new.scim.pathless_replace && !new.scim.capitalised_operations && !new.scim.booleans_as_text);
        let old = heed_flags(&base, " https://x/scim?a=b&azureadscimpatch2017=1 ");
        assert!(old.scim.capitalised_operations && old.scim.booleans_as_text && !old.scim.pathless_replace);
        assert_eq!(
            (old.scim.member_removal, old.scim.roles),
            (MemberRemoval::ValueArray, RolesShape::Legacy)
        );
        assert_eq!(
            heed_flags(&old, "https://x?AADOPTSCIM062020=").scim.member_removal,
            MemberRemoval::FilteredPath
        );
        for other in ["https://x/scim", "https://x/aadOptscim062020", "no address"] {
            assert_eq!(heed_flags(&base, other), base, "{other}");
        }
    }

    #[test]
    fn managers_are_written_in_three_ways() {
        let manager = path("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager");
        let profile = |manager| Profile {
            scim: ScimProfile { manager, ..ScimProfile::default() },
            ..Profile::default()
        };
        let id = json!({"value": "7"});
        for (shape, whole, patched) in [
            (ManagerShape::Object, json!({"value": "7"}), json!({"value": "7"})),
            (ManagerShape::Text, json!("7"), json!("7")),
            (ManagerShape::Array, json!({"value": "7"}), json!([{"value": "7"}])),
        ] {
            assert_eq!(spell(&manager, &id, &profile(shape)), whole);
            assert_eq!(spell_in_patch(&manager, &id, &profile(shape)), patched);
        }
        assert_eq!(spell(&path("title"), &json!("7"), &profile(ManagerShape::Text)), json!("7"));
    }

    #[test]
    fn the_primary_element_is_asked_for_by_a_boolean() {
        let role = path("roles[primary eq \"True\" and type eq \"True\"].value").to_scim();
        assert_eq!(
            spell_path(role.clone(), &Profile::default()),
            "roles[primary eq true and type eq \"True\"].value"
        );
        let texts = Profile {
            scim: ScimProfile { booleans_as_text: true, ..ScimProfile::default() },
            ..Profile::default()
        };
        assert_eq!(spell_path(role.clone(), &texts), role.to_string());
    }

    #[test]
    fn older_targets_get_roles_as_texts() {
        let profile = Profile {
            scim: ScimProfile { roles: RolesShape::Legacy, ..ScimProfile::default() },
            ..Profile::default()
        };
        let single = path("roles[primary eq \"True\"].value");
        assert_eq!(
            legacy_roles(&single, &json!("Admin"), &profile).unwrap(),
            json!({"op": "Add", "path": "roles", "value": [
                {"value": "{\"id\":\"\",\"value\":\"Admin\",\"displayName\":\"Admin\"}"}]})
        );
        let assertive = json!([{"primary": false, "type": "WindowsAzureActiveDirectoryRole", "display": "U", "value": "u"}]);
        assert_eq!(
            legacy_roles(&path("roles"), &assertive, &profile).unwrap(),
            json!({"op": "replace", "path": "roles", "value": assertive})
        );
        assert_eq!(legacy_roles(&single, &json!("Admin"), &Profile::default()), None);
        assert_eq!(legacy_roles(&path("title"), &json!("Admin"), &profile), None);
    }
}
