//! Prints `docs/expressions.md`; `cargo xtask docs` runs it.
fn main() {
    print!("{}", purser_domain::expression::documentation::render());
}
