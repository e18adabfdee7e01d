//! Links between people and their accounts, and between groups and theirs. Written by `batch` only.

use crate::{
    ObjectId, ObjectKey, Reads, StoreError, bulk,
    convert::{from_json, to_json, word},
    entities::{group, link, user},
    error::Doing,
};
use purser_domain::{
    ids::{JobId, LinkId},
    object::ObjectKind,
    plan::Link,
};
use sea_orm::{
    ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Value, sea_query::Query,
};
use std::collections::HashMap;

impl Reads {
    /// The links of the given objects.
    pub async fn find_links<K: ObjectKey>(
        &self,
        job: JobId,
        objects: &[K],
    ) -> Result<HashMap<K, Link>, StoreError> {
        let mut found = HashMap::with_capacity(objects.len());
        for chunk in objects.chunks(bulk::CHUNK) {
            let query = link::Entity::find()
                .filter(link::Column::JobId.eq(job.as_uuid()))
                .filter(link::Column::SourceId.is_in(chunk.iter().map(|id| (*id).into().as_uuid())));
            for row in query.all(&self.db()).await.doing("find links")? {
                let link = from_row(row)?;
                if let Some(key) = K::of(ObjectId::new(link.kind, link.source)) {
                    found.insert(key, link);
                }
            }
        }
        Ok(found)
    }

    /// The links to the given accounts of this kind, by account id. A group may have the id of some person's account.
    pub async fn find_links_by_target(
        &self,
        job: JobId,
        kind: ObjectKind,
        targets: &[String],
    ) -> Result<HashMap<String, Link>, StoreError> {
        let mut found = HashMap::with_capacity(targets.len());
        for chunk in targets.chunks(bulk::CHUNK) {
            let query = link::Entity::find()
                .filter(link::Column::JobId.eq(job.as_uuid()))
                .filter(link::Column::ObjectKind.eq(kind.as_str()))
                .filter(link::Column::TargetId.is_in(chunk.iter().map(String::as_str)));
            for row in query.all(&self.db()).await.doing("find links by account")? {
                found.insert(row.target_id.clone(), from_row(row)?);
            }
        }
        Ok(found)
    }

    /// Links of this kind whose object is gone from the directory for good, by id, behind a place in that order.
    pub async fn list_orphan_links(
        &self,
        job: JobId,
        kind: ObjectKind,
        after: Option<LinkId>,
        limit: u64,
    ) -> Result<Vec<Link>, StoreError> {
        let alive = match kind {
            ObjectKind::User => Query::select().column(user::Column::Id).from(user::Entity).to_owned(),
            ObjectKind::Group => Query::select().column(group::Column::Id).from(group::Entity).to_owned(),
        };
        let mut query = link::Entity::find()
            .filter(link::Column::JobId.eq(job.as_uuid()))
            .filter(link::Column::ObjectKind.eq(kind.as_str()))
            .filter(link::Column::SourceId.not_in_subquery(alive))
            .order_by_asc(link::Column::Id)
            .limit(limit);
        if let Some(after) = after {
            query = query.filter(link::Column::Id.gt(after.as_uuid()));
        }
        query.all(&self.db()).await.doing("list links left behind")?.into_iter().map(from_row).collect()
    }

    /// How many accounts, or groups, the job manages.
    pub async fn count_links(&self, job: JobId, kind: ObjectKind) -> Result<u64, StoreError> {
        let query = link::Entity::find()
            .filter(link::Column::JobId.eq(job.as_uuid()))
            .filter(link::Column::ObjectKind.eq(kind.as_str()));
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
        link.kind.as_str().into(),
    ]);
    Ok(())
}

fn from_row(row: link::Model) -> Result<Link, StoreError> {
    Ok(Link {
        id: LinkId::from_uuid(row.id),
        job: JobId::from_uuid(row.job_id),
        kind: word("kind of object", &row.object_kind)?,
        source: row.source_id,
        target_id: row.target_id,
        state: word("state of a link", &row.state)?,
        origin: word("origin of a link", &row.origin)?,
        exported: from_json("exported values", &row.exported)?,
        cause: row.cause.as_deref().map(|cause| word("cause of a disabled link", cause)).transpose()?,
        display_name: row.display_name,
    })
}
