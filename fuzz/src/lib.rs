//! What each fuzz target does with an input: one module with one function `check` per target, which
//! panics when something that must always hold does not.
//!
//! The same files are compiled twice: here, for libFuzzer, and as part of a test of `purser-domain`
//! (`crates/domain/tests/fuzz_corpus.rs`), which feeds them the committed corpus. So they use the public
//! face of the domain only, and nothing of libFuzzer.
//!
//! Inputs are texts that a person can read and write, see [`input`]; only `expression_calls` and
//! `dotnet_regex_twin` make something out of bytes.
//!
//! To add a target: 1. a module here, 2. `fuzz_targets/NAME.rs` and its `[[bin]]` in `Cargo.toml`,
//! 3. a line in [`TARGETS`], 4. seeds in `corpus/NAME`.
pub mod dotnet_date;
pub mod dotnet_regex;
pub mod dotnet_regex_twin;
pub mod expression;
pub mod expression_calls;
pub mod input;
pub mod schema_document;
pub mod scim_filter;
pub mod scoping_filter;
pub mod target_path;

/// A target's function: panics when something is wrong.
pub type Check = fn(&[u8]);

/// Every target by name. The test that replays the corpus goes through this list.
pub const TARGETS: &[(&str, Check)] = &[
    ("dotnet_date", dotnet_date::check),
    ("dotnet_regex", dotnet_regex::check),
    ("dotnet_regex_twin", dotnet_regex_twin::check),
    ("expression", expression::check),
    ("expression_calls", expression_calls::check),
    ("schema_document", schema_document::check),
    ("scim_filter", scim_filter::check),
    ("scoping_filter", scoping_filter::check),
    ("target_path", target_path::check),
];
