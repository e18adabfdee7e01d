//! The source attributes that a scoping filter can read, and the types of their values.
//!
//! A filter reads what is stored: `userPrincipalName` keeps its `#EXT#` part here, which mappings take off.
use super::ScopingFilter;
use crate::attribute::AttributeType;
use crate::nearest::find_nearest;
use crate::object::{IS_SOFT_DELETED, ObjectKind};
use crate::user::{USER_ATTRIBUTES, UserAttribute};

/// The source attribute with the ids of the groups that a person is a direct member of. It is a list, and
/// the caller that evaluates a filter has to know it: it is no part of the person.
pub const MEMBER_OF: &str = "memberOf";

/// A source attribute as a filter sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SourceAttribute {
    /// The name under which it is read, whichever of its names the clause uses.
    pub(super) name: &'static str,
    /// The type of its values.
    pub(super) kind: AttributeType,
    /// Its values are ids.
    pub(super) is_id: bool,
}

/// Attributes that are not in the list of text attributes: names, type, whether values are ids.
type Special = (&'static [&'static str], AttributeType, bool);

const USER: &[Special] = &[
    (&["objectId", "id"], AttributeType::String, true),
    (&["accountEnabled"], AttributeType::Boolean, false),
    (&["manager"], AttributeType::Reference, true),
    (&[MEMBER_OF], AttributeType::Reference, true),
    (&["userPrincipalName", "originalUserPrincipalName"], AttributeType::String, false),
];

const GROUP: &[Special] = &[
    (&["objectId", "id"], AttributeType::String, true),
    (&["displayName"], AttributeType::String, false),
    (&["description"], AttributeType::String, false),
    (&["mailNickname"], AttributeType::String, false),
];

/// The attribute that a clause names.
///
/// # Errors
/// A sentence that says why there is none.
pub(super) fn find(kind: ObjectKind, name: &str) -> Result<SourceAttribute, String> {
    if name.trim().is_empty() {
        return Err("Choose the attribute that the clause reads.".to_owned());
    }
    if name == IS_SOFT_DELETED {
        return Err(format!(
            "{IS_SOFT_DELETED} follows from the scope, so a scoping filter that decides the scope can't read it."
        ));
    }
    let special = match kind {
        ObjectKind::User => USER,
        ObjectKind::Group => GROUP,
    };
    if let Some((names, kind, is_id)) = special.iter().find(|(names, _, _)| names.contains(&name)) {
        return Ok(SourceAttribute { name: names[0], kind: *kind, is_id: *is_id });
    }
    if kind == ObjectKind::User
        && let Some(attribute) = UserAttribute::find(name)
    {
        return Ok(SourceAttribute { name: attribute.name, kind: AttributeType::String, is_id: false });
    }
    let nearest = find_nearest(name, names(kind));
    let hint = nearest.map_or_else(String::new, |nearest| format!(" Did you mean {nearest}?"));
    let owners = match kind {
        ObjectKind::User => "Users",
        ObjectKind::Group => "Groups",
    };
    Err(format!("{owners} have no attribute \"{}\".{hint}", ScopingFilter::shorten(name)))
}

/// Every attribute that a filter of this kind of object can read, once each, for drop-downs.
pub fn names(kind: ObjectKind) -> impl Iterator<Item = &'static str> {
    let (special, texts) = match kind {
        ObjectKind::User => (USER, USER_ATTRIBUTES),
        ObjectKind::Group => (GROUP, &[][..]),
    };
    let special = special.iter().map(|(names, _, _)| names[0]);
    let listed = texts.iter().map(|attribute| attribute.name);
    special.chain(listed.filter(|name| *name != "userPrincipalName"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_offered_name_is_found_once_and_under_itself() {
        for kind in [ObjectKind::User, ObjectKind::Group] {
            let offered: Vec<_> = names(kind).collect();
            for name in &offered {
                assert_eq!(find(kind, name).unwrap().name, *name);
                assert_eq!(offered.iter().filter(|other| *other == name).count(), 1, "{name}");
            }
        }
    }

    #[test]
    fn an_attribute_is_read_under_one_name_whichever_the_clause_uses() {
        let name = |text| find(ObjectKind::User, text).unwrap().name;
        assert_eq!(name("mobilePhone"), "mobile");
        assert_eq!(name("id"), "objectId");
        assert_eq!(name("originalUserPrincipalName"), "userPrincipalName");
    }

    #[test]
    fn a_name_that_is_not_known_is_refused_with_the_nearest_one() {
        let sentence = find(ObjectKind::User, "departmnt").unwrap_err();
        assert_eq!(sentence, "Users have no attribute \"departmnt\". Did you mean department?");
        assert!(find(ObjectKind::Group, "department").is_err());
        assert!(find(ObjectKind::User, " ").unwrap_err().starts_with("Choose"));
        assert!(find(ObjectKind::User, IS_SOFT_DELETED).unwrap_err().contains("follows from the scope"));
    }
}
