//! A program that runs as long as a test does.
use std::fs::File;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

/// Longest time that a program takes to listen, on a machine that is busy with other tests.
const PATIENCE: Duration = Duration::from_secs(90);

/// A program that listens. It is killed, by its process id, when this is dropped: also when a test fails.
#[derive(Debug)]
pub(crate) struct Program {
    /// Killed on drop.
    _child: Child,
    /// Kept open, so that the program can go on writing to it.
    _output: Lines<BufReader<ChildStdout>>,
    /// Where it writes what it complains about.
    folder: TempDir,
}

impl Program {
    /// Starts a program and waits for the first line that it prints, which says that it listens.
    ///
    /// # Errors
    /// When it cannot be started, ends, or prints nothing in time; with what it complained about.
    pub(crate) async fn start(mut command: Command) -> Result<(Self, String)> {
        let folder = tempfile::tempdir().context("making a folder")?;
        let complaints = folder.path().join("complaints");
        let shown = format!("{:?}", command.as_std());
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(&complaints).context("making a file for complaints")?)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("{shown} cannot be started"))?;
        let output = child.stdout.take().context("a program without output")?;
        let mut output = BufReader::new(output).lines();
        let why = match tokio::time::timeout(PATIENCE, output.next_line()).await {
            Ok(Ok(Some(line))) => return Ok((Self { _child: child, _output: output, folder }, line)),
            Ok(Ok(None)) => "ended before it listened".to_owned(),
            Ok(Err(error)) => format!("cannot be read from: {error}"),
            Err(_) => format!("did not listen within {} seconds", PATIENCE.as_secs()),
        };
        bail!("{shown} {why}\n{}", read(&complaints))
    }

    /// What it complained about until now.
    pub(crate) fn complaints(&self) -> String {
        read(&self.folder.path().join("complaints"))
    }
}

fn read(file: &Path) -> String {
    std::fs::read(file).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}
