//! Plans for everybody, page by page, as an initial cycle would, and carries nothing out.
//!
//! It writes to no table and sends no write to the target. What a preview can't know: members and managers whose
//! account this same plan would create are left out, as in a cycle that comes to them later; and an account that an
//! earlier page would delete or change is still seen as it is.
use std::collections::HashSet;

use purser_domain::{
    ids::{GroupId, JobId, LinkId, UserId},
    object::ObjectKind,
    plan::Decision,
};
use purser_store::ObjectId;

use super::{
    candidate::{Nominee, Outcome, Planned},
    claims::Claims,
    setup::Planner,
    sources,
};
use crate::{
    error::{Doing, EngineError},
    settings::EngineDeps,
    target::control::{Control, Stop},
};

/// A plan for everybody in scope of a job, page by page.
///
/// It looks at people, then groups, then links whose object is gone, each link against the account in the target.
pub struct Planning {
    planner: Planner,
    claims: Claims,
    unresolved: HashSet<ObjectId>,
    at: Place,
}

/// How far it is.
#[derive(Debug, Clone, Copy)]
enum Place {
    People(Option<UserId>),
    Groups(Option<GroupId>),
    Orphans(ObjectKind, Option<LinkId>),
    End,
}

/// What is planned for one object.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PlannedObject {
    /// Whose account it is about.
    pub object: ObjectId,
    /// The object's name, or the one that its link remembers.
    pub name: String,
    /// What would happen.
    pub prospect: Prospect,
}

/// What would happen to one object.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Prospect {
    /// This would be done.
    Decided(Decision),
    /// The linked account is gone from the target and is not wanted: the link would say so, or go.
    Gone,
    /// An earlier request for it has no known outcome yet; before anything else, a cycle would find out.
    Unresolved,
    /// The target could not answer a question about it. A cycle would try again later.
    Failed {
        /// For example `Transient`.
        code: String,
        /// What happened.
        reason: String,
        /// What to do.
        advice: String,
    },
}

impl Planning {
    /// Prepares a plan for a job. Nothing is sent yet.
    pub(crate) async fn open(deps: &EngineDeps, job: JobId) -> Result<Self, EngineError> {
        let loaded = deps.store.load_job(job).await.doing("read a job")?;
        let loaded = loaded.ok_or(EngineError::UnknownJob { job })?;
        let planner = Planner::open(deps, loaded, Control::new(), true).map_err(EngineError::target)?;
        let intents = deps.store.list_intents(job).await.doing("read the open intents")?;
        let unresolved = intents.into_iter().map(|open| open.intent.object).collect();
        Ok(Self { planner, claims: Claims::default(), unresolved, at: Place::People(None) })
    }

    /// Plans the next page; `None` when everybody has been planned for. Objects of which there is nothing to say (gone,
    /// and without a link) are left out.
    pub async fn next_page(&mut self) -> Result<Option<Vec<PlannedObject>>, EngineError> {
        let Some(nominees) = self.next_nominees().await? else { return Ok(None) };
        let page = self.planner.plan_page(nominees, &self.unresolved, &mut self.claims).await?;
        if self.planner.line.stopped() == Some(Stop::Target)
            && let Some(trouble) = self.planner.line.take_trouble()
        {
            return Err(EngineError::target(trouble));
        }
        self.claims.keep(&self.planner, &page);
        Ok(Some(page.into_iter().filter_map(PlannedObject::of).collect()))
    }

    async fn next_nominees(&mut self) -> Result<Option<Vec<Nominee>>, EngineError> {
        let (planner, size) = (&self.planner, self.planner.page_size());
        loop {
            let (nominees, next) = match self.at {
                Place::People(after) => {
                    let people = sources::page_people(planner, after, size).await?;
                    let last = people.last().and_then(|nominee| nominee.id.user());
                    (people, last.map_or(Place::Groups(None), |last| Place::People(Some(last))))
                }
                Place::Groups(_) if !planner.provisions(ObjectKind::Group) => {
                    (Vec::new(), Place::Orphans(ObjectKind::User, None))
                }
                Place::Groups(after) => {
                    let groups = sources::page_groups(planner, after, size).await?;
                    let last = groups.last().and_then(|nominee| nominee.id.group());
                    let end = Place::Orphans(ObjectKind::User, None);
                    (groups, last.map_or(end, |last| Place::Groups(Some(last))))
                }
                Place::Orphans(kind, after) => match sources::page_orphans(planner, kind, after, size).await?
                {
                    Some((orphans, last)) => (orphans, Place::Orphans(kind, Some(last))),
                    None if kind == ObjectKind::User && planner.provisions(ObjectKind::Group) => {
                        (Vec::new(), Place::Orphans(ObjectKind::Group, None))
                    }
                    None => (Vec::new(), Place::End),
                },
                Place::End => return Ok(None),
            };
            self.at = next;
            if !nominees.is_empty() {
                return Ok(Some(nominees));
            }
        }
    }
}

impl std::fmt::Debug for Planning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Planning").field("at", &self.at).finish_non_exhaustive()
    }
}

impl PlannedObject {
    fn of(planned: Planned) -> Option<Self> {
        let Planned { candidate, outcome } = planned;
        let prospect = match outcome {
            Outcome::Decided { decision, .. } => Prospect::Decided(decision),
            Outcome::Gone => Prospect::Gone,
            Outcome::Unresolved => Prospect::Unresolved,
            Outcome::Failed(failure) => {
                Prospect::Failed { code: failure.code, reason: failure.reason, advice: failure.advice }
            }
            Outcome::Nobody | Outcome::Open => return None,
        };
        Some(Self { object: candidate.id, name: candidate.name(), prospect })
    }
}
