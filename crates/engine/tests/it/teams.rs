//! Groups in a [`World`].
use std::collections::{BTreeSet, HashMap};

use anyhow::{Context, Result};
use purser_domain::{
    group::Group,
    ids::{AssignmentId, GroupId, UserId},
    mapping::{AttributeMapping, MappingSource, ObjectActions, ObjectMapping, default_user_mapping},
    object::ObjectKind,
    schema::Schema,
    scope::ScopingFilter,
};
use purser_store::{Assignment, LogEntry, Principal, new_id};
use serde_json::Value;

use crate::world::World;

pub(crate) fn group_mapping() -> ObjectMapping {
    let direct = |from: &str, to: &str| AttributeMapping::new(MappingSource::Direct(from.to_owned()), to);
    ObjectMapping {
        name: "Groups".to_owned(),
        enabled: true,
        actions: ObjectActions::default(),
        source_object: ObjectKind::Group,
        target_object: "Group".to_owned(),
        scope: ScopingFilter::default(),
        attributes: vec![
            AttributeMapping { matching_priority: Some(1), ..direct("displayName", "displayName") },
            direct("objectId", "externalId"),
            direct("members", "members"),
        ],
        extra: serde_json::Map::new(),
    }
}

impl World {
    /// A world whose application takes groups.
    pub(crate) async fn with_groups() -> Result<Self> {
        let world = Self::new().await?;
        world.map_groups(|_| {}).await?;
        Ok(world)
    }

    /// Saves another mapping of groups, which asks for a new initial cycle.
    pub(crate) async fn map_groups(&self, change: impl FnOnce(&mut ObjectMapping)) -> Result<()> {
        let mut groups = group_mapping();
        change(&mut groups);
        let tx = self.store.begin().await?;
        tx.write_schema(self.job, &Schema::default_for("Contoso", vec![default_user_mapping(), groups]))
            .await?;
        tx.commit().await?;
        self.configure(|spec| spec.mapping_generation += 1).await
    }

    /// A group with these members, assigned.
    pub(crate) async fn team(&self, name: &str, members: &[UserId]) -> Result<GroupId> {
        let group = self.unassigned_team(name, members).await?;
        self.assign_team(group).await?;
        Ok(group)
    }

    pub(crate) async fn unassigned_team(&self, name: &str, members: &[UserId]) -> Result<GroupId> {
        let now = self.now();
        let group = Group {
            id: GroupId::from_uuid(new_id(&*self.clock)),
            display_name: name.to_owned(),
            description: None,
            mail_nickname: None,
            generation: 1,
            created_at: now,
            updated_at: now,
        };
        let tx = self.store.begin().await?;
        tx.insert_group(&group).await?;
        tx.add_members(group.id, members, now).await?;
        tx.commit().await?;
        Ok(group.id)
    }

    pub(crate) async fn assign_team(&self, group: GroupId) -> Result<()> {
        let tx = self.store.begin().await?;
        tx.insert_assignment(&Assignment {
            id: AssignmentId::from_uuid(new_id(&*self.clock)),
            app: self.app,
            principal: Principal::Group(group),
            role: self.role,
            created_at: self.now(),
        })
        .await?;
        Ok(tx.commit().await?)
    }

    pub(crate) async fn unassign_team(&self, group: GroupId) -> Result<()> {
        let tx = self.store.begin().await?;
        for assignment in tx.list_group_assignments(group).await? {
            tx.delete_assignment(assignment.id, self.now()).await?;
        }
        Ok(tx.commit().await?)
    }

    pub(crate) async fn join(&self, group: GroupId, user: UserId) -> Result<()> {
        let tx = self.store.begin().await?;
        tx.add_members(group, &[user], self.now()).await?;
        Ok(tx.commit().await?)
    }

    pub(crate) async fn leave(&self, group: GroupId, user: UserId) -> Result<()> {
        let tx = self.store.begin().await?;
        tx.remove_member(group, user, self.now()).await?;
        Ok(tx.commit().await?)
    }

    pub(crate) async fn rename_team(&self, group: GroupId, name: &str) -> Result<()> {
        let tx = self.store.begin().await?;
        let mut stored = tx.load_group(group).await?;
        stored.display_name = name.to_owned();
        tx.update_group(&stored, stored.generation).await?;
        Ok(tx.commit().await?)
    }

    pub(crate) async fn disband(&self, group: GroupId) -> Result<()> {
        let tx = self.store.begin().await?;
        tx.delete_group(group, self.now()).await?;
        Ok(tx.commit().await?)
    }

    /// The target's group of this name.
    pub(crate) fn find_group(&self, name: &str) -> Option<Value> {
        self.target.groups().into_iter().find(|group| group["displayName"] == name)
    }

    /// The sign-in names of its members, without their domain.
    pub(crate) fn members(&self, name: &str) -> Result<BTreeSet<String>> {
        let group = self.find_group(name).with_context(|| format!("{name} is no group"))?;
        // Some targets say numbers where ids are texts.
        let text = |id: &Value| id.as_str().map_or_else(|| id.to_string(), str::to_owned);
        let accounts = self.target.accounts();
        let names: HashMap<String, &str> = accounts
            .iter()
            .filter_map(|account| {
                Some((text(&account["id"]), account["userName"].as_str()?.split('@').next()?))
            })
            .collect();
        let members = group["members"].as_array().map_or(&[][..], Vec::as_slice);
        let name =
            |member: &Value| names.get(&text(&member["value"])).copied().unwrap_or("nobody").to_owned();
        Ok(members.iter().map(name).collect())
    }

    pub(crate) async fn logs_of_group(&self, group: GroupId) -> Result<Vec<LogEntry>> {
        Ok(self.logs().await?.into_iter().filter(|entry| entry.source_id == group.as_uuid()).collect())
    }
}

pub(crate) fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}
