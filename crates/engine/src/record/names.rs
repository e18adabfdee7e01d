//! The names of objects that rows speak of beside their own: groups that people are assigned by, managers, members.
use std::collections::{BTreeSet, HashMap};

use purser_domain::log::NamedObject;
use purser_store::ObjectId;

use super::steps::missing_members;
use crate::{
    error::{Doing, EngineError},
    executor::fate::Finished,
    planner::{candidate::Manager, setup::Planner},
};

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
}
