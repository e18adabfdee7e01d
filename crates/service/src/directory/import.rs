//! CSV imports of people: upload with preview, start, progress, report. The rows themselves are `import_run`'s.
//!
//! The uploaded file is kept until its import is done, so that a process that dies can go on after its restart.
use crate::caller::{Caller, Right};
use crate::directory::import_task::ImportTask;
use crate::error::{Checked, Result, ServiceError, invalid, not_found};
use crate::input::{decode_cursor, encode_cursor, page_size, parse_id};
use crate::logs::activity::Activity;
use crate::logs::audit::AuditNote;
use crate::page::cut;
use crate::portal::Portal;
use purser_contract::import::{ImportColumnView, ImportErrorView, ImportView};
use purser_contract::page::{ListForm, PageView};
use purser_directory::csv::CsvFile;
use purser_domain::ids::ImportId;
use purser_store::{Import, ImportState, Reads};
use serde::Serialize;
use tokio_util::sync::CancellationToken;

/// Largest file.
const MAX_BYTES: usize = 50 * 1024 * 1024;
/// Rows of the preview.
const PREVIEW_ROWS: usize = 10;
/// Longest cell of the preview, in characters.
const PREVIEW_CELL: usize = 200;

/// What the header and the rows of a file say before anything is written.
struct Parsed {
    bytes: Vec<u8>,
    columns: Vec<ImportColumnView>,
    preview: Vec<Vec<String>>,
    total: u64,
}

impl Portal {
    /// Takes a file in and shows how it is understood. Nothing is written to the directory yet.
    ///
    /// # Errors
    /// [`ServiceError`] with a sentence when the file as a whole can't be imported: empty, too large, not UTF-8, no
    /// userPrincipalName column.
    pub async fn upload_import(
        &self,
        caller: &Caller,
        file_name: &str,
        bytes: Vec<u8>,
    ) -> Result<ImportView> {
        caller.may(Right::Write)?;
        if bytes.len() > MAX_BYTES {
            return Err(invalid("The file is larger than 50 MB.")
                .advice("Split it into smaller files and import one after the other.")
                .field("file")
                .into());
        }
        // A large file takes a while to read through: not on a thread that others wait for.
        let parsed = tokio::task::spawn_blocking(move || parse(bytes))
            .await
            .map_err(|error| ServiceError::internal("read an uploaded file", error))??;
        let import = Import {
            id: ImportId::from_uuid(self.new_id()),
            file_name: clean_file_name(file_name),
            state: ImportState::Ready,
            columns: to_json(&parsed.columns)?,
            preview: to_json(&parsed.preview)?,
            total: parsed.total,
            processed: 0,
            created: 0,
            updated: 0,
            unchanged: 0,
            failed: 0,
            error: None,
            created_by: caller.name().to_owned(),
            created_at: self.now(),
            started_at: None,
            finished_at: None,
        };
        let tx = self.store().begin().await?;
        tx.insert_import(&import, &parsed.bytes).await?;
        let note = AuditNote::on(import.id.as_uuid(), &import.file_name).with("Rows", import.total);
        self.audit(&tx, caller, Activity::UploadImport, note).await?;
        tx.commit().await?;
        self.view_import(&import)
    }

    /// Starts an import, or goes on with one that failed. Starting twice is once.
    pub async fn start_import(&self, caller: &Caller, id: &str) -> Result<ImportView> {
        caller.may(Right::Write)?;
        let tx = self.store().begin().await?;
        let mut import = load_import(&tx, id).await?;
        if matches!(import.state, ImportState::Done | ImportState::Running) {
            return self.view_import(&import);
        }
        import.state = ImportState::Running;
        import.error = None;
        import.started_at = import.started_at.or(Some(self.now()));
        tx.update_import(&import).await?;
        let note = AuditNote::on(import.id.as_uuid(), &import.file_name).with("Rows", import.total);
        self.audit(&tx, caller, Activity::StartImport, note).await?;
        tx.commit().await?;
        // A process that dies right here finds the import among the unfinished ones when it starts again.
        self.push_import(import.id).await?;
        self.view_import(&import)
    }

    /// An import with its preview and progress.
    pub async fn load_import(&self, caller: &Caller, id: &str) -> Result<ImportView> {
        caller.may(Right::Read)?;
        self.view_import(&load_import(self.store(), id).await?)
    }

    /// One page of the report, in the order in which the rows were looked at.
    pub async fn list_import_errors(
        &self,
        caller: &Caller,
        id: &str,
        form: ListForm,
    ) -> Result<PageView<ImportErrorView>> {
        caller.may(Right::Read)?;
        let import = load_import(self.store(), id).await?;
        let size = page_size(form.size);
        let after = decode_cursor::<i64>(&form.after)?;
        let rows = self.store().list_import_errors(import.id, after, u64::from(size) + 1).await?;
        let (rows, next) = cut(rows, size, |row| encode_cursor(&row.seq));
        let items = rows.into_iter().map(|row| row.error).map(|error| ImportErrorView {
            line: error.line,
            column: error.column,
            message: error.message,
        });
        Ok(PageView { items: items.collect(), next, total: None })
    }

    /// Works on imports until `shutdown`, beginning with those that an earlier process left unfinished. An import
    /// under way stops after its batch and is gone on with at the next start.
    pub async fn work_imports(&self, shutdown: CancellationToken) -> Result<()> {
        let queue = &self.deps.imports;
        queue.setup().await.map_err(|error| ServiceError::internal("prepare the queue of imports", error))?;
        for import in self.store().list_unfinished_imports().await? {
            self.push_import(import.id).await?;
        }
        let (portal, stop) = (self.clone(), shutdown.clone());
        let handler = move |task: ImportTask| {
            let (portal, stop) = (portal.clone(), stop.clone());
            async move { portal.run_import(task.import, &stop).await }
        };
        queue.run(handler, shutdown).await;
        Ok(())
    }

    async fn push_import(&self, import: ImportId) -> Result<()> {
        let pushed = self.deps.imports.push(ImportTask { import }).await;
        pushed.map_err(|error| ServiceError::internal("put an import into the queue", error))
    }

    fn view_import(&self, import: &Import) -> Result<ImportView> {
        Ok(ImportView {
            id: import.id.to_string(),
            file_name: import.file_name.clone(),
            state: import.state,
            columns: from_json(&import.columns)?,
            preview: from_json(&import.preview)?,
            total: import.total,
            processed: import.processed,
            created: import.created,
            updated: import.updated,
            unchanged: import.unchanged,
            failed: import.failed,
            remaining_ms: self.remaining_ms(import),
            error: import.error.clone(),
        })
    }

    fn remaining_ms(&self, import: &Import) -> Option<u64> {
        if import.state != ImportState::Running || import.processed == 0 {
            return None;
        }
        let spent = u64::try_from(self.now().duration_since(import.started_at?).as_millis()).ok()?;
        let left = import.total.saturating_sub(import.processed);
        spent.checked_mul(left).map(|product| product / import.processed)
    }
}

async fn load_import(reads: &Reads, id: &str) -> Result<Import> {
    let found = reads.find_import(parse_id::<ImportId>("import", id)?).await?;
    found.ok_or_else(|| not_found("import", id).into())
}

fn parse(bytes: Vec<u8>) -> Checked<Parsed> {
    let file = CsvFile::open(&bytes).map_err(|error| invalid(error.to_string()).field("file"))?;
    let columns: Vec<ImportColumnView> = file
        .columns()
        .iter()
        .map(|column| ImportColumnView {
            header: shorten(&column.header),
            attribute: column.target.map(|target| target.name().to_owned()),
        })
        .collect();
    let mut preview = Vec::new();
    let mut total = 0;
    for row in file.rows() {
        total += 1;
        if preview.len() < PREVIEW_ROWS {
            let mut cells: Vec<String> = row.cells.iter().map(|cell| shorten(cell)).collect();
            cells.resize(columns.len(), String::new());
            preview.push(cells);
        }
    }
    Ok(Parsed { bytes, columns, preview, total })
}

/// The last part of a name, bounded and without control characters: it is shown, never opened.
fn clean_file_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last.trim().chars().filter(|c| !c.is_control()).take(255).collect();
    if clean.is_empty() { "people.csv".to_owned() } else { clean }
}

fn shorten(cell: &str) -> String {
    if cell.chars().count() > PREVIEW_CELL {
        cell.chars().take(PREVIEW_CELL).chain(['…']).collect()
    } else {
        cell.to_owned()
    }
}

fn to_json(value: &impl Serialize) -> Result<serde_json::Value> {
    serde_json::to_value(value)
        .map_err(|error| ServiceError::internal("store the preview of an import", error))
}

fn from_json<T: serde::de::DeserializeOwned>(value: &serde_json::Value) -> Result<T> {
    T::deserialize(value).map_err(|error| ServiceError::internal("read the preview of an import", error))
}
