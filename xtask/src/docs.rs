//! `cargo xtask docs`: the pages of `docs` that are made from the code.
//!
//! Each is printed by an example of a package, and a test there fails while the page in the checkout
//! differs. To add a page: 1. such an example and test, 2. a line in [`PAGES`].

use crate::shell::{run_quietly, say, step};
use crate::workspace::Workspace;
use anyhow::{Context, Result};

/// The package and its example that prints a page, and the page.
const PAGES: [(&str, &str, &str); 3] = [
    ("purser-domain", "expressions_page", "docs/expressions.md"),
    ("purser-domain", "scoping_filters_page", "docs/scoping-filters.md"),
    ("purser-connectors", "gallery_schema", "docs/gallery.schema.json"),
];

/// Writes every page.
///
/// # Errors
/// When an example cannot be built or run, or a page not be written.
pub(crate) fn write(workspace: &Workspace) -> Result<()> {
    for (package, example, page) in PAGES {
        let text = step(page, || {
            run_quietly(workspace.cargo().args([
                "run",
                "--quiet",
                "--package",
                package,
                "--example",
                example,
            ]))
        })?;
        let path = workspace.root.join(page);
        if std::fs::read_to_string(&path).is_ok_and(|written| written == text) {
            say("  it was up to date");
            continue;
        }
        std::fs::write(&path, text).with_context(|| format!("writing {page}"))?;
    }
    Ok(())
}
