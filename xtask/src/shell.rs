//! Running other programs, saying what is done and how long it took.

use anyhow::{Context, Result, bail};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// Prints one line before and one after the work, with the time it took.
///
/// # Errors
/// Whatever the work answers.
pub(crate) fn step<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    say(&format!("… {what}"));
    let started = Instant::now();
    let result = work();
    let seconds = started.elapsed().as_secs_f32();
    match &result {
        Ok(_) => say(&format!("✓ {what} ({seconds:.1} s)")),
        Err(_) => say(&format!("✗ {what} ({seconds:.1} s)")),
    }
    result
}

/// One line for the person at the terminal. On standard error, so that standard output stays a program's own.
pub(crate) fn say(line: &str) {
    eprintln!("{line}");
}

/// Runs a program to its end with our own output.
///
/// # Errors
/// When it cannot be started or ends with another code than 0; the sentence names the program.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let shown = show(command);
    let status =
        command.stdin(Stdio::null()).status().with_context(|| format!("could not start `{shown}`"))?;
    if !status.success() {
        bail!("`{shown}` ended with {status}");
    }
    Ok(())
}

/// Runs a program quietly; its output is shown only when it fails.
///
/// # Errors
/// When it cannot be started or ends with another code than 0.
pub(crate) fn run_quietly(command: &mut Command) -> Result<String> {
    let shown = show(command);
    let output =
        command.stdin(Stdio::null()).output().with_context(|| format!("could not start `{shown}`"))?;
    if !output.status.success() {
        eprintln!("{}", String::from_utf8_lossy(&output.stdout));
        eprintln!("{}", String::from_utf8_lossy(&output.stderr));
        bail!("`{shown}` ended with {}", output.status);
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Where a program is on the PATH.
pub(crate) fn which(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// A PATH that starts with these folders.
pub(crate) fn path_with(folders: &[&Path]) -> Result<std::ffi::OsString> {
    let old = std::env::var_os("PATH").unwrap_or_default();
    let all = folders.iter().map(|folder| folder.to_path_buf()).chain(std::env::split_paths(&old));
    std::env::join_paths(all).context("a folder's name cannot stand in PATH")
}

/// Whether we may install Debian packages here.
pub(crate) fn can_use_apt() -> bool {
    let is_root =
        Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0");
    is_root && which("apt-get").is_some()
}

/// Installs Debian packages, refreshing the package lists once if that is what it takes.
///
/// # Errors
/// When apt-get refuses.
pub(crate) fn apt_install(packages: &[&str]) -> Result<()> {
    let install = || {
        run_quietly(
            Command::new("apt-get")
                .args(["install", "-y", "--no-install-recommends"])
                .args(packages)
                .env("DEBIAN_FRONTEND", "noninteractive"),
        )
    };
    if Command::new("apt-get")
        .args(["install", "-y", "--no-install-recommends"])
        .args(packages)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdin(Stdio::null())
        .output()
        .is_ok_and(|output| output.status.success())
    {
        return Ok(());
    }
    run_quietly(Command::new("apt-get").arg("update"))?;
    install().map(drop)
}

fn show(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(OsStr::to_string_lossy)
        .collect::<Vec<_>>()
        .join(" ")
}
