//! Groups and their members.
//!
//! A person who joins or leaves a group that is assigned to an application gets or loses that application. The store
//! appends such a person's change for each of those applications, in the same transaction, and one of the group itself,
//! since groups are provisioned too.
use crate::caller::{Caller, Right};
use crate::directory::rows::{view_group_row, view_user_row};
use crate::directory::user_fields::load_person;
use crate::error::{Result, ServiceError, differing, invalid, not_found, stale};
use crate::input::{optional_line, optional_text, parse_id, required_line};
use crate::logs::activity::Activity;
use crate::logs::audit::AuditNote;
use crate::portal::Portal;
use purser_contract::directory::{GroupForm, GroupRowView, GroupView, UserRowView};
use purser_contract::page::{ListForm, PageView};
use purser_domain::group::Group;
use purser_domain::ids::{AppId, GroupId, UserId};
use purser_store::{GroupRow, Reads, Tx};
use std::collections::BTreeSet;

/// Longest name of a group.
pub(crate) const MAX_NAME: usize = 256;
/// Longest description of a group.
pub(crate) const MAX_DESCRIPTION: usize = 1024;
/// Longest mail nickname of a group.
pub(crate) const MAX_NICKNAME: usize = 64;
/// Members added in one go.
const MAX_ADDED: usize = 1_000;

impl Portal {
    /// One page of the groups.
    pub async fn list_groups(&self, caller: &Caller, form: ListForm) -> Result<PageView<GroupRowView>> {
        Ok(self.query_groups(caller, form).await?.map(|row| view_group_row(&row)))
    }

    /// A group.
    pub async fn load_group(&self, caller: &Caller, id: &str) -> Result<GroupView> {
        caller.may(Right::Read)?;
        let group = load_group(self.store(), id).await?;
        self.view_group(&group).await
    }

    /// Creates (empty id) or edits a group.
    pub async fn save_group(&self, caller: &Caller, form: GroupForm) -> Result<GroupView> {
        caller.may(Right::Write)?;
        let display_name = required_line("Name", "display_name", &form.display_name, MAX_NAME)?;
        let description = optional_text("Description", "description", &form.description, MAX_DESCRIPTION)?;
        let mail_nickname =
            optional_line("Mail nickname", "mail_nickname", &form.mail_nickname, MAX_NICKNAME)?;
        let tx = self.store().begin().await?;
        let group = if form.id.trim().is_empty() {
            let now = self.now();
            let group = Group {
                id: GroupId::from_uuid(self.new_id()),
                display_name,
                description,
                mail_nickname,
                generation: 1,
                created_at: now,
                updated_at: now,
            };
            tx.insert_group(&group).await?;
            let note = AuditNote::on(group.id.as_uuid(), &group.display_name);
            self.audit(&tx, caller, Activity::AddGroup, note).await?;
            group
        } else {
            let stored = load_group(&tx, &form.id).await?;
            let edited = Group { display_name, description, mail_nickname, ..stored.clone() };
            if form.generation != stored.generation {
                return Err(stale("this group", compare(&edited, &stored)).into());
            }
            self.edit_group(&tx, caller, &stored, edited).await?
        };
        self.commit(tx).await?;
        self.view_group(&group).await
    }

    /// Deletes a group, with its assignments: a person who had an application only by it loses it.
    pub async fn delete_group(&self, caller: &Caller, id: &str) -> Result<GroupRowView> {
        caller.may(Right::Write)?;
        let tx = self.store().begin().await?;
        let group = load_group(&tx, id).await?;
        let member_count = tx.count_members(group.id, "").await?;
        let apps = applications_of(&tx, group.id).await?;
        tx.delete_group(group.id, self.now()).await?;
        let note = AuditNote::on(group.id.as_uuid(), &group.display_name)
            .with("Members", member_count)
            .with("Assigned to applications", apps.len());
        self.audit(&tx, caller, Activity::DeleteGroup, note).await?;
        self.commit(tx).await?;
        Ok(view_group_row(&GroupRow { group, member_count }))
    }

    /// One page of a group's members.
    pub async fn list_members(
        &self,
        caller: &Caller,
        group: &str,
        form: ListForm,
    ) -> Result<PageView<UserRowView>> {
        Ok(self.query_members(caller, group, form).await?.map(|user| view_user_row(&user)))
    }

    /// Adds members, by id or sign-in name; a person who is one already stays one. If one does not exist, nobody is added.
    pub async fn add_members(&self, caller: &Caller, group: &str, members: &[String]) -> Result<GroupView> {
        caller.may(Right::Write)?;
        let wanted: Vec<&str> =
            members.iter().map(|text| text.trim()).filter(|text| !text.is_empty()).collect();
        if wanted.is_empty() {
            return Err(invalid("Choose at least one user to add.").field("members").into());
        }
        if wanted.len() > MAX_ADDED {
            return Err(invalid(format!("At most {MAX_ADDED} users can be added at a time."))
                .field("members")
                .into());
        }
        let tx = self.store().begin().await?;
        let group = load_group(&tx, group).await?;
        let mut people: Vec<UserId> = Vec::with_capacity(wanted.len());
        for text in wanted {
            let person = load_person(&tx, text).await.map_err(|error| match error {
                ServiceError::Refused(_) => unknown_member(text),
                fault => fault,
            })?;
            if person.deleted_at.is_some() {
                return Err(unknown_member(text));
            }
            people.push(person.id);
        }
        for user in &tx.add_members(group.id, &people, self.now()).await? {
            let name = tx.load_user(*user).await?.name();
            let note = AuditNote::on(group.id.as_uuid(), &group.display_name).with("Member", name);
            self.audit(&tx, caller, Activity::AddMember, note).await?;
        }
        self.commit(tx).await?;
        self.view_group(&group).await
    }

    /// Removes a member, by id or sign-in name. A person who is none is no error: the group is as it was asked for.
    pub async fn remove_member(&self, caller: &Caller, group: &str, user: &str) -> Result<GroupView> {
        caller.may(Right::Write)?;
        let tx = self.store().begin().await?;
        let group = load_group(&tx, group).await?;
        let person = load_person(&tx, user).await?;
        if tx.remove_member(group.id, person.id, self.now()).await? {
            let note = AuditNote::on(group.id.as_uuid(), &group.display_name).with("Member", person.name());
            self.audit(&tx, caller, Activity::RemoveMember, note).await?;
        }
        self.commit(tx).await?;
        self.view_group(&group).await
    }

    /// Stores a changed group in `tx` with its audit entry; nothing at all when nothing differs.
    pub(crate) async fn edit_group(
        &self,
        tx: &Tx,
        caller: &Caller,
        before: &Group,
        mut after: Group,
    ) -> Result<Group> {
        let differences = compare(before, &after);
        if differences.is_empty() {
            return Ok(after);
        }
        after.updated_at = self.now();
        tx.update_group(&after, before.generation).await?;
        after.generation = before.generation + 1;
        let mut note = AuditNote::on(after.id.as_uuid(), &after.display_name);
        for field in &differences {
            note = note.change(&field.label, &field.yours, &field.theirs);
        }
        self.audit(tx, caller, Activity::UpdateGroup, note).await?;
        Ok(after)
    }

    async fn view_group(&self, group: &Group) -> Result<GroupView> {
        Ok(GroupView {
            id: group.id.to_string(),
            generation: group.generation,
            display_name: group.display_name.clone(),
            description: group.description.clone().unwrap_or_default(),
            mail_nickname: group.mail_nickname.clone().unwrap_or_default(),
            member_count: self.store().count_members(group.id, "").await?,
            created_at: group.created_at.to_string(),
        })
    }
}

pub(crate) async fn load_group(reads: &Reads, id: &str) -> Result<Group> {
    let group = reads.find_group(parse_id::<GroupId>("group", id)?).await?;
    group.ok_or_else(|| not_found("group", id).into())
}

/// The applications that the group is assigned to, each once.
async fn applications_of(tx: &Tx, group: GroupId) -> Result<BTreeSet<AppId>> {
    let assigned = tx.list_group_assignments(group).await?.into_iter().map(|assignment| assignment.app);
    Ok(assigned.collect())
}

fn unknown_member(text: &str) -> ServiceError {
    invalid(format!("There is no user \"{text}\", so nobody was added."))
        .advice("Give each user by the user principal name or id that the users list shows.")
        .field("members")
        .into()
}

fn compare(first: &Group, second: &Group) -> Vec<purser_contract::problem::FieldConflict> {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    [
        differing("Name", &first.display_name, &second.display_name),
        differing("Description", text(&first.description), text(&second.description)),
        differing("Mail nickname", text(&first.mail_nickname), text(&second.mail_nickname)),
    ]
    .into_iter()
    .flatten()
    .collect()
}
