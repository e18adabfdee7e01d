//! The mappings of a job, as an administrator edits them.

use crate::{
    Reads, StoreError, Tx,
    convert::{from_json, small, to_json, word},
    entities::{attribute_mapping, object_mapping},
    error::Doing,
};
use purser_domain::{
    ids::JobId,
    mapping::{AttributeMapping, ObjectActions, ObjectMapping},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

impl Reads {
    /// The mappings of a job with their rows, in the order in which they were stored.
    pub async fn list_mappings(&self, job: JobId) -> Result<Vec<ObjectMapping>, StoreError> {
        let objects = object_mapping::Entity::find()
            .filter(object_mapping::Column::JobId.eq(job.as_uuid()))
            .order_by_asc(object_mapping::Column::Position)
            .all(&self.db())
            .await
            .doing("list mappings")?;
        let mut mappings: Vec<ObjectMapping> = objects.into_iter().map(object).collect();
        let rows = attribute_mapping::Entity::find()
            .filter(attribute_mapping::Column::JobId.eq(job.as_uuid()))
            .order_by_asc(attribute_mapping::Column::Position)
            .all(&self.db())
            .await
            .doing("list attribute mappings")?;
        for row in rows {
            if let Some(mapping) = mappings.iter_mut().find(|mapping| mapping.key == row.mapping_key) {
                mapping.attributes.push(attribute(row)?);
            }
        }
        Ok(mappings)
    }
}

impl Tx {
    /// Replaces the mappings of a job.
    pub async fn replace_mappings(&self, job: JobId, mappings: &[ObjectMapping]) -> Result<(), StoreError> {
        object_mapping::Entity::delete_many()
            .filter(object_mapping::Column::JobId.eq(job.as_uuid()))
            .exec(&self.db())
            .await
            .doing("remove mappings")?;
        for (mapping, position) in mappings.iter().zip(0..) {
            let row = object_mapping::ActiveModel {
                job_id: Set(job.as_uuid()),
                mapping_key: Set(mapping.key.clone()),
                position: Set(position),
                name: Set(mapping.name.clone()),
                enabled: Set(mapping.enabled),
                creates: Set(mapping.actions.create),
                updates: Set(mapping.actions.update),
                deletes: Set(mapping.actions.delete),
            };
            object_mapping::Entity::insert(row)
                .exec_without_returning(&self.db())
                .await
                .doing_unique("insert a mapping", "mapping")?;
            self.insert_attributes(job, mapping).await?;
        }
        Ok(())
    }

    async fn insert_attributes(&self, job: JobId, mapping: &ObjectMapping) -> Result<(), StoreError> {
        let mut rows = Vec::with_capacity(mapping.attributes.len());
        for (attribute, position) in mapping.attributes.iter().zip(0..) {
            rows.push(attribute_mapping::ActiveModel {
                job_id: Set(job.as_uuid()),
                mapping_key: Set(mapping.key.clone()),
                position: Set(position),
                target: Set(attribute.target.clone()),
                source: Set(to_json("source of a mapping", &attribute.source)?),
                default_value: Set(attribute.default_value.clone()),
                apply: Set(attribute.apply.as_str().to_owned()),
                matching_priority: Set(attribute.matching_priority.map(i64::from)),
            });
        }
        if rows.is_empty() {
            return Ok(());
        }
        attribute_mapping::Entity::insert_many(rows)
            .exec_without_returning(&self.db())
            .await
            .doing("insert attribute mappings")?;
        Ok(())
    }
}

fn object(row: object_mapping::Model) -> ObjectMapping {
    ObjectMapping {
        key: row.mapping_key,
        name: row.name,
        enabled: row.enabled,
        actions: ObjectActions { create: row.creates, update: row.updates, delete: row.deletes },
        attributes: Vec::new(),
    }
}

fn attribute(row: attribute_mapping::Model) -> Result<AttributeMapping, StoreError> {
    Ok(AttributeMapping {
        target: row.target,
        source: from_json("source of a mapping", &row.source)?,
        default_value: row.default_value,
        apply: word("application of a mapping", &row.apply)?,
        matching_priority: row.matching_priority.map(small),
    })
}
