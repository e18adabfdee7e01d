//! The binary `purser`: configuration, command line, wiring, and everything that speaks HTTP.
//!
//! Two doors lead to one set of use-cases (`purser-service`): the portal's pages ([`web::pages`], made in
//! `purser-app`) and the Graph API ([`graph`]). Nothing here decides what may happen; this room knows who
//! asks ([`web::gate`]), how much they may send, and how an answer looks.
//!
//! ```text
//! cli ─► settings ─► assembly {store, engine, queue, portal} ─► connections ─► web {layers ─► pages | graph | files}
//! ```
//!
//! Invariants:
//! - A route is closed to anonymous callers unless it is on the gate's list.
//! - What changes something must come from our own pages, or carry a token.
//! - No refusal without a sentence, in the form of the door that was asked: a page, Graph's error object, a problem.
//! - One process serves a data folder (`data_lock`).
//! - A secret never stands on a command line, in a log line or in an address but the one-time set-up link.
//!
//! Deliberately absent: rules, SQL, calls to targets.

pub mod assembly;
pub mod cli;
pub mod commands;
pub mod connections;
mod data_lock;
pub mod descriptors;
mod error;
pub mod fault;
pub mod graph;
mod key_file;
mod logging;
mod public_address;
pub mod settings;
pub mod state;
pub mod web;

pub use commands::run;
pub use error::{ServerError, describe};
