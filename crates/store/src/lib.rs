//! The store: the only room that knows SQL.
//!
//! [`Store`] is opened once and cloned freely. What it offers comes in three kinds:
//!
//! - **Reads** are methods of [`Reads`], to which [`Store`] and [`Tx`] both dereference: each works outside a
//!   transaction and inside one.
//! - **Writes of use-cases** are methods of [`Tx`]. A use-case begins one with [`Store::begin`], writes rows and audit,
//!   and commits; the change feed is written along. Dropping a `Tx` rolls it back.
//! - **Writes of the worker and of sessions** are methods of [`Store`] that are a transaction each: leases, intents,
//!   batches of outcomes.
//!
//! Invariants:
//! - There is one writer connection, so writers queue instead of colliding; the others refuse to write. The
//!   holder of a [`Tx`] must not call a write of [`Store`] or push to a [`TaskQueue`] before it ends: it would wait for
//!   itself.
//! - A commit returns when it is on the disk (`synchronous=FULL`), the queue's too (decision 14).
//! - A change of a person, a group, a membership or an assignment appends its rows to the change feed within the method
//!   of [`Tx`] that makes it, so in the same transaction. A use-case can't forget it, and can't append otherwise.
//! - Lists go by key and are bounded; no offset anywhere.
//! - Rows that humans edit carry a generation; a stale edit is refused with [`StoreError::Stale`].
//! - What names one object by its id and does not find it (`load_`, `update_`, `delete_` …) fails with
//!   [`StoreError::Missing`]; a unique value that is in use is [`StoreError::Taken`]; a secret stored under another master
//!   key is [`StoreError::Secret`]. What takes an `owner` fails with [`StoreError::LeaseLost`], and writes nothing, when the
//!   job's lease is not theirs.
//! - Secrets are encrypted under the master key, bound to their application and name.
//! - Nothing reads a clock: instants are parameters, stored as milliseconds in UTC. Time comes from a [`Clock`].
//! - SQL that is written by hand is in [`bulk`] and, for the queue's own tables, in [`queue`]. It has bound parameters
//!   only.
//!
//! Deliberately absent: rules (`purser-domain`), permissions and audit wording (`purser-service`), the schema
//! (`purser-migrations`, which the caller runs on [`Store::connection`]).
//!
//! To add a table: 1. its statement in `purser-migrations`; 2. its columns in `entities`, where a test compares the two; 3. a module
//! here with its type, its reads on [`Reads`] and its writes on [`Tx`]; 4. a test in `tests/it`. If it holds something that
//! jobs provision by, its writes append to the feed, and `tests/it/feed.rs` lists them.

mod administrators;
mod applications;
mod assignments;
mod audit;
mod batch;
mod bulk;
mod changes;
mod cipher;
mod clock;
mod connection;
mod convert;
mod cycles;
mod engine;
mod entities;
mod error;
mod escrows;
mod groups;
mod imports;
mod intents;
mod jobs;
mod keyset;
mod leases;
mod links;
mod logs;
mod memberships;
mod objects;
mod queue;
mod roles;
mod schemas;
mod scope;
mod secrets;
mod seed;
mod sessions;
mod settings;
mod statuses;
mod tokens;
mod users;

pub use administrators::Administrator;
pub use applications::{AppRole, Application};
pub use assignments::{Assignment, AssignmentCounts, AssignmentRow, Principal, UserAssignment};
pub use audit::{AuditEntry, AuditRow};
pub use batch::{Batch, Progress};
pub use changes::{ChangeKind, ChangeRow};
pub use clock::{Clock, ManualClock, SystemClock, new_id};
pub use connection::{Reads, Store, StoreConfig, Tx};
pub use cycles::ObservedGenerations;
pub use engine::Job;
pub use error::StoreError;
pub use escrows::{Escrow, EscrowKind};
pub use groups::GroupRow;
pub use imports::{Import, ImportError, ImportErrorRow};
pub use intents::{Intent, OpenIntent};
pub use jobs::JobSpec;
pub use keyset::NameKey;
pub use logs::{LogEntry, LogFilter, LogRow};
pub use memberships::Member;
pub use objects::{ObjectId, ObjectKey};
pub use purser_domain::{
    import::ImportState,
    job::{CycleCounts, CycleKind, JobMode},
    scope::ScopeCounts,
};
pub use queue::TaskQueue;
pub use roles::{ImportedRole, RoleChanges, RoleRow};
pub use seed::Seed;
pub use sessions::SessionRecord;
pub use statuses::{FinishedCycle, FinishedCycles, JobStatus, Quarantine, RunningCycle};
pub use tokens::ApiToken;
pub use users::{UserCondition, UserFilter, UserQuery};
