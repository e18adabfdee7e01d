//! `cargo xtask bench`: speed and memory claims come from here.

use crate::shell::run;
use crate::workspace::Workspace;
use anyhow::Result;

/// What can be measured.
#[derive(Debug, clap::Args)]
pub(crate) struct Bench {
    #[command(subcommand)]
    subject: Subject,
}

#[derive(Debug, clap::Subcommand)]
enum Subject {
    /// An initial cycle against a fast target in the same process, beside a plain client sending the same requests
    Cycle {
        /// People to provision
        #[arg(long, default_value_t = 10_000)]
        users: u32,
    },
    /// The store: a page of a cycle and the change of one person, and what it costs that commits are on the disk
    Store,
    /// The rules for one person: expressions, the default mapping, the plan; fails when a bar is missed by far
    Rules,
}

/// Measures in a release build.
///
/// # Errors
/// When the build or the measurement fails.
pub(crate) fn bench(workspace: &Workspace, options: &Bench) -> Result<()> {
    match options.subject {
        Subject::Cycle { users } => run(workspace
            .cargo()
            .args(["run", "--quiet", "--release", "--package", "purser-engine", "--example", "bench_cycle"])
            .args(["--", "--users", &users.to_string()])),
        Subject::Store => run(workspace.cargo().args([
            "run",
            "--quiet",
            "--release",
            "--package",
            "purser-store",
            "--example",
            "batch_speed",
        ])),
        Subject::Rules => run(workspace.cargo().args([
            "bench",
            "--quiet",
            "--package",
            "purser-domain",
            "--bench",
            "rules",
        ])),
    }
}
