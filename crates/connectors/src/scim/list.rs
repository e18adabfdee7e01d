//! Pages of a list, from targets that count in their own ways.
//!
//! `totalResults` is never believed, since it may be the page's own length or nothing at all: a list ends where
//! nothing new comes. Each page begins with the last object of the page before, so that objects which moved up
//! because others went are noticed and not left out. A target that ignores `startIndex` sends the same page again, and
//! is left at that.
use std::hash::{DefaultHasher, Hash, Hasher};

use purser_domain::object::ObjectKind;
use purser_domain::plan::TargetObject;
use reqwest::StatusCode;
use serde::{Deserialize, Serialize};

use super::answer::{self, Listing};
use super::connector::ScimConnector;
use super::request;
use super::talk::Trail;
use crate::connector::{ObjectPage, PageToken, Reply};
use crate::error::{ConnectorError, ErrorKind, Result};
use crate::http::{Answer, encode};
use crate::profile::Paging;
use crate::refusal::Asked;

/// How often a list goes back to see what moved up.
const MAX_BACKS: u16 = 20;
/// Where a list is taken to be endless.
const MAX_OBJECTS: u64 = 1_000_000;

/// Where a page begins, and what is needed to tell whether it follows the one before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Place {
    #[serde(rename = "s")]
    pub(super) start: u64,
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    cursor: Option<String>,
    /// The last object of the page before, which this one begins with again.
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    last: Option<String>,
    /// Tells the page before from others.
    #[serde(rename = "d", default)]
    pub(super) digest: u64,
    /// How many objects came so far.
    #[serde(rename = "n", default)]
    pub(super) seen: u64,
    #[serde(rename = "p", default)]
    pages: u64,
    #[serde(rename = "b", default)]
    backs: u16,
    /// The target has sent as many at once as were asked for: a shorter page is the last one.
    #[serde(rename = "f", default)]
    full: bool,
}

impl Default for Place {
    fn default() -> Self {
        Self { start: 1, cursor: None, last: None, digest: 0, seen: 0, pages: 0, backs: 0, full: false }
    }
}

impl Place {
    /// Behind a first page of these.
    pub(super) fn after(ids: &[String], cursor: Option<String>) -> Self {
        let sent = ids.len() as u64;
        let digest = digest(ids.iter().map(String::as_str));
        Self { start: sent + 1, digest, seen: sent, cursor, ..Self::default() }
    }
}

/// One page.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) objects: Vec<TargetObject>,
    /// `None` on the last page.
    pub(super) next: Option<Place>,
    pub(super) total: Option<u64>,
    /// On the last page: nothing tells that there is more which did not come.
    pub(super) complete: bool,
}

impl ScimConnector {
    pub(super) async fn list(&self, kind: ObjectKind, page: Option<&PageToken>) -> Result<Reply<ObjectPage>> {
        let place = match page {
            Some(token) => serde_json::from_str(&token.0).map_err(|_| foreign_token())?,
            None => Place::default(),
        };
        let mut trail = Trail::default();
        let page = self.page(kind, None, &place, &mut trail).await?;
        if page.next.as_ref().is_some_and(|next| next.seen > MAX_OBJECTS || next.pages > MAX_OBJECTS) {
            return Err(self.endless(kind, MAX_OBJECTS));
        }
        let next = page.next.map(|place| serde_json::to_string(&place)).transpose();
        let next = next.map_err(|_| foreign_token())?.map(PageToken);
        Ok(trail.reply(ObjectPage { objects: page.objects, next, total: page.total }))
    }

    /// One page of all objects, or of those that `filter` asks for.
    pub(super) async fn page(
        &self,
        kind: ObjectKind,
        filter: Option<&str>,
        place: &Place,
        trail: &mut Trail,
    ) -> Result<Page> {
        let count = self.profile.common.page_size.max(1);
        let paging = match (self.profile.scim.paging, &place.cursor) {
            (Paging::None, _) => None,
            (_, Some(cursor)) => Some(format!("cursor={}&count={count}", encode(cursor))),
            (Paging::Cursor, None) => Some(format!("cursor&count={count}")),
            (Paging::Index, None) => Some(format!("startIndex={}&count={count}", place.start)),
        };
        let query = filter.map(str::to_owned).into_iter().chain(paging).collect::<Vec<_>>().join("&");
        let answer = self.collection(kind, query, trail).await?;
        match self.read_collection(kind, answer, trail)? {
            Ok(listing) => Ok(follow(listing, place, u64::from(count), self.profile.scim.paging)),
            Err(answer) => Err(self.refused(answer, kind, Asked::Find, std::iter::empty())),
        }
    }

    /// Asks for the collection; members of groups are left out where the target can do so.
    pub(super) async fn collection(
        &self,
        kind: ObjectKind,
        query: String,
        trail: &mut Trail,
    ) -> Result<Answer> {
        let path = || request::collection(kind).to_owned();
        let plain = (!query.is_empty()).then(|| query.clone());
        if kind != ObjectKind::Group || !self.excludes_members() {
            return self.get(path(), plain).await;
        }
        let separator = if query.is_empty() { "" } else { "&" };
        let answer = self.get(path(), Some(format!("{query}{separator}excludedAttributes=members"))).await?;
        if !matches!(answer.status, StatusCode::BAD_REQUEST | StatusCode::NOT_IMPLEMENTED) {
            return Ok(answer);
        }
        let again = self.get(path(), plain).await?;
        if again.status == StatusCode::OK {
            trail.push(answer.exchange);
            self.stop_excluding_members();
            return Ok(again);
        }
        Ok(answer)
    }

    /// The answer as a list; the answer itself when it is a refusal. A success that can't be read is an error.
    pub(super) fn read_collection(
        &self,
        kind: ObjectKind,
        answer: Answer,
        trail: &mut Trail,
    ) -> Result<Result<Listing, Answer>> {
        if answer.status == StatusCode::OK {
            return match answer::read_listing(&answer) {
                Ok(listing) => {
                    trail.push(answer.exchange);
                    Ok(Ok(listing))
                }
                Err(why) => Err(self.unusable(answer, kind, Asked::Find, why)),
            };
        }
        if self.profile.scim.empty_result_is_404 && answer::is_gone(&answer) {
            trail.push(answer.exchange);
            return Ok(Ok(Listing::default()));
        }
        Ok(Err(self.seen(answer, kind)?))
    }

    /// The error for a list that does not come to an end.
    pub(super) fn endless(&self, kind: ObjectKind, limit: u64) -> ConnectorError {
        let nouns = kind.nouns();
        ConnectorError::new(
            ErrorKind::Misconfigured,
            format!("{} lists more than {limit} {nouns}.", self.endpoint.host()),
            format!("Match by an attribute that the application can filter its {nouns} by."),
        )
        .with_probe()
    }
}

/// What comes after `listing`, which was asked for at `place`.
fn follow(listing: Listing, place: &Place, count: u64, paging: Paging) -> Page {
    let Listing { mut objects, total, next_cursor } = listing;
    let len = objects.len() as u64;
    let digest = digest(objects.iter().map(|object| object.id.as_str()));
    let repeated = len > 0 && digest == place.digest;
    let all_came = |seen: u64| total.is_none_or(|total| total <= seen);
    // Where a list breaks off, only a total can tell that nothing is missing.
    let said_so = |seen: u64| total.is_some_and(|total| total <= seen);
    let next = Place {
        pages: place.pages.saturating_add(1),
        digest,
        seen: place.seen.saturating_add(len),
        backs: place.backs,
        ..Place::default()
    };
    let end = |objects, complete| Page { objects, next: None, total, complete };

    if let Some(cursor) = next_cursor.filter(|_| paging != Paging::None) {
        // The same page again, the same cursor again, or one empty page after another: it leads nowhere.
        let idle = if len == 0 { place.backs + 1 } else { 0 };
        if repeated || place.cursor.as_ref() == Some(&cursor) || idle > MAX_BACKS {
            return end(objects, said_so(place.seen));
        }
        let next = Place { backs: idle, ..next };
        return Page { objects, next: Some(Place { cursor: Some(cursor), ..next }), total, complete: false };
    }
    if paging == Paging::None || paging == Paging::Cursor || place.cursor.is_some() {
        // A last page that came by cursor says so by having no cursor.
        let complete = place.cursor.is_some() || all_came(next.seen);
        return end(objects, complete);
    }
    if repeated {
        return end(Vec::new(), said_so(place.seen) || len > count);
    }
    let mut fresh = len;
    if let Some(last) = &place.last {
        match objects.iter().position(|object| object.id == *last) {
            Some(at) => {
                objects.remove(at);
                fresh -= 1;
            }
            None if place.backs < MAX_BACKS => {
                let start = place.start.saturating_sub(count).max(1);
                let back = Place { start, digest: 0, seen: place.seen, backs: place.backs + 1, ..next };
                return Page { objects, next: Some(back), total, complete: false };
            }
            None => {}
        }
    }
    if fresh == 0 {
        // Nothing at all, and yet some are said to be there.
        return end(objects, place.seen > 0 || all_came(0));
    }
    let full = place.full || len == count;
    if place.full && len < count {
        return end(objects, true);
    }
    let overlap = if len > 1 { objects.last().map(|object| object.id.clone()) } else { None };
    let start = place.start.saturating_add(len) - u64::from(overlap.is_some());
    let next = Place { start, last: overlap, seen: place.seen.saturating_add(fresh), full, ..next };
    Page { objects, next: Some(next), total, complete: false }
}

/// One number for the ids of a page, whatever their order.
fn digest<'i>(ids: impl Iterator<Item = &'i str>) -> u64 {
    let mut ids: Vec<&str> = ids.collect();
    ids.sort_unstable();
    let mut hasher = DefaultHasher::new();
    ids.hash(&mut hasher);
    hasher.finish().max(1)
}

fn foreign_token() -> ConnectorError {
    ConnectorError::new(
        ErrorKind::Misconfigured,
        "The place in the list, at which to go on, is not one of this application's.",
        "Begin the list anew.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Walks a list whose pages `serve` gives for a start and a count.
    fn walk(mut serve: impl FnMut(u64, u64) -> (Vec<u32>, Option<u64>)) -> (Vec<u32>, bool, u32) {
        let (mut place, mut seen, mut requests) = (Place::default(), Vec::new(), 0);
        loop {
            requests += 1;
            assert!(requests < 100, "no end");
            let (ids, total) = serve(place.start, 10);
            let objects = ids.iter().map(|id| TargetObject { id: id.to_string(), body: json!({}) }).collect();
            let listing = Listing { total, objects, next_cursor: None };
            let page = follow(listing, &place, 10, Paging::Index);
            for object in page.objects {
                let id = object.id.parse().unwrap();
                if !seen.contains(&id) {
                    seen.push(id);
                }
            }
            match page.next {
                Some(next) => {
                    // As a token between two calls.
                    place = serde_json::from_str(&serde_json::to_string(&next).unwrap()).unwrap();
                }
                None => return (seen, page.complete, requests),
            }
        }
    }

    fn cut(all: &[u32], start: u64, count: u64) -> Vec<u32> {
        all.iter().copied().skip(start as usize - 1).take(count as usize).collect()
    }

    #[test]
    fn everything_comes_whatever_the_total_says_and_however_small_the_pages_are() {
        for size in [0u32, 1, 2, 9, 10, 11, 19, 20, 21, 35] {
            let all: Vec<u32> = (0..size).collect();
            for clamp in [1, 2, 7, 10] {
                for total in [Some(0), None, Some(5), Some(u64::from(size)), Some(999)] {
                    let (seen, complete, _) =
                        walk(|start, count| (cut(&all, start, count.min(clamp)), total));
                    assert_eq!(seen, all, "{size} {clamp} {total:?}");
                    assert!(complete || size == 0, "{size} {clamp} {total:?}");
                }
            }
        }
    }

    #[test]
    fn a_target_that_keeps_to_the_count_is_not_asked_once_more() {
        let all: Vec<u32> = (0..25).collect();
        assert_eq!(walk(|start, count| (cut(&all, start, count), Some(25))).2, 3);
    }

    #[test]
    fn a_target_that_always_sends_its_first_page_is_left_at_that() {
        let all: Vec<u32> = (0..8).collect();
        assert_eq!(walk(|_, _| (all.clone(), Some(8))), (all.clone(), true, 2));
        assert_eq!(walk(|_, _| (all.clone(), Some(500))), (all.clone(), false, 2));
        assert_eq!(walk(|_, _| (all.clone(), None)), (all.clone(), false, 2));
        assert_eq!(walk(|_, _| (Vec::new(), Some(3))), (Vec::new(), false, 1));
    }

    #[test]
    fn who_moves_up_while_others_go_is_not_left_out() {
        let mut all: Vec<u32> = (0..40).collect();
        let mut request = 0;
        let (seen, complete, _) = walk(|start, count| {
            request += 1;
            let page = cut(&all, start, count);
            if request == 2 {
                all.drain(0..5);
            }
            (page, Some(all.len() as u64))
        });
        assert!((5..40).all(|id| seen.contains(&id)) && complete, "{seen:?}");
    }

    #[test]
    fn cursors_are_followed_until_they_stop_or_turn_in_circles() {
        let place = Place { cursor: Some("a".into()), ..Place::default() };
        let listing =
            |next: Option<&str>| Listing { next_cursor: next.map(str::to_owned), ..Listing::default() };
        let next = |next| follow(listing(next), &place, 10, Paging::Cursor).next;
        assert_eq!(next(Some("b")).and_then(|place| place.cursor).as_deref(), Some("b"));
        assert_eq!((next(Some("a")), next(None)), (None, None));
    }
}
