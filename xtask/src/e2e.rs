//! The journeys of `end2end/`: a real browser, a real SCIM server that others wrote, a real portal.

use crate::shell::{run, say, step};
use crate::workspace::Workspace;
use crate::{pages, portal, tools};
use anyhow::{Context, Result, bail};
use std::path::PathBuf;
use std::process::Command;

/// Longer than the longest journey takes on a slow machine; a journey that hangs ends here, in milliseconds.
const PATIENCE: u32 = 900_000;

/// What `e2e` was asked for.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct E2e {
    /// Only journeys whose file name contains this
    #[arg(long, value_name = "WORD")]
    filter: Option<String>,
}

/// Builds what the journeys need and runs them. Each journey starts and stops its own servers on free ports.
///
/// # Errors
/// When something cannot be installed or built, or a journey fails.
pub(crate) fn run_all(workspace: &Workspace, options: &E2e) -> Result<()> {
    let journeys = journeys(workspace, options.filter.as_deref())?;
    tools::install_node_packages(workspace)?;
    let chromium = tools::install_chromium()?;
    let scim_server = tools::install_scim2_server(workspace)?;
    pages::build(workspace, false)?;
    let purser = portal::build(workspace, false)?;
    let samanage = portal::build_fake(workspace, "sample_samanage")?;
    say(&format!("  browser: {}", chromium.display()));
    step("journeys through the browser and the API", || {
        let mut node = Command::new("node");
        node.args([
            "--test",
            // One waits for its servers while the other works.
            "--test-concurrency=2",
            "--test-reporter=spec",
            &format!("--test-timeout={PATIENCE}"),
        ]);
        run(node
            .args(&journeys)
            .current_dir(&workspace.root)
            .env("CHROMIUM", &chromium)
            .env("SCIM2_SERVER", &scim_server)
            .env("SAMPLE_SAMANAGE", &samanage)
            .env("PURSER", &purser))
    })
}

/// The journeys by name; Node's own search differs between its versions.
fn journeys(workspace: &Workspace, filter: Option<&str>) -> Result<Vec<PathBuf>> {
    let folder = workspace.root.join("end2end/journeys");
    let mut found = Vec::new();
    for entry in std::fs::read_dir(&folder).context("reading end2end/journeys")? {
        let path = entry.context("reading end2end/journeys")?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.ends_with(".test.mjs") && filter.is_none_or(|word| name.contains(word)) {
            found.push(path);
        }
    }
    if found.is_empty() {
        bail!("no journey in {} has {:?} in its name", folder.display(), filter.unwrap_or_default());
    }
    // The longest first; it mostly waits, so the others run beside it.
    found.sort_by_key(|path| (!path.ends_with("crash.test.mjs"), path.clone()));
    Ok(found)
}
