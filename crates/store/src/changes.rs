//! The directory's change feed, which jobs consume up to their watermark.
//!
//! A row says that something about one person or group changed, not what is true now: readers look the object up. What
//! happens to a group is written as one row for each member that it concerns, and one for the group itself.
//!
//! Rows are appended by the methods of [`Tx`] that make the change, and by nothing else: no use-case can forget one.
//! `tests/it/feed.rs` lists these methods with the rows that each appends.

use crate::{
    ObjectId, ObjectKey, Reads, StoreError, Tx, bulk,
    convert::{instant, millis, unsigned, word},
    entities::{change, job_status},
    error::Doing,
};
use jiff::Timestamp;
use purser_domain::{
    ids::{AppId, GroupId, JobId, UserId},
    object::ObjectKind,
    vocabulary,
};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Statement,
    sea_query::Expr,
};

vocabulary! {
    /// What happened to the object.
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
        /// Joined or left a group; of a group, a member did.
        Membership = "membership",
        /// Assigned or unassigned, directly or by group.
        Assignment = "assignment",
        /// A person that this one refers to changed.
        Reference = "reference",
    }
}

/// A row of the feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangeRow {
    /// Place in the feed.
    pub seq: i64,
    /// The person or group, which may be gone.
    pub object: ObjectId,
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

    /// How many people and how many groups these changes are about.
    pub async fn count_changed(&self, job: JobId) -> Result<(u64, u64), StoreError> {
        let (spec, status) = (self.load_spec(job).await?, self.load_status(job).await?);
        let counted = Expr::col(change::Column::ObjectId).count_distinct();
        let query = change::Entity::find()
            .select_only()
            .column(change::Column::ObjectKind)
            .column_as(counted, "objects")
            .filter(change::Column::Seq.gt(status.watermark))
            .filter(concerning(spec.application_id))
            .group_by(change::Column::ObjectKind)
            .into_tuple::<(String, i64)>();
        let rows = query.all(&self.db()).await.doing("count who changed")?;
        let of = |kind: ObjectKind| {
            rows.iter().find(|(word, _)| word == kind.as_str()).map_or(0, |(_, count)| unsigned(*count))
        };
        Ok((of(ObjectKind::User), of(ObjectKind::Group)))
    }

    /// How many changes after one and up to another concern an application.
    pub async fn count_changes(&self, app: AppId, after: i64, through: i64) -> Result<u64, StoreError> {
        let query = change::Entity::find()
            .filter(change::Column::Seq.gt(after))
            .filter(change::Column::Seq.lte(through))
            .filter(concerning(app));
        query.count(&self.db()).await.doing("count changes")
    }
}

/// Appending, for the modules that change the directory.
impl Tx {
    /// Says that something about a person or group changed, for one application or for all.
    pub(crate) async fn append_change<K: ObjectKey>(
        &self,
        object: K,
        app: Option<AppId>,
        kind: ChangeKind,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.append_changes(&[object], app, kind, at).await
    }

    /// The same for many objects.
    pub(crate) async fn append_changes<K: ObjectKey>(
        &self,
        objects: &[K],
        app: Option<AppId>,
        kind: ChangeKind,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        for chunk in objects.chunks(bulk::CHUNK) {
            let rows = chunk.iter().map(|object| {
                let object: ObjectId = (*object).into();
                change::ActiveModel {
                    seq: NotSet,
                    object_id: Set(object.as_uuid()),
                    app_id: Set(app.map(AppId::as_uuid)),
                    kind: Set(kind.as_str().to_owned()),
                    at: Set(millis(at)),
                    object_kind: Set(object.kind().as_str().to_owned()),
                }
            });
            self.insert_many(rows).await.doing("append changes")?;
        }
        Ok(())
    }

    /// The same for all members of a group. Call it before the memberships go.
    pub(crate) async fn append_changes_for_group_members(
        &self,
        group: GroupId,
        app: AppId,
        kind: ChangeKind,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.append_by(bulk::changes_of_members(group, app, kind, at)).await
    }

    /// Says that something happened to a group itself, to each application that this may concern: it is assigned there,
    /// everything is in scope there, or it is linked there. Call it before the group or its assignments go: afterwards
    /// nothing tells any more which applications it concerned.
    pub(crate) async fn append_group_change(
        &self,
        group: GroupId,
        kind: ChangeKind,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.append_by(bulk::changes_of_group(group, kind, at)).await
    }

    /// Says to all groups of a person that they lose a member, as [`Tx::append_group_change`] does. Call it before the
    /// person is removed for good.
    pub(crate) async fn append_changes_for_groups_of(
        &self,
        user: UserId,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.append_by(bulk::changes_of_groups_of(user, at)).await
    }

    /// Says to all whose manager is the given person that this person changed. Call it before the person is removed.
    pub(crate) async fn append_changes_for_reports(
        &self,
        manager: UserId,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.append_by(bulk::changes_of_reports(manager, at)).await
    }

    async fn append_by(&self, statement: Statement) -> Result<(), StoreError> {
        self.db().execute_raw(statement).await.doing("append changes")?;
        Ok(())
    }
}

impl Tx {
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
        object: ObjectId::read(&row.object_kind, row.object_id)?,
        app: row.app_id.map(AppId::from_uuid),
        kind: word("kind of change", &row.kind)?,
        at: instant(row.at)?,
    })
}
