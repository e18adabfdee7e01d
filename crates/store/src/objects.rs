//! Which object of the directory a row is about: a person or a group.

use crate::{StoreError, convert::word};
use purser_domain::{
    ids::{GroupId, UserId},
    object::ObjectKind,
};
use std::hash::Hash;
use uuid::Uuid;

/// An object of the directory. Ids are never the same for two objects, whatever their kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ObjectId {
    /// A person.
    User(UserId),
    /// A group.
    Group(GroupId),
}

impl ObjectId {
    /// An object of this kind.
    #[must_use]
    pub const fn new(kind: ObjectKind, id: Uuid) -> Self {
        match kind {
            ObjectKind::User => Self::User(UserId::from_uuid(id)),
            ObjectKind::Group => Self::Group(GroupId::from_uuid(id)),
        }
    }

    /// What it is.
    #[must_use]
    pub const fn kind(self) -> ObjectKind {
        match self {
            Self::User(_) => ObjectKind::User,
            Self::Group(_) => ObjectKind::Group,
        }
    }

    /// The bare id.
    #[must_use]
    pub const fn as_uuid(self) -> Uuid {
        match self {
            Self::User(id) => id.as_uuid(),
            Self::Group(id) => id.as_uuid(),
        }
    }

    /// The person; `None` for a group.
    #[must_use]
    pub const fn user(self) -> Option<UserId> {
        match self {
            Self::User(id) => Some(id),
            Self::Group(_) => None,
        }
    }

    /// The group; `None` for a person.
    #[must_use]
    pub const fn group(self) -> Option<GroupId> {
        match self {
            Self::User(_) => None,
            Self::Group(id) => Some(id),
        }
    }

    pub(crate) fn read(kind: &str, id: Uuid) -> Result<Self, StoreError> {
        Ok(Self::new(word("kind of object", kind)?, id))
    }
}

impl From<UserId> for ObjectId {
    fn from(id: UserId) -> Self {
        Self::User(id)
    }
}

impl From<GroupId> for ObjectId {
    fn from(id: GroupId) -> Self {
        Self::Group(id)
    }
}

impl std::fmt::Display for ObjectId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.as_uuid().fmt(f)
    }
}

/// What rows about objects can be looked up by.
pub trait ObjectKey: Copy + Eq + Hash + Into<ObjectId> {
    /// The key of this object, if it is of the right kind.
    fn of(object: ObjectId) -> Option<Self>;
}

impl ObjectKey for ObjectId {
    fn of(object: ObjectId) -> Option<Self> {
        Some(object)
    }
}

impl ObjectKey for UserId {
    fn of(object: ObjectId) -> Option<Self> {
        object.user()
    }
}

impl ObjectKey for GroupId {
    fn of(object: ObjectId) -> Option<Self> {
        object.group()
    }
}
