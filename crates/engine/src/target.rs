//! The line to a target: it talks, and decides nothing about people.
//!
//! `vault` makes of a job's configuration what a connector needs; `line` sends one request, repeats it where that is
//! safe, and judges whether a failure concerns one object or the target as a whole; `pool` keeps many under way, as
//! `gate` allows; `control` says when to stop.
pub(crate) mod control;
pub(crate) mod conversation;
pub(crate) mod failure;
pub(crate) mod gate;
pub(crate) mod line;
mod pool;
pub(crate) mod search;
pub(crate) mod vault;
