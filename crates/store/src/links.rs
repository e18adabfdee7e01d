//! Links between people and their accounts. Written by `batch` only.

use crate::{
    Reads, StoreError, bulk,
    convert::{from_json, to_json, word},
    entities::{link, user},
    error::Doing,
};
use purser_domain::{
    ids::{JobId, LinkId, UserId},
    plan::Link,
};
use sea_orm::{
    ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Value, sea_query::Query,
};
use std::collections::HashMap;

impl Reads {
    /// The links of the given people.
    pub async fn find_links(
        &self,
        job: JobId,
        users: &[UserId],
    ) -> Result<HashMap<UserId, Link>, StoreError> {
        let mut found = HashMap::with_capacity(users.len());
        for chunk in users.chunks(bulk::CHUNK) {
            let query = link::Entity::find()
                .filter(link::Column::JobId.eq(job.as_uuid()))
                .filter(link::Column::SourceId.is_in(chunk.iter().map(|id| id.as_uuid())));
            for row in query.all(&self.db()).await.doing("find links")? {
                found.insert(UserId::from_uuid(row.source_id), from_row(row)?);
            }
        }
        Ok(found)
    }

    /// The links to the given accounts, by account id.
    pub async fn find_links_by_target(
        &self,
        job: JobId,
        targets: &[String],
    ) -> Result<HashMap<String, Link>, StoreError> {
        let mut found = HashMap::with_capacity(targets.len());
        for chunk in targets.chunks(bulk::CHUNK) {
            let query = link::Entity::find()
                .filter(link::Column::JobId.eq(job.as_uuid()))
                .filter(link::Column::TargetId.is_in(chunk.iter().map(String::as_str)));
            for row in query.all(&self.db()).await.doing("find links by account")? {
                found.insert(row.target_id.clone(), from_row(row)?);
            }
        }
        Ok(found)
    }

    /// The links of one person to all applications.
    pub async fn list_links_of(&self, user: UserId) -> Result<Vec<Link>, StoreError> {
        let query = link::Entity::find().filter(link::Column::SourceId.eq(user.as_uuid()));
        query.all(&self.db()).await.doing("list a user's links")?.into_iter().map(from_row).collect()
    }

    /// Links whose person is gone from the directory for good, by id, behind a place in that order.
    pub async fn list_orphan_links(
        &self,
        job: JobId,
        after: Option<LinkId>,
        limit: u64,
    ) -> Result<Vec<Link>, StoreError> {
        let people = Query::select().column(user::Column::Id).from(user::Entity).to_owned();
        let mut query = link::Entity::find()
            .filter(link::Column::JobId.eq(job.as_uuid()))
            .filter(link::Column::SourceId.not_in_subquery(people))
            .order_by_asc(link::Column::Id)
            .limit(limit);
        if let Some(after) = after {
            query = query.filter(link::Column::Id.gt(after.as_uuid()));
        }
        query.all(&self.db()).await.doing("list links left behind")?.into_iter().map(from_row).collect()
    }

    /// How many accounts the job manages.
    pub async fn count_links(&self, job: JobId) -> Result<u64, StoreError> {
        let query = link::Entity::find().filter(link::Column::JobId.eq(job.as_uuid()));
        query.count(&self.db()).await.doing("count links")
    }
}

/// The values of [`bulk::LINKS`], appended to `values`.
pub(crate) fn push(values: &mut Vec<Value>, link: &Link) -> Result<(), StoreError> {
    values.extend([
        link.id.as_uuid().into(),
        link.job.as_uuid().into(),
        link.source.into(),
        link.target_id.as_str().into(),
        link.state.as_str().into(),
        link.origin.as_str().into(),
        link.cause.map(|cause| cause.as_str()).into(),
        link.display_name.as_str().into(),
        to_json("exported values", &link.exported)?.into(),
    ]);
    Ok(())
}

fn from_row(row: link::Model) -> Result<Link, StoreError> {
    Ok(Link {
        id: LinkId::from_uuid(row.id),
        job: JobId::from_uuid(row.job_id),
        source: row.source_id,
        target_id: row.target_id,
        state: word("state of a link", &row.state)?,
        origin: word("origin of a link", &row.origin)?,
        exported: from_json("exported values", &row.exported)?,
        cause: row.cause.as_deref().map(|cause| word("cause of a disabled link", cause)).transpose()?,
        display_name: row.display_name,
    })
}
