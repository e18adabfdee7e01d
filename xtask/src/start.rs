//! `cargo xtask start`: everything a newcomer needs, in one command.

use crate::shell::{run_quietly, say, step};
use crate::workspace::Workspace;
use crate::{pages, portal};
use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// Networks that the demo and the tests may provision into: this machine only.
pub(crate) const LOOPBACK: &str = "127.0.0.0/8,::1/128";
/// The sample application's token. It guards nothing but sample accounts on this machine.
const SAMPLE_TOKEN: &str = "sample-token";

/// What `start` was asked for.
#[derive(Debug, clap::Args)]
pub(crate) struct Start {
    /// Add a sample organisation (300 people, 20 groups) and a running sample SCIM application
    #[arg(long)]
    demo: bool,
    /// Data folder
    #[arg(long, value_name = "DIR", default_value = "purser-data")]
    data: PathBuf,
    /// Address to serve on
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: String,
    /// Build with optimisations, as it would be installed
    #[arg(long)]
    release: bool,
}

/// A program of ours that ends when this value goes.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself, for example on the same Ctrl-C; then there is nothing to do.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Builds, starts and stays until the portal ends.
///
/// # Errors
/// When something cannot be built or started.
pub(crate) fn start(workspace: &Workspace, options: &Start) -> Result<()> {
    pages::build(workspace, options.release)?;
    let purser = portal::build(workspace, options.release)?;
    let data = std::path::absolute(&options.data).context("resolving the data folder")?;
    let sample = if options.demo { Some(start_sample(workspace)?) } else { None };

    let mut serve = Command::new(&purser);
    serve.arg("serve").arg("--data").arg(&data).args(["--listen", &options.listen]);
    serve.current_dir(&workspace.root).stdin(Stdio::null()).stdout(Stdio::piped());
    if options.demo {
        serve.args(["--egress-allow", LOOPBACK]);
    }
    let mut portal = Running(serve.spawn().context("could not start purser")?);
    let output = portal.0.stdout.take().context("purser has no standard output")?;
    let mut lines = BufReader::new(output).lines();
    let address = read_address(&mut lines)?;
    if let Some((_, target)) = &sample {
        seed(workspace, &purser, &data, &address, target)?;
        say("");
        say(&format!("The sample application's accounts are listed at {target}/"));
        say("Its application \"Sample SCIM application\" is set up and off: open its Provisioning page, set Provisioning Status to On and save.");
    }
    for line in lines {
        say(&line.context("reading purser's output")?);
    }
    let status = portal.0.wait().context("waiting for purser")?;
    if !status.success() {
        bail!("purser ended with {status}");
    }
    Ok(())
}

/// Passes purser's lines on until it says where it listens.
fn read_address(lines: &mut impl Iterator<Item = std::io::Result<String>>) -> Result<String> {
    for line in lines {
        let line = line.context("reading purser's output")?;
        say(&line);
        if let Some(address) = line.strip_prefix("Listening on ") {
            return Ok(address.trim().to_owned());
        }
    }
    bail!("purser ended before it listened; its own lines above say why")
}

fn start_sample(workspace: &Workspace) -> Result<(Running, String)> {
    step("the sample SCIM application", || {
        run_quietly(workspace.cargo().args(["build", "--quiet", "--package", "purser-testkit", "--bins"])).map(drop)
    })?;
    let mut child = Command::new(workspace.built(false, "sample_app"))
        .args(["--listen", "127.0.0.1:0", "--token", SAMPLE_TOKEN])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .context("could not start the sample application")?;
    let output = child.stdout.take().context("the sample application has no standard output")?;
    let child = Running(child);
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line).context("reading the sample application's address")?;
    let address = line.trim().strip_prefix("Listening on ").context("the sample application did not say where it listens")?;
    Ok((child, address.trim_end_matches('/').to_owned()))
}

fn seed(workspace: &Workspace, purser: &std::path::Path, data: &std::path::Path, address: &str, target: &str) -> Result<()> {
    step("the sample organisation: 300 people, 20 groups", || {
        let token = run_quietly(Command::new(purser).args(["token", "create", "--name", "demo", "--data"]).arg(data))?;
        run_quietly(
            Command::new(workspace.built(false, "seed_demo"))
                .args(["--portal", address, "--target", target, "--target-token", SAMPLE_TOKEN])
                // In the environment, since an argument can be read by every user of the machine.
                .env("PURSER_TOKEN", token.trim()),
        )
        .map(drop)
    })
}
