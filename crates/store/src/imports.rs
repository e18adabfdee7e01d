//! CSV imports: the file, how far it is, and which rows were refused.

use crate::{
    Reads, StoreError, Tx, bulk,
    convert::{from_json, instant, instant_or_none, millis, signed, to_json, unsigned, word},
    entities::{import, import_content, import_error},
    error::Doing,
};
use jiff::Timestamp;
use purser_domain::{ids::ImportId, import::ImportState};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

/// An import.
#[derive(Debug, Clone, PartialEq)]
pub struct Import {
    /// Id.
    pub id: ImportId,
    /// Name of the uploaded file.
    pub file_name: String,
    /// Where it stands.
    pub state: ImportState,
    /// How the header was understood, for who made the import to read again.
    pub columns: serde_json::Value,
    /// The first rows, likewise.
    pub preview: serde_json::Value,
    /// Rows in the file.
    pub total: u64,
    /// Rows looked at; where a stopped import goes on.
    pub processed: u64,
    /// People added.
    pub created: u64,
    /// People changed.
    pub updated: u64,
    /// Rows that changed nothing.
    pub unchanged: u64,
    /// Rows refused.
    pub failed: u64,
    /// What went wrong as a whole.
    pub error: Option<String>,
    /// Who uploaded it, by name.
    pub created_by: String,
    /// When it was uploaded.
    pub created_at: Timestamp,
    /// When it was started.
    pub started_at: Option<Timestamp>,
    /// When it was done or failed.
    pub finished_at: Option<Timestamp>,
}

/// A refused row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportError {
    /// Line in the file.
    pub line: u64,
    /// Column header, when one column is to blame.
    pub column: Option<String>,
    /// What is wrong and what to do.
    pub message: String,
}

/// A stored refused row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportErrorRow {
    /// Place in the report, by which lists go.
    pub seq: i64,
    /// The row.
    pub error: ImportError,
}

impl Reads {
    /// The import with this id.
    pub async fn find_import(&self, id: ImportId) -> Result<Option<Import>, StoreError> {
        let found = import::Entity::find_by_id(id.as_uuid()).one(&self.db()).await.doing("find an import")?;
        found.map(from_row).transpose()
    }

    /// The import with this id.
    pub async fn load_import(&self, id: ImportId) -> Result<Import, StoreError> {
        let found = self.find_import(id).await?;
        found.ok_or_else(|| StoreError::Missing { what: "import", id: id.to_string() })
    }

    /// Imports that were started and have not finished, the oldest first.
    pub async fn list_unfinished_imports(&self) -> Result<Vec<Import>, StoreError> {
        let query = import::Entity::find()
            .filter(import::Column::State.eq(ImportState::Running.as_str()))
            .order_by_asc(import::Column::Id);
        query.all(&self.db()).await.doing("list unfinished imports")?.into_iter().map(from_row).collect()
    }

    /// The uploaded file, while it is kept.
    pub async fn read_import_content(&self, id: ImportId) -> Result<Option<Vec<u8>>, StoreError> {
        let found = import_content::Entity::find_by_id(id.as_uuid()).one(&self.db()).await;
        Ok(found.doing("read an import's file")?.map(|row| row.content))
    }

    /// Refused rows behind `after`, in the order in which they were found, which is that of the file.
    pub async fn list_import_errors(
        &self,
        id: ImportId,
        after: Option<i64>,
        limit: u64,
    ) -> Result<Vec<ImportErrorRow>, StoreError> {
        let mut query = import_error::Entity::find()
            .filter(import_error::Column::ImportId.eq(id.as_uuid()))
            .order_by_asc(import_error::Column::Seq)
            .limit(limit);
        if let Some(after) = after {
            query = query.filter(import_error::Column::Seq.gt(after));
        }
        let rows = query.all(&self.db()).await.doing("list an import's errors")?;
        Ok(rows.into_iter().map(error_from_row).collect())
    }
}

impl Tx {
    /// Adds an import with its file.
    pub async fn insert_import(&self, new: &Import, content: &[u8]) -> Result<(), StoreError> {
        self.insert(to_row(new)?).await.doing("insert an import")?;
        let file =
            import_content::ActiveModel { import_id: Set(new.id.as_uuid()), content: Set(content.to_vec()) };
        self.insert(file).await.doing("keep an import's file")
    }

    /// Stores how far an import is.
    pub async fn update_import(&self, changed: &Import) -> Result<(), StoreError> {
        let mut row = to_row(changed)?;
        (row.id, row.created_at, row.created_by) = (NotSet, NotSet, NotSet);
        let done = import::Entity::update_many()
            .set(row)
            .filter(import::Column::Id.eq(changed.id.as_uuid()))
            .exec(&self.db())
            .await
            .doing("update an import")?;
        StoreError::require(done.rows_affected, "import", changed.id)
    }

    /// Lets the file of an import go. The import itself and its report stay.
    pub async fn delete_import_content(&self, id: ImportId) -> Result<(), StoreError> {
        import_content::Entity::delete_by_id(id.as_uuid())
            .exec(&self.db())
            .await
            .doing("drop an import's file")?;
        Ok(())
    }

    /// Adds refused rows to the report.
    pub async fn append_import_errors(&self, id: ImportId, errors: &[ImportError]) -> Result<(), StoreError> {
        for chunk in errors.chunks(bulk::CHUNK) {
            let rows = chunk.iter().map(|error| import_error::ActiveModel {
                seq: NotSet,
                import_id: Set(id.as_uuid()),
                line: Set(signed(error.line)),
                column_name: Set(error.column.clone()),
                message: Set(error.message.clone()),
            });
            self.insert_many(rows).await.doing("append import errors")?;
        }
        Ok(())
    }
}

fn to_row(import: &Import) -> Result<import::ActiveModel, StoreError> {
    Ok(import::ActiveModel {
        id: Set(import.id.as_uuid()),
        file_name: Set(import.file_name.clone()),
        state: Set(import.state.as_str().to_owned()),
        columns: Set(to_json("columns of an import", &import.columns)?),
        preview: Set(to_json("preview of an import", &import.preview)?),
        total: Set(signed(import.total)),
        processed: Set(signed(import.processed)),
        created: Set(signed(import.created)),
        updated: Set(signed(import.updated)),
        unchanged: Set(signed(import.unchanged)),
        failed: Set(signed(import.failed)),
        error: Set(import.error.clone()),
        created_by: Set(import.created_by.clone()),
        created_at: Set(millis(import.created_at)),
        started_at: Set(import.started_at.map(millis)),
        finished_at: Set(import.finished_at.map(millis)),
    })
}

fn from_row(row: import::Model) -> Result<Import, StoreError> {
    Ok(Import {
        id: ImportId::from_uuid(row.id),
        file_name: row.file_name,
        state: word("state of an import", &row.state)?,
        columns: from_json("columns of an import", &row.columns)?,
        preview: from_json("preview of an import", &row.preview)?,
        total: unsigned(row.total),
        processed: unsigned(row.processed),
        created: unsigned(row.created),
        updated: unsigned(row.updated),
        unchanged: unsigned(row.unchanged),
        failed: unsigned(row.failed),
        error: row.error,
        created_by: row.created_by,
        created_at: instant(row.created_at)?,
        started_at: instant_or_none(row.started_at)?,
        finished_at: instant_or_none(row.finished_at)?,
    })
}

fn error_from_row(row: import_error::Model) -> ImportErrorRow {
    let error = ImportError { line: unsigned(row.line), column: row.column_name, message: row.message };
    ImportErrorRow { seq: row.seq, error }
}
