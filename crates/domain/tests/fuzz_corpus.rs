//! Feeds the committed corpus to the fuzz targets, so that what fuzzing found stays found where libFuzzer
//! is not at hand. `cargo xtask fuzz` looks for more.
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

#[path = "../../../fuzz/src/lib.rs"]
#[expect(unreachable_pub, reason = "libFuzzer's package calls these from outside")]
mod fuzz;

/// Inputs are read by people, and a test reads them all: few and small ones.
const MOST_INPUTS: usize = 64;
const LARGEST_INPUT: usize = 1024;

fn fuzz_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz")
}

#[test]
fn every_target_is_built_and_has_a_corpus() {
    let names_in = |folder: &str| -> BTreeSet<String> {
        let entries = fs::read_dir(fuzz_folder().join(folder)).unwrap();
        let stem = |path: &Path| path.file_stem().unwrap().to_string_lossy().into_owned();
        entries.map(|entry| stem(&entry.unwrap().path())).collect()
    };
    let listed: BTreeSet<String> = fuzz::TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names_in("fuzz_targets"), listed);
    assert_eq!(names_in("corpus"), listed);
    let manifest = fs::read_to_string(fuzz_folder().join("Cargo.toml")).unwrap();
    for name in listed {
        assert!(manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")), "{name} is not built");
    }
}

#[test]
fn what_must_hold_for_the_targets_holds_for_the_corpus() {
    for (name, check) in fuzz::TARGETS {
        let folder = fuzz_folder().join("corpus").join(name);
        let mut files: Vec<PathBuf> =
            fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        assert!(!files.is_empty() && files.len() <= MOST_INPUTS, "{name} has {} inputs", files.len());
        for file in files {
            let input = fs::read(&file).unwrap();
            assert!(input.len() <= LARGEST_INPUT, "{} is too large", file.display());
            // A test's output is shown when it fails: the last line names the input.
            println!("{}", file.display());
            check(&input);
        }
    }
}
