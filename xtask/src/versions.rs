//! The one place where versions of the tools outside `Cargo.lock` are pinned.
//!
//! `wasm-bindgen` is not here: its command line must be of the very version that `Cargo.lock` links,
//! so [`wasm_bindgen`] reads it from there. npm packages are pinned by `package-lock.json`, and the
//! SCIM servers among them by `end2end/counterparts/package-lock.json`.

use anyhow::{Context, Result};
use std::path::Path;

/// Builds the browser's half.
pub(crate) const TRUNK: &str = "0.21.14";
/// Builds the fuzz targets.
pub(crate) const CARGO_FUZZ: &str = "0.13.2";
/// The SCIM server that the journeys provision into and the connectors are tested against; none of us wrote it.
pub(crate) const SCIM2_SERVER: &str = "0.8.3";
/// Oldest Node.js that the Tailwind command line and the browser tests run on.
pub(crate) const NODE_MAJOR: u32 = 20;
/// Debian's linker for the wasm target, where rustup cannot bring one.
pub(crate) const DEBIAN_LLD: &str = "lld-22";

/// The version of `wasm-bindgen` that `Cargo.lock` links.
///
/// # Errors
/// When `Cargo.lock` cannot be read or does not name it.
pub(crate) fn wasm_bindgen(root: &Path) -> Result<String> {
    let lock = std::fs::read_to_string(root.join("Cargo.lock")).context("reading Cargo.lock")?;
    let mut lines = lock.lines();
    lines
        .by_ref()
        .find(|line| *line == r#"name = "wasm-bindgen""#)
        .and_then(|_| lines.next())
        .and_then(|line| line.strip_prefix("version = \"")?.strip_suffix('"'))
        .map(str::to_owned)
        .context("Cargo.lock does not name wasm-bindgen")
}
