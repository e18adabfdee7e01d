//! `cargo xtask`: the only tool that a newcomer needs.
//!
//! It installs what the project needs, says what it does while it does it, and can be run twice.
//! To add a command: 1. a module, 2. a variant of [`Task`], 3. its line in the README.

mod bench;
mod docs;
mod e2e;
mod fuzz;
mod pages;
mod portal;
mod shell;
mod start;
mod test;
mod tools;
mod versions;
mod wasm_target;
mod workspace;

use anyhow::Result;
use clap::Parser;
use shell::say;
use std::process::ExitCode;
use workspace::Workspace;

/// Purser's tasks.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
enum Task {
    /// Build and serve the portal, and print a one-time set-up link
    Start(start::Start),
    /// Run every test, with the real counterparts it needs
    Test(test::Test),
    /// Run only the journeys through a browser and the API
    E2e(e2e::E2e),
    /// Look for inputs that break the rules
    Fuzz(fuzz::Fuzz),
    /// Measure
    Bench(bench::Bench),
    /// Write the pages in `docs` that are made from the code
    Docs,
    /// Build the release: one file to copy
    Dist,
}

fn main() -> ExitCode {
    match run(Task::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // In sentences and without a backtrace: what is missing or failed is rarely our own code.
            say(&format!("\nError: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<()> {
    let workspace = Workspace::locate()?;
    match task {
        Task::Start(options) => start::start(&workspace, &options),
        Task::Test(options) => test::test(&workspace, &options),
        Task::E2e(options) => e2e::run_all(&workspace, &options),
        Task::Fuzz(options) => fuzz::fuzz(&workspace, &options),
        Task::Bench(options) => bench::bench(&workspace, &options),
        Task::Docs => docs::write(&workspace),
        Task::Dist => {
            pages::build(&workspace, true)?;
            let purser = portal::build(&workspace, true)?;
            say(&format!("The release is one file: {}", purser.display()));
            Ok(())
        }
    }
}
