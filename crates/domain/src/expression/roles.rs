//! Roles as targets see them: the exact shapes that the original sends.
//!
//! An account is created with the roles as objects ([`RoleAssignment::shape`]). When it is changed, the
//! original's older clients send each role as an object spelt in a text; targets written for those want
//! [`legacy_patch`], all others get the same objects as on creation.
use crate::value::Value;
use serde_json::{Map, Value as Json, json};

/// The type that the original gives each role.
const ROLE_TYPE: &str = "WindowsAzureActiveDirectoryRole";

/// The id of *Default Access*, which is no role.
const DEFAULT_ACCESS: &str = "00000000-0000-0000-0000-000000000000";

/// A role that an object is assigned with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleAssignment {
    /// The role's id.
    pub id: String,
    /// Its value in claims and targets; may be empty.
    pub value: String,
    /// Its name.
    pub display_name: String,
}

/// Which function the roles flow through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoleFlow {
    /// `SingleAppRoleAssignment`.
    Single,
    /// `AppRoleAssignmentsComplex`: adds, takes nothing away.
    Complex,
    /// `AssertiveAppRoleAssignmentsComplex`: replaces.
    Assertive,
}

impl RoleAssignment {
    /// Reads a value of `[appRoleAssignments]`; `None` when it is no object.
    #[must_use]
    pub fn read(value: &Value) -> Option<Self> {
        let Value::Object(object) = value else { return None };
        let text = |key: &str| object.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
        Some(Self { id: text("id"), value: text("value"), display_name: text("displayName") })
    }

    /// Whether a target can be told of it: *Default Access* and what has neither value nor name are no roles.
    #[must_use]
    pub(crate) fn is_role(&self) -> bool {
        self.id != DEFAULT_ACCESS && !(self.value.is_empty() && self.display_name.is_empty())
    }

    /// Its name, or its value when it has none.
    #[must_use]
    pub fn name(&self) -> &str {
        if self.display_name.is_empty() { &self.value } else { &self.display_name }
    }

    /// The value of `[appRoleAssignments]` for this role.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let mut object = Map::new();
        object.insert("id".to_owned(), json!(self.id));
        object.insert("value".to_owned(), json!(self.value));
        object.insert("displayName".to_owned(), json!(self.display_name));
        Value::Object(object)
    }

    /// The role's value, or its name when it has none.
    #[must_use]
    pub(crate) fn into_value(self) -> String {
        if self.value.is_empty() { self.display_name } else { self.value }
    }

    /// The role as an element of `roles` when an account is created.
    #[must_use]
    pub fn shape(&self, flow: RoleFlow) -> Map<String, Json> {
        let mut shape = Map::new();
        shape.insert("primary".to_owned(), json!(flow == RoleFlow::Single));
        shape.insert("type".to_owned(), json!(ROLE_TYPE));
        match flow {
            RoleFlow::Single => {}
            RoleFlow::Complex => drop(shape.insert("displayName".to_owned(), json!(self.name()))),
            RoleFlow::Assertive => drop(shape.insert("display".to_owned(), json!(self.name()))),
        }
        shape.insert("value".to_owned(), json!(self.clone().into_value()));
        shape
    }
}

/// The PATCH operation of the original's older clients.
#[must_use]
pub fn legacy_patch(roles: &[RoleAssignment], flow: RoleFlow) -> Json {
    if flow == RoleFlow::Assertive {
        let value: Vec<_> = roles.iter().map(|role| role.shape(flow)).collect();
        return json!({ "op": "replace", "path": "roles", "value": value });
    }
    let taken = if flow == RoleFlow::Single { 1 } else { roles.len() };
    let spell = |role: &RoleAssignment| json!({ "value": Json::from(role.to_value()).to_string() });
    let value: Vec<Json> = roles.iter().take(taken).map(spell).collect();
    json!({ "op": "Add", "path": "roles", "value": value })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(id: &str, value: &str, name: &str) -> RoleAssignment {
        RoleAssignment { id: id.to_owned(), value: value.to_owned(), display_name: name.to_owned() }
    }

    #[test]
    fn a_single_role_is_created_as_the_primary_one_and_patched_as_a_text() {
        let role = role("06b07648-ecfe-589f-9d2f-6325724a46ee", "25", "Role1234");
        let created = json!({"primary": true, "type": "WindowsAzureActiveDirectoryRole", "value": "25"});
        assert_eq!(Json::Object(role.shape(RoleFlow::Single)), created);
        let patched = json!({"op": "Add", "path": "roles", "value": [{"value":
            "{\"id\":\"06b07648-ecfe-589f-9d2f-6325724a46ee\",\"value\":\"25\",\"displayName\":\"Role1234\"}"}]});
        assert_eq!(legacy_patch(&[role], RoleFlow::Single), patched);
    }

    #[test]
    fn default_access_and_what_has_no_name_are_no_roles() {
        assert!(!role(DEFAULT_ACCESS, "", "Default Access").is_role());
        assert!(!role("1", "", "").is_role());
        assert!(role("1", "", "Reader").is_role() && role("1", "25", "").is_role());
    }

    #[test]
    fn several_roles_are_added_as_texts_or_replaced_as_objects() {
        let roles = [role("1", "Admin", "Admin"), role("2", "User", "User")];
        let added = json!({"op": "Add", "path": "roles", "value": [
            {"value": "{\"id\":\"1\",\"value\":\"Admin\",\"displayName\":\"Admin\"}"},
            {"value": "{\"id\":\"2\",\"value\":\"User\",\"displayName\":\"User\"}"},
        ]});
        assert_eq!(legacy_patch(&roles, RoleFlow::Complex), added);
        let replaced = json!({"op": "replace", "path": "roles", "value": [
            {"primary": false, "type": "WindowsAzureActiveDirectoryRole", "display": "Admin", "value": "Admin"},
            {"primary": false, "type": "WindowsAzureActiveDirectoryRole", "display": "User", "value": "User"},
        ]});
        assert_eq!(legacy_patch(&roles, RoleFlow::Assertive), replaced);
    }
}
