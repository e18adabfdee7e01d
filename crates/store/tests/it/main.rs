//! The store on real SQLite files, with the real migrations.

mod directory;
mod engine;
mod feed;
mod groups;
mod jobs;
mod migrations;
mod people;
mod queue;
mod scope;
mod support;
