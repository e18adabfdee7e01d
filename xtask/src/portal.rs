//! Building the binary `purser` and running it.

use crate::shell::{run, step};
use crate::workspace::Workspace;
use anyhow::Result;
use std::path::PathBuf;

/// Builds `purser`; answers where it is.
///
/// # Errors
/// When cargo cannot build it.
pub(crate) fn build(workspace: &Workspace, release: bool) -> Result<PathBuf> {
    step("the binary purser", || {
        let mut cargo = workspace.cargo();
        cargo.args(["build", "--quiet", "--package", "purser-server", "--bin", "purser"]);
        if release {
            cargo.arg("--release");
        }
        run(&mut cargo)
    })?;
    Ok(workspace.built(release, "purser"))
}

/// Builds a program of the testkit that journeys provision into; answers where it is.
///
/// # Errors
/// When cargo cannot build it.
pub(crate) fn build_fake(workspace: &Workspace, name: &str) -> Result<PathBuf> {
    step(&format!("the fake application {name}"), || {
        run(workspace.cargo().args(["build", "--quiet", "--package", "purser-testkit", "--bin", name]))
    })?;
    Ok(workspace.built(false, name))
}
