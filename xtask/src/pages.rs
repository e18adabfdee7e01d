//! Building the browser's half with Trunk: styles, wasm and its loader, into `frontend/dist`.

use crate::shell::{path_with, run_quietly, say, step};
use crate::workspace::Workspace;
use crate::{tools, wasm_target};
use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The browser must not be asked to download more wasm than this, brotli-compressed.
const WASM_LIMIT: u64 = 250_000;
/// What the pages are made of; a change in any of these means a new build.
const SOURCES: [&str; 8] = [
    "app",
    "crates/contract",
    "crates/domain",
    "frontend/index.html",
    "frontend/Trunk.toml",
    "frontend/src",
    "style",
    "Cargo.lock",
];

/// Builds the pages unless nothing they are made of has changed.
///
/// # Errors
/// When a tool is missing or a build fails, or when the release wasm is over its limit.
pub(crate) fn build(workspace: &Workspace, release: bool) -> Result<()> {
    let dist = workspace.root.join("frontend/dist");
    let stamp = dist.join(".purser-stamp");
    let fingerprint =
        format!("{} {:016x}", if release { "release" } else { "dev" }, fingerprint(&workspace.root)?);
    if std::fs::read_to_string(&stamp).is_ok_and(|built| built == fingerprint) {
        return Ok(());
    }
    tools::install_node_packages(workspace)?;
    tools::install_wasm_tools(workspace)?;
    let toolchain = wasm_target::install(workspace)?;
    step("the pages' styles and wasm", || {
        let profile = if release { "wasm-release" } else { "wasm-dev" };
        let bin = workspace.tools().join("bin");
        let node_bin = workspace.root.join("node_modules/.bin");
        let mut trunk = Command::new(bin.join("trunk"));
        trunk
            .args(["build", "--offline", "--skip-version-check", "--cargo-profile", profile])
            .current_dir(workspace.root.join("frontend"))
            .env("PATH", path_with(&[&bin, &node_bin])?)
            // A folder of its own: another compiler may be at work here than for the server.
            .env("CARGO_TARGET_DIR", workspace.cache.join("target-wasm"))
            .env_remove("NO_COLOR");
        if release {
            trunk.arg("--release");
        }
        for (name, value) in &toolchain.environment {
            trunk.env(name, value);
        }
        run_quietly(&mut trunk).map(drop)
    })?;
    if release {
        compress(workspace, &dist)?;
    }
    std::fs::write(&stamp, fingerprint).context("writing the pages' stamp")
}

/// Brotli files beside those worth compressing; fails when the wasm is over its limit.
fn compress(workspace: &Workspace, dist: &Path) -> Result<()> {
    // Node has a brotli encoder; another crate here would be one more thing to wait for.
    let script = "const fs=require('fs'),z=require('zlib');for(const f of process.argv.slice(1)){\
                  const b=fs.readFileSync(f);fs.writeFileSync(f+'.br',z.brotliCompressSync(b,{params:{\
                  [z.constants.BROTLI_PARAM_QUALITY]:11,[z.constants.BROTLI_PARAM_SIZE_HINT]:b.length}}))}";
    let files: Vec<PathBuf> = walk(dist)?
        .into_iter()
        .filter(|file| {
            matches!(file.extension().and_then(|e| e.to_str()), Some("wasm" | "js" | "css" | "svg"))
        })
        .collect();
    step("brotli for the release's pages", || {
        run_quietly(Command::new("node").args(["-e", script, "--"]).args(&files).current_dir(&workspace.root))
            .map(drop)
    })?;
    for file in files.iter().filter(|file| file.extension().is_some_and(|e| e == "wasm")) {
        let mut name = file.clone().into_os_string();
        name.push(".br");
        let bytes = std::fs::metadata(&name).context("measuring the compressed wasm")?.len();
        say(&format!("  wasm: {bytes} bytes brotli-compressed (limit {WASM_LIMIT})"));
        if bytes > WASM_LIMIT {
            bail!(
                "the wasm is {bytes} bytes compressed, over the limit of {WASM_LIMIT}; make an island smaller"
            );
        }
    }
    Ok(())
}

fn fingerprint(root: &Path) -> Result<u64> {
    let mut contents = BTreeMap::new();
    for source in SOURCES {
        for file in walk(&root.join(source))? {
            let bytes = std::fs::read(&file).with_context(|| format!("reading {}", file.display()))?;
            contents.insert(file, bytes);
        }
    }
    let mut hasher = DefaultHasher::new();
    contents.hash(&mut hasher);
    Ok(hasher.finish())
}

fn walk(path: &Path) -> Result<Vec<PathBuf>> {
    if path.is_file() {
        return Ok(vec![path.to_path_buf()]);
    }
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).with_context(|| format!("reading {}", path.display()))? {
        files.extend(walk(&entry.context("reading a folder")?.path())?);
    }
    Ok(files)
}
