//! The journeys of `end2end/`: a real browser, a real SCIM server that others wrote, a real portal.

use crate::shell::{run, say, step};
use crate::workspace::Workspace;
use crate::{pages, portal, tools};
use anyhow::Result;
use std::process::Command;

/// What `e2e` was asked for.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct E2e {
    /// Only journeys whose name matches this pattern
    #[arg(long, value_name = "PATTERN")]
    filter: Option<String>,
}

/// Builds what the journeys need and runs them. Each journey starts and stops its own servers on free ports.
///
/// # Errors
/// When something cannot be installed or built, or a journey fails.
pub(crate) fn run_all(workspace: &Workspace, options: &E2e) -> Result<()> {
    tools::install_node_packages(workspace)?;
    let chromium = tools::install_chromium()?;
    let scim_server = tools::install_scim2_server(workspace)?;
    pages::build(workspace, false)?;
    let purser = portal::build(workspace, false)?;
    say(&format!("  browser: {}", chromium.display()));
    step("journeys through the browser and the API", || {
        let mut node = Command::new("node");
        node.args(["--test", "--test-concurrency=1", "--test-reporter=spec"]);
        if let Some(pattern) = &options.filter {
            node.args(["--test-name-pattern", pattern]);
        }
        run(node
            .arg("end2end/journeys/")
            .current_dir(&workspace.root)
            .env("CHROMIUM", &chromium)
            .env("SCIM2_SERVER", &scim_server)
            .env("PURSER", &purser))
    })
}
