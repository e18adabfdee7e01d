//! What every way of changing a person shares: reading attributes from text, the unique sign-in name, the manager,
//! and writing the change with its audit entry (the store adds its row to the change feed).
use crate::caller::Caller;
use crate::error::{Checked, Result, ServiceError, conflict, invalid, not_found};
use crate::logs::activity::Activity;
use crate::logs::audit::AuditNote;
use crate::portal::Portal;
use purser_contract::problem::Problem;
use purser_domain::ids::UserId;
use purser_domain::user::{User, UserAttribute, UserAttributes, validate_user};
use purser_store::{Reads, StoreError, Tx};

/// Sets attributes from text; empty clears.
pub(crate) fn set_attributes<N: AsRef<str>>(
    attributes: &mut UserAttributes,
    changes: impl IntoIterator<Item = (N, Option<String>)>,
) -> Checked<()> {
    for (name, value) in changes {
        let name = name.as_ref();
        let Some(attribute) = UserAttribute::find(name) else {
            return Err(invalid(format!("Users have no attribute \"{name}\".")).field(name));
        };
        // Browsers send line ends as \r\n, whatever they were given: unchanged text must stay unchanged.
        let value =
            value.map(|text| text.replace("\r\n", "\n").trim().to_owned()).filter(|text| !text.is_empty());
        attribute.write(attributes, value);
    }
    Ok(())
}

/// Refuses attributes that break a rule, naming the first field that does.
pub(crate) fn check_attributes(attributes: &UserAttributes) -> Checked<()> {
    match validate_user(attributes).into_iter().next() {
        None => Ok(()),
        Some(error) => Err(invalid(error.message).field(error.field)),
    }
}

/// The person with this id or sign-in name, soft-deleted ones too.
pub(crate) async fn load_person(reads: &Reads, id_or_upn: &str) -> Result<User> {
    let key = id_or_upn.trim();
    let found = match key.parse::<UserId>() {
        Ok(id) => reads.find_user(id).await?,
        Err(_) if key.is_empty() => None,
        Err(_) => reads.find_user_by_upn(key).await?,
    };
    found.ok_or_else(|| not_found("user", key).into())
}

/// The manager of `whose` meant by an id or sign-in name; empty for none.
pub(crate) async fn find_manager(reads: &Reads, whose: Option<&User>, text: &str) -> Result<Option<UserId>> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let found = match load_person(reads, text).await {
        Ok(found) => Some(found),
        Err(ServiceError::Refused(_)) => None,
        Err(fault) => return Err(fault),
    };
    Ok(Some(check_manager(text, found.as_ref(), whose)?))
}

/// Refuses the manager that `text` named, who was `found`. A person can't be their own manager, and a deleted
/// person does not become one, but stays one, so that a report can still be edited.
pub(crate) fn check_manager(text: &str, found: Option<&User>, whose: Option<&User>) -> Checked<UserId> {
    let Some(manager) = found else {
        return Err(invalid(format!("There is no user \"{text}\" to be the manager."))
            .advice("Give the manager's user principal name as it stands in the users list.")
            .field("manager"));
    };
    if whose.is_some_and(|user| user.id == manager.id) {
        return Err(invalid("A user can't be their own manager.").field("manager"));
    }
    let stays = whose.is_some_and(|user| user.manager == Some(manager.id));
    if manager.deleted_at.is_some() && !stays {
        return Err(
            invalid(format!("{} is deleted and can't be a manager.", manager.name())).field("manager")
        );
    }
    Ok(manager.id)
}

/// The sentence for a sign-in name that is taken.
pub(crate) fn taken(holder: &User) -> Problem {
    let upn = holder.attributes.get("userPrincipalName").unwrap_or_default();
    let problem = conflict(format!("The user principal name {upn} is taken by {}.", holder.name()));
    let problem = if holder.deleted_at.is_some() {
        problem.advice(
            "That user is deleted: restore them, or delete them for good, under Users > Deleted users; or choose another name.",
        )
    } else {
        problem.advice("Choose another name, or edit that user instead.")
    };
    problem.field("userPrincipalName")
}

/// What differs between two versions of a person: label, before, after.
pub(crate) fn compare(before: &User, after: &User) -> Vec<(&'static str, String, String)> {
    let mut differences = Vec::new();
    for ((attribute, old), (_, new)) in before.attributes.iter().zip(after.attributes.iter()) {
        if old != new {
            differences.push((
                attribute.label,
                old.unwrap_or_default().to_owned(),
                new.unwrap_or_default().to_owned(),
            ));
        }
    }
    if before.account_enabled != after.account_enabled {
        differences.push(("Account enabled", yes_no(before.account_enabled), yes_no(after.account_enabled)));
    }
    if before.manager != after.manager {
        let id = |manager: Option<UserId>| manager.map(|id| id.to_string()).unwrap_or_default();
        differences.push(("Manager", id(before.manager), id(after.manager)));
    }
    differences
}

fn yes_no(value: bool) -> String {
    if value { "Yes" } else { "No" }.to_owned()
}

impl Portal {
    /// A person who is not stored yet.
    pub(crate) fn new_user(
        &self,
        attributes: UserAttributes,
        account_enabled: bool,
        manager: Option<UserId>,
    ) -> User {
        let now = self.now();
        User {
            id: UserId::from_uuid(self.new_id()),
            account_enabled,
            manager,
            deleted_at: None,
            created_at: now,
            updated_at: now,
            generation: 1,
            attributes,
        }
    }

    /// Stores a new person in `tx`, with audit entry.
    pub(crate) async fn add_user(&self, tx: &Tx, caller: &Caller, user: &User) -> Result<()> {
        self.insert_user(tx, user).await?;
        let upn = user.attributes.get("userPrincipalName").unwrap_or_default();
        let note = AuditNote::on(user.id.as_uuid(), user.name()).with("User principal name", upn);
        self.audit(tx, caller, Activity::AddUser, note).await
    }

    /// Stores a changed person in `tx`, with audit entry; nothing at all when nothing differs.
    /// `after` must have been made from `before`, as read in the same transaction.
    pub(crate) async fn edit_user(
        &self,
        tx: &Tx,
        caller: &Caller,
        before: &User,
        after: User,
    ) -> Result<User> {
        let differences = compare(before, &after);
        if differences.is_empty() {
            return Ok(after);
        }
        let after = self.update_user(tx, before, after).await?;
        let mut note = AuditNote::on(after.id.as_uuid(), after.name());
        for (label, old, new) in &differences {
            note = note.change(label, old, new);
        }
        let only_enabled = differences.len() == 1 && before.account_enabled != after.account_enabled;
        let activity = match (only_enabled, after.account_enabled) {
            (true, true) => Activity::EnableUser,
            (true, false) => Activity::DisableUser,
            (false, _) => Activity::UpdateUser,
        };
        self.audit(tx, caller, activity, note).await?;
        Ok(after)
    }

    /// The row of a new person, without audit entry: an import writes one for all its rows.
    pub(crate) async fn insert_user(&self, tx: &Tx, user: &User) -> Result<()> {
        check_unique(tx, user).await?;
        match tx.insert_user(user).await {
            Ok(()) => Ok(()),
            // Two spellings that the check above holds apart and the index does not.
            Err(StoreError::Taken { .. }) => Err(taken(user).into()),
            Err(error) => Err(error.into()),
        }
    }

    /// The row of a changed person, without audit entry.
    pub(crate) async fn update_user(&self, tx: &Tx, before: &User, mut after: User) -> Result<User> {
        check_unique(tx, &after).await?;
        after.updated_at = self.now();
        match tx.update_user(&after, before.generation).await {
            Ok(()) => {}
            Err(StoreError::Taken { .. }) => return Err(taken(&after).into()),
            Err(error) => return Err(error.into()),
        }
        after.generation = before.generation + 1;
        Ok(after)
    }
}

async fn check_unique(tx: &Tx, user: &User) -> Result<()> {
    let upn = user.attributes.get("userPrincipalName").unwrap_or_default();
    match tx.find_user_by_upn(upn).await? {
        Some(holder) if holder.id != user.id => Err(taken(&holder).into()),
        _ => Ok(()),
    }
}
