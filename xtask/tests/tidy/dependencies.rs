//! No manifest lists a library that nothing uses: everybody would compile it, and somebody would have to watch it.

use crate::{files, read, root, without_comments};
use cargo_metadata::{DependencyKind, MetadataCommand};
use std::collections::BTreeSet;
use std::path::Path;

/// Libraries that are used without their name standing in our sources, each with its reason.
const USED_ALL_THE_SAME: &[(&str, &str, &str)] = &[
    ("purser-domain", "arbitrary", "the fuzz targets, which a test replays, lie in a folder of their own"),
    ("purser-testkit", "md-5", "its library is called md5"),
];

/// Whether a crate's name occurs as a word.
fn names(text: &str, library: &str) -> bool {
    let is_part = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    text.match_indices(library).any(|(at, _)| {
        let before = at.checked_sub(1).and_then(|at| text.as_bytes().get(at).copied());
        let after = text.as_bytes().get(at + library.len()).copied();
        !is_part(before) && !is_part(after)
    })
}

fn sources(folder: &Path, parts: &[&str]) -> String {
    let all = parts.iter().flat_map(|part| files(&folder.join(part), "rs"));
    all.map(|file| without_comments(&read(&file))).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_dependency_is_used() {
    let metadata = MetadataCommand::new().no_deps().exec().unwrap();
    let mut wrong = Vec::new();
    for package in metadata.workspace_packages() {
        let folder = package.manifest_path.parent().unwrap().as_std_path();
        let product = sources(folder, &["src"]);
        let tests = sources(folder, &["src", "tests", "examples", "benches"]);
        for dependency in &package.dependencies {
            let key = dependency.rename.as_ref().unwrap_or(&dependency.name);
            let text = if dependency.kind == DependencyKind::Development { &tests } else { &product };
            let excused = USED_ALL_THE_SAME
                .iter()
                .any(|(room, library, _)| room == &package.name.as_str() && library == key);
            let used = names(text, &key.replace('-', "_"));
            if used == excused {
                wrong.push(match excused {
                    false => format!("{} does not use {key}", package.name),
                    true => {
                        format!("{} uses {key} by name now: take it off the list of exceptions", package.name)
                    }
                });
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_dependency_of_the_workspace_is_one_of_a_room() {
    let manifest: toml::Table = read(&root().join("Cargo.toml")).parse().unwrap();
    let metadata = MetadataCommand::new().no_deps().exec().unwrap();
    let packages = metadata.workspace_packages();
    let used: BTreeSet<&str> = packages
        .iter()
        .flat_map(|package| &package.dependencies)
        .map(|dependency| dependency.rename.as_ref().unwrap_or(&dependency.name).as_str())
        .collect();
    let listed = manifest["workspace"]["dependencies"].as_table().unwrap();
    let unused: Vec<&String> = listed.keys().filter(|name| !used.contains(name.as_str())).collect();
    assert!(unused.is_empty(), "Cargo.toml lists what no room uses: {unused:?}");
}

#[test]
fn a_name_inside_another_word_is_no_use() {
    assert!(names("use url::Url;", "url"));
    assert!(names("let a = url::Url::parse(b);", "url"));
    assert!(!names("let base_url = curl::easy();", "url"));
}
