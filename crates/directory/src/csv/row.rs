//! A row as a person.
use super::{Column, ColumnTarget, RawRow};

/// What one row says about a person. What it leaves empty, it does not say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PersonRow {
    /// Line in the file.
    pub line: u64,
    /// Whom the row is about.
    pub user_principal_name: String,
    /// Text attributes by their name in `USER_ATTRIBUTES`, `userPrincipalName` among them.
    pub attributes: Vec<(&'static str, String)>,
    /// May sign in.
    pub account_enabled: Option<bool>,
    /// The manager's sign-in name.
    pub manager: Option<String>,
}

/// Why a row is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowProblem {
    /// Line in the file.
    pub line: u64,
    /// Header of the column to blame, when it is one.
    pub column: Option<String>,
    /// What is wrong and what to do.
    pub message: String,
}

/// Reads a row; the first thing that is wrong with it refuses it.
pub(super) fn parse(columns: &[Column], row: &RawRow) -> Result<PersonRow, RowProblem> {
    let refuse = |column: Option<&Column>, message: String| RowProblem {
        line: row.line,
        column: column.map(|column| column.header.clone()),
        message,
    };
    if row.open_quote {
        return Err(refuse(
            None,
            "A quote is opened on this line and not closed on it, and the lines that follow do not make a whole row. Close the quote, or double it (\"\") where it is part of the text."
                .to_owned(),
        ));
    }
    if row.misfits(columns.len()) {
        return Err(refuse(
            None,
            format!(
                "The row has {} where the header has {}. Look for a missing or surplus delimiter or quote.",
                cells(row.cells.len()),
                cells(columns.len()),
            ),
        ));
    }
    let mut person = PersonRow { line: row.line, ..PersonRow::default() };
    for (column, cell) in columns.iter().zip(&row.cells) {
        let cell = cell.trim();
        let Some(target) = column.target else { continue };
        match target {
            ColumnTarget::Attribute("userPrincipalName") if cell.is_empty() => {
                return Err(refuse(
                    Some(column),
                    "The row has no userPrincipalName, so it can't be matched with a person.".to_owned(),
                ));
            }
            _ if cell.is_empty() => {}
            ColumnTarget::Attribute(name) => {
                if name == "userPrincipalName" {
                    cell.clone_into(&mut person.user_principal_name);
                }
                person.attributes.push((name, cell.to_owned()));
            }
            ColumnTarget::AccountEnabled => {
                let enabled = parse_boolean(cell).ok_or_else(|| {
                    refuse(
                        Some(column),
                        format!("\"{}\" is neither yes nor no. Write true or false.", shorten(cell)),
                    )
                })?;
                person.account_enabled = Some(enabled);
            }
            ColumnTarget::Manager => person.manager = Some(cell.to_owned()),
        }
    }
    Ok(person)
}

fn parse_boolean(cell: &str) -> Option<bool> {
    match cell.to_lowercase().as_str() {
        "true" | "yes" | "y" | "1" | "on" | "enabled" | "active" => Some(true),
        "false" | "no" | "n" | "0" | "off" | "disabled" | "inactive" => Some(false),
        _ => None,
    }
}

fn cells(count: usize) -> String {
    if count == 1 { "1 cell".to_owned() } else { format!("{count} cells") }
}

fn shorten(cell: &str) -> String {
    if cell.chars().count() > 40 { cell.chars().take(40).chain(['…']).collect() } else { cell.to_owned() }
}
