//! Where things are: the checkout, and the cache outside it that a second run and a fresh clone reuse.

use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folders that every command works with.
#[derive(Debug, Clone)]
pub(crate) struct Workspace {
    /// The checkout.
    pub(crate) root: PathBuf,
    /// Cache outside the checkout: tools, build output, the SCIM server's Python environment.
    pub(crate) cache: PathBuf,
    /// Cargo's build output.
    pub(crate) target: PathBuf,
}

impl Workspace {
    /// Finds the folders and makes the cache.
    ///
    /// # Errors
    /// When there is no home folder or the cache cannot be made.
    pub(crate) fn locate() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask has no parent folder")?;
        let cache = match std::env::var_os("XDG_CACHE_HOME") {
            Some(folder) if !folder.is_empty() => PathBuf::from(folder).join("purser"),
            _ => {
                PathBuf::from(std::env::var_os("HOME").context("HOME is not set; set it or XDG_CACHE_HOME")?)
                    .join(".cache/purser")
            }
        };
        std::fs::create_dir_all(&cache)
            .with_context(|| format!("could not make the cache folder {}", cache.display()))?;
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| cache.join("target"), PathBuf::from);
        Ok(Self { root: root.to_path_buf(), cache, target })
    }

    /// `cargo` in the checkout, with the shared build output.
    pub(crate) fn cargo(&self) -> Command {
        let mut command = Command::new("cargo");
        command.current_dir(&self.root).env("CARGO_TARGET_DIR", &self.target);
        command
    }

    /// Programs that we installed.
    pub(crate) fn tools(&self) -> PathBuf {
        self.cache.join("tools")
    }

    /// A program that cargo built.
    pub(crate) fn built(&self, release: bool, name: &str) -> PathBuf {
        self.target.join(if release { "release" } else { "debug" }).join(name)
    }
}
