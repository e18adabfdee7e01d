//! Installing what the project needs and a newcomer's machine lacks.
//!
//! Everything here is safe to run twice: each function looks first and returns at once when the thing
//! is there in the pinned version. To add a tool: 1. its version in `versions.rs`, 2. a function here,
//! 3. its call where it is needed.

use crate::shell::{apt_install, can_use_apt, run_quietly, step, which};
use crate::versions;
use crate::workspace::Workspace;
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Optimised enough to be quick, and built in a third of the time of a full release profile.
const QUICK_RELEASE: [&str; 8] = [
    "--config",
    "profile.release.opt-level=1",
    "--config",
    "profile.release.codegen-units=16",
    "--config",
    "profile.release.lto=false",
    "--config",
    "profile.release.debug=false",
];

/// Node.js and npm, which we cannot install ourselves.
///
/// # Errors
/// When they are missing or too old, with what to install.
pub(crate) fn require_node() -> Result<()> {
    let wanted = versions::NODE_MAJOR;
    let advice = format!(
        "Install Node.js {wanted} or newer (with npm), for example from your distribution or nodejs.org, and run this again."
    );
    let Ok(version) = run_quietly(Command::new("node").arg("--version")) else {
        bail!("Node.js was not found; the styles and the browser tests need it. {advice}");
    };
    let major: u32 =
        version.trim().trim_start_matches('v').split('.').next().unwrap_or_default().parse().unwrap_or(0);
    if major < wanted {
        bail!("Node.js {} is too old. {advice}", version.trim());
    }
    if which("npm").is_none() {
        bail!("npm was not found. {advice}");
    }
    Ok(())
}

/// npm packages of `package-lock.json`: Tailwind, Playwright, axe.
///
/// # Errors
/// When npm cannot install them.
pub(crate) fn install_node_packages(workspace: &Workspace) -> Result<()> {
    install_locked(&workspace.root, "npm packages: Tailwind, Playwright, axe")
}

/// The SCIM servers from npm that the connectors are tested against; answers the folder with their start scripts.
///
/// # Errors
/// When npm cannot install them.
pub(crate) fn install_npm_counterparts(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.root.join("end2end/counterparts");
    install_locked(&folder, "npm packages: the SCIM servers scimmy and saml-jackson (173 MB)")?;
    Ok(folder)
}

/// The packages of a folder's `package-lock.json`, unless just those are there. What is installed is remembered in
/// `node_modules`, which npm empties first: an attempt that broke off counts for nothing.
fn install_locked(folder: &Path, what: &str) -> Result<()> {
    require_node()?;
    let lock = folder.join("package-lock.json");
    let lock = std::fs::read(&lock).with_context(|| format!("reading {}", lock.display()))?;
    let stamp = folder.join("node_modules/.purser-lock");
    if std::fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    step(what, || {
        run_quietly(
            Command::new("npm")
                .args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"])
                .current_dir(folder),
        )?;
        std::fs::write(&stamp, &lock).with_context(|| format!("writing {}", stamp.display()))
    })
}

/// Trunk and wasm-bindgen's command line.
///
/// # Errors
/// When cargo cannot build them.
pub(crate) fn install_wasm_tools(workspace: &Workspace) -> Result<()> {
    cargo_install(
        workspace,
        "trunk",
        "trunk",
        versions::TRUNK,
        &["--locked", "--no-default-features", "--features", "rustls"],
    )?;
    let wasm_bindgen = versions::wasm_bindgen(&workspace.root)?;
    cargo_install(workspace, "wasm-bindgen-cli", "wasm-bindgen", &wasm_bindgen, &[])
}

/// `cargo fuzz`, which builds the fuzz targets.
///
/// # Errors
/// When cargo cannot build it.
pub(crate) fn install_cargo_fuzz(workspace: &Workspace) -> Result<()> {
    cargo_install(workspace, "cargo-fuzz", "cargo-fuzz", versions::CARGO_FUZZ, &["--locked"])
}

fn cargo_install(
    workspace: &Workspace,
    package: &str,
    program: &str,
    version: &str,
    options: &[&str],
) -> Result<()> {
    let installed = workspace.tools().join("bin").join(program);
    let found = Command::new(&installed).arg("--version").output().ok();
    if found.is_some_and(|output| {
        String::from_utf8_lossy(&output.stdout).split_whitespace().any(|word| word == version)
    }) {
        return Ok(());
    }
    step(&format!("{package} {version} (built once, a few minutes)"), || {
        run_quietly(
            Command::new("cargo")
                .args(["install", &format!("{package}@{version}"), "--force", "--root"])
                .arg(workspace.tools())
                .args(options)
                .args(QUICK_RELEASE)
                .current_dir(&workspace.cache)
                .env("CARGO_TARGET_DIR", workspace.cache.join("tools-target")),
        )
        .map(drop)
    })
}

/// A Chromium for the browser tests: `CHROMIUM`, one on the PATH, or Debian's.
///
/// # Errors
/// When there is none and none can be installed.
pub(crate) fn install_chromium() -> Result<PathBuf> {
    let find = || {
        std::env::var_os("CHROMIUM")
            .map(PathBuf::from)
            .or_else(|| ["chromium", "chromium-browser", "google-chrome"].iter().find_map(|name| which(name)))
    };
    if let Some(found) = find() {
        return Ok(found);
    }
    if !can_use_apt() {
        bail!(
            "No Chromium was found for the browser tests. Install Chromium or Chrome, or set CHROMIUM to its path, and run this again."
        );
    }
    step("Chromium from Debian's packages", || apt_install(&["chromium"]))?;
    find().context("Chromium was installed but is not on the PATH")
}

/// scim2-server in a Python environment of its own; answers its program.
///
/// # Errors
/// When Python is missing or pip cannot install it.
pub(crate) fn install_scim2_server(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.cache.join(format!("scim2-server-{}", versions::SCIM2_SERVER));
    let program = folder.join("bin/scim2-server");
    let done = folder.join(".complete");
    if done.is_file() {
        return Ok(program);
    }
    if which("python3").is_none() {
        bail!(
            "Python 3 was not found; the tests provision into a SCIM server written in it. Install Python 3 with venv and run this again."
        );
    }
    step(
        &format!("scim2-server {} (the SCIM server that the tests provision into)", versions::SCIM2_SERVER),
        || {
            let venv = run_quietly(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder));
            if venv.is_err() && can_use_apt() {
                apt_install(&["python3-venv"])?;
                run_quietly(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
            } else {
                venv?;
            }
            run_quietly(Command::new(folder.join("bin/pip")).args([
                "install",
                "--quiet",
                &format!("scim2-server=={}", versions::SCIM2_SERVER),
            ]))?;
            std::fs::write(&done, b"").context("marking scim2-server as installed")
        },
    )?;
    Ok(program)
}
