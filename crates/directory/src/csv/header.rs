//! Which column goes where.
use super::{CsvError, MAX_COLUMNS};
use purser_domain::user::UserAttribute;

/// Where a column goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnTarget {
    /// A text attribute, by its name in `USER_ATTRIBUTES`.
    Attribute(&'static str),
    /// May sign in.
    AccountEnabled,
    /// The manager, by sign-in name.
    Manager,
}

impl ColumnTarget {
    /// The attribute's name as the preview shows it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Attribute(name) => name,
            Self::AccountEnabled => "accountEnabled",
            Self::Manager => "manager",
        }
    }
}

/// A column of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The header as the file has it.
    pub header: String,
    /// Where it goes; `None` when it is ignored.
    pub target: Option<ColumnTarget>,
}

/// Spellings of the columns that are not text attributes: letters and digits only, in lower case.
const ACCOUNT_ENABLED: &[&str] =
    &["accountenabled", "enabled", "active", "isactive", "accountactive", "isenabled", "signinallowed"];
const MANAGER: &[&str] = &[
    "manager",
    "manageruserprincipalname",
    "managerupn",
    "managermail",
    "manageremail",
    "managerusername",
    "reportsto",
    "supervisor",
];

/// Understands a header row.
pub(super) fn recognise<'h>(headers: impl Iterator<Item = &'h str>) -> Result<Vec<Column>, CsvError> {
    let mut columns: Vec<Column> = Vec::new();
    for header in headers {
        let header = header.trim().to_owned();
        let target = find_target(&header);
        if let Some(target) = target
            && let Some(first) = columns.iter().find(|column| column.target == Some(target))
        {
            return Err(CsvError::DuplicateColumn {
                first: first.header.clone(),
                second: header,
                attribute: target.name().to_owned(),
            });
        }
        columns.push(Column { header, target });
    }
    if columns.len() > MAX_COLUMNS {
        return Err(CsvError::TooManyColumns { count: columns.len() });
    }
    let key = Some(ColumnTarget::Attribute("userPrincipalName"));
    if !columns.iter().any(|column| column.target == key) {
        let found: Vec<String> = columns.iter().take(20).map(|column| shorten(&column.header)).collect();
        return Err(CsvError::NoUserPrincipalName { found: found.join(", ") });
    }
    Ok(columns)
}

/// The delimiter of a text: the one that its first line has most of, outside quotes; a comma when none.
pub(super) fn detect_delimiter(text: &str) -> u8 {
    let mut counts = [(b',', 0_u32), (b';', 0), (b'\t', 0)];
    let mut quoted = false;
    for byte in text.trim_start_matches(['\r', '\n']).bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            _ if quoted => {}
            other => {
                for (delimiter, count) in &mut counts {
                    *count = count.saturating_add(u32::from(*delimiter == other));
                }
            }
        }
    }
    let mut best = (b',', 0);
    for candidate in counts {
        if candidate.1 > best.1 {
            best = candidate;
        }
    }
    best.0
}

fn find_target(header: &str) -> Option<ColumnTarget> {
    let folded: String =
        header.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    if ACCOUNT_ENABLED.contains(&folded.as_str()) {
        Some(ColumnTarget::AccountEnabled)
    } else if MANAGER.contains(&folded.as_str()) {
        Some(ColumnTarget::Manager)
    } else {
        UserAttribute::recognise(header).map(|attribute| ColumnTarget::Attribute(attribute.name))
    }
}

fn shorten(header: &str) -> String {
    if header.chars().count() > 40 {
        header.chars().take(40).chain(['…']).collect()
    } else {
        header.to_owned()
    }
}
