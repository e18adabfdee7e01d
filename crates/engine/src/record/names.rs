//! The names of objects that rows speak of beside their own: groups that people are assigned by, managers, members, and
//! those that a scoping filter knows by their ids.
use std::collections::{BTreeSet, HashMap};

use purser_domain::{
    ids::{GroupId, UserId},
    log::NamedObject,
    scope::Scope,
};
use purser_store::ObjectId;
use uuid::Uuid;

use super::steps::missing_members;
use crate::{
    error::{Doing, EngineError},
    executor::fate::Finished,
    planner::{candidate::Manager, setup::Planner},
};

/// Letters of an id.
const ID_LENGTH: usize = 36;

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Names(HashMap<ObjectId, String>);

impl Names {
    /// Those that the rows of these may need, in two queries.
    pub(crate) async fn load(planner: &Planner, page: &[Finished]) -> Result<Self, EngineError> {
        let (mut users, mut groups) = (BTreeSet::new(), BTreeSet::new());
        for Finished { candidate, .. } in page {
            groups.extend(candidate.scope.assignment.and_then(|assignment| assignment.via_group));
            if let Manager::Unlinked(manager) = candidate.manager {
                users.insert(manager);
            }
            users.extend(missing_members(candidate).shown());
            let Scope { failed_clauses, undecided, .. } = &candidate.scope;
            for (_, id) in failed_clauses.iter().chain(undecided).flat_map(|text| ids_in(text)) {
                users.insert(UserId::from_uuid(id));
                groups.insert(GroupId::from_uuid(id));
            }
        }
        let mut names = HashMap::with_capacity(users.len() + groups.len());
        if !users.is_empty() {
            let ids: Vec<_> = users.into_iter().collect();
            let users = planner.store().load_users(&ids).await.doing("read people")?;
            names.extend(users.into_iter().map(|user| (user.id.into(), user.name())));
        }
        if !groups.is_empty() {
            let ids: Vec<_> = groups.into_iter().collect();
            let groups = planner.store().find_groups(&ids).await.doing("read groups")?;
            names.extend(groups.into_iter().map(|(id, group)| (id.into(), group.display_name)));
        }
        Ok(Self(names))
    }

    /// The object for a row; `None` when it is gone from the directory.
    pub(super) fn find(&self, id: impl Into<ObjectId>) -> Option<NamedObject> {
        let id = id.into();
        let name = self.0.get(&id)?.clone();
        Some(NamedObject { kind: id.kind(), id: id.as_uuid(), name })
    }

    /// The text with names in the place of ids; the id of what is gone from the directory stays.
    pub(super) fn tell(&self, text: &str) -> String {
        let mut told = text.to_owned();
        for (word, id) in ids_in(text) {
            let find = |id: ObjectId| self.0.get(&id);
            let name = find(GroupId::from_uuid(id).into()).or_else(|| find(UserId::from_uuid(id).into()));
            if let Some(name) = name {
                told = told.replace(word, name);
            }
        }
        told
    }
}

/// The ids that stand in a text, as they are spelled there.
fn ids_in(text: &str) -> impl Iterator<Item = (&str, Uuid)> {
    let words = text.split(|letter: char| !letter.is_ascii_hexdigit() && letter != '-');
    words.filter(|word| word.len() == ID_LENGTH).filter_map(|word| Some((word, word.parse().ok()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_told_by_name_and_those_of_nothing_stay() {
        let (group, user, gone) = (Uuid::from_u128(1), Uuid::from_u128(2), Uuid::from_u128(3));
        let names = Names(HashMap::from([
            (GroupId::from_uuid(group).into(), "Sales".to_owned()),
            (UserId::from_uuid(user).into(), "Ann".to_owned()),
        ]));
        let text = format!(
            "Staff memberOf IsMemberOf {group}, {gone}; manager EQUALS {}",
            user.to_string().to_uppercase()
        );
        let told = format!("Staff memberOf IsMemberOf Sales, {gone}; manager EQUALS Ann");
        assert_eq!(names.tell(&text), told);
        assert_eq!(names.tell("department EQUALS é-1"), "department EQUALS é-1");
    }
}
