//! The wasm32 target, with rustup where it can and with Debian's compiler where it cannot.
//!
//! See `docs/decisions/0002-wasm-target.md`. The answer is a [`WasmToolchain`]: what must be set in the
//! environment of a cargo that builds for wasm.

use crate::shell::{apt_install, can_use_apt, run_quietly, say, step, which};
use crate::versions;
use crate::workspace::Workspace;
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const TARGET: &str = "wasm32-unknown-unknown";
/// Long enough for a slow line, short enough not to look dead on a closed one.
const RUSTUP_PATIENCE: Duration = Duration::from_secs(180);
/// Where Debian's compiler looks for a target's standard library.
const DEBIAN_LIBRARY: &str = "/usr/lib/rustlib/wasm32-unknown-unknown/lib";

/// A toolchain that builds for wasm32: variables to set.
#[derive(Debug, Clone, Default)]
pub(crate) struct WasmToolchain {
    /// Name and value of each variable.
    pub(crate) environment: Vec<(&'static str, String)>,
}

/// Makes sure that the wasm target can be built for.
///
/// # Errors
/// When neither rustup nor Debian's packages give one, with what to do.
pub(crate) fn install(workspace: &Workspace) -> Result<WasmToolchain> {
    if has_standard_library(&workspace.root) {
        return Ok(WasmToolchain::default());
    }
    if which("rustup").is_some() && add_with_rustup(&workspace.root)? && has_standard_library(&workspace.root)
    {
        return Ok(WasmToolchain::default());
    }
    if !can_use_apt() {
        bail!(
            "The Rust target {TARGET} is missing and rustup could not add it. Run `rustup target add {TARGET}` where the network allows, and run this again."
        );
    }
    with_debian(workspace)
}

fn has_standard_library(root: &Path) -> bool {
    let Ok(output) = Command::new("rustc")
        .args(["--print", "target-libdir", "--target", TARGET])
        .current_dir(root)
        .output()
    else {
        return false;
    };
    let folder = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    has_core(&folder)
}

fn has_core(folder: &Path) -> bool {
    std::fs::read_dir(folder).is_ok_and(|files| {
        files.flatten().any(|file| {
            let name = file.file_name();
            let name = name.to_string_lossy();
            name.starts_with("libcore-") && name.ends_with(".rlib")
        })
    })
}

/// Tries rustup; `false` when it cannot, which on a closed network it says at once or never.
fn add_with_rustup(root: &Path) -> Result<bool> {
    say(&format!("… rustup target add {TARGET}"));
    let mut child = Command::new("rustup")
        .args(["target", "add", TARGET])
        .current_dir(root)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .context("could not start rustup")?;
    let started = Instant::now();
    loop {
        if let Some(status) = child.try_wait().context("waiting for rustup")? {
            return Ok(status.success());
        }
        if started.elapsed() > RUSTUP_PATIENCE {
            child.kill().context("stopping rustup")?;
            child.wait().context("stopping rustup")?;
            return Ok(false);
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Debian's compiler, its standard library built from source once, linked into rustup as `wasm`.
fn with_debian(workspace: &Workspace) -> Result<WasmToolchain> {
    let linker = format!("wasm-ld-{}", versions::DEBIAN_LLD.trim_start_matches("lld-"));
    if !Path::new("/usr/bin/cargo").is_file() || which(&linker).is_none() {
        step("Debian's Rust with the standard library's source", || {
            apt_install(&["rustc-web", "cargo-web", "rust-web-src", versions::DEBIAN_LLD])
        })?;
    }
    if !has_core(Path::new(DEBIAN_LIBRARY)) {
        step("the standard library for wasm, built from Debian's source", || {
            build_standard_library(workspace)
        })?;
    }
    let mut environment = vec![("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker)];
    if which("rustup").is_some() {
        run_quietly(Command::new("rustup").args(["toolchain", "link", "wasm", "/usr"]))?;
        environment.push(("RUSTUP_TOOLCHAIN", "wasm".to_owned()));
    }
    Ok(WasmToolchain { environment })
}

fn build_standard_library(workspace: &Workspace) -> Result<()> {
    let folder = workspace.cache.join("wasm-std");
    std::fs::create_dir_all(folder.join("src")).context("making the folder for the empty crate")?;
    std::fs::write(folder.join("src/lib.rs"), "#![no_std]\n").context("writing the empty crate")?;
    std::fs::write(
        folder.join("Cargo.toml"),
        "[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n[workspace]\n",
    )
    .context("writing the empty crate")?;
    let target = folder.join("target");
    // Without the bitcode a later build with link-time optimisation cannot read these libraries.
    run_quietly(
        Command::new("/usr/bin/cargo")
            .args(["build", "--release", "-Zbuild-std=std,panic_abort", "--target", TARGET])
            .current_dir(&folder)
            .env("RUSTC_BOOTSTRAP", "1")
            .env("RUSTC", "/usr/bin/rustc")
            .env("CARGO_TARGET_DIR", &target)
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", "-Cembed-bitcode=yes")
            .env_remove("RUSTUP_TOOLCHAIN"),
    )?;
    std::fs::create_dir_all(DEBIAN_LIBRARY).context("making the library folder")?;
    let built = target.join(TARGET).join("release/deps");
    for file in std::fs::read_dir(&built).context("reading the built libraries")? {
        let file = file.context("reading the built libraries")?;
        let name = file.file_name();
        let shown = name.to_string_lossy();
        if shown.ends_with(".rlib") && !shown.starts_with("libempty-") {
            std::fs::copy(file.path(), Path::new(DEBIAN_LIBRARY).join(&name))
                .context("installing a library")?;
        }
    }
    Ok(())
}
