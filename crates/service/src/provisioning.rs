//! An application's provisioning: its blade, credentials, target, job, and the rules by which it works.
//!
//! The job: `spec` finds it, `snapshot` reads all that pages show, `blade` and `secrets` change its settings by
//! `settings`, `job` starts, pauses and restarts it, `sentence` and `counts` say how it stands.
//! Credentials: `credentials` and `credential_fields` take them in, `expiry` warns of their end, `consent` gets them.
//! The target: `connection` tests it, `discovery` and `probe` ask what it can do, `profile` holds how it deviates.
//! The rules: `schema` with `schema_changes` and `mapping_view`; `expressions` tries one out on a `sample_object`.
pub(crate) mod blade;
pub(crate) mod blade_view;
pub(crate) mod connection;
pub(crate) mod consent;
pub(crate) mod counts;
pub(crate) mod credential_fields;
pub(crate) mod credentials;
pub(crate) mod discovery;
pub(crate) mod exchange;
pub(crate) mod expiry;
pub(crate) mod expressions;
pub(crate) mod job;
pub(crate) mod mapping_view;
pub(crate) mod probe;
pub(crate) mod probe_runs;
pub(crate) mod profile;
pub(crate) mod profile_view;
pub(crate) mod sample_object;
pub(crate) mod schema;
pub(crate) mod schema_changes;
pub(crate) mod secrets;
pub(crate) mod sentence;
pub(crate) mod settings;
pub(crate) mod snapshot;
pub(crate) mod spec;
