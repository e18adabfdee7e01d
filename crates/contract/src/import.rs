//! CSV import of people.
pub use purser_domain::import::ImportState;
use serde::{Deserialize, Serialize};

/// How a CSV column was understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportColumnView {
    /// The header as the file has it.
    pub header: String,
    /// The attribute it goes to (Graph name); `None` when it is ignored.
    pub attribute: Option<String>,
}

/// An import with its preview, progress and report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportView {
    /// Id.
    pub id: String,
    /// Name of the uploaded file.
    pub file_name: String,
    /// Where it stands.
    pub state: ImportState,
    /// The header row.
    pub columns: Vec<ImportColumnView>,
    /// The first rows (at most 10), cell by cell in the order of `columns`.
    pub preview: Vec<Vec<String>>,
    /// Rows in the file, without the header.
    pub total: u64,
    /// Rows looked at so far.
    pub processed: u64,
    /// People added.
    pub created: u64,
    /// People changed.
    pub updated: u64,
    /// Rows that changed nothing.
    pub unchanged: u64,
    /// Rows refused.
    pub failed: u64,
    /// Milliseconds that are left at the present pace; `None` when unknown or done.
    pub remaining_ms: Option<u64>,
    /// What went wrong as a whole, for `ImportState::Failed`.
    pub error: Option<String>,
}

/// One refused row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportErrorView {
    /// Line in the file, the header being line 1.
    pub line: u64,
    /// Column header, when one column is to blame.
    pub column: Option<String>,
    /// What is wrong and what to do.
    pub message: String,
}
