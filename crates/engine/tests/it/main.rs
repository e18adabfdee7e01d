//! Cycles against a SCIM server in memory, with the real store and a clock that stands still.
mod changes;
mod control;
mod crash;
mod group_crash;
mod groups;
mod initial;
mod periodic;
mod planning;
mod references;
mod rules;
mod teams;
mod transcript;
mod trouble;
mod words;
mod world;
