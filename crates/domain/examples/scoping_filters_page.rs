//! Prints the documentation page of scoping filters:
//! `cargo run -p purser-domain --example scoping_filters_page > docs/scoping-filters.md`.
#![expect(clippy::print_stdout, reason = "printing the page is all it does")]

fn main() {
    print!("{}", purser_domain::scope::documentation::render());
}
