//! People from a CSV file: RFC 4180, with what spreadsheets really write.
//!
//! * UTF-8, with or without a byte order mark; line ends `\n`, `\r\n` or `\r`.
//! * `,`, `;` or tab between cells, found out from the header row.
//! * Headers are Graph attribute names or common spellings (*E-mail*, *First name*), in any order and case;
//!   unknown columns are ignored and said to be.
//! * An empty cell says nothing: it leaves the value as it is. So a file with few columns can be imported
//!   over a full directory without erasing anything.
//! * A row whose quote is never closed does not swallow the rows after it: reading goes on with the next line.
//!
//! To accept another spelling of a header: add it to the attribute's `csv` list in `purser_domain::user`.

mod header;
mod row;

use std::io::Cursor;

pub use header::{Column, ColumnTarget};
pub use row::{PersonRow, RowProblem};

/// Columns that a file may have; more is a sign that the delimiter was misread.
pub const MAX_COLUMNS: usize = 500;

/// Why a file as a whole can't be imported. Each text says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CsvError {
    /// Nothing in it.
    #[error("The file is empty. Choose a CSV file whose first row names the columns.")]
    Empty,
    /// A spreadsheet's own format.
    #[error("The file is an Excel workbook, not a CSV file. In Excel choose Save as, then \"CSV UTF-8\".")]
    Workbook,
    /// Another encoding.
    #[error(
        "The file is not UTF-8 text (line {line} holds bytes that are not). Save it as \"CSV UTF-8\" and upload it again."
    )]
    NotUtf8 {
        /// First line with such bytes.
        line: u64,
    },
    /// No column names the person.
    #[error(
        "The file has no userPrincipalName column, so its rows can't be matched with people. Its columns are: {found}."
    )]
    NoUserPrincipalName {
        /// The headers that the file has.
        found: String,
    },
    /// Two columns for one attribute.
    #[error("The columns \"{first}\" and \"{second}\" both go to {attribute}. Remove or rename one of them.")]
    DuplicateColumn {
        /// First header.
        first: String,
        /// Second header.
        second: String,
        /// Where both would go.
        attribute: String,
    },
    /// More columns than anybody means.
    #[error("The header row has {count} columns; at most {MAX_COLUMNS} are read.")]
    TooManyColumns {
        /// How many.
        count: usize,
    },
    /// A header and nothing else.
    #[error("The file has a header row and no people below it.")]
    NoRows,
}

/// A CSV file whose header is understood.
#[derive(Debug, Clone)]
pub struct CsvFile<'a> {
    text: &'a str,
    delimiter: u8,
    columns: Vec<Column>,
    /// Where the first row after the header starts.
    body: ::csv::Position,
}

impl<'a> CsvFile<'a> {
    /// Reads the header of `bytes` and makes sure that all of it is text.
    ///
    /// # Errors
    /// [`CsvError`] when no row of the file could be understood.
    pub fn open(bytes: &'a [u8]) -> Result<Self, CsvError> {
        if bytes.starts_with(b"PK\x03\x04") {
            return Err(CsvError::Workbook);
        }
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let text = std::str::from_utf8(bytes).map_err(|error| CsvError::NotUtf8 {
            line: 1 + count_lines(bytes.get(..error.valid_up_to()).unwrap_or_default()),
        })?;
        if text.trim().is_empty() {
            return Err(CsvError::Empty);
        }
        let delimiter = header::detect_delimiter(text);
        let mut reader = reader(text, delimiter);
        let mut record = ::csv::StringRecord::new();
        // Reading from memory can't fail, and the text is UTF-8: whatever else goes wrong means "no header".
        if !reader.read_record(&mut record).unwrap_or(false) {
            return Err(CsvError::Empty);
        }
        let columns = header::recognise(record.iter())?;
        let body = reader.position().clone();
        let file = Self { text, delimiter, columns, body };
        if file.rows().next().is_none() {
            return Err(CsvError::NoRows);
        }
        Ok(file)
    }

    /// The columns in the file's order.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The delimiter found.
    pub fn delimiter(&self) -> char {
        char::from(self.delimiter)
    }

    /// The rows below the header, cell by cell, as they stand in the file.
    pub fn rows(&self) -> Rows<'_> {
        let mut reader = reader(self.text, self.delimiter);
        // Seeking within memory can't fail; if it did the reader would stand at the start and yield the header as a row.
        let ready = reader.seek(self.body.clone()).is_ok();
        Rows { file: self, reader, ready, waiting: None }
    }

    /// The rows below the header as people, or as what is wrong with them.
    pub fn people(&self) -> impl Iterator<Item = Result<PersonRow, RowProblem>> + '_ {
        self.rows().map(|row| row::parse(&self.columns, &row))
    }
}

/// One row as it stands in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawRow {
    /// Line in the file on which the row starts; the header is on line 1.
    pub line: u64,
    /// Its cells; not necessarily as many as there are columns.
    pub cells: Vec<String>,
    /// The row opens a quote that runs over the following lines without making a whole row of them.
    pub open_quote: bool,
}

/// Iterator over the rows of a [`CsvFile`]. Rows without any text are left out.
#[derive(Debug)]
pub struct Rows<'a> {
    file: &'a CsvFile<'a>,
    reader: ::csv::Reader<Cursor<&'a [u8]>>,
    ready: bool,
    waiting: Option<RawRow>,
}

impl Iterator for Rows<'_> {
    type Item = RawRow;

    fn next(&mut self) -> Option<RawRow> {
        if !self.ready {
            return None;
        }
        if let Some(row) = self.waiting.take() {
            return Some(row);
        }
        let mut record = ::csv::StringRecord::new();
        while self.reader.read_record(&mut record).unwrap_or(false) {
            if record.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            let mut row = RawRow {
                line: record.position().map_or(0, ::csv::Position::line),
                cells: record.iter().map(str::to_owned).collect(),
                open_quote: false,
            };
            if row.cells.len() != self.file.columns.len()
                && let Some(resume) = self.line_after(record.position())
            {
                row.open_quote = true;
                self.ready = self.reader.seek(resume).is_ok();
            }
            return Some(row);
        }
        None
    }
}

impl Rows<'_> {
    /// Where the second line of a row starts that spans several; `None` when it spans one.
    fn line_after(&self, start: Option<&::csv::Position>) -> Option<::csv::Position> {
        let start = start?;
        let from = usize::try_from(start.byte()).ok()?;
        let until = usize::try_from(self.reader.position().byte()).ok()?;
        let raw = self.file.text.as_bytes().get(from..until)?;
        let raw = raw.strip_suffix(b"\n").unwrap_or(raw);
        let raw = raw.strip_suffix(b"\r").unwrap_or(raw);
        // The reader's start may still stand on the line end before the row.
        let lead = raw.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let first_line = raw.get(lead..)?.iter().position(|byte| *byte == b'\n')?;
        let offset = lead.checked_add(first_line)?.checked_add(1)?;
        let mut resume = ::csv::Position::new();
        resume.set_byte(start.byte().checked_add(u64::try_from(offset).ok()?)?);
        resume.set_line(start.line().checked_add(1 + count_lines(raw.get(..lead)?))?);
        Some(resume)
    }
}

fn reader(text: &str, delimiter: u8) -> ::csv::Reader<Cursor<&[u8]>> {
    ::csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(Cursor::new(text.as_bytes()))
}

fn count_lines(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.iter().filter(|byte| **byte == b'\n').count()).unwrap_or(u64::MAX)
}

#[cfg(test)]
#[path = "csv_test.rs"]
mod tests;
