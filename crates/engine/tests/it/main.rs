//! Cycles against a SCIM server in memory, with the real store and a clock that stands still.
mod changes;
mod control;
mod crash;
mod initial;
mod queue;
mod references;
mod rules;
mod trouble;
mod world;
