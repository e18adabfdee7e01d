//! Ids: one newtype over `Uuid` for each kind of object, so that a user's id can't be passed for a job's.
//!
//! New ids are made by the store, which owns the clock; here they only get their type.
//! To add a kind: one line in the list below.
use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($( $(#[$meta:meta])* $name:ident; )+) => { $(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Gives a uuid this type.
            #[must_use]
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The bare uuid.
            #[must_use]
            pub const fn as_uuid(self) -> Uuid {
                self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )+ };
}

ids! {
    /// A person of the directory.
    UserId;
    /// A group of the directory.
    GroupId;
    /// An application; in the API a service principal.
    AppId;
    /// A role of an application.
    RoleId;
    /// A user or group assigned to an application.
    AssignmentId;
    /// The provisioning of one application.
    JobId;
    /// One run of a job.
    CycleId;
    /// An administrator of Purser.
    AdminId;
    /// An API token.
    TokenId;
    /// A CSV import.
    ImportId;
    /// A row of the provisioning log.
    ChangeId;
    /// A link between a source object and a target object.
    LinkId;
}

impl RoleId {
    /// *Default Access*, the role of those who were assigned without one. It does not count for
    /// provisioning unless the job says so.
    pub const DEFAULT_ACCESS: Self = Self(Uuid::nil());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_from_its_text_and_travels_as_a_bare_string() {
        let id: UserId = "0193c0de-0000-7000-8000-000000000001".parse().unwrap();
        assert_eq!(id.to_string().parse::<UserId>().unwrap(), id);
        assert_eq!(serde_json::to_value(id).unwrap(), serde_json::json!(id.to_string()));
        assert!("nonsense".parse::<UserId>().is_err());
    }
}
