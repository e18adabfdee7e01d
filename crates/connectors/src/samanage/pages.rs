//! Lists of records: how they are asked for, page by page, and how they are read.
use std::collections::HashSet;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::HeaderMap;
use serde_json::{Map, Value};

use super::problem;
use super::record::id_of;
use crate::connector::{PageToken, Result};
use crate::http::Answer;

/// No tenant has more pages than this; one that seems to is sending the same ones for ever.
const MOST_PAGES: u64 = 20_000;
/// What stays as it is in a query. `+` does not: the API reads it as a space.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A walk over the pages of a list.
#[derive(Debug)]
pub(super) struct Walk {
    path: String,
    filter: Option<String>,
    page: u64,
    over: bool,
    total: Option<u64>,
    seen: HashSet<String>,
}

impl Walk {
    pub(super) fn new(path: &str, filter: Option<String>) -> Self {
        Self { path: path.to_owned(), filter, page: 1, over: false, total: None, seen: HashSet::new() }
    }

    pub(super) fn at(path: &str, token: Option<&PageToken>) -> Self {
        let page = token.and_then(|token| token.0.parse().ok()).unwrap_or(1);
        Self { page, ..Self::new(path, None) }
    }

    /// Path and query of the next page; `None` when there is none.
    pub(super) fn next_request(&self, page_size: u32) -> Result<Option<(String, String)>> {
        if self.over {
            return Ok(None);
        }
        if self.page > MOST_PAGES {
            return Err(problem::endless(&self.path));
        }
        let mut query = format!("page={}&per_page={page_size}", self.page);
        if let Some(filter) = &self.filter {
            query.push('&');
            query.push_str(filter);
        }
        Ok(Some((self.path.clone(), query)))
    }

    /// Notes what a page said about those behind it: the count of pages, or whether there is a next one. Where a
    /// server says neither, only an empty page, or one that was seen before, is the end.
    pub(super) fn note(&mut self, headers: &HeaderMap, records: &[Map<String, Value>]) {
        let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<u64>().ok();
        self.total = number("x-total-count");
        let link = headers.get("link").and_then(|value| value.to_str().ok());
        let before = self.seen.len();
        self.seen.extend(records.iter().filter_map(id_of));
        let nothing_new = self.seen.len() == before;
        self.over = nothing_new
            || match (number("x-total-pages"), link) {
                (Some(pages), _) => self.page >= pages,
                (None, Some(link)) => !has_next(link),
                (None, None) => false,
            };
        self.page += 1;
    }

    /// Where the next page begins.
    pub(super) fn token(&self) -> Option<PageToken> {
        (!self.over).then(|| PageToken(self.page.to_string()))
    }

    /// How many records there are, if the API said so.
    pub(super) fn total(&self) -> Option<u64> {
        self.total
    }
}

/// Whether an RFC 8288 `Link` header names a next page.
fn has_next(link: &str) -> bool {
    link.split(',').any(|entry| {
        entry.split(';').skip(1).any(|parameter| {
            let Some((name, value)) = parameter.split_once('=') else { return false };
            name.trim().eq_ignore_ascii_case("rel")
                && value
                    .trim()
                    .trim_matches('"')
                    .split_whitespace()
                    .any(|word| word.eq_ignore_ascii_case("next"))
        })
    })
}

/// A value as it stands in a query.
pub(super) fn encode(text: &str) -> String {
    utf8_percent_encode(text, KEPT).to_string()
}

/// The records of a list, with or without the wrapper that the API's document shows around each.
pub(super) fn read_records(answer: &Answer, wrapper: &str) -> Option<Vec<Map<String, Value>>> {
    let Value::Array(records) = read_json(answer)? else { return None };
    records.into_iter().map(|record| unwrap(record, wrapper)).collect()
}

/// One record, with or without the wrapper.
pub(super) fn read_record(answer: &Answer, wrapper: &str) -> Option<Map<String, Value>> {
    let record = match read_json(answer)? {
        Value::Array(mut records) if records.len() == 1 => records.pop()?,
        other => other,
    };
    unwrap(record, wrapper).filter(|record| id_of(record).is_some())
}

pub(super) fn read_json(answer: &Answer) -> Option<Value> {
    serde_json::from_slice(answer.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&answer.body)).ok()
}

fn unwrap(record: Value, wrapper: &str) -> Option<Map<String, Value>> {
    let Value::Object(mut record) = record else { return None };
    match record.shift_remove(wrapper) {
        Some(Value::Object(inner)) => Some(inner),
        Some(other) => {
            record.insert(wrapper.to_owned(), other);
            Some(record)
        }
        None => Some(record),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::{HeaderName, HeaderValue};
    use serde_json::json;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        pairs.iter().map(pair).collect()
    }

    fn records(ids: &[u64]) -> Vec<Map<String, Value>> {
        ids.iter().map(|id| json!({ "id": id }).as_object().cloned().unwrap()).collect()
    }

    #[test]
    fn a_short_page_is_not_the_last_one_when_the_headers_name_more() {
        let mut walk = Walk::new("/users.json", None);
        walk.note(&headers(&[("x-total-pages", "2"), ("x-total-count", "3")]), &records(&[1]));
        assert_eq!((walk.token(), walk.total()), (Some(PageToken("2".into())), Some(3)));
        walk.note(&headers(&[("x-total-pages", "2")]), &records(&[2]));
        assert_eq!(walk.token(), None);
    }

    #[test]
    fn without_headers_only_an_empty_or_a_repeated_page_is_the_end() {
        for last in [records(&[]), records(&[1, 2])] {
            let mut walk = Walk::new("/users.json", None);
            walk.note(&HeaderMap::new(), &records(&[1, 2]));
            assert!(walk.token().is_some());
            walk.note(&HeaderMap::new(), &last);
            assert!(walk.token().is_none());
        }
    }

    #[test]
    fn the_link_header_tells_whether_there_is_more() {
        assert!(has_next(
            r#"<https://x/users.json?page=1>; rel="first", <https://x/users.json?page=2>; rel="next""#
        ));
        assert!(!has_next(r#"<https://x/users.json?page=1>; rel="prev""#));
        assert!(!has_next("next"));
    }

    #[test]
    fn a_plus_in_an_address_is_encoded() {
        assert_eq!(encode("ann+test@x.org"), "ann%2Btest%40x.org");
    }
}
