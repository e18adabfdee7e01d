//! The provisioning log. Appended to by `batch` only; rows leave it by age.

use crate::{
    Reads, StoreError, Tx,
    convert::{from_json, instant, millis, small, to_json, word},
    entities::provisioning_log,
    error::Doing,
    keyset::containing,
};
use jiff::Timestamp;
use purser_domain::{
    ids::{AppId, ChangeId, CycleId, JobId},
    log::{LogAction, LogDetail, LogStatus},
    object::ObjectKind,
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Value,
    sea_query::Query,
};
use uuid::Uuid;

/// What a cycle did with one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    /// Id.
    pub id: ChangeId,
    /// The job.
    pub job: JobId,
    /// Its application.
    pub app: AppId,
    /// The cycle.
    pub cycle: CycleId,
    /// When it was done.
    pub at: Timestamp,
    /// What was done.
    pub action: LogAction,
    /// How it went.
    pub status: LogStatus,
    /// What it is about.
    pub kind: ObjectKind,
    /// The person or group.
    pub source_id: Uuid,
    /// The object's name at the time.
    pub source_name: String,
    /// The person's sign-in name at the time, or empty.
    pub source_detail: String,
    /// The account.
    pub target_id: Option<String>,
    /// One line.
    pub summary: String,
    /// Milliseconds that it took.
    pub duration_ms: u32,
    /// What is shown when the row is opened.
    pub detail: LogDetail,
}

/// A stored row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRow {
    /// Place in the log, by which lists go.
    pub seq: i64,
    /// The row.
    pub entry: LogEntry,
}

/// Which rows a list shows; all conditions must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogFilter {
    /// Of this application.
    pub app: Option<AppId>,
    /// Of this job.
    pub job: Option<JobId>,
    /// Of this cycle.
    pub cycle: Option<CycleId>,
    /// With this outcome.
    pub status: Option<LogStatus>,
    /// With this action.
    pub action: Option<LogAction>,
    /// About objects of this kind.
    pub kind: Option<ObjectKind>,
    /// About this person.
    pub source: Option<Uuid>,
    /// About an object whose name or sign-in name contains these words, or that has this id, here or in the target.
    /// Empty for all.
    pub identity: String,
    /// From then on.
    pub since: Option<Timestamp>,
    /// Before then.
    pub until: Option<Timestamp>,
}

impl Reads {
    /// Rows below `after`, the newest first.
    pub async fn list_logs(
        &self,
        filter: &LogFilter,
        after: Option<i64>,
        limit: u64,
    ) -> Result<Vec<LogRow>, StoreError> {
        let mut query = provisioning_log::Entity::find()
            .filter(condition(filter))
            .order_by_desc(provisioning_log::Column::Seq)
            .limit(limit);
        if let Some(after) = after {
            query = query.filter(provisioning_log::Column::Seq.lt(after));
        }
        query.all(&self.db()).await.doing("list provisioning logs")?.into_iter().map(from_row).collect()
    }

    /// The row with this id.
    pub async fn find_log(&self, id: ChangeId) -> Result<Option<LogRow>, StoreError> {
        let query =
            provisioning_log::Entity::find().filter(provisioning_log::Column::ChangeId.eq(id.as_uuid()));
        query.one(&self.db()).await.doing("find a provisioning log")?.map(from_row).transpose()
    }

    /// How many of the `limit` oldest rows are from before the given instant.
    pub async fn count_old_logs(&self, before: Timestamp, limit: u64) -> Result<u64, StoreError> {
        let old = provisioning_log::Entity::find().filter(old(before, limit));
        old.count(&self.db()).await.doing("count old provisioning logs")
    }
}

impl Tx {
    /// Removes those of the `limit` oldest rows that are from before the given instant. Returns how many.
    ///
    /// Rows lie in the order in which they came, so that the oldest are found without a look at all the others.
    pub async fn purge_logs(&self, before: Timestamp, limit: u64) -> Result<u64, StoreError> {
        let done = provisioning_log::Entity::delete_many()
            .filter(old(before, limit))
            .exec(&self.db())
            .await
            .doing("purge provisioning logs")?;
        Ok(done.rows_affected)
    }
}

fn old(before: Timestamp, limit: u64) -> Condition {
    let oldest = Query::select()
        .column(provisioning_log::Column::Seq)
        .from(provisioning_log::Entity)
        .order_by(provisioning_log::Column::Seq, sea_orm::Order::Asc)
        .limit(limit)
        .take();
    Condition::all()
        .add(provisioning_log::Column::Seq.in_subquery(oldest))
        .add(provisioning_log::Column::At.lt(millis(before)))
}

/// The values of [`crate::bulk::LOGS`], appended to `values`.
pub(crate) fn push(values: &mut Vec<Value>, entry: LogEntry) -> Result<(), StoreError> {
    let search_key = format!("{}\n{}", entry.source_name, entry.source_detail).to_lowercase();
    let detail = to_json("detail of a log", &entry.detail)?;
    values.extend([
        entry.id.as_uuid().into(),
        entry.app.as_uuid().into(),
        entry.job.as_uuid().into(),
        entry.cycle.as_uuid().into(),
        millis(entry.at).into(),
        entry.action.as_str().into(),
        entry.status.as_str().into(),
        entry.source_id.into(),
        entry.source_name.into(),
        entry.source_detail.into(),
        entry.target_id.into(),
        entry.summary.into(),
        i64::from(entry.duration_ms).into(),
        search_key.into(),
        detail.into(),
        entry.kind.as_str().into(),
    ]);
    Ok(())
}

fn condition(filter: &LogFilter) -> Condition {
    use provisioning_log::Column;
    let identity = filter.identity.trim();
    let mut named = containing(Column::SearchKey, identity);
    if !identity.is_empty() {
        named = Condition::any().add(named).add(Column::TargetId.eq(identity));
        if let Ok(id) = Uuid::parse_str(identity) {
            named = named.add(Column::SourceId.eq(id));
        }
    }
    Condition::all()
        .add_option(filter.app.map(|app| Column::AppId.eq(app.as_uuid())))
        .add_option(filter.job.map(|job| Column::JobId.eq(job.as_uuid())))
        .add_option(filter.cycle.map(|cycle| Column::CycleId.eq(cycle.as_uuid())))
        .add_option(filter.status.map(|status| Column::Status.eq(status.as_str())))
        .add_option(filter.action.map(|action| Column::Action.eq(action.as_str())))
        .add_option(filter.kind.map(|kind| Column::SourceKind.eq(kind.as_str())))
        .add_option(filter.source.map(|source| Column::SourceId.eq(source)))
        .add_option(filter.since.map(|since| Column::At.gte(millis(since))))
        .add_option(filter.until.map(|until| Column::At.lt(millis(until))))
        .add(named)
}

fn from_row(row: provisioning_log::Model) -> Result<LogRow, StoreError> {
    Ok(LogRow {
        seq: row.seq,
        entry: LogEntry {
            id: ChangeId::from_uuid(row.change_id),
            job: JobId::from_uuid(row.job_id),
            app: AppId::from_uuid(row.app_id),
            cycle: CycleId::from_uuid(row.cycle_id),
            at: instant(row.at)?,
            action: word("action of a log", &row.action)?,
            status: word("status of a log", &row.status)?,
            kind: word("kind of object", &row.source_kind)?,
            source_id: row.source_id,
            source_name: row.source_name,
            source_detail: row.source_detail,
            target_id: row.target_id,
            summary: row.summary,
            duration_ms: small(row.duration_ms),
            detail: from_json("detail of a log", &row.detail)?,
        },
    })
}
