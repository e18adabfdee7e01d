//! From what the TOML reader says to a sentence for an administrator.
use purser_domain::nearest::find_nearest;

/// Words an error of the TOML reader.
pub(super) fn word(message: &str) -> String {
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    match quoted.split_first() {
        Some((name, known)) if message.starts_with("unknown field") => {
            format!("The key {name} is not known here; {}", choices(name, known))
        }
        Some((name, known)) if message.starts_with("unknown variant") => {
            format!("The word {name} is not known here; {}", choices(name, known))
        }
        Some((name, _)) if message.starts_with("missing field") => {
            format!("The key {name} is missing. Add it.")
        }
        _ if message.contains("UUID") => {
            "The id is no UUID. Make a new one, for example with the command uuidgen, and never change it afterwards."
                .to_owned()
        }
        _ if message.starts_with("invalid type") || message.starts_with("invalid value") => {
            let (found, expected) = message.split_once(", expected ").unwrap_or((message, "something else"));
            let found = found.split_once(": ").map_or(found, |(_, found)| found);
            format!("Here stands {found}, but what is expected is {}.", in_words(expected))
        }
        _ => format!("This can't be read as TOML: {}.", message.trim_end_matches('.').replace('\n', ", ")),
    }
}

fn choices(name: &str, known: &[&str]) -> String {
    match find_nearest(name, known.iter().copied()) {
        Some(nearest) => format!("did you mean {nearest}?"),
        None => format!("possible are {}.", known.join(", ")),
    }
}

fn in_words(expected: &str) -> &str {
    match expected {
        "u16" | "u32" | "u64" => "a whole number that is not negative",
        "a boolean" => "true or false",
        "a string" => "a text in quotes",
        "a sequence" => "a list in square brackets",
        other if other.starts_with("struct ") => "a table",
        other => other,
    }
}
