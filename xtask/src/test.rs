//! `cargo xtask test`: format, lints, Rust tests, browser and API journeys.

use crate::shell::{run, step};
use crate::workspace::Workspace;
use crate::{e2e, pages, tools};
use anyhow::Result;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// The browser's half turns on features of `app` that exclude those of the server's half, and cargo would
/// turn on both when asked for both at once.
const NOT_THE_BROWSER: [&str; 2] = ["--exclude", "purser-frontend"];
const DENY_WARNINGS: [&str; 3] = ["--", "-D", "warnings"];

/// What `test` was asked for.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Test {
    /// Only Rust tests whose name contains this; leaves out format, lints and journeys
    #[arg(long, value_name = "WORD")]
    filter: Option<String>,
}

/// Runs the tests.
///
/// # Errors
/// At the first kind of test that fails.
pub(crate) fn test(workspace: &Workspace, options: &Test) -> Result<()> {
    if let Some(word) = &options.filter {
        let counterparts = Counterparts::install(workspace)?;
        return rust_tests(workspace, &counterparts, Some(word));
    }
    step("format", || run(workspace.cargo().args(["fmt", "--all", "--", "--check"])))?;
    // The server embeds the pages, so they come before anything that compiles it.
    pages::build(workspace, false)?;
    let counterparts = Counterparts::install(workspace)?;
    tools::install_chromium()?;
    step("lints", || {
        let mut server_side = workspace.cargo();
        server_side.args(["clippy", "--quiet", "--workspace", "--all-targets"]).args(NOT_THE_BROWSER);
        run(server_side.args(DENY_WARNINGS))?;
        let mut browser_side = workspace.cargo();
        run(browser_side.args(["clippy", "--quiet", "--package", "purser-frontend"]).args(DENY_WARNINGS))
    })?;
    step("Rust tests", || rust_tests(workspace, &counterparts, None))?;
    e2e::run_all(workspace, &e2e::E2e::default())
}

/// SCIM servers that others wrote, for the tests in `crates/connectors/tests/counterparts`. Those start and stop them.
struct Counterparts {
    scim2_server: PathBuf,
    npm: PathBuf,
}

impl Counterparts {
    fn install(workspace: &Workspace) -> Result<Self> {
        let scim2_server = tools::install_scim2_server(workspace)?;
        Ok(Self { scim2_server, npm: tools::install_npm_counterparts(workspace)? })
    }
}

fn rust_tests(workspace: &Workspace, counterparts: &Counterparts, filter: Option<&str>) -> Result<()> {
    let has_nextest = Command::new("cargo")
        .args(["nextest", "--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    let mut cargo = workspace.cargo();
    if has_nextest {
        cargo.args(["nextest", "run", "--workspace", "--no-tests=fail", "--status-level=fail"]);
    } else {
        cargo.args(["test", "--workspace", "--quiet"]);
    }
    cargo.args(NOT_THE_BROWSER).args(filter);
    cargo
        .env("PURSER_SCIM2_SERVER", &counterparts.scim2_server)
        .env("PURSER_COUNTERPARTS", &counterparts.npm);
    run(&mut cargo)
}
