//! Lists of records: how they are asked for, page by page, and how they are read.
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use reqwest::header::HeaderMap;
use serde_json::{Map, Value};

use super::record::id_of;
use crate::connector::PageToken;
use crate::error::{ConnectorError, ErrorKind, Result};
use crate::http::Answer;

/// No tenant has more pages than this; one that seems to is sending the same ones for ever.
const MOST_PAGES: u64 = 20_000;

/// How often a walk steps back at most because records moved over the edge of a page: a list that moves all the time
/// must come to an end too.
const MOST_STEPS_BACK: u64 = 25;

/// A walk over the pages of a list.
///
/// Pages are counted from the front, so that whatever is deleted meanwhile draws the records behind it forward, over the
/// edge of a page that was read already. When the count of all records falls, the walk steps back by as much. As many
/// may have come as went, so the record at the edge is asked for again ([`Walk::edge_request`]).
#[derive(Debug, Default)]
pub(super) struct Walk {
    path: String,
    filter: Option<String>,
    page: u64,
    /// Pages asked for so far.
    asked: u64,
    /// Pages that are read for a second time, where nothing new is no end.
    again: u64,
    over: bool,
    total: Option<u64>,
    seen: HashSet<String>,
    /// What the ids of the page before come to.
    last: Option<u64>,
    /// Place of the last record of this page in the whole list, and its id.
    edge: Option<(u64, String)>,
    /// The same of the page before this one, until it was looked at again.
    edge_before: Option<(u64, String)>,
    /// How often the walk stepped back.
    steps_back: u64,
}

impl Walk {
    pub(super) fn new(path: &str, filter: Option<String>) -> Self {
        Self { path: path.to_owned(), filter, page: 1, ..Self::default() }
    }

    /// Goes on where [`token`](Self::token) was taken.
    pub(super) fn at(path: &str, token: Option<&PageToken>) -> Self {
        let mut walk = Self::new(path, None);
        let mut parts =
            token.map(|token| token.0.split(';')).into_iter().flatten().map(|part| part.parse().ok());
        let mut next = || parts.next().flatten();
        walk.page = next().unwrap_or(1).max(1);
        walk.asked = next().unwrap_or(0);
        walk.again = next().unwrap_or(0);
        walk.total = next();
        walk.last = next();
        walk.steps_back = next().unwrap_or(0);
        let place = next();
        let id = token.and_then(|token| token.0.split(';').nth(7)).filter(|id| !id.is_empty());
        walk.edge = place.zip(id.map(str::to_owned));
        walk
    }

    /// Path and query that ask for the record at the edge of the page before; `None` when there is nothing to look at.
    pub(super) fn edge_request(&self) -> Option<(String, String)> {
        let (place, _) = self.edge_before.as_ref()?;
        if self.steps_back >= MOST_STEPS_BACK {
            return None;
        }
        let filter = self.filter.as_ref().map(|filter| format!("&{filter}")).unwrap_or_default();
        Some((self.path.clone(), format!("page={place}&per_page=1{filter}")))
    }

    /// Notes the record that is at that edge now. Another one than before means that records moved, and that some of
    /// this page may be on the one before: then both are read again.
    pub(super) fn note_edge(&mut self, record: Option<&Map<String, Value>>) {
        let Some((_, id)) = self.edge_before.take() else { return };
        if record.and_then(id_of).as_deref() == Some(id.as_str()) {
            return;
        }
        self.steps_back += 1;
        // One page behind the one that was read last, which `note` has left already.
        self.page = self.page.saturating_sub(2).max(1);
        (self.again, self.over, self.edge) = (2, false, None);
    }

    /// Path and query of the next page; `None` when there is none.
    pub(super) fn next_request(&self, page_size: u32) -> Result<Option<(String, String)>> {
        if self.over {
            return Ok(None);
        }
        if self.asked >= MOST_PAGES {
            return Err(endless(&self.path));
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
        self.asked += 1;
        let total = number("x-total-count");
        let gone = self.total.zip(total).map_or(0, |(before, now)| before.saturating_sub(now));
        self.total = total;
        let before = self.seen.len();
        let ids: Vec<String> = records.iter().filter_map(id_of).collect();
        self.edge_before = self.edge.take();
        self.edge = ids.last().map(|id| {
            let size = u64::try_from(records.len()).unwrap_or(u64::MAX);
            (self.page.saturating_mul(size), id.clone())
        });
        let print = fingerprint(&ids);
        self.seen.extend(ids);
        let nothing_new = self.seen.len() == before || self.last == Some(print);
        self.last = Some(print);
        if gone > 0 && self.page > 1 && !records.is_empty() {
            let size = u64::try_from(records.len()).unwrap_or(1);
            let back = gone.div_ceil(size).min(self.page - 1);
            self.page -= back;
            self.again = back + 1;
            (self.edge, self.edge_before) = (None, None);
            return;
        }
        let mut links = headers.get_all("link").iter().filter_map(|value| value.to_str().ok()).peekable();
        let says = links.peek().is_some();
        let more = links.any(has_next);
        self.over = (nothing_new && self.again == 0)
            || match number("x-total-pages") {
                Some(pages) => self.page >= pages && !more,
                None => says && !more,
            };
        self.again = self.again.saturating_sub(1);
        self.page += 1;
    }

    /// Where the next page begins.
    pub(super) fn token(&self) -> Option<PageToken> {
        let text = |number: Option<u64>| number.map(|number| number.to_string()).unwrap_or_default();
        let Self { page, asked, again, steps_back, .. } = self;
        let (place, id) = self.edge.as_ref().map_or((None, ""), |(place, id)| (Some(*place), id.as_str()));
        let (total, last, place) = (text(self.total), text(self.last), text(place));
        // Ids are numbers; anything else is no id of ours and could break the token.
        let id = if id.bytes().all(|byte| byte.is_ascii_digit()) { id } else { "" };
        (!self.over)
            .then(|| PageToken(format!("{page};{asked};{again};{total};{last};{steps_back};{place};{id}")))
    }

    /// How many records there are, if the API said so.
    pub(super) fn total(&self) -> Option<u64> {
        self.total
    }
}

/// One number for a page, to know it again.
fn fingerprint(ids: &[String]) -> u64 {
    let mut hasher = DefaultHasher::new();
    ids.hash(&mut hasher);
    hasher.finish()
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
    serde_json::from_slice(&answer.body).ok()
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

/// A list without an end.
fn endless(path: &str) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::Misconfigured,
        format!("The list {path} does not come to an end."),
        "Tell the application's support.",
    )
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
        assert!(walk.token().is_some_and(|token| token.0.starts_with("2;1;")) && walk.total() == Some(3));
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
    fn a_page_that_comes_again_ends_a_list_that_is_read_page_by_page() {
        let mut token = None;
        for expected in [true, false] {
            let mut walk = Walk::at("/users.json", token.as_ref());
            walk.note(&headers(&[("x-total-pages", "18446744073709551615")]), &records(&[1, 2]));
            token = walk.token();
            assert_eq!(token.is_some(), expected);
        }
    }

    #[test]
    fn what_is_deleted_meanwhile_makes_the_walk_step_back() {
        let mut walk = Walk::new("/users.json", None);
        let said = |total| headers(&[("x-total-pages", "3"), ("x-total-count", total)]);
        let page = |walk: &Walk| walk.next_request(2).unwrap().map(|(_, query)| query);
        walk.note(&said("6"), &records(&[1, 2]));
        // 1 is deleted: 3 is on the first page now.
        walk.note(&said("5"), &records(&[4, 5]));
        assert!(page(&walk).unwrap().starts_with("page=1&"));
        let mut walk = Walk { seen: HashSet::new(), ..Walk::at("/users.json", walk.token().as_ref()) };
        walk.note(&said("5"), &records(&[2, 3]));
        walk.note(&said("5"), &records(&[4, 5]));
        walk.note(&said("5"), &records(&[6]));
        assert_eq!(page(&walk), None);
    }

    #[test]
    fn a_list_without_end_is_given_up() {
        let mut walk = Walk::new("/users.json", None);
        for at in 0..MOST_PAGES {
            assert!(walk.next_request(1).is_ok());
            walk.note(&HeaderMap::new(), &records(&[at]));
        }
        assert!(walk.next_request(1).is_err());
    }

    #[test]
    fn the_link_header_tells_whether_there_is_more() {
        assert!(has_next(
            r#"<https://x/users.json?page=1>; rel="first", <https://x/users.json?page=2>; rel="next""#
        ));
        assert!(!has_next(r#"<https://x/users.json?page=1>; rel="prev""#));
        assert!(!has_next("next"));
    }
}
