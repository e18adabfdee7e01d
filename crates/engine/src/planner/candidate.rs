//! Who is looked at, why, with all that planning needs to know about them, and what it came to.
use jiff::Timestamp;
use purser_connectors::Exchange;
use purser_domain::{
    group::Group,
    ids::{LinkId, UserId},
    object::ObjectKind,
    plan::{
        Decision, Link, MatchQuery, Observed, Reference, References, Source, Step, plan_deprovision,
        plan_object,
    },
    scope::{AssignedRole, Scope},
    user::User,
};
use purser_store::{ChangeKind, Member, ObjectId};
use serde_json::Value as Json;

use super::setup::Planner;
use crate::target::failure::Failure;

/// Why an object is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// Everything is, in an initial cycle and in a plan for everybody.
    Directory,
    /// The directory changed.
    Change(ChangeKind),
    /// It failed before, so many times; 0 when the account was gone.
    Retry(u32),
    /// An account that it refers to came, went, or has another id now.
    Reference,
    /// A request for it was under way when the last cycle was cut off.
    Recovery,
    /// Its link was left behind by an object that is gone.
    Orphan,
}

/// An object of the directory.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "pages are of one kind, nearly always people")]
pub(crate) enum Entry {
    Person(User),
    Group(Group),
}

impl Entry {
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Person(user) => user.name(),
            Self::Group(group) => group.display_name.clone(),
        }
    }

    pub(crate) fn person(&self) -> Option<&User> {
        match self {
            Self::Person(user) => Some(user),
            Self::Group(_) => None,
        }
    }
}

/// Something to look at. A page holds objects of one kind.
#[derive(Debug)]
pub(crate) struct Nominee {
    pub(crate) id: ObjectId,
    pub(crate) cause: Cause,
    /// `None` when gone from the directory for good.
    pub(crate) source: Option<Entry>,
}

/// The manager's account, as far as it matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Manager {
    /// No manager, or no mapping for one.
    None,
    /// Their account's id in the target.
    Linked(String),
    /// A manager without an account (yet).
    Unlinked(UserId),
}

/// What the search for an account came to, for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Found {
    Nobody,
    One(String),
    Several(u32),
}

/// An object with all that planning needs.
#[derive(Debug)]
pub(crate) struct Candidate {
    pub(crate) id: ObjectId,
    pub(crate) cause: Cause,
    pub(crate) source: Option<Entry>,
    pub(crate) scope: Scope,
    pub(crate) link: Option<Link>,
    pub(crate) manager: Manager,
    /// Direct members, if this is a group in scope and its mapping wants them.
    pub(crate) members: Vec<Member>,
    /// Members that may or may not be in, as far as the link knows; see `members`.
    pub(crate) unsure: Vec<Json>,
    /// What they may do in the application, for the role functions; empty unless the mapping uses these.
    pub(crate) roles: Vec<AssignedRole>,
    /// The time that the rules see.
    pub(crate) now: Timestamp,
    /// A link whose account turned out to be gone; it goes when nothing takes its place.
    pub(crate) stale: Option<LinkId>,
    /// The questions that were asked.
    pub(crate) asked: Vec<Exchange>,
    pub(crate) found: Option<Found>,
}

impl Candidate {
    pub(crate) fn kind(&self) -> ObjectKind {
        self.id.kind()
    }

    /// The name to show, also of what is gone.
    pub(crate) fn name(&self) -> String {
        match (&self.source, &self.link) {
            (Some(source), _) => source.name(),
            (None, Some(link)) if !link.display_name.is_empty() => link.display_name.clone(),
            _ => self.id.to_string(),
        }
    }

    /// The manager as the plan wants them.
    fn manager_reference(&self) -> Option<Reference<'_>> {
        let source = self.source.as_ref()?.person()?.manager?;
        let account = match &self.manager {
            Manager::Linked(target) => Some(target.as_str()),
            Manager::None | Manager::Unlinked(_) => None,
        };
        Some(Reference { source: source.as_uuid(), account })
    }

    /// Plans for it with what is known of the target. `None` for what is gone and has no link: there is nothing to plan.
    pub(crate) fn plan(&self, planner: &Planner, observed: &Observed) -> Option<Step> {
        let mapping = &planner.rules(self.kind()).mapping;
        let source = match &self.source {
            Some(Entry::Person(user)) => Source::User(user),
            Some(Entry::Group(group)) => Source::Group(group),
            None => return self.link.as_ref().map(|link| plan_deprovision(mapping, link).into()),
        };
        let members: Vec<Reference<'_>> = self
            .members
            .iter()
            .map(|member| Reference { source: member.user.as_uuid(), account: member.account.as_deref() })
            .collect();
        let context = planner.expression_context(self.id, self.now);
        let about = purser_domain::plan::Subject {
            source,
            scope: &self.scope,
            references: References { manager: self.manager_reference(), members: &members },
            roles: &self.roles,
            context: &context,
        };
        Some(plan_object(mapping, about, self.link.as_ref(), observed))
    }
}

/// One object, and what is to be done about it.
#[derive(Debug)]
pub(crate) struct Planned {
    pub(crate) candidate: Candidate,
    pub(crate) outcome: Outcome,
}

/// What planning about one object came to.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// This is to be done. The questions are those by which the account was looked for.
    Decided { decision: Decision, queries: Vec<MatchQuery> },
    /// The target could not answer a question about it.
    Failed(Failure),
    /// What became of an earlier request for it is not known yet; nothing may be sent.
    Unresolved,
    /// The linked account is gone, and nothing is to take its place.
    Gone,
    /// It is gone from the directory and has no link: there is nothing to say about nobody.
    Nobody,
    /// It was not asked about, since the run stops.
    Open,
}
