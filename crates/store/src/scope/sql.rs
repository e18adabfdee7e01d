//! Text of SQL with its bound values, in the order of the question marks.

use sea_orm::{DbBackend, Statement, Value};

/// A piece of SQL. Values are bound, never written into the text.
#[derive(Debug, Clone)]
pub(super) struct Sql {
    text: String,
    values: Vec<Value>,
}

impl Sql {
    /// A piece without values.
    pub(super) fn text(text: &str) -> Self {
        Self { text: text.to_owned(), values: Vec::new() }
    }

    /// A piece that is a value.
    pub(super) fn value(value: impl Into<Value>) -> Self {
        Self { text: "?".to_owned(), values: vec![value.into()] }
    }

    pub(super) fn push_text(&mut self, text: &str) {
        self.text.push_str(text);
    }

    pub(super) fn push_value(&mut self, value: impl Into<Value>) {
        self.push(Self::value(value));
    }

    pub(super) fn push(&mut self, other: Self) {
        self.text.push_str(&other.text);
        self.values.extend(other.values);
    }

    /// A template whose each `{}` stands for a piece.
    pub(super) fn fill<const N: usize>(template: &str, pieces: [Self; N]) -> Self {
        let mut filled = Self::text("");
        let mut pieces = pieces.into_iter();
        for (at, text) in template.split("{}").enumerate() {
            if at > 0
                && let Some(piece) = pieces.next()
            {
                filled.push(piece);
            }
            filled.push_text(text);
        }
        filled
    }

    /// The pieces with a word between them, in parentheses. Without pieces it is `otherwise`.
    pub(super) fn join(pieces: impl IntoIterator<Item = Self>, word: &str, otherwise: &str) -> Self {
        let mut pieces = pieces.into_iter();
        let Some(first) = pieces.next() else { return Self::text(otherwise) };
        let mut joined = Self::text("(");
        joined.push(first);
        for piece in pieces {
            joined.push_text(word);
            joined.push(piece);
        }
        joined.push_text(")");
        joined
    }

    /// Parentheses with values in them, as `IN` takes them.
    pub(super) fn list<V: Into<Value>>(values: impl IntoIterator<Item = V>) -> Self {
        Self::join(values.into_iter().map(Self::value), ", ", "()")
    }

    pub(super) fn into_statement(self) -> Statement {
        Statement::from_sql_and_values(DbBackend::Sqlite, self.text, self.values)
    }
}
