//! The directory's change feed, which jobs consume up to their watermark.
//!
//! A row says that something about one person changed, not what is true now: readers look the person up. What happens
//! to a group is written as one row for each member. Rows are appended in the transaction of the change itself.

use crate::{
    Reads, StoreError, Tx, bulk,
    convert::{instant, millis, word, words},
    entities::{change, job_status},
    error::Doing,
};
use jiff::Timestamp;
use purser_domain::ids::{AppId, GroupId, JobId, UserId};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::Expr,
};

words! {
    /// What happened to the person.
    pub enum ChangeKind {
        /// Added.
        Created = "created",
        /// Attributes changed.
        Updated = "updated",
        /// Soft-deleted.
        SoftDeleted = "softDeleted",
        /// Restored.
        Restored = "restored",
        /// Removed for good.
        Deleted = "deleted",
        /// Joined or left a group.
        Membership = "membership",
        /// Assigned or unassigned, directly or by group.
        Assignment = "assignment",
        /// Somebody whom the person refers to changed.
        Reference = "reference",
    }
}

/// A row of the feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangeRow {
    /// Place in the feed.
    pub seq: i64,
    /// The person, who may be gone.
    pub user: UserId,
    /// The only application that it concerns; `None` for all.
    pub app: Option<AppId>,
    /// What happened.
    pub kind: ChangeKind,
    /// When.
    pub at: Timestamp,
}

impl Reads {
    /// Changes behind `after_seq` that concern the application, in order.
    pub async fn list_changes(
        &self,
        after_seq: i64,
        app: AppId,
        limit: u64,
    ) -> Result<Vec<ChangeRow>, StoreError> {
        let query = change::Entity::find()
            .filter(change::Column::Seq.gt(after_seq))
            .filter(concerning(app))
            .order_by_asc(change::Column::Seq)
            .limit(limit);
        query.all(&self.db()).await.doing("list changes")?.into_iter().map(from_row).collect()
    }

    /// The end of the feed; 0 when it is empty.
    pub async fn last_change_seq(&self) -> Result<i64, StoreError> {
        let query = change::Entity::find().select_only().column(change::Column::Seq);
        let last =
            query.order_by_desc(change::Column::Seq).limit(1).into_tuple::<i64>().one(&self.db()).await;
        Ok(last.doing("find the last change")?.unwrap_or(0))
    }

    /// How many changes the job has not consumed yet.
    pub async fn backlog(&self, job: JobId) -> Result<u64, StoreError> {
        let (spec, status) = (self.load_spec(job).await?, self.load_status(job).await?);
        let query = change::Entity::find()
            .filter(change::Column::Seq.gt(status.watermark))
            .filter(concerning(spec.application_id));
        query.count(&self.db()).await.doing("count the backlog")
    }
}

impl Tx {
    /// Says that something about a person changed, for one application or for all.
    pub async fn append_change(
        &self,
        user: UserId,
        app: Option<AppId>,
        kind: ChangeKind,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.append_changes(&[user], app, kind, at).await
    }

    /// The same for many people.
    pub async fn append_changes(
        &self,
        users: &[UserId],
        app: Option<AppId>,
        kind: ChangeKind,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        for chunk in users.chunks(bulk::CHUNK) {
            let rows = chunk.iter().map(|user| change::ActiveModel {
                seq: NotSet,
                user_id: Set(user.as_uuid()),
                app_id: Set(app.map(AppId::as_uuid)),
                kind: Set(kind.as_str().to_owned()),
                at: Set(millis(at)),
            });
            change::Entity::insert_many(rows)
                .exec_without_returning(&self.db())
                .await
                .doing("append changes")?;
        }
        Ok(())
    }

    /// The same for all members of a group. Returns how many they are.
    pub async fn append_changes_for_group_members(
        &self,
        group: GroupId,
        app: Option<AppId>,
        kind: ChangeKind,
        at: Timestamp,
    ) -> Result<u64, StoreError> {
        let statement = bulk::changes_of_members(group, app, kind, at);
        Ok(self.db().execute_raw(statement).await.doing("append changes of members")?.rows_affected())
    }

    /// Says to all whose manager is the given person that this person changed. Returns how many they are.
    pub async fn append_changes_for_reports(
        &self,
        manager: UserId,
        at: Timestamp,
    ) -> Result<u64, StoreError> {
        let statement = bulk::changes_of_reports(manager, at);
        Ok(self.db().execute_raw(statement).await.doing("append changes of reports")?.rows_affected())
    }

    /// Removes rows from before the given instant that every job has consumed. Returns how many.
    ///
    /// A job that has yet to finish its first cycle needs what happened since that cycle began; one that has not begun
    /// needs nothing, since it will look at everybody.
    pub async fn purge_changes(&self, before: Timestamp) -> Result<u64, StoreError> {
        let slowest = job_status::Entity::find()
            .select_only()
            .column_as(
                Expr::cust("MIN(CASE WHEN initial_done THEN watermark ELSE cycle_start_seq END)"),
                "slowest",
            )
            .into_tuple::<Option<i64>>()
            .one(&self.db())
            .await
            .doing("find the slowest job")?
            .flatten();
        let mut purge = change::Entity::delete_many().filter(change::Column::At.lt(millis(before)));
        if let Some(slowest) = slowest {
            purge = purge.filter(change::Column::Seq.lte(slowest));
        }
        Ok(purge.exec(&self.db()).await.doing("purge changes")?.rows_affected)
    }
}

pub(crate) fn concerning(app: AppId) -> Condition {
    Condition::any().add(change::Column::AppId.is_null()).add(change::Column::AppId.eq(app.as_uuid()))
}

fn from_row(row: change::Model) -> Result<ChangeRow, StoreError> {
    Ok(ChangeRow {
        seq: row.seq,
        user: UserId::from_uuid(row.user_id),
        app: row.app_id.map(AppId::from_uuid),
        kind: word("kind of change", &row.kind)?,
        at: instant(row.at)?,
    })
}
