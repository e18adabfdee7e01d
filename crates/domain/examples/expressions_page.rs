//! Prints `docs/expressions.md`; `cargo xtask docs` runs it.
#![expect(clippy::print_stdout, reason = "printing the page is all it does")]

fn main() {
    print!("{}", purser_domain::expression::documentation::render());
}
