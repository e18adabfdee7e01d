//! Who is in scope of a job.
//!
//! Out of scope and *soft deleted* (in the sense of `[IsSoftDeleted]`) are the same thing seen from two
//! sides: unassigned, filtered out, soft-deleted in the directory, or not enabled.
mod compile;
mod compiled;
mod condition;
pub mod documentation;
mod filter;
mod operator;
mod pattern;
mod source;

pub use compile::{FilterProblem, MAX_CLAUSES, MAX_GROUPS, MAX_TITLE, MAX_VALUE_CHARACTERS, MAX_VALUES};
pub use compiled::{CompiledClause, CompiledFilter, CompiledGroup, Verdict};
pub use condition::{Bound, Condition, Test};
pub use filter::{Clause, ClauseGroup, Operator, ScopingFilter};
pub use operator::{Arity, FilterExample, MultivaluedComparison, OPERATORS, OperatorDefinition};
pub use pattern::Pattern;
pub use source::{MEMBER_OF, names as filter_attributes};

use crate::ids::{GroupId, RoleId};
use crate::vocabulary::vocabulary;

vocabulary! {
    /// The job's scope setting.
    pub enum ScopeMode {
        /// Sync only assigned users and groups.
        Assigned = "assigned",
        /// Sync all users and groups.
        All = "all",
    }
}

/// One role that a person has in the application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Entitlement {
    /// The role.
    pub role: RoleId,
    /// The group through which the person has it; `None` when assigned directly.
    pub via_group: Option<GroupId>,
}

/// All that the decision is made from.
#[derive(Debug, Clone, Copy)]
pub struct ScopeFacts<'a> {
    /// The job's setting.
    pub scope: ScopeMode,
    /// Whether *Default Access* counts as a role; normally it does not.
    pub default_access_counts: bool,
    /// The person may sign in.
    pub account_enabled: bool,
    /// The person is soft-deleted in the directory.
    pub soft_deleted: bool,
    /// The person's roles in the application.
    pub roles: &'a [Entitlement],
}

/// Why an object is left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SkipReason {
    /// Not assigned, while only assigned people are in scope.
    NotAssigned,
    /// Assigned, but with no role that counts, as *Default Access* does not.
    NotEntitled,
    /// Did not pass a scoping filter.
    FilteredOut,
    /// Soft-deleted in the directory.
    SoftDeleted,
    /// May not sign in.
    AccountDisabled,
    /// The target already has what the source says.
    AlreadyMatches,
    /// Out of scope, and disabled in the target already.
    AlreadyDisabled,
    /// Gone from the directory, but unassigned before that: no longer ours.
    NoLongerManaged,
    /// Out of scope, but no mapping reads `[IsSoftDeleted]`, so nothing says what disabling means.
    NothingDisables,
    /// No value for any matching attribute.
    NoMatchingValue,
    /// The object mapping is switched off.
    MappingDisabled,
    /// *Create* is not ticked.
    CreateOff,
    /// *Update* is not ticked.
    UpdateOff,
    /// *Delete* is not ticked.
    DeleteOff,
}

impl SkipReason {
    /// The reason as a sentence for the log.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::NotAssigned => "This object is not assigned to the application.",
            Self::NotEntitled => "This object does not have required entitlement for provisioning.",
            Self::FilteredOut => "This object did not pass a scoping filter.",
            Self::SoftDeleted => "This object is deleted in the directory.",
            Self::AccountDisabled => "This object's account is not enabled in the directory.",
            Self::AlreadyMatches => {
                "The state of the entry in both the source and target systems already match. No change currently needs to be made."
            }
            Self::AlreadyDisabled => "This object is out of scope and its account is already disabled.",
            Self::NoLongerManaged => {
                "This object had left the scope before it was deleted in the directory, so its disabled account is no longer managed and stays."
            }
            Self::NothingDisables => {
                "This object left the scope, but no attribute mapping uses [IsSoftDeleted], so nothing disables its account."
            }
            Self::NoMatchingValue => {
                "This object has no value for any matching attribute, so its account cannot be found. Fill in the attribute in the directory."
            }
            Self::MappingDisabled => "The mapping for this kind of object is not enabled.",
            Self::CreateOff => "The target object action Create is not ticked, so no account is created.",
            Self::UpdateOff => {
                "The target object action Update is not ticked, so the account is not changed or disabled."
            }
            Self::DeleteOff => "The target object action Delete is not ticked, so the account stays.",
        }
    }
}

vocabulary! {
    /// Why an account was disabled; decides what happens when its person is deleted for good.
    pub enum DisableCause {
        /// No longer assigned, or not with a role that counts.
        Unassigned = "unassigned",
        /// No longer passes the scoping filters.
        OutOfScope = "outOfScope",
        /// Soft-deleted in the directory.
        SoftDeleted = "softDeleted",
        /// May not sign in any more.
        AccountDisabled = "accountDisabled",
    }
}

/// The decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// The person gets, or keeps, an enabled account.
    pub in_scope: bool,
    /// Why not, in the order in which the log lists them; empty when in scope.
    pub reasons: Vec<SkipReason>,
}

impl Scope {
    /// The value of `[IsSoftDeleted]`.
    #[must_use]
    pub fn is_soft_deleted(&self) -> bool {
        !self.in_scope
    }

    /// What a disabled account is remembered to have been disabled for; `None` when in scope.
    ///
    /// It decides what happens when the person is deleted for good, so deletion in the directory goes
    /// before losing the assignment, and that before a switched-off account.
    #[must_use]
    pub fn cause(&self) -> Option<DisableCause> {
        let has = |reason| self.reasons.contains(&reason);
        if self.in_scope {
            None
        } else if has(SkipReason::SoftDeleted) {
            Some(DisableCause::SoftDeleted)
        } else if has(SkipReason::NotAssigned) || has(SkipReason::NotEntitled) {
            Some(DisableCause::Unassigned)
        } else if has(SkipReason::AccountDisabled) {
            Some(DisableCause::AccountDisabled)
        } else {
            Some(DisableCause::OutOfScope)
        }
    }
}

/// Decides whether a person is in scope.
#[must_use]
pub fn decide_scope(facts: &ScopeFacts<'_>) -> Scope {
    let mut reasons = Vec::new();
    if facts.scope == ScopeMode::Assigned {
        if facts.roles.is_empty() {
            reasons.push(SkipReason::NotAssigned);
        }
        let counts = |entitlement: &Entitlement| {
            facts.default_access_counts || entitlement.role != RoleId::DEFAULT_ACCESS
        };
        if !facts.roles.iter().any(counts) {
            reasons.push(SkipReason::NotEntitled);
        }
    }
    if facts.soft_deleted {
        reasons.push(SkipReason::SoftDeleted);
    }
    if !facts.account_enabled {
        reasons.push(SkipReason::AccountDisabled);
    }
    Scope { in_scope: reasons.is_empty(), reasons }
}

#[cfg(test)]
mod filter_tests;

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const DEFAULT: Entitlement = Entitlement { role: RoleId::DEFAULT_ACCESS, via_group: None };
    const MEMBER: Entitlement = Entitlement { role: RoleId::from_uuid(Uuid::max()), via_group: None };

    fn facts(roles: &[Entitlement]) -> ScopeFacts<'_> {
        ScopeFacts {
            scope: ScopeMode::Assigned,
            default_access_counts: false,
            account_enabled: true,
            soft_deleted: false,
            roles,
        }
    }

    #[test]
    fn one_role_that_counts_is_enough() {
        assert!(decide_scope(&facts(&[DEFAULT, MEMBER])).in_scope);
        assert_eq!(decide_scope(&facts(&[MEMBER])).cause(), None);
    }

    #[test]
    fn default_access_does_not_count_unless_the_job_says_so() {
        let scope = decide_scope(&facts(&[DEFAULT]));
        assert_eq!(scope.reasons, [SkipReason::NotEntitled]);
        assert!(scope.is_soft_deleted());
        assert!(decide_scope(&ScopeFacts { default_access_counts: true, ..facts(&[DEFAULT]) }).in_scope);
    }

    #[test]
    fn with_scope_all_nobody_needs_an_assignment() {
        assert!(decide_scope(&ScopeFacts { scope: ScopeMode::All, ..facts(&[]) }).in_scope);
        assert_eq!(decide_scope(&facts(&[])).reasons, [SkipReason::NotAssigned, SkipReason::NotEntitled]);
    }

    #[test]
    fn each_cause_alone_puts_a_person_out_of_scope() {
        let disabled = decide_scope(&ScopeFacts { account_enabled: false, ..facts(&[MEMBER]) });
        assert_eq!(disabled.cause(), Some(DisableCause::AccountDisabled));
        let deleted = decide_scope(&ScopeFacts { soft_deleted: true, ..facts(&[MEMBER]) });
        assert_eq!(deleted.cause(), Some(DisableCause::SoftDeleted));
        assert_eq!(decide_scope(&facts(&[])).cause(), Some(DisableCause::Unassigned));
    }

    #[test]
    fn deletion_in_the_directory_is_the_cause_that_counts_most() {
        let all = ScopeFacts { soft_deleted: true, account_enabled: false, ..facts(&[]) };
        assert_eq!(decide_scope(&all).cause(), Some(DisableCause::SoftDeleted));
        let left = ScopeFacts { account_enabled: false, ..facts(&[]) };
        assert_eq!(decide_scope(&left).cause(), Some(DisableCause::Unassigned));
    }
}
