//! Lists: filters and pages.
use bytes::Bytes;
use hyper::StatusCode;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::answers::{error, scim};
use super::dress;
use super::dress::Asked;
use super::filter::{Filter, Indexed};
use super::options::{FilterStyle, MembersShown, PageStyle, TotalStyle};
use super::state::State;
use super::store::Kind;
use crate::connections::Answer;

/// The parameters of a query.
#[derive(Debug, Clone, Copy)]
pub(super) struct Query<'a>(pub(super) &'a str);

impl Query<'_> {
    pub(super) fn text(self, name: &str) -> Option<String> {
        let found = self.0.split('&').find_map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (key == name).then_some(value)
        });
        found.map(|value| percent_decode_str(&value.replace('+', " ")).decode_utf8_lossy().into_owned())
    }

    fn number(self, name: &str) -> Option<usize> {
        self.text(name).and_then(|text| text.parse().ok())
    }
}

/// What is on a page.
struct Page {
    total: usize,
    start: usize,
    found: Vec<Bytes>,
    next_cursor: Option<u64>,
}

pub(super) fn answer(state: &State, kind: Kind, query: Query<'_>) -> Answer {
    let filter = match read_filter(state, kind, query) {
        Ok(filter) => filter,
        Err(refusal) => return refusal,
    };
    let rules = state.filtering(kind);
    let filtered = filter.is_some();
    let page = match filter {
        None => everything(state, kind, query),
        Some(filter) => matching(state, kind, query, &filter, rules.exact_case),
    };
    if filtered && page.total == 0 && rules.empty_is_404 {
        return error(StatusCode::NOT_FOUND, "", "Nothing matches.");
    }
    let asked = Asked::read(query);
    let found: Vec<Bytes> = page.found.iter().map(|body| dress::object(state, kind, body, &asked)).collect();
    let answer = scim(StatusCode::OK, write(state, &page, &found));
    if !filtered {
        state.after_page(kind);
    }
    answer
}

fn read_filter(state: &State, kind: Kind, query: Query<'_>) -> Result<Option<Filter>, Answer> {
    let Some(text) = query.text("filter") else { return Ok(None) };
    match state.options.filter {
        FilterStyle::Ignored => return Ok(None),
        FilterStyle::Refused(status) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::NOT_IMPLEMENTED);
            return Err(error(status, "invalidFilter", "Filtering is not supported."));
        }
        FilterStyle::Honoured => {}
    }
    let rules = state.filtering(kind);
    let why = match Filter::parse(&text) {
        None => "The filter is not understood.".to_owned(),
        Some(filter) => match filter.find_forbidden(rules) {
            Some(why) => why,
            None if filter.asks_for("members") && state.options.groups.read == MembersShown::Never => {
                "members is not filterable".to_owned()
            }
            None => return Ok(Some(filter)),
        },
    };
    if rules.shrugs { Ok(None) } else { Err(error(StatusCode::BAD_REQUEST, "invalidFilter", &why)) }
}

fn everything(state: &State, kind: Kind, query: Query<'_>) -> Page {
    let store = state.store(kind);
    let total = store.len();
    let pages = &state.options.paging;
    match pages.style {
        PageStyle::Endless => {
            Page { total: 0, start: 1, found: Vec::new(), next_cursor: Some(cursor(query) + 1) }
        }
        PageStyle::Cursor => {
            let (behind, count) = (cursor(query), count(state, query));
            let mut found = store.behind(behind);
            let page: Vec<(u64, Bytes)> =
                found.by_ref().take(count).map(|(number, body)| (number, body.clone())).collect();
            let next_cursor = found.next().and_then(|_| page.last().map(|(number, _)| *number));
            Page { total, start: 1, found: page.into_iter().map(|(_, body)| body).collect(), next_cursor }
        }
        _ => {
            let (skip, count) = window(state, query);
            let found = store.bodies().skip(skip).take(count).cloned().collect();
            Page { total, start: skip + 1, found, next_cursor: None }
        }
    }
}

fn matching(state: &State, kind: Kind, query: Query<'_>, filter: &Filter, exact: bool) -> Page {
    let hits: Vec<Bytes> = {
        let store = state.store(kind);
        match filter.indexed() {
            // The index knows one of each name.
            Some(Indexed::UserName(name)) if kind == Kind::User && !exact && !state.options.creates_twice => {
                store.find_by_user_name(name).into_iter().collect()
            }
            Some(Indexed::ExternalId(external)) if !exact => store.find_by_external_id(external),
            _ => {
                let all: Vec<Bytes> = store.bodies().cloned().collect();
                drop(store);
                let accepts = |body: &Bytes| {
                    serde_json::from_slice(body).is_ok_and(|body: Value| filter.accepts(&body, exact))
                };
                all.into_iter().filter(accepts).collect()
            }
        }
    };
    let total = hits.len();
    if state.options.paging.style == PageStyle::Cursor {
        let (skip, count) = (usize::try_from(cursor(query)).unwrap_or(0), count(state, query));
        let next_cursor = (skip + count < total).then_some((skip + count) as u64);
        return Page {
            total,
            start: 1,
            found: hits.into_iter().skip(skip).take(count).collect(),
            next_cursor,
        };
    }
    let (skip, count) = window(state, query);
    Page {
        total,
        start: skip + 1,
        found: hits.into_iter().skip(skip).take(count).collect(),
        next_cursor: None,
    }
}

fn cursor(query: Query<'_>) -> u64 {
    query.text("cursor").and_then(|text| text.strip_prefix('c')?.parse().ok()).unwrap_or(0)
}

fn count(state: &State, query: Query<'_>) -> usize {
    let pages = &state.options.paging;
    query.number("count").unwrap_or(pages.size).min(pages.max)
}

/// How many to leave out, and how many to send then.
fn window(state: &State, query: Query<'_>) -> (usize, usize) {
    match state.options.paging.style {
        PageStyle::Whole => (0, usize::MAX),
        PageStyle::First => (0, state.options.paging.size),
        PageStyle::Index | PageStyle::Cursor | PageStyle::Endless => {
            (query.number("startIndex").unwrap_or(1).max(1) - 1, count(state, query))
        }
    }
}

/// Put together from the stored bytes: nothing is parsed only to be written again.
fn write(state: &State, page: &Page, found: &[Bytes]) -> Bytes {
    let mut body = Vec::with_capacity(192 + found.iter().map(|body| body.len() + 1).sum::<usize>());
    let total = match state.options.paging.total {
        TotalStyle::Right => format!("\"totalResults\":{},", page.total),
        TotalStyle::PageLength => format!("\"totalResults\":{},", found.len()),
        TotalStyle::TooHigh => format!("\"totalResults\":{},", page.total + 1000),
        TotalStyle::Text => format!("\"totalResults\":\"{}\",", page.total),
        TotalStyle::Missing => String::new(),
    };
    let cursor = page.next_cursor.map(|next| format!("\"nextCursor\":\"c{next}\",")).unwrap_or_default();
    let head = format!(
        "{{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:ListResponse\"],{total}{cursor}\"startIndex\":{},\"itemsPerPage\":{},\"Resources\":[",
        page.start,
        found.len()
    );
    body.extend_from_slice(head.as_bytes());
    for (at, account) in found.iter().enumerate() {
        if at > 0 {
            body.push(b',');
        }
        body.extend_from_slice(account);
    }
    body.extend_from_slice(b"]}");
    Bytes::from(body)
}
