//! Title case, as `PCase` gives it.
use icu_casemap::CaseMapper;
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory as _};

/// Lower case, then .NET's `ToTitleCase`: the first letter of each word is upper case.
///
/// A word begins at a letter; marks, numbers and an apostrophe continue it; separators, controls, formats,
/// punctuation and symbols end it. A digit begins none, so `1st` becomes `1St`.
#[must_use]
pub fn to_title_case(text: &str) -> String {
    let mut in_word = false;
    let mut output = String::with_capacity(text.len());
    for character in text.to_lowercase().chars() {
        let is_letter = character.general_category_group() == GeneralCategoryGroup::Letter;
        if is_letter && !in_word {
            output.push(raise(character));
        } else {
            output.push(character);
        }
        in_word = if in_word { character == '\'' || !ends_word(character) } else { is_letter };
    }
    output
}

/// Lower case, with the first character of each token in upper case; only the separators part tokens.
#[must_use]
pub fn to_title_case_between(text: &str, separators: &str) -> String {
    let mut starts = true;
    let mut output = String::with_capacity(text.len());
    for character in text.to_lowercase().chars() {
        output.push(if starts { raise(character) } else { character });
        starts = separators.contains(character) || lowers_to(separators, character);
    }
    output
}

/// The text is in lower case when it is looked through, so an upper case separator counts in lower case.
fn lowers_to(separators: &str, character: char) -> bool {
    character.is_lowercase() && separators.chars().any(|separator| separator.to_lowercase().eq([character]))
}

/// `ǆ` becomes `ǅ`; a letter without a single upper case one, such as `ß`, stays.
fn raise(character: char) -> char {
    CaseMapper::new().simple_titlecase(character)
}

fn ends_word(character: char) -> bool {
    match character.general_category_group() {
        GeneralCategoryGroup::Separator
        | GeneralCategoryGroup::Punctuation
        | GeneralCategoryGroup::Symbol => true,
        GeneralCategoryGroup::Other => {
            matches!(character.general_category(), GeneralCategory::Control | GeneralCategory::Format)
        }
        GeneralCategoryGroup::Letter | GeneralCategoryGroup::Mark | GeneralCategoryGroup::Number => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_begin_and_end_as_in_dotnet() {
        for (text, expected) in [
            ("PABLO GONSALVES (SECOND)", "Pablo Gonsalves (Second)"),
            ("o'NEIL mcdonald", "O'neil Mcdonald"),
            ("jean-luc", "Jean-Luc"),
            ("1st 2ND 3.rd", "1St 2Nd 3.Rd"),
            ("a1b c_d", "A1b C_D"),
            ("'quoted' word", "'Quoted' Word"),
            ("ÉCOLE élan", "École Élan"),
            ("e\u{301}cole", "E\u{301}cole"),
            ("straße ßa", "Straße ßa"),
            ("ǆungla ŀl", "ǅungla Ŀl"),
            ("a\u{ad}b", "A\u{ad}B"),
            ("ⅷx", "ⅷX"),
            ("日本go", "日本go"),
            ("", ""),
        ] {
            assert_eq!(to_title_case(text), expected, "{text}");
        }
        assert_eq!(to_title_case("ΟΔΟΣ ΣΟΦΙΑΣ"), "Οδος Σοφιας");
    }

    #[test]
    fn given_separators_alone_part_words() {
        for (text, separators, expected) in [
            ("PABLO GONSALVES (SECOND)", " ", "Pablo Gonsalves (second)"),
            ("jean-luc o'neil", "-'", "Jean-Luc o'Neil"),
            ("a b", "-", "A b"),
            ("--a", "-", "--A"),
            ("1st", " ", "1st"),
            ("fooXbar", "X", "FooxBar"),
            ("", "-", ""),
            ("é é", " ", "É É"),
        ] {
            assert_eq!(to_title_case_between(text, separators), expected, "{text} by {separators}");
        }
    }
}
