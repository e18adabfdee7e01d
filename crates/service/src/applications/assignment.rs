//! Who is assigned to an application, with which role.
//!
//! With each assignment that comes or goes the store appends a change for each person that it concerns, for this
//! application only.
use crate::applications::application::load_application;
use crate::caller::{Caller, Right};
use crate::directory::groups::load_group;
use crate::directory::user_fields::load_person;
use crate::error::{Result, invalid, not_found};
use crate::input::{decode_cursor, encode_cursor, page_size, parse_id, search_text};
use crate::logs::activity::Activity;
use crate::logs::audit::AuditNote;
use crate::page::cut;
use crate::portal::Portal;
use purser_contract::assignment::{AppRoleView, AssignForm, AssignmentView, PrincipalView, UnassignForm};
use purser_contract::directory::UserFilter;
use purser_contract::page::{ListForm, PageView};
use purser_domain::ids::{AppId, AssignmentId, RoleId};
use purser_domain::object::ObjectKind;
use purser_store::{Application, Assignment, AssignmentRow, NameKey, Principal, Reads, RoleRow, Tx};
use std::collections::HashMap;
use uuid::Uuid;

/// Users and groups assigned, or assignments removed, in one go.
const MAX_AT_ONCE: usize = 1_000;

/// An assignment with what names its user or group.
struct NamedAssignment {
    assignment: Assignment,
    display_name: String,
    detail: String,
}

impl From<AssignmentRow> for NamedAssignment {
    fn from(row: AssignmentRow) -> Self {
        Self { assignment: row.assignment, display_name: row.display_name, detail: row.detail }
    }
}

/// The roles of one application.
pub(crate) struct Roles {
    roles: HashMap<RoleId, RoleRow>,
    default_access_counts: bool,
}

impl Roles {
    async fn load(reads: &Reads, app: AppId) -> Result<Self> {
        let rows = reads.list_role_rows(app).await?;
        let roles = rows.into_iter().map(|row| (row.role.id, row)).collect();
        let spec = reads.find_spec_of(app).await?;
        Ok(Self { roles, default_access_counts: spec.is_some_and(|spec| spec.default_access_counts) })
    }

    fn view(&self, id: RoleId) -> AppRoleView {
        let row = self.roles.get(&id);
        let role = row.map(|row| &row.role);
        AppRoleView {
            id: id.to_string(),
            display_name: role.map_or_else(|| "Default Access".to_owned(), |role| role.display_name.clone()),
            description: role.map(|role| role.description.clone()).unwrap_or_default(),
            value: role.and_then(|role| role.value.clone()).unwrap_or_default(),
            imported: row.is_some_and(|row| row.imported),
            missing_since: row.and_then(|row| row.missing_since).map(|at| at.to_string()),
            counts: id != RoleId::DEFAULT_ACCESS || self.default_access_counts,
        }
    }
}

impl Portal {
    /// The roles, those that count first. Last come those that the application has no more: they can't be given.
    pub async fn list_roles(&self, caller: &Caller, app: &str) -> Result<Vec<AppRoleView>> {
        caller.may(Right::Read)?;
        let application = load_application(self.store(), app).await?;
        let roles = Roles::load(self.store(), application.id).await?;
        let enabled = roles.roles.values().filter(|row| row.role.enabled);
        let mut views: Vec<AppRoleView> = enabled.map(|row| roles.view(row.role.id)).collect();
        let default_access = RoleId::DEFAULT_ACCESS.to_string();
        views.sort_by_cached_key(|view| {
            // Imported roles may be powerful ones: none of them stands where it is chosen by itself.
            let last = (view.missing_since.is_some(), view.id == default_access, view.imported);
            (last, view.display_name.to_lowercase())
        });
        Ok(views)
    }

    /// One page of an application's assignments.
    pub async fn list_assignments(
        &self,
        caller: &Caller,
        app: &str,
        form: ListForm,
    ) -> Result<PageView<AssignmentView>> {
        caller.may(Right::Read)?;
        let application = load_application(self.store(), app).await?;
        let (size, search) = (page_size(form.size), search_text(&form.search));
        let after = decode_cursor::<NameKey>(&form.after)?;
        let rows = self
            .store()
            .list_assignments(application.id, &search, after.as_ref(), u64::from(size) + 1)
            .await?;
        let (rows, next) = cut(rows, size, |row| encode_cursor(&row.key()));
        let roles = Roles::load(self.store(), application.id).await?;
        let total = if search.is_empty() {
            let counts = self.store().count_assignments(application.id).await?;
            Some(counts.users + counts.groups)
        } else {
            None
        };
        Ok(PageView {
            items: rows.into_iter().map(|row| view_assignment(&row.into(), &roles)).collect(),
            next,
            total,
        })
    }

    /// One page of the users or groups that can be assigned.
    pub async fn list_principals(
        &self,
        caller: &Caller,
        app: &str,
        kind: ObjectKind,
        form: ListForm,
    ) -> Result<PageView<PrincipalView>> {
        caller.may(Right::Read)?;
        let application = load_application(self.store(), app).await?;
        let mut page = match kind {
            ObjectKind::Group => self.list_groups(caller, form).await?.map(|row| PrincipalView {
                id: row.id,
                principal_type: ObjectKind::Group,
                display_name: row.display_name,
                detail: match row.member_count {
                    1 => "1 member".to_owned(),
                    count => format!("{count} members"),
                },
                assigned: false,
            }),
            ObjectKind::User => {
                self.list_users(caller, UserFilter::Present, form).await?.map(|row| PrincipalView {
                    id: row.id,
                    principal_type: ObjectKind::User,
                    display_name: row.display_name,
                    detail: row.user_principal_name,
                    assigned: false,
                })
            }
        };
        let ids: Vec<Uuid> = page.items.iter().filter_map(|item| item.id.parse().ok()).collect();
        let assigned = self.store().find_assigned(application.id, &ids).await?;
        for item in &mut page.items {
            item.assigned = item.id.parse::<Uuid>().is_ok_and(|id| assigned.contains(&id));
        }
        Ok(page)
    }

    /// Assigns users and groups with one role. Who has the role already keeps it. Answers with the assignment that
    /// each of them now has. If one does not exist, nobody is assigned.
    pub async fn assign(&self, caller: &Caller, form: AssignForm) -> Result<Vec<AssignmentView>> {
        caller.may(Right::Write)?;
        if form.users.is_empty() && form.groups.is_empty() {
            return Err(invalid("Choose at least one user or group.").field("users").into());
        }
        if form.users.len() + form.groups.len() > MAX_AT_ONCE {
            let message = format!("At most {MAX_AT_ONCE} users and groups can be assigned at a time.");
            return Err(invalid(message).field("users").into());
        }
        let tx = self.store().begin().await?;
        let application = load_application(&tx, &form.application_id).await?;
        let roles = Roles::load(&tx, application.id).await?;
        let role: Option<RoleId> = form.role_id.trim().parse().ok();
        let row = role.and_then(|id| roles.roles.get(&id)).filter(|row| row.role.enabled);
        let row = row.ok_or_else(|| invalid("Select a role of this application.").field("role_id"))?;
        if row.missing_since.is_some() {
            return Err(invalid(format!(
                "The role {} is no longer in {}.",
                row.role.display_name, application.display_name
            ))
            .advice("Select another role, or add it there again and press Refresh roles.")
            .field("role_id")
            .into());
        }
        let role = row.role.id;
        let mut now_held = Vec::new();
        for user in &form.users {
            let user = load_person(&tx, user).await?;
            if user.deleted_at.is_some() {
                return Err(not_found("user", &user.name()).field("users").into());
            }
            let detail = user.attributes.get("userPrincipalName").unwrap_or_default().to_owned();
            let row = self.new_row(&application, Principal::User(user.id), role, user.name(), detail);
            now_held.push(self.assign_one(&tx, caller, &application, &roles, row).await?);
        }
        for group in &form.groups {
            let group = load_group(&tx, group).await?;
            let row = self.new_row(
                &application,
                Principal::Group(group.id),
                role,
                group.display_name,
                String::new(),
            );
            now_held.push(self.assign_one(&tx, caller, &application, &roles, row).await?);
        }
        self.commit(tx).await?;
        Ok(now_held.iter().map(|row| view_assignment(row, &roles)).collect())
    }

    fn new_row(
        &self,
        application: &Application,
        principal: Principal,
        role: RoleId,
        display_name: String,
        detail: String,
    ) -> NamedAssignment {
        let id = AssignmentId::from_uuid(self.new_id());
        let assignment = Assignment { id, app: application.id, principal, role, created_at: self.now() };
        NamedAssignment { assignment, display_name, detail }
    }

    async fn assign_one(
        &self,
        tx: &Tx,
        caller: &Caller,
        application: &Application,
        roles: &Roles,
        mut row: NamedAssignment,
    ) -> Result<NamedAssignment> {
        if let Some(held) = find_held(tx, &row.assignment).await? {
            row.assignment = held;
            return Ok(row);
        }
        tx.insert_assignment(&row.assignment).await?;
        let activity = match row.assignment.principal {
            Principal::User(_) => Activity::AssignUser,
            Principal::Group(_) => Activity::AssignGroup,
        };
        self.audit(tx, caller, activity, note(application, roles, &row)).await?;
        Ok(row)
    }

    /// Removes assignments; says how many. One that is gone already is no error.
    pub async fn unassign(&self, caller: &Caller, form: UnassignForm) -> Result<u64> {
        caller.may(Right::Write)?;
        if form.assignments.is_empty() {
            return Err(invalid("Choose at least one assignment to remove.").field("assignments").into());
        }
        if form.assignments.len() > MAX_AT_ONCE {
            let message = format!("At most {MAX_AT_ONCE} assignments can be removed at a time.");
            return Err(invalid(message).field("assignments").into());
        }
        let tx = self.store().begin().await?;
        let application = load_application(&tx, &form.application_id).await?;
        let roles = Roles::load(&tx, application.id).await?;
        let mut removed = 0;
        for text in &form.assignments {
            let id: AssignmentId = parse_id("assignment", text)?;
            let Some(row) = tx.find_assignment(id).await?.map(NamedAssignment::from) else { continue };
            if row.assignment.app != application.id {
                return Err(not_found("assignment of this application", text).into());
            }
            tx.delete_assignment(id, self.now()).await?;
            let activity = match row.assignment.principal {
                Principal::User(_) => Activity::UnassignUser,
                Principal::Group(_) => Activity::UnassignGroup,
            };
            self.audit(&tx, caller, activity, note(&application, &roles, &row)).await?;
            removed += 1;
        }
        self.commit(tx).await?;
        Ok(removed)
    }
}

/// The assignment that gives this principal this role already.
async fn find_held(tx: &Tx, wanted: &Assignment) -> Result<Option<Assignment>> {
    let held = match wanted.principal {
        Principal::User(user) => {
            let all = tx.list_assignments_of(user).await?;
            all.into_iter().filter(|held| held.via_group.is_none()).map(|held| held.assignment).collect()
        }
        Principal::Group(group) => tx.list_group_assignments(group).await?,
    };
    Ok(held.into_iter().find(|held| held.app == wanted.app && held.role == wanted.role))
}

fn note(application: &Application, roles: &Roles, row: &NamedAssignment) -> AuditNote {
    AuditNote::on(application.id.as_uuid(), &application.display_name)
        .with(row.assignment.principal.kind().as_str(), &row.display_name)
        .with("Role", roles.view(row.assignment.role).display_name)
}

fn view_assignment(row: &NamedAssignment, roles: &Roles) -> AssignmentView {
    let principal_id = match row.assignment.principal {
        Principal::User(user) => user.to_string(),
        Principal::Group(group) => group.to_string(),
    };
    AssignmentView {
        id: row.assignment.id.to_string(),
        principal_id,
        principal_type: row.assignment.principal.kind(),
        display_name: row.display_name.clone(),
        detail: row.detail.clone(),
        role: roles.view(row.assignment.role),
    }
}
