//! Statements written by hand: the bulk paths of a cycle, where a query builder's copies would cost more than the
//! database's work, and the few shapes that it has no words for. Nothing but bound parameters.

use crate::{
    ChangeKind, StoreError,
    convert::{millis, signed},
    error::Doing,
};
use jiff::Timestamp;
use purser_domain::{
    ids::{AppId, GroupId, JobId, UserId},
    scope::MEMBER_OF,
};
use sea_orm::{ConnectionTrait, DbBackend, Statement, Value};
use uuid::Uuid;

/// Rows or ids a statement carries. Full chunks share one text, so that the prepared statement is found again; with
/// 16 columns it stays well below SQLite's 32,766 parameters.
pub(crate) const CHUNK: usize = 500;

/// A table to write many rows into.
pub(crate) struct BulkInsert {
    /// `INSERT INTO table (columns)`.
    pub(crate) insert: &'static str,
    /// `ON CONFLICT …`, or empty.
    pub(crate) conflict: &'static str,
}

/// Links; the one of the same source is replaced and keeps its id.
pub(crate) const LINKS: BulkInsert = BulkInsert {
    insert: "INSERT INTO links \
             (id, job_id, source_id, target_id, state, origin, cause, display_name, exported, object_kind)",
    conflict: "ON CONFLICT (job_id, source_id) DO UPDATE SET target_id = excluded.target_id, \
               state = excluded.state, origin = excluded.origin, cause = excluded.cause, \
               display_name = excluded.display_name, exported = excluded.exported",
};

/// Rows of the provisioning log.
pub(crate) const LOGS: BulkInsert = BulkInsert {
    insert: "INSERT INTO provisioning_logs \
             (change_id, app_id, job_id, cycle_id, at, action, status, source_id, source_name, source_detail, \
              target_id, summary, duration_ms, search_key, detail, source_kind)",
    conflict: "",
};

/// Intents; an older one of the same object is replaced.
pub(crate) const INTENTS: BulkInsert = BulkInsert {
    insert: "INSERT INTO intents (job_id, object_id, cycle_id, action, target_id, detail, opened_at, object_kind)",
    conflict: "ON CONFLICT (job_id, object_id) DO UPDATE SET cycle_id = excluded.cycle_id, \
               action = excluded.action, target_id = excluded.target_id, detail = excluded.detail, \
               opened_at = excluded.opened_at",
};

/// Escrows; an older one of the same object is replaced.
pub(crate) const ESCROWS: BulkInsert = BulkInsert {
    insert: "INSERT INTO escrows (job_id, object_id, kind, code, message, attempts, since, due_at, object_kind)",
    conflict: "ON CONFLICT (job_id, object_id) DO UPDATE SET kind = excluded.kind, code = excluded.code, \
               message = excluded.message, attempts = excluded.attempts, since = excluded.since, \
               due_at = excluded.due_at",
};

impl BulkInsert {
    /// Number of columns.
    pub(crate) fn columns(&self) -> usize {
        self.insert.matches(',').count() + 1
    }

    /// Writes `rows`, which hold the values of all columns one row after the other.
    pub(crate) async fn write<C: ConnectionTrait>(
        &self,
        db: &C,
        values: Vec<Value>,
        doing: &'static str,
        unique: &'static str,
    ) -> Result<(), StoreError> {
        let columns = self.columns();
        let mut values = values.into_iter();
        while values.len() > 0 {
            let chunk: Vec<Value> = values.by_ref().take(CHUNK * columns).collect();
            let statement = sqlite(self.text(chunk.len() / columns), chunk);
            db.execute_raw(statement).await.doing_unique(doing, unique)?;
        }
        Ok(())
    }

    fn text(&self, rows: usize) -> String {
        let row = format!("({})", marks(self.columns()));
        let mut text =
            String::with_capacity(self.insert.len() + rows * (row.len() + 1) + self.conflict.len() + 16);
        text.push_str(self.insert);
        text.push_str(" VALUES ");
        for number in 0..rows {
            if number > 0 {
                text.push(',');
            }
            text.push_str(&row);
        }
        text.push(' ');
        text.push_str(self.conflict);
        text
    }
}

/// Removes the rows of a job with these ids in a column.
pub(crate) async fn remove<C: ConnectionTrait>(
    db: &C,
    table: &'static str,
    column: &'static str,
    job: Uuid,
    mut ids: impl ExactSizeIterator<Item = Uuid>,
    doing: &'static str,
) -> Result<(), StoreError> {
    while ids.len() > 0 {
        let mut values: Vec<Value> = vec![job.into()];
        values.extend(ids.by_ref().take(CHUNK).map(Value::from));
        let marks = marks(values.len() - 1);
        let text = format!("DELETE FROM {table} WHERE job_id = ? AND {column} IN ({marks})");
        db.execute_raw(sqlite(text, values)).await.doing(doing)?;
    }
    Ok(())
}

/// Who has which role in an application, directly or through a group: `user, role, group or null`.
///
/// `CROSS JOIN` makes SQLite go from the people to their few groups, never from a group to its many members.
pub(crate) fn entitlements(app: AppId, users: &[UserId]) -> Statement {
    let marks = marks(users.len());
    let text = format!(
        "SELECT principal_id AS user_id, role_id, NULL AS group_id FROM assignments \
         WHERE app_id = ? AND principal_kind = 'User' AND principal_id IN ({marks}) \
         UNION ALL \
         SELECT m.user_id, a.role_id, m.group_id FROM memberships m CROSS JOIN assignments a \
         WHERE m.user_id IN ({marks}) AND a.app_id = ? AND a.principal_kind = 'Group' \
         AND a.principal_id = m.group_id"
    );
    let ids = || users.iter().map(|user| Value::from(user.as_uuid()));
    let mut values: Vec<Value> = vec![app.as_uuid().into()];
    values.extend(ids());
    values.extend(ids());
    values.push(app.as_uuid().into());
    sqlite(text, values)
}

/// The groups of people: `user_id`, `group_id`.
pub(crate) fn groups_of(users: &[UserId]) -> Statement {
    let marks = marks(users.len());
    let text = format!(
        "SELECT user_id, group_id FROM memberships WHERE user_id IN ({marks}) ORDER BY user_id, group_id"
    );
    sqlite(text, users.iter().map(|user| Value::from(user.as_uuid())).collect())
}

/// The applications in whose schema the name stands by which scoping filters read memberships.
pub(crate) fn membership_readers() -> Statement {
    let name = format!("\"{MEMBER_OF}\"");
    sqlite("SELECT app_id FROM job_specs WHERE instr(schema, ?) > 0 ORDER BY app_id", vec![name.into()])
}

/// A row in the change feed for each member of a group.
pub(crate) fn changes_of_members(group: GroupId, app: AppId, kind: ChangeKind, at: Timestamp) -> Statement {
    sqlite(
        "INSERT INTO changes (object_id, object_kind, app_id, kind, at) \
         SELECT user_id, 'User', ?, ?, ? FROM memberships WHERE group_id = ?",
        vec![app.as_uuid().into(), kind.as_str().into(), millis(at).into(), group.as_uuid().into()],
    )
}

/// A row in the change feed for each application that a group may concern.
pub(crate) fn changes_of_group(group: GroupId, kind: ChangeKind, at: Timestamp) -> Statement {
    let text = "INSERT INTO changes (object_id, object_kind, app_id, kind, at) \
         SELECT ?, 'Group', app_id, ?, ? FROM (\
         SELECT app_id FROM assignments WHERE principal_kind = 'Group' AND principal_id = ? \
         UNION SELECT app_id FROM job_specs WHERE scope = 'all' \
         UNION SELECT s.app_id FROM links l JOIN job_specs s ON s.job_id = l.job_id WHERE l.source_id = ?)";
    let id: Value = group.as_uuid().into();
    sqlite(text, vec![id.clone(), kind.as_str().into(), millis(at).into(), id.clone(), id])
}

/// The same for each group of a person.
pub(crate) fn changes_of_groups_of(user: UserId, at: Timestamp) -> Statement {
    let text = "INSERT INTO changes (object_id, object_kind, app_id, kind, at) \
         SELECT group_id, 'Group', app_id, ?, ? FROM (\
         SELECT m.group_id, a.app_id FROM memberships m CROSS JOIN assignments a \
         WHERE m.user_id = ? AND a.principal_kind = 'Group' AND a.principal_id = m.group_id \
         UNION SELECT m.group_id, s.app_id FROM memberships m CROSS JOIN job_specs s \
         WHERE m.user_id = ? AND s.scope = 'all' \
         UNION SELECT m.group_id, s.app_id FROM memberships m CROSS JOIN links l \
         JOIN job_specs s ON s.job_id = l.job_id WHERE m.user_id = ? AND l.source_id = m.group_id)";
    let (kind, id): (Value, Value) = (ChangeKind::Membership.as_str().into(), user.as_uuid().into());
    sqlite(text, vec![kind, millis(at).into(), id.clone(), id.clone(), id])
}

/// Direct members of groups with their accounts: `group_id`, `user_id`, `target_id` or null.
pub(crate) fn members_of(job: JobId, groups: &[GroupId]) -> Statement {
    let text = format!(
        "SELECT m.group_id, m.user_id, l.target_id FROM memberships m LEFT JOIN links l \
         ON l.job_id = ? AND l.source_id = m.user_id AND l.state = 'active' \
         WHERE m.group_id IN ({}) ORDER BY m.group_id, m.user_id",
        marks(groups.len())
    );
    let mut values: Vec<Value> = vec![job.as_uuid().into()];
    values.extend(groups.iter().map(|group| Value::from(group.as_uuid())));
    sqlite(text, values)
}

/// The groups of people that have an active link and no escrow: `group_id`.
pub(crate) fn linked_groups_of(job: JobId, users: &[UserId]) -> Statement {
    let text = format!(
        "SELECT DISTINCT m.group_id FROM memberships m CROSS JOIN links l \
         WHERE m.user_id IN ({}) AND l.job_id = ? AND l.source_id = m.group_id AND l.state = 'active' \
         AND NOT EXISTS (SELECT 1 FROM escrows e WHERE e.job_id = l.job_id AND e.object_id = m.group_id)",
        marks(users.len())
    );
    let mut values: Vec<Value> = users.iter().map(|user| Value::from(user.as_uuid())).collect();
    values.push(job.as_uuid().into());
    sqlite(text, values)
}

/// How many direct members each of these groups has: `group_id`, `members`.
pub(crate) fn member_counts(groups: &[GroupId]) -> Statement {
    let text = format!(
        "SELECT group_id, COUNT(*) FROM memberships WHERE group_id IN ({}) GROUP BY group_id",
        marks(groups.len())
    );
    sqlite(text, groups.iter().map(|group| Value::from(group.as_uuid())).collect())
}

/// A row in the change feed for each person whose manager is the given one.
pub(crate) fn changes_of_reports(manager: UserId, at: Timestamp) -> Statement {
    sqlite(
        "INSERT INTO changes (object_id, object_kind, app_id, kind, at) \
         SELECT id, 'User', NULL, ?, ? FROM users WHERE manager_id = ?",
        vec![ChangeKind::Reference.as_str().into(), millis(at).into(), manager.as_uuid().into()],
    )
}

/// Assignments of an application with the name of who is assigned, by that name, behind a place in the list.
///
/// Each half is cut to a page before the two are merged.
pub(crate) fn assignments(
    app: AppId,
    search: &str,
    after: Option<(&str, Uuid)>,
    only: Option<Uuid>,
    limit: u64,
) -> Statement {
    let mut values: Vec<Value> = Vec::new();
    let mut half = |kind: &'static str, table: &'static str, detail: &'static str, searched: &'static str| {
        let mut text = format!(
            "SELECT * FROM (SELECT a.id, a.app_id, a.principal_kind, a.principal_id, a.role_id, a.created_at, \
             p.display_name, {detail} AS detail, p.name_key FROM assignments a JOIN {table} p ON p.id = a.principal_id \
             WHERE a.app_id = ? AND a.principal_kind = '{kind}'"
        );
        values.push(app.as_uuid().into());
        for word in search.split_whitespace() {
            text.push_str(&format!(" AND instr(p.{searched}, ?) > 0"));
            values.push(word.to_lowercase().into());
        }
        if let Some((name, id)) = after {
            text.push_str(" AND (p.name_key, a.id) > (?, ?)");
            values.push(name.into());
            values.push(id.into());
        }
        if let Some(id) = only {
            text.push_str(" AND a.id = ?");
            values.push(id.into());
        }
        text.push_str(" ORDER BY p.name_key, a.id LIMIT ?)");
        values.push(signed(limit).into());
        text
    };
    let users = half("User", "users", "p.user_principal_name", "search_key");
    let groups = half("Group", "groups", "''", "name_key");
    values.push(signed(limit).into());
    sqlite(format!("{users} UNION ALL {groups} ORDER BY name_key, id LIMIT ?"), values)
}

/// Whether the feed holds anything behind a watermark that concerns an application. Two probes of an index.
pub(crate) fn has_changes(app: AppId, watermark: i64) -> Statement {
    sqlite(
        "SELECT EXISTS (SELECT 1 FROM changes WHERE app_id IS NULL AND seq > ?) \
         OR EXISTS (SELECT 1 FROM changes WHERE app_id = ? AND seq > ?) AS found",
        vec![watermark.into(), app.as_uuid().into(), watermark.into()],
    )
}

fn marks(count: usize) -> String {
    let mut marks = "?,".repeat(count);
    marks.pop();
    marks
}

pub(crate) fn sqlite(text: impl Into<String>, values: Vec<Value>) -> Statement {
    Statement::from_sql_and_values(DbBackend::Sqlite, text, values)
}
