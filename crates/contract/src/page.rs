//! One page of a list that goes by key.
use serde::{Deserialize, Serialize};

/// One page of a list. Lists go by key, never by offset, so a page stays right while rows come and go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageView<T> {
    /// The rows, in the list's order.
    pub items: Vec<T>,
    /// Opaque cursor of the next page; `None` on the last one.
    pub next: Option<String>,
    /// How many rows match in all, where counting is cheap.
    pub total: Option<u64>,
}

impl<T> PageView<T> {
    /// The same page of other rows.
    pub fn map<U>(self, row: impl FnMut(T) -> U) -> PageView<U> {
        PageView { items: self.items.into_iter().map(row).collect(), next: self.next, total: self.total }
    }
}

impl<T> Default for PageView<T> {
    fn default() -> Self {
        Self { items: Vec::new(), next: None, total: None }
    }
}

/// What a list page asks for; it is the page's query string, so a colleague can be sent the link.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListForm {
    /// Words that the row's names start with or contain; empty for all.
    pub search: String,
    /// Cursor from a previous `PageView::next`; empty for the first page.
    pub after: String,
    /// Rows wanted; 0 means the list's default (50). Never more than 200.
    pub size: u32,
}
