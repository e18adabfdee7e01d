//! The object that a mapping reads, with everything around it that rows can ask for.
use crate::expression::Context;
use crate::expression::roles::RoleAssignment;
use crate::group::Group;
use crate::object::IS_SOFT_DELETED;
use crate::scope::{AssignedRole, Scope};
use crate::user::{User, strip_guest_suffix};
use crate::value::Value;
use uuid::Uuid;

/// An object of the directory.
#[derive(Debug, Clone, Copy)]
pub enum Source<'a> {
    /// A person, soft-deleted ones included.
    User(&'a User),
    /// A group.
    Group(&'a Group),
}

/// An object of the directory that another refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Reference<'a> {
    /// Its id in the directory.
    pub source: Uuid,
    /// Its account's id in the target; `None` while it has none.
    pub account: Option<&'a str>,
}

/// The objects that this one refers to.
#[derive(Debug, Clone, Copy, Default)]
pub struct References<'a> {
    /// A person's manager.
    pub manager: Option<Reference<'a>>,
    /// A group's members, each once.
    pub members: &'a [Reference<'a>],
}

/// The object that the plan is about.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The object.
    pub source: Source<'a>,
    /// Whether it is in scope.
    pub scope: &'a Scope,
    /// What it refers to. Only what the mapping reads matters
    /// ([`reads_manager`](super::CompiledMapping::reads_manager),
    /// [`reads_members`](super::CompiledMapping::reads_members)).
    pub references: References<'a>,
    /// `[appRoleAssignments]`; only matters when the mapping
    /// [`uses_roles`](super::CompiledMapping::uses_roles).
    pub roles: &'a [AssignedRole],
    /// The clock, and so on. The seed is the person's: each random row draws from a seed of its own that is made
    /// from it.
    pub context: &'a Context<'a>,
}

/// What rows read. Of an object that is gone there is no source left.
#[derive(Clone, Copy)]
pub(crate) struct Reading<'a> {
    pub(crate) source: Option<Source<'a>>,
    pub(crate) is_soft_deleted: bool,
    pub(crate) references: References<'a>,
    pub(crate) roles: &'a [AssignedRole],
    pub(crate) context: &'a Context<'a>,
}

impl<'a> Subject<'a> {
    pub(crate) fn reading(self) -> Reading<'a> {
        Reading {
            source: Some(self.source),
            is_soft_deleted: self.scope.is_soft_deleted(),
            references: self.references,
            roles: self.roles,
            context: self.context,
        }
    }
}

impl<'a> Reading<'a> {
    /// Nothing is known but that the account is to be disabled.
    pub(crate) fn of_nobody(context: &'a Context<'a>) -> Self {
        Self { source: None, is_soft_deleted: true, references: References::default(), roles: &[], context }
    }

    /// The value that an expression reads under this name.
    pub(super) fn read(&self, name: &str) -> Option<Value> {
        if name == IS_SOFT_DELETED {
            return Some(self.soft_deleted_text());
        }
        match (name, self.source?) {
            ("manager", Source::User(_)) => self.manager_account().map(Value::text),
            ("appRoleAssignments", Source::User(_)) => self.role_list(),
            ("userPrincipalName", Source::User(user)) => {
                let name = user.attributes.user_principal_name.as_deref().filter(|name| !name.is_empty());
                name.map(|name| Value::text(strip_guest_suffix(name)))
            }
            (_, Source::User(user)) => user.source_value(name),
            ("members", Source::Group(_)) => {
                let accounts = self.references.members.iter().filter_map(|member| member.account);
                let accounts: Vec<Value> = accounts.map(Value::text).collect();
                (!accounts.is_empty()).then_some(Value::List(accounts))
            }
            (_, Source::Group(group)) => group.source_value(name),
        }
    }

    /// Text, not a boolean, since Switch compares with "True" and "False".
    pub(super) fn soft_deleted_text(&self) -> Value {
        Value::text(if self.is_soft_deleted { "True" } else { "False" })
    }

    pub(super) fn manager_account(&self) -> Option<&'a str> {
        self.references.manager.and_then(|manager| manager.account)
    }

    /// What the role functions take.
    fn role_list(&self) -> Option<Value> {
        let object = |role: &AssignedRole| {
            let value = role.value.as_ref().unwrap_or(&role.display_name).clone();
            RoleAssignment { id: role.id.to_string(), value, display_name: role.display_name.clone() }
                .to_value()
        };
        (!self.roles.is_empty()).then(|| Value::List(self.roles.iter().map(object).collect()))
    }
}
