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
pub(crate) const MAX_COLUMNS: usize = 500;

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
        Rows { file: self, reader, ready }
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

impl RawRow {
    /// Whether the cells can't be told apart by `columns`: too few, or text beyond the last. An empty cell at the
    /// end is the habit of some programs and harmless.
    fn misfits(&self, columns: usize) -> bool {
        self.cells.len() < columns || self.cells.iter().skip(columns).any(|cell| !cell.trim().is_empty())
    }
}

/// Iterator over the rows of a [`CsvFile`]. Rows without any text are left out.
#[derive(Debug)]
pub struct Rows<'a> {
    file: &'a CsvFile<'a>,
    reader: ::csv::Reader<Cursor<&'a [u8]>>,
    ready: bool,
}

impl Iterator for Rows<'_> {
    type Item = RawRow;

    fn next(&mut self) -> Option<RawRow> {
        let mut record = ::csv::StringRecord::new();
        while self.ready && self.reader.read_record(&mut record).unwrap_or(false) {
            let (start, raw) = self.place(record.position());
            if record.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            let mut row = RawRow {
                line: start.line(),
                cells: record.iter().map(str::to_owned).collect(),
                open_quote: false,
            };
            if (row.misfits(self.file.columns.len()) || self.ends_quoted(raw))
                && let Some(first_line) = raw.iter().position(|byte| *byte == b'\n')
            {
                row.open_quote = true;
                let mut resume = ::csv::Position::new();
                resume.set_line(start.line() + 1);
                resume.set_byte(start.byte() + to_u64(first_line) + 1);
                self.ready = self.reader.seek(resume).is_ok();
            }
            return Some(row);
        }
        None
    }
}

impl Rows<'_> {
    /// Where the record just read starts, and its bytes without the line ends around it.
    ///
    /// The reader's own position stands before the line ends that precede a record (the `\n` of `\r\n`, empty
    /// lines), so its line number is too small by as many.
    fn place(&self, position: Option<&::csv::Position>) -> (::csv::Position, &[u8]) {
        let mut start = position.cloned().unwrap_or_else(::csv::Position::new);
        let bytes = self.file.text.as_bytes();
        let from = usize::try_from(start.byte()).unwrap_or(usize::MAX);
        let until = usize::try_from(self.reader.position().byte()).unwrap_or(usize::MAX);
        let raw = bytes.get(from..until).unwrap_or_default();
        let lead = raw.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let (line_ends, raw) = raw.split_at(lead);
        let line = start.line() + count_lines(line_ends);
        let byte = start.byte() + to_u64(lead);
        start.set_line(line).set_byte(byte);
        let raw = raw.strip_suffix(b"\n").unwrap_or(raw);
        (start, raw.strip_suffix(b"\r").unwrap_or(raw))
    }

    /// Whether the file ended within a quote: such a record may have as many cells as it should by chance.
    fn ends_quoted(&self, raw: &[u8]) -> bool {
        let at_end = self.reader.position().byte() >= to_u64(self.file.text.len());
        at_end && raw.iter().filter(|byte| **byte == b'"').count() % 2 == 1
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
    to_u64(bytes.iter().filter(|byte| **byte == b'\n').count())
}

fn to_u64(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

#[cfg(test)]
#[path = "csv_test.rs"]
mod tests;
