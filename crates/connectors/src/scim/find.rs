//! Finding an object by a value: with the target's filter where it has one, else by listing everything.
//!
//! An empty answer to a filter is believed. Everything else is compared here, and an answer with objects that were not
//! asked for is none at all: then everything is listed, so that the right object is found or none. What was learned
//! about a filter is remembered as long as the connector lives.
use purser_domain::mapping::MatchQuery;
use purser_domain::object::ObjectKind;
use purser_domain::path::TargetPath;
use purser_domain::plan::TargetObject;
use reqwest::StatusCode;
use serde_json::Value;
use uuid::Uuid;

use super::answer::Listing;
use super::compare::{Found, Wanted, keys_of, values_at};
use super::connector::ScimConnector;
use super::list::Place;
use super::request;
use super::talk::Trail;
use crate::complaint::Complaint;
use crate::connector::Reply;
use crate::error::{ConnectorError, ErrorKind, Result};
use crate::http::Answer;
use crate::refusal::Asked;

/// Of how many objects a target may at most consist that can't filter by the matching attribute.
pub(super) const MAX_LISTED: u64 = 50_000;
/// How many requests a listing may take.
const MAX_REQUESTS: u32 = 5_000;
/// How many pages of matches are looked at: one match is right, and of more only their number matters.
const MAX_FILTERED_PAGES: u32 = 10;
/// How many objects that an index names are read to see whether they are the right ones.
const MAX_CANDIDATES: usize = 20;
/// Up to so many requests a listing is repeated for every question; beyond, an index is kept.
const CHEAP_REQUESTS: u32 = 2;

/// What came of asking with a filter.
enum Asking {
    /// These, and no others.
    Answered(Vec<TargetObject>),
    /// Nothing that can be relied on.
    Unfiltered {
        /// The refusal, and whether it says that it will always be one.
        refusal: Option<(Box<ConnectorError>, bool)>,
        /// What came does not show the attribute.
        hidden: bool,
    },
}

impl ScimConnector {
    pub(super) async fn find(
        &self,
        kind: ObjectKind,
        query: &MatchQuery,
    ) -> Result<Reply<Vec<TargetObject>>> {
        let wanted = self.wanted(kind, &query.path, &query.value);
        let mut trail = Trail::default();
        let asking = if self.filters_by(kind, &query.path) {
            self.ask(kind, &wanted, &mut trail).await?
        } else {
            Asking::Unfiltered { refusal: None, hidden: false }
        };
        let matches = match asking {
            Asking::Answered(matches) => matches,
            Asking::Unfiltered { refusal, hidden } => {
                self.search(kind, &wanted, refusal, hidden, &mut trail).await?
            }
        };
        Ok(trail.reply(matches))
    }

    /// What is looked for, with the rule by which it is compared.
    pub(super) fn wanted<'a>(&self, kind: ObjectKind, path: &'a TargetPath, value: &'a Value) -> Wanted<'a> {
        let exact = ["id", "externalId"].iter().any(|name| path.attribute().eq_ignore_ascii_case(name))
            || self.is_declared_exact(kind, path);
        Wanted::new(path, value, self.rule(kind, path), exact)
    }

    /// Whether the target can be asked by this attribute, as far as is known.
    pub(super) fn filters_by(&self, kind: ObjectKind, path: &TargetPath) -> bool {
        let Some(declared) = self.profile.filterable(kind) else {
            return !self.index.is_unfilterable(kind, path);
        };
        let simple = match path.sub() {
            Some(sub) => format!("{}.{sub}", path.attribute()),
            None => path.attribute().to_owned(),
        };
        let names = [path.as_str(), simple.as_str(), path.attribute()];
        let is_named = |name: &String| names.iter().any(|known| known.eq_ignore_ascii_case(name));
        declared.iter().any(is_named) && !self.index.is_unfilterable(kind, path)
    }

    /// The answer to a filter: a list, or the refusal.
    pub(super) async fn filtered(
        &self,
        kind: ObjectKind,
        path: &TargetPath,
        value: &Value,
        trail: &mut Trail,
    ) -> Result<Result<Listing, Answer>> {
        let query = request::filter_query(path, value, &self.profile)?;
        let answer = self.collection(kind, query, trail).await?;
        self.read_collection(kind, answer, trail)
    }

    async fn ask(&self, kind: ObjectKind, wanted: &Wanted<'_>, trail: &mut Trail) -> Result<Asking> {
        let listing = match self.filtered(kind, wanted.path, wanted.value, trail).await? {
            Ok(listing) => listing,
            Err(answer) => {
                let is_filters_fault = may_be_about_filter(&answer);
                let for_good = refuses_filters(&answer);
                if is_filters_fault {
                    trail.push(answer.exchange.clone());
                }
                let paths = std::iter::once(wanted.path);
                let error = self.refused(answer, kind, Asked::Find, paths);
                if !is_filters_fault {
                    return Err(error);
                }
                return Ok(Asking::Unfiltered { refusal: Some((Box::new(error), for_good)), hidden: false });
            }
        };
        let (total, sent) = (listing.total.unwrap_or(0), listing.objects.len() as u64);
        let ids: Vec<_> = listing.objects.iter().map(|object| object.id.clone()).collect();
        let mut found = Found::default();
        for object in listing.objects {
            wanted.sort(object, &mut found);
        }
        if found.strangers > 0 {
            if found.strangers > 1 {
                self.index.learn_unfilterable(kind, wanted.path);
            }
            return Ok(Asking::Unfiltered { refusal: None, hidden: found.silent > 0 });
        }
        if sent == 0 && total > 0 {
            // Taking this for *there is none* could make an object a second time.
            return Ok(Asking::Unfiltered { refusal: None, hidden: false });
        }
        if found.count() == 1 && (total > sent || listing.next_cursor.is_some()) {
            let place = Place::after(&ids, listing.next_cursor);
            self.ask_on(kind, wanted, place, &mut found, trail).await?;
        }
        Ok(Asking::Answered(found.matches()))
    }

    /// Looks whether further pages have further matches.
    async fn ask_on(
        &self,
        kind: ObjectKind,
        wanted: &Wanted<'_>,
        mut place: Place,
        found: &mut Found,
        trail: &mut Trail,
    ) -> Result<()> {
        let filter = request::filter_query(wanted.path, wanted.value, &self.profile)?;
        for _ in 0..MAX_FILTERED_PAGES {
            let page = self.page(kind, Some(&filter), &place, trail).await?;
            for object in page.objects {
                wanted.sort(object, found);
            }
            match page.next {
                Some(next) if found.count() < 2 => place = next,
                _ => break,
            }
        }
        Ok(())
    }

    /// Lists everything and compares, or looks into the index of an earlier listing.
    async fn search(
        &self,
        kind: ObjectKind,
        wanted: &Wanted<'_>,
        refusal: Option<(Box<ConnectorError>, bool)>,
        hidden: bool,
        trail: &mut Trail,
    ) -> Result<Vec<TargetObject>> {
        if let Some(candidates) = self.index.look_up(kind, wanted.path, wanted.value) {
            return self.examine(kind, wanted, candidates, trail).await;
        }
        // One listing at a time: the others wait for its index.
        let _turn = self.index.take_turn(kind).await;
        if let Some(candidates) = self.index.look_up(kind, wanted.path, wanted.value) {
            return self.examine(kind, wanted, candidates, trail).await;
        }
        let for_good = refusal.as_ref().is_some_and(|(_, for_good)| *for_good);
        let found = match self.sift(kind, wanted, trail).await {
            Ok(found) => found,
            Err(error) => {
                let passes = matches!(error.kind(), ErrorKind::Transient { .. } | ErrorKind::Unreachable(_));
                return Err(refusal.filter(|_| !passes).map_or(error, |(refusal, _)| *refusal));
            }
        };
        if for_good {
            self.index.learn_unfilterable(kind, wanted.path);
        }
        if found.count() == 0
            && hidden
            && found.silent > 0
            && self.filters_after_all(kind, wanted, trail).await?
        {
            return Err(self.hidden(kind, wanted.path));
        }
        Ok(found.matches())
    }

    async fn sift(&self, kind: ObjectKind, wanted: &Wanted<'_>, trail: &mut Trail) -> Result<Found> {
        let mut draft = self.index.begin(kind, wanted.path);
        let (mut found, mut place, mut requests) = (Found::default(), Place::default(), 0);
        loop {
            requests += 1;
            let page = self.page(kind, None, &place, trail).await?;
            for object in page.objects {
                for value in values_at(wanted.path, &object.body) {
                    draft.add(keys_of(value), &object.id);
                }
                wanted.sort(object, &mut found);
            }
            match page.next {
                Some(next) if next.seen > MAX_LISTED || requests > MAX_REQUESTS => {
                    return Err(self.endless(kind, MAX_LISTED));
                }
                Some(next) => place = next,
                None if page.complete => break,
                None if found.count() > 0 => return Ok(found),
                None => return Err(self.cut_short(kind, page.total)),
            }
        }
        if requests > CHEAP_REQUESTS {
            draft.keep();
        }
        Ok(found)
    }

    /// Reads the objects that an index names: it may be behind.
    async fn examine(
        &self,
        kind: ObjectKind,
        wanted: &Wanted<'_>,
        candidates: Vec<String>,
        trail: &mut Trail,
    ) -> Result<Vec<TargetObject>> {
        let mut found = Found::default();
        for id in candidates.iter().take(MAX_CANDIDATES) {
            let query = (kind == ObjectKind::Group && self.excludes_members())
                .then(|| "excludedAttributes=members".to_owned());
            if let Some(current) = self.fetch_with(kind, id, query, trail).await? {
                wanted.sort(current.object, &mut found);
            }
        }
        Ok(found.matches())
    }

    /// Whether the target answers a question for a random value with nothing.
    async fn filters_after_all(
        &self,
        kind: ObjectKind,
        wanted: &Wanted<'_>,
        trail: &mut Trail,
    ) -> Result<bool> {
        let nobody = Value::String(Uuid::new_v4().to_string());
        let listing = self.filtered(kind, wanted.path, &nobody, trail).await?;
        Ok(listing.is_ok_and(|listing| listing.objects.is_empty()))
    }

    fn hidden(&self, kind: ObjectKind, path: &TargetPath) -> ConnectorError {
        ConnectorError::new(
            ErrorKind::Rejected { attribute: Some(path.to_string()) },
            format!(
                "{} finds {} by {path}, and does not show this attribute, so that nobody can tell whether it is the right one.",
                self.endpoint.host(),
                kind.article_noun()
            ),
            "Match by an attribute that the application shows. Nothing was written.",
        )
        .with_probe()
    }

    fn cut_short(&self, kind: ObjectKind, total: Option<u64>) -> ConnectorError {
        let nouns = kind.nouns();
        let of = total.map(|total| format!(", of {total} that it says it has")).unwrap_or_default();
        ConnectorError::new(
            ErrorKind::Misconfigured,
            format!(
                "{} can neither filter its {nouns} by the matching attribute nor list all of them: the list ends early{of}.",
                self.endpoint.host()
            ),
            "Match by an attribute that the application can filter by, or correct the profile setting paging. Nothing was written, so that nothing is made twice.",
        )
        .with_probe()
    }
}

/// Whether this refusal may be about the filter alone.
fn may_be_about_filter(answer: &Answer) -> bool {
    match answer.status {
        StatusCode::NOT_FOUND => !answer.is_page(),
        status => matches!(status.as_u16(), 400 | 403 | 405 | 414 | 422 | 501),
    }
}

/// Whether this refusal is about the filter whatever its value.
fn refuses_filters(answer: &Answer) -> bool {
    match answer.status.as_u16() {
        403 | 405 | 501 => true,
        400 => Complaint::read(answer).scim_type.eq_ignore_ascii_case("invalidFilter"),
        _ => false,
    }
}
