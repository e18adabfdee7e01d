//! The whole router in process: no port, a real database in a folder of its own.
//!
//! To add a path: its line in `graph_line`, its bad inputs in `graph_input`. That it is closed to
//! anonymous callers, `gate` finds out by itself.

#![expect(clippy::unwrap_used, clippy::panic, reason = "in tests a panic is how one says no")]

mod connections;
mod document;
mod eval;
mod expression_builder;
mod gate;
mod graph_input;
mod graph_line;
mod graph_schema;
mod harness;
mod hostile;
mod input;
mod sessions;
mod statements;
mod strangers;
mod target;
