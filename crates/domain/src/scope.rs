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
mod source;

pub use compile::{FilterProblem, MAX_CLAUSES, MAX_GROUPS, MAX_TITLE, MAX_VALUE_CHARACTERS, MAX_VALUES};
pub use compiled::{CompiledFilter, Verdict};
pub use filter::{Clause, ClauseGroup, Operator, ScopingFilter};
pub use operator::{Arity, FilterExample, MultivaluedComparison, OPERATORS, OperatorDefinition};
pub use source::{MEMBER_OF, names as filter_attributes};

use crate::ids::{GroupId, RoleId};
use crate::vocabulary;
use serde::{Deserialize, Serialize};

vocabulary! {
    /// The job's scope setting.
    pub enum ScopeMode {
        /// Sync only assigned users and groups.
        Assigned = "assigned",
        /// Sync all users and groups.
        All = "all",
    }
}

impl ScopeMode {
    /// The setting as the portal words it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Assigned => "Sync only assigned users and groups",
            Self::All => "Sync all users and groups",
        }
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

/// A role of the application that a person has, with what the role functions tell the target about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssignedRole {
    /// The role.
    pub id: RoleId,
    /// What the target calls it; roles without a value go by their name.
    pub value: Option<String>,
    /// Its name.
    pub display_name: String,
}

/// What the scoping filters say about an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilterVerdict<'a> {
    /// It passes one of them, or there are none.
    Passed,
    /// It passes none; each clause that failed, in words.
    Failed(&'a [String]),
    /// It can't be told, and this is why: the object is left as it is until the filter is repaired.
    Undecidable(&'a str),
}

/// All that the decision is made from.
///
/// Groups are decided from the same facts: they are always enabled, and one that was deleted is gone rather
/// than soft-deleted ([`ScopeFacts::of_group`]).
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
    /// The object's roles in the application.
    pub roles: &'a [Entitlement],
    /// What the mapping's scoping filters say.
    pub filter: FilterVerdict<'a>,
}

impl<'a> ScopeFacts<'a> {
    /// The facts about a group.
    #[must_use]
    pub fn of_group(
        scope: ScopeMode,
        default_access_counts: bool,
        roles: &'a [Entitlement],
        filter: FilterVerdict<'a>,
    ) -> Self {
        Self { scope, default_access_counts, account_enabled: true, soft_deleted: false, roles, filter }
    }
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
    /// The target already has what the source says: it was asked.
    AlreadyMatches,
    /// The source says what was exported last; the target was not asked.
    AlreadyExported,
    /// Attributes have lost their values, and their clear flow is off.
    KeepsLost,
    /// A row says that the whole object is to be left as it is.
    ObjectIgnored,
    /// Out of scope, and disabled in the target already.
    AlreadyDisabled,
    /// Gone from the directory, but unassigned before that: no longer ours.
    NoLongerManaged,
    /// Out of scope, but no row that reads `[IsSoftDeleted]` has a value, so nothing says what disabling means.
    NothingDisables,
    /// Gone from the directory, and what disables its account needs to know more about it than that.
    DisablingNeedsObject,
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
    /// A group that is gone or left the scope, and that the target had before Purser managed it.
    WasThereBefore,
    /// A group that is gone or left the scope, and can't be deleted.
    GroupReleased,
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
                "The state of the entry in both the source and target systems already match, as the application has just answered. No change currently needs to be made."
            }
            Self::AlreadyExported => {
                "The attribute mapping gives what Purser exported last, so no change needs to be made. The application was not asked."
            }
            Self::KeepsLost => {
                "An attribute has no value in the directory any more. Clear flow is off for it, so the application keeps what it has."
            }
            Self::ObjectIgnored => {
                "An expression of the attribute mapping gives IgnoreObjectFlow, so this object is left as it is."
            }
            Self::AlreadyDisabled => "This object is out of scope, and its account was disabled before.",
            Self::NoLongerManaged => {
                "This object had left the scope before it was deleted in the directory, so its disabled account is no longer managed and stays."
            }
            Self::NothingDisables => {
                "This object left the scope, but no attribute mapping that uses [IsSoftDeleted] has a value for it, so nothing disables its account."
            }
            Self::DisablingNeedsObject => {
                "This object is gone from the directory, and every attribute mapping that would disable its account needs more of it than [IsSoftDeleted]. Disable the account in the application."
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
            Self::WasThereBefore => {
                "This group was in the application before it was provisioned, so it is not deleted there."
            }
            Self::GroupReleased => {
                "This group is no longer managed. It stays in the application as it is, with its members."
            }
        }
    }

    /// The sentence, with the clauses that failed where it is about scoping filters.
    #[must_use]
    pub fn explain(self, details: &[String]) -> String {
        let sentence = self.sentence();
        match (self, details) {
            (_, []) => sentence.to_owned(),
            (Self::FilteredOut, clauses) => {
                format!("{}: {}.", sentence.trim_end_matches('.'), clauses.join("; "))
            }
            (Self::KeepsLost, [path]) => sentence.replacen("An attribute has", &format!("{path} has"), 1),
            (Self::KeepsLost, paths) => format!(
                "{} have no value in the directory any more. Clear flow is off for them, so the application keeps what it has.",
                paths.join(", ")
            ),
            _ => sentence.to_owned(),
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
    /// The object gets, or keeps, an enabled account.
    pub in_scope: bool,
    /// Why not, in the order in which the log lists them; empty when in scope or undecided.
    pub reasons: Vec<SkipReason>,
    /// The clauses of the scoping filters that failed, each as a sentence; empty unless one of the reasons is
    /// [`SkipReason::FilteredOut`].
    pub failed_clauses: Vec<String>,
    /// The assignment that counts: the direct one before those by a group. `None` when there is none, also in
    /// scope *Sync all*, which needs none.
    pub assignment: Option<Entitlement>,
    /// Why the scoping filters could not be decided, unless the object is out of scope anyway. Then nothing may be done
    /// about it.
    pub undecided: Option<String>,
}

impl Scope {
    /// The value of `[IsSoftDeleted]`: unassigned, filtered out, soft-deleted in the directory, or not enabled
    /// (section 3.5 of the fact sheet).
    #[must_use]
    pub(crate) fn is_soft_deleted(&self) -> bool {
        !self.in_scope
    }

    /// The reasons as sentences; the one about scoping filters names the clauses.
    #[must_use]
    pub fn explain(&self) -> Vec<String> {
        self.reasons.iter().map(|reason| reason.explain(&self.failed_clauses)).collect()
    }

    /// What a disabled account is remembered to have been disabled for; `None` when in scope.
    ///
    /// It decides what happens when the person is deleted for good, so deletion in the directory goes
    /// before losing the assignment or failing the filters, and that before a switched-off account.
    #[must_use]
    pub fn cause(&self) -> Option<DisableCause> {
        let has = |reason| self.reasons.contains(&reason);
        if self.in_scope {
            None
        } else if has(SkipReason::SoftDeleted) {
            Some(DisableCause::SoftDeleted)
        } else if has(SkipReason::NotAssigned) || has(SkipReason::NotEntitled) {
            Some(DisableCause::Unassigned)
        } else if has(SkipReason::FilteredOut) {
            Some(DisableCause::OutOfScope)
        } else {
            Some(DisableCause::AccountDisabled)
        }
    }
}

/// Decides whether an object is in scope.
#[must_use]
pub fn decide_scope(facts: &ScopeFacts<'_>) -> Scope {
    let counts = |entitlement: &&Entitlement| {
        facts.default_access_counts || entitlement.role != RoleId::DEFAULT_ACCESS
    };
    // Ordered by what they are, so that the answer does not hang on the order in which they were read.
    let order = |entitlement: &Entitlement| (entitlement.via_group, entitlement.role);
    let assignment = facts.roles.iter().filter(counts).min_by_key(|entitlement| order(entitlement)).copied();
    let mut reasons = Vec::new();
    if facts.scope == ScopeMode::Assigned {
        if facts.roles.is_empty() {
            reasons.push(SkipReason::NotAssigned);
        }
        if assignment.is_none() {
            reasons.push(SkipReason::NotEntitled);
        }
    }
    let (mut failed_clauses, mut undecided) = (Vec::new(), None);
    match facts.filter {
        FilterVerdict::Passed => {}
        FilterVerdict::Failed(clauses) => {
            reasons.push(SkipReason::FilteredOut);
            failed_clauses.extend_from_slice(clauses);
        }
        FilterVerdict::Undecidable(message) => undecided = Some(message.to_owned()),
    }
    if facts.soft_deleted {
        reasons.push(SkipReason::SoftDeleted);
    }
    if !facts.account_enabled {
        reasons.push(SkipReason::AccountDisabled);
    }
    // An object that is out of scope anyway is out, whatever the filters would say.
    let undecided = undecided.filter(|_| reasons.is_empty());
    let in_scope = reasons.is_empty() && undecided.is_none();
    Scope { in_scope, reasons, failed_clauses, assignment, undecided }
}

/// What a scope lets in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopeCounts {
    /// People who were looked at: all who are not soft-deleted, if the count is complete.
    pub people: u64,
    /// Those of them who are assigned with a role that counts, directly or through a group that they are a direct
    /// member of; `None` when the scope does not ask for assignments.
    pub assigned: Option<u64>,
    /// Those of them in scope: enabled, assigned if the scope asks for it, and passing the filter.
    pub in_scope: u64,
    /// Those of them for whom the filter could not be decided, as a pattern took more steps than it may. They are not
    /// among those in scope.
    pub undecidable: u64,
    /// False when counting was given up, since it took too long or could not be decided for too many; then the counts
    /// are about the people who were looked at until then.
    pub complete: bool,
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
            filter: FilterVerdict::Passed,
        }
    }

    #[test]
    fn one_role_that_counts_is_enough() {
        let scope = decide_scope(&facts(&[DEFAULT, MEMBER]));
        assert!(scope.in_scope && !scope.is_soft_deleted());
        assert_eq!((scope.assignment, scope.cause()), (Some(MEMBER), None));
    }

    #[test]
    fn the_assignment_that_counts_is_named_the_direct_one_first_whatever_their_order() {
        let group = |number| Some(GroupId::from_uuid(Uuid::from_u128(number)));
        let by_group = |number| Entitlement { via_group: group(number), ..MEMBER };
        let counting = |roles: &[Entitlement]| decide_scope(&facts(roles)).assignment;
        assert_eq!(counting(&[by_group(2), MEMBER, DEFAULT]), Some(MEMBER));
        assert_eq!(counting(&[by_group(2), by_group(1), DEFAULT]), Some(by_group(1)));
        assert_eq!(counting(&[by_group(1), DEFAULT, by_group(2)]), Some(by_group(1)));
        assert_eq!(counting(&[DEFAULT]), None);
    }

    #[test]
    fn default_access_does_not_count_unless_the_job_says_so() {
        let scope = decide_scope(&facts(&[DEFAULT]));
        assert_eq!(scope.reasons, [SkipReason::NotEntitled]);
        assert!(scope.is_soft_deleted());
        let scope = decide_scope(&ScopeFacts { default_access_counts: true, ..facts(&[DEFAULT]) });
        assert_eq!((scope.in_scope, scope.assignment), (true, Some(DEFAULT)));
    }

    #[test]
    fn with_scope_all_nobody_needs_an_assignment_but_the_filters_still_hold() {
        let all = ScopeFacts { scope: ScopeMode::All, ..facts(&[]) };
        assert!(decide_scope(&all).in_scope);
        let clauses = ["country EQUALS DE".to_owned()];
        let scope = decide_scope(&ScopeFacts { filter: FilterVerdict::Failed(&clauses), ..all });
        assert_eq!((scope.reasons, scope.failed_clauses), (vec![SkipReason::FilteredOut], clauses.to_vec()));
        assert_eq!(decide_scope(&facts(&[])).reasons, [SkipReason::NotAssigned, SkipReason::NotEntitled]);
    }

    #[test]
    fn each_cause_alone_puts_a_person_out_of_scope() {
        let disabled = decide_scope(&ScopeFacts { account_enabled: false, ..facts(&[MEMBER]) });
        assert_eq!(disabled.cause(), Some(DisableCause::AccountDisabled));
        let deleted = decide_scope(&ScopeFacts { soft_deleted: true, ..facts(&[MEMBER]) });
        assert_eq!(deleted.cause(), Some(DisableCause::SoftDeleted));
        let filtered = decide_scope(&ScopeFacts { filter: FilterVerdict::Failed(&[]), ..facts(&[MEMBER]) });
        assert_eq!(filtered.cause(), Some(DisableCause::OutOfScope));
        assert_eq!(decide_scope(&facts(&[])).cause(), Some(DisableCause::Unassigned));
        assert!([&disabled, &deleted, &filtered].iter().all(|scope| scope.is_soft_deleted()));
    }

    #[test]
    fn deletion_in_the_directory_is_the_cause_that_counts_most() {
        let all = ScopeFacts { soft_deleted: true, account_enabled: false, ..facts(&[]) };
        assert_eq!(decide_scope(&all).cause(), Some(DisableCause::SoftDeleted));
        let left = ScopeFacts { account_enabled: false, ..facts(&[]) };
        assert_eq!(decide_scope(&left).cause(), Some(DisableCause::Unassigned));
        let filtered =
            ScopeFacts { account_enabled: false, filter: FilterVerdict::Failed(&[]), ..facts(&[MEMBER]) };
        assert_eq!(decide_scope(&filtered).cause(), Some(DisableCause::OutOfScope));
    }

    #[test]
    fn reasons_are_told_in_the_words_of_the_original_with_each_clause_that_failed() {
        let clauses = ["department EQUALS Sales".to_owned(), "city IS NOT NULL".to_owned()];
        let scope = decide_scope(&ScopeFacts { filter: FilterVerdict::Failed(&clauses), ..facts(&[]) });
        assert_eq!(
            scope.explain(),
            [
                "This object is not assigned to the application.",
                "This object does not have required entitlement for provisioning.",
                "This object did not pass a scoping filter: department EQUALS Sales; city IS NOT NULL.",
            ]
        );
    }

    #[test]
    fn who_is_out_of_scope_anyway_needs_no_decision_of_the_filters() {
        let undecidable = FilterVerdict::Undecidable("too long");
        let open = decide_scope(&ScopeFacts { filter: undecidable, ..facts(&[MEMBER]) });
        assert_eq!((open.in_scope, open.undecided.as_deref()), (false, Some("too long")));
        let left = decide_scope(&ScopeFacts { filter: undecidable, ..facts(&[]) });
        assert_eq!((left.undecided, left.reasons.len()), (None, 2));
    }

    #[test]
    fn groups_are_decided_by_assignment_and_filter_alone() {
        let of = |roles, filter| {
            decide_scope(&ScopeFacts::of_group(ScopeMode::Assigned, false, roles, filter)).reasons
        };
        assert_eq!(of(&[MEMBER], FilterVerdict::Passed), []);
        assert_eq!(of(&[], FilterVerdict::Passed), [SkipReason::NotAssigned, SkipReason::NotEntitled]);
        assert_eq!(of(&[MEMBER], FilterVerdict::Failed(&[])), [SkipReason::FilteredOut]);
    }
}
