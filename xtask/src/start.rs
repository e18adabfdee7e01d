//! `cargo xtask start`: everything a newcomer needs, in one command.

use crate::shell::{run_quietly, say, step};
use crate::workspace::Workspace;
use crate::{pages, portal};
use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Networks that may be provisioned into when trying things out: this machine only.
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
    let sample = if options.demo { Some(Sample::start(workspace, &data)?) } else { None };

    let mut serve = Command::new(&purser);
    serve.arg("serve").arg("--data").arg(&data).args(["--listen", &options.listen]);
    serve.current_dir(&workspace.root).stdin(Stdio::null()).stdout(Stdio::piped());
    // Whoever tries Purser has the application to try it with on the same machine; `purser serve` refuses that
    // unless it is told, and here it is told.
    if std::env::var_os("PURSER_EGRESS_ALLOW").is_none() {
        serve.args(["--egress-allow", LOOPBACK]);
        say(
            "  applications on this machine (127.0.0.1) may be provisioned into; set PURSER_EGRESS_ALLOW for others",
        );
    }
    let mut portal = Running(serve.spawn().context("could not start purser")?);
    let output = portal.0.stdout.take().context("purser has no standard output")?;
    let mut lines = BufReader::new(output).lines();
    let address = read_address(&mut lines)?;
    if let Some(sample) = &sample {
        sample.seed(workspace, &purser, &data, &address)?;
        say("");
        say(&format!("The sample application lists its accounts at {}/", sample.address));
        say(
            "In the portal it is Enterprise applications > Sample SCIM application. Open its Provisioning page, set Provisioning Status to On, save, and watch.",
        );
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

/// The sample SCIM application, running.
struct Sample {
    /// Where it listens, without a slash at the end.
    address: String,
    /// Where its address is remembered, so that a later start finds the accounts at the same place.
    note: PathBuf,
    _running: Running,
}

impl Sample {
    /// Starts it where it was the last time, or on a free port.
    fn start(workspace: &Workspace, data: &Path) -> Result<Self> {
        step("the sample SCIM application", || {
            run_quietly(workspace.cargo().args(["build", "--quiet", "--package", "purser-testkit", "--bins"]))
                .map(drop)
        })?;
        std::fs::create_dir_all(data)
            .with_context(|| format!("could not make the data folder {}", data.display()))?;
        let note = data.join("sample-application.address");
        let accounts = data.join("sample-application.accounts");
        let before = std::fs::read_to_string(&note).ok();
        let before = before.as_deref().and_then(|address| address.strip_prefix("http://"));
        let start = |listen: &str| {
            let mut child = Command::new(workspace.built(false, "sample_app"))
                .args(["--listen", listen, "--data"])
                .arg(&accounts)
                .env("SAMPLE_APP_TOKEN", SAMPLE_TOKEN)
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .spawn()
                .context("could not start the sample application")?;
            let output = child.stdout.take().context("the sample application has no standard output")?;
            let running = Running(child);
            let mut line = String::new();
            BufReader::new(output)
                .read_line(&mut line)
                .context("reading the sample application's address")?;
            let address =
                line.trim().strip_prefix("Listening on ").context("the sample application did not start")?;
            Ok::<_, anyhow::Error>((running, address.trim_end_matches('/').to_owned()))
        };
        let (running, address) = match before.map(start) {
            Some(Ok(started)) => started,
            // Somebody else has its port now.
            Some(Err(_)) | None => start("127.0.0.1:0")?,
        };
        Ok(Self { address, note, _running: running })
    }

    /// Fills the portal with the sample organisation, unless that was done for this very address.
    fn seed(&self, workspace: &Workspace, purser: &Path, data: &Path, portal: &str) -> Result<()> {
        if std::fs::read_to_string(&self.note).is_ok_and(|seeded| seeded == self.address) {
            return Ok(());
        }
        step("the sample organisation: 300 people, 20 groups", || {
            let mut create = Command::new(purser);
            let token = run_quietly(create.args(["token", "create", "--name", "demo", "--data"]).arg(data))?;
            run_quietly(
                Command::new(workspace.built(false, "seed_demo"))
                    .args(["--portal", portal, "--target", &self.address, "--target-token", SAMPLE_TOKEN])
                    // In the environment, since an argument can be read by every user of the machine.
                    .env("PURSER_TOKEN", token.trim()),
            )?;
            std::fs::write(&self.note, &self.address).context("noting the sample application's address")
        })
    }
}
