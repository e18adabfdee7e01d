//! Initials on a coloured tile.
use leptos::prelude::*;

/// How many colours `style/` has.
const COLOURS: u32 = 8;

/// The initials of a person or application, always in the same colour.
#[component]
pub fn Monogram(
    /// Whose.
    #[prop(into)]
    name: String,
    /// A circle, for people.
    #[prop(optional)]
    round: bool,
    /// Large, beside a title.
    #[prop(optional)]
    large: bool,
) -> impl IntoView {
    let class = format!(
        "monogram monogram-{}{}{}",
        colour(&name),
        if round { " monogram-round" } else { "" },
        if large { " monogram-large" } else { "" }
    );
    view! { <span class=class aria-hidden="true">{initials(&name)}</span> }
}

/// The first letters of the first and the last word.
fn initials(name: &str) -> String {
    let mut letters =
        name.split_whitespace().filter_map(|word| word.chars().find(|character| character.is_alphanumeric()));
    let first = letters.next();
    first.into_iter().chain(letters.next_back()).flat_map(char::to_uppercase).collect()
}

/// A number from the name that stays the same from one start to the next.
fn colour(name: &str) -> u32 {
    name.bytes().fold(7_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte))) % COLOURS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_those_of_the_first_and_last_word() {
        for (name, letters) in [
            ("Ada King Lovelace", "AL"),
            ("prince", "P"),
            ("Łukasz Żak", "ŁŻ"),
            ("(x) 山田", "X山"),
            ("🦀", ""),
            ("", ""),
        ] {
            assert_eq!(initials(name), letters);
        }
    }
}
