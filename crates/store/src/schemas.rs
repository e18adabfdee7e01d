//! The schema of a job: what maps where, as an administrator edits it. One document in Graph's shape, so that what a
//! document from elsewhere says beyond our model is kept.

use crate::{
    Reads, StoreError, Tx,
    convert::{from_json, to_json},
    entities::job_schema,
    error::Doing,
};
use purser_domain::{ids::JobId, schema::Schema};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

impl Reads {
    /// The schema of a job.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when there is no such job or it was never given one, [`StoreError::Corrupt`] when the
    /// stored document does not read as one.
    pub async fn load_schema(&self, job: JobId) -> Result<Schema, StoreError> {
        let found = job_schema::Entity::find_by_id(job.as_uuid()).one(&self.db()).await;
        let document = found.doing("load a schema")?.map(|row| row.schema).unwrap_or_default();
        if document.is_empty() {
            return Err(StoreError::Missing { what: "schema", id: job.to_string() });
        }
        Schema::from_document(&from_json("schema", &document)?).map_err(|errors| StoreError::Corrupt {
            what: "schema",
            detail: errors.first().map(ToString::to_string).unwrap_or_default(),
        })
    }
}

impl Tx {
    /// Stores the schema of a job, in place of an older one. The generation is [`Tx::update_spec`]'s to raise.
    pub async fn write_schema(&self, job: JobId, schema: &Schema) -> Result<(), StoreError> {
        let document = to_json("schema", &schema.to_document())?;
        let done = job_schema::Entity::update_many()
            .set(job_schema::ActiveModel { schema: Set(document), ..Default::default() })
            .filter(job_schema::Column::JobId.eq(job.as_uuid()))
            .exec(&self.db())
            .await
            .doing("write a schema")?;
        StoreError::require(done.rows_affected, "job", job)
    }
}
