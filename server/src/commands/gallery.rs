//! `purser gallery list` and `purser gallery check`.

use std::{path::PathBuf, process::ExitCode};

use super::console::say;
use crate::{assembly::open_gallery, error::ServerError, settings::Settings};

/// Every application that can be added, and what is wrong with own files.
pub(super) fn list(settings: &Settings) -> Result<ExitCode, ServerError> {
    let gallery = open_gallery(settings)?;
    for template in gallery.templates() {
        let origin = if gallery.is_custom(template.id) { "own file" } else { "built in" };
        say(&format!("{}  {} ({}, {origin})", template.id, template.name, template.publisher))?;
    }
    Ok(status(gallery.problems().len()))
}

/// Checks files, or without any the data folder's own.
pub(super) fn check(settings: &Settings, files: &[PathBuf]) -> Result<ExitCode, ServerError> {
    let gallery = open_gallery(settings)?;
    let problems = if files.is_empty() {
        gallery.problems()
    } else {
        files.iter().filter_map(|file| gallery.check_file(file).err()).flatten().collect()
    };
    for problem in &problems {
        say(&problem.to_string())?;
    }
    let folder = settings.data_dir.join("gallery");
    match (problems.len(), files) {
        (0, []) => say(&format!("The gallery files in {} are right.", folder.display()))?,
        (0, [file]) => say(&format!("{} is right.", file.display()))?,
        (0, files) => say(&format!("All {} files are right.", files.len()))?,
        _ => {}
    }
    Ok(status(problems.len()))
}

const fn status(problems: usize) -> ExitCode {
    if problems == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
