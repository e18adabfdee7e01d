//! Where the programs are that `cargo xtask test` installs.
//!
//! It says so in the environment. For a plain `cargo test` they are looked for where it puts them.
use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// What to do when a program is not there.
const ADVICE: &str = "run `cargo xtask test` once: it installs the SCIM servers that these tests speak with, and then runs the tests";

/// scim2-server's program.
pub(crate) fn find_scim2_server() -> Result<PathBuf> {
    if let Some(program) = from_environment("PURSER_SCIM2_SERVER") {
        return Ok(program);
    }
    newest_scim2_server().with_context(|| format!("scim2-server is not installed; {ADVICE}"))
}

/// The folder of our start scripts and shapes, `end2end/counterparts`.
pub(crate) fn counterparts() -> PathBuf {
    from_environment("PURSER_COUNTERPARTS")
        .unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../end2end/counterparts"))
}

/// A start script in that folder, whose packages are installed.
pub(crate) fn find_script(name: &str) -> Result<PathBuf> {
    let folder = counterparts();
    let installed = folder.join("node_modules/.purser-lock").is_file();
    let script = installed.then(|| folder.join(name));
    script.with_context(|| format!("the packages of {} are not installed; {ADVICE}", folder.display()))
}

/// Node.js.
pub(crate) fn node() -> PathBuf {
    from_environment("NODE").unwrap_or_else(|| PathBuf::from("node"))
}

fn from_environment(name: &str) -> Option<PathBuf> {
    env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// The one of the highest version among those that were installed to the end. The cache is where
/// `xtask/src/workspace.rs` has it.
fn newest_scim2_server() -> Option<PathBuf> {
    let cache = from_environment("XDG_CACHE_HOME")
        .or_else(|| Some(from_environment("HOME")?.join(".cache")))?
        .join("purser");
    let version = |folder: &Path| {
        let name = folder.file_name()?.to_str()?.strip_prefix("scim2-server-")?;
        name.split('.').map(|part| part.parse::<u32>().ok()).collect::<Option<Vec<_>>>()
    };
    std::fs::read_dir(cache)
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|folder| folder.join(".complete").is_file())
        .filter_map(|folder| Some((version(&folder)?, folder)))
        .max()
        .map(|(_, folder)| folder.join("bin/scim2-server"))
}
