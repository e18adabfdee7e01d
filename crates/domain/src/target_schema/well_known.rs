//! The attributes of users and groups that RFC 7643 defines (sections 4.1 to 4.3), spelled as mappings spell them.
//!
//! Left out is what a mapping cannot write: `meta`, `groups`, and `password`, which would be kept in what was exported.
//! `id` is in the list because it is the key, and read-only.
//!
//! Upper and lower case: RFC 7643 calls most of these texts indifferent to case. A change of case that was made on
//! purpose has to arrive all the same, so that here only user names and e-mail addresses are indifferent.
use super::{TargetRule, TargetSchema};
use crate::attribute::{AttributeDefinition, AttributeType, Mutability, ObjectDefinition, text};
use crate::path::TargetPath;
use serde_json::{Map, json};
use std::sync::LazyLock;

pub(super) static USER: LazyLock<TargetSchema> =
    LazyLock::new(|| TargetSchema::from_definition(&define("User", list_user_attributes())));

pub(super) static GROUP: LazyLock<TargetSchema> =
    LazyLock::new(|| TargetSchema::from_definition(&define("Group", list_group_attributes())));

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// Attributes whose values are objects with a `value`, when a path names none of their parts.
const COMPLEX: &[&str] =
    &["emails", "phoneNumbers", "ims", "photos", "entitlements", "roles", "x509Certificates", "members"];

const ADDRESS_PARTS: &[&str] = &["formatted", "streetAddress", "locality", "region", "postalCode", "country"];

/// Whether each value at this path is an object with a `value`.
pub(super) fn is_complex(path: &TargetPath) -> bool {
    let has_value = COMPLEX.iter().any(|name| name.eq_ignore_ascii_case(path.attribute()));
    has_value && path.extension().is_none() && path.sub().is_none()
}

/// The rule for a path that no list has.
pub(super) fn rule_without_list(path: &TargetPath) -> TargetRule {
    let complex = is_complex(path);
    let is_email = complex && path.attribute().eq_ignore_ascii_case("emails");
    TargetRule {
        kind: AttributeType::String,
        multivalued: complex,
        exact_case: !is_email,
        required: false,
        mutability: Mutability::ReadWrite,
        nested: complex,
        known: complex,
    }
}

fn list_user_attributes() -> Vec<AttributeDefinition> {
    let mut list = vec![
        AttributeDefinition { anchor: true, mutability: Mutability::ReadOnly, ..text("id") },
        AttributeDefinition { required: true, case_exact: false, ..text("userName") },
        text("externalId"),
        AttributeDefinition { kind: AttributeType::Boolean, ..text("active") },
        text("displayName"),
        text("nickName"),
        text("title"),
        text("userType"),
        text("profileUrl"),
        text("preferredLanguage"),
        text("locale"),
        text("timezone"),
    ];
    for part in ["formatted", "givenName", "familyName", "middleName", "honorificPrefix", "honorificSuffix"] {
        list.push(text(&format!("name.{part}")));
    }
    for kind in ["work", "home", "other"] {
        list.push(AttributeDefinition { case_exact: false, ..element("emails", kind, "value") });
    }
    for part in ADDRESS_PARTS {
        list.push(element("addresses", "work", part));
    }
    list.push(element("addresses", "home", "formatted"));
    list.push(element("addresses", "other", "formatted"));
    for kind in ["work", "mobile", "fax", "home", "other", "pager"] {
        list.push(element("phoneNumbers", kind, "value"));
    }
    for kind in ["aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo"] {
        list.push(element("ims", kind, "value"));
    }
    for kind in ["photo", "thumbnail"] {
        list.push(element("photos", kind, "value"));
    }
    for attribute in ["roles", "entitlements"] {
        list.push(AttributeDefinition { multivalued: true, ..text(attribute) });
        for part in ["value", "display", "type"] {
            list.push(text(&format!("{attribute}[primary eq \"True\"].{part}")));
        }
    }
    list.push(AttributeDefinition {
        kind: AttributeType::Binary,
        multivalued: true,
        ..text("x509Certificates")
    });
    for attribute in ["employeeNumber", "costCenter", "organization", "division", "department"] {
        list.push(text(&format!("{ENTERPRISE}:{attribute}")));
    }
    list.push(reference(&format!("{ENTERPRISE}:manager"), &["User"]));
    list
}

fn list_group_attributes() -> Vec<AttributeDefinition> {
    vec![
        AttributeDefinition { anchor: true, mutability: Mutability::ReadOnly, ..text("id") },
        AttributeDefinition { required: true, ..text("displayName") },
        text("externalId"),
        AttributeDefinition { multivalued: true, ..reference("members", &["User", "Group"]) },
    ]
}

fn define(name: &str, attributes: Vec<AttributeDefinition>) -> ObjectDefinition {
    ObjectDefinition { name: name.to_owned(), attributes, extra: Map::new() }
}

fn element(attribute: &str, kind: &str, part: &str) -> AttributeDefinition {
    text(&format!("{attribute}[type eq \"{kind}\"].{part}"))
}

fn reference(name: &str, objects: &[&str]) -> AttributeDefinition {
    let referenced: Vec<_> = objects
        .iter()
        .map(|object| json!({"referencedObjectName": object, "referencedProperty": "id"}))
        .collect();
    let mut definition = AttributeDefinition { kind: AttributeType::Reference, ..text(name) };
    definition.extra.insert("referencedObjects".to_owned(), json!(referenced));
    definition
}
