//! Pages of a list, and the headers that tell about them.
use hyper::HeaderMap;
use hyper::header::{HeaderName, HeaderValue, LINK};

use super::SamanageOptions;
use super::query::Query;

/// Which part of a list was asked for, and how long the list is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Page {
    /// From 1.
    number: usize,
    size: usize,
    total: usize,
}

impl Page {
    /// What was asked for, within what is allowed.
    pub(super) fn of(query: &Query, options: &SamanageOptions, total: usize) -> Self {
        let number = |name| query.find(name).and_then(|text| text.parse().ok()).filter(|number| *number > 0);
        let size = number("per_page").unwrap_or(options.page).clamp(1, options.max_page.max(1));
        Self { number: number("page").unwrap_or(1), size, total }
    }

    pub(super) fn cut<T>(&self, all: impl Iterator<Item = T>) -> Vec<T> {
        all.skip((self.number - 1).saturating_mul(self.size)).take(self.size).collect()
    }

    /// An empty list has a page too: an empty one.
    fn pages(&self) -> usize {
        self.total.div_ceil(self.size).max(1)
    }

    /// Adds the headers; `url` is the list's address without its query.
    pub(super) fn tell(&self, headers: &mut HeaderMap, url: &str, query: &Query) {
        let mut put = |name: HeaderName, value: String| {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(name, value);
            }
        };
        put(HeaderName::from_static("x-per-page"), self.size.to_string());
        put(HeaderName::from_static("x-current-page"), self.number.to_string());
        put(HeaderName::from_static("x-total-count"), self.total.to_string());
        put(HeaderName::from_static("x-total-pages"), self.pages().to_string());
        let before = (self.number > 1).then(|| (self.number - 1, "prev"));
        let after = (self.number < self.pages()).then(|| (self.number + 1, "next"));
        let links: Vec<_> = [Some((1, "first")), before, after, Some((self.pages(), "last"))]
            .into_iter()
            .flatten()
            .map(|(page, word)| format!("<{url}?{}>; rel=\"{word}\"", query.write_for_page(page, self.size)))
            .collect();
        put(LINK, links.join(", "));
    }
}
