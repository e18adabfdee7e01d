//! Prints `docs/gallery.schema.json`; `cargo xtask docs` runs it.
#![expect(clippy::print_stdout, reason = "printing the schema is all it does")]

fn main() -> Result<(), Box<dyn std::error::Error>> {
    print!("{}", purser_connectors::gallery::render_schema()?);
    Ok(())
}
