//! A group of the directory. Its members are rows of their own in the store.
use crate::ids::GroupId;
use jiff::Timestamp;

/// A group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Id.
    pub id: GroupId,
    /// Name, never empty.
    pub display_name: String,
    /// Free text.
    pub description: Option<String>,
    /// Mail nickname.
    pub mail_nickname: Option<String>,
    /// Grows with every edit; an edit made from an older one is refused.
    pub generation: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}
