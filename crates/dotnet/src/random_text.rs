//! Random texts and identifiers, from a seed: the same seed gives the same text.
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};

/// Longest random text.
pub const MAX_LENGTH: u16 = 256;

const DIGITS: &str = "0123456789";
const SPECIALS: &str = "!@#$%^&*()-_=+[]{};:,.<>?/~";
const CAPITALS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LOWERS: &str = "abcdefghijklmnopqrstuvwxyz";

/// What a random text is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recipe<'a> {
    /// How many characters, at most [`MAX_LENGTH`].
    pub length: i64,
    /// At least so many digits.
    pub digits: i64,
    /// At least so many special characters.
    pub specials: i64,
    /// At least so many capital letters.
    pub capitals: i64,
    /// At least so many lower case letters.
    pub lowers: i64,
    /// Characters that are never used.
    pub avoided: &'a str,
}

/// A recipe that can't be followed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecipeError {
    /// The length is out of bounds.
    #[error("the length is {0}, but must be within 0 and {MAX_LENGTH}")]
    Length(i64),
    /// A minimum is negative.
    #[error("a minimum is {0}, but can't be negative")]
    Minimum(i64),
    /// The minima do not fit into the length.
    #[error("the minima ask for {minima} characters, but the length is {length}")]
    TooShort {
        /// What they come to.
        minima: i64,
        /// The length asked for.
        length: i64,
    },
    /// Nothing is left of a kind of character.
    #[error("the characters to avoid leave no {0} to choose from")]
    NothingLeft(&'static str),
}

/// Makes a text. What is beyond the minima is of those letters and digits whose minimum is above zero, and of
/// lower case letters when there are none.
pub fn make_text(recipe: Recipe<'_>, seed: [u8; 32]) -> Result<String, RecipeError> {
    if !(0..=i64::from(MAX_LENGTH)).contains(&recipe.length) {
        return Err(RecipeError::Length(recipe.length));
    }
    let kinds = [
        ("digit", DIGITS, recipe.digits),
        ("special character", SPECIALS, recipe.specials),
        ("capital letter", CAPITALS, recipe.capitals),
        ("lower case letter", LOWERS, recipe.lowers),
    ];
    if let Some((_, _, minimum)) = kinds.into_iter().find(|(_, _, minimum)| *minimum < 0) {
        return Err(RecipeError::Minimum(minimum));
    }
    let minima = kinds.into_iter().fold(0, |sum: i64, (_, _, minimum)| sum.saturating_add(minimum));
    if minima > recipe.length {
        return Err(RecipeError::TooShort { minima, length: recipe.length });
    }
    let mut chance = ChaCha12Rng::from_seed(seed);
    let mut text = Vec::new();
    let mut rest = Vec::new();
    for (name, characters, minimum) in kinds {
        let choice = keep_allowed(characters, recipe.avoided);
        draw(&mut chance, &mut text, &choice, minimum, name)?;
        if minimum > 0 && characters != SPECIALS {
            rest.extend(choice);
        }
    }
    if rest.is_empty() {
        rest = keep_allowed(LOWERS, recipe.avoided);
    }
    draw(&mut chance, &mut text, &rest, recipe.length - minima, "lower case letter")?;
    for at in (1..text.len()).rev() {
        let other = pick(&mut chance, at + 1);
        text.swap(at, other);
    }
    Ok(text.into_iter().collect())
}

fn keep_allowed(characters: &str, avoided: &str) -> Vec<char> {
    characters.chars().filter(|character| !avoided.contains(*character)).collect()
}

fn draw(
    chance: &mut ChaCha12Rng,
    text: &mut Vec<char>,
    choice: &[char],
    count: i64,
    name: &'static str,
) -> Result<(), RecipeError> {
    for _ in 0..count {
        if choice.is_empty() {
            return Err(RecipeError::NothingLeft(name));
        }
        text.push(choice[pick(chance, choice.len())]);
    }
    Ok(())
}

/// A number below the bound, each as likely as the others: draws that would favour the small ones are
/// thrown away.
fn pick(chance: &mut ChaCha12Rng, bound: usize) -> usize {
    let bound = u64::try_from(bound).unwrap_or(u64::MAX).max(1);
    let fair = u64::MAX - u64::MAX % bound;
    loop {
        let drawn = chance.next_u64();
        if drawn < fair {
            return usize::try_from(drawn % bound).unwrap_or(0);
        }
    }
}

/// Makes a random identifier (version 4), in lower case with dashes.
#[must_use]
pub fn make_guid(seed: [u8; 32]) -> String {
    let mut bytes = [0; 16];
    ChaCha12Rng::from_seed(seed).fill_bytes(&mut bytes);
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
}

/// A seed of its own for the `position`th use of a seed, so that two uses differ.
#[must_use]
pub fn derive_seed(mut seed: [u8; 32], position: u64) -> [u8; 32] {
    for (byte, part) in seed.iter_mut().zip(position.to_le_bytes()) {
        *byte ^= part;
    }
    let mut derived = [0; 32];
    ChaCha12Rng::from_seed(seed).fill_bytes(&mut derived);
    derived
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY: Recipe<'static> =
        Recipe { length: 0, digits: 0, specials: 0, capitals: 0, lowers: 0, avoided: "" };

    fn seeds() -> impl Iterator<Item = [u8; 32]> {
        (0..200).map(|position| derive_seed([7; 32], position))
    }

    fn count(text: &str, of: &str) -> usize {
        text.chars().filter(|character| of.contains(*character)).count()
    }

    #[test]
    fn every_minimum_is_met_and_nothing_else_is_used() {
        for seed in seeds() {
            let recipe = Recipe { length: 6, digits: 3, lowers: 3, ..EMPTY };
            let text = make_text(recipe, seed).unwrap();
            assert_eq!((text.len(), count(&text, DIGITS), count(&text, LOWERS)), (6, 3, 3), "{text}");

            let recipe =
                Recipe { length: 10, digits: 2, specials: 2, capitals: 2, lowers: 1, avoided: "?,aZ0" };
            let text = make_text(recipe, seed).unwrap();
            assert_eq!((text.chars().count(), count(&text, SPECIALS), count(&text, "?,aZ0")), (10, 2, 0));
            assert!(count(&text, DIGITS) >= 2 && count(&text, CAPITALS) >= 2 && count(&text, LOWERS) >= 1);

            let text = make_text(Recipe { length: 256, specials: 1, ..EMPTY }, seed).unwrap();
            assert_eq!((count(&text, SPECIALS), count(&text, LOWERS)), (1, 255));
            let text = make_text(Recipe { length: 3, digits: 3, ..EMPTY }, seed).unwrap();
            assert_eq!(count(&text, DIGITS), 3);
        }
        assert_eq!(make_text(EMPTY, [0; 32]).as_deref(), Ok(""));
    }

    #[test]
    fn positions_are_shuffled_and_seeds_matter() {
        let recipe = Recipe { length: 6, digits: 3, lowers: 3, ..EMPTY };
        let texts: Vec<String> = seeds().map(|seed| make_text(recipe, seed).unwrap()).collect();
        for position in 0..6 {
            let digits = texts.iter().filter(|text| text.as_bytes()[position].is_ascii_digit()).count();
            assert!((60..=140).contains(&digits), "{digits} of 200 at {position}");
        }
        assert_eq!(texts.iter().collect::<std::collections::HashSet<_>>().len(), texts.len());
        assert_eq!(make_text(recipe, [7; 32]), make_text(recipe, [7; 32]));
    }

    #[test]
    fn recipes_that_contradict_themselves_are_refused() {
        let make = |recipe| make_text(recipe, [0; 32]);
        assert_eq!(make(Recipe { length: 257, ..EMPTY }), Err(RecipeError::Length(257)));
        assert_eq!(make(Recipe { length: -1, ..EMPTY }), Err(RecipeError::Length(-1)));
        assert_eq!(make(Recipe { length: 5, capitals: -2, ..EMPTY }), Err(RecipeError::Minimum(-2)));
        let greedy = Recipe { length: 5, digits: 3, lowers: 3, ..EMPTY };
        assert_eq!(make(greedy), Err(RecipeError::TooShort { minima: 6, length: 5 }));
        let huge = Recipe { length: 5, digits: i64::MAX, lowers: i64::MAX, ..EMPTY };
        assert_eq!(make(huge), Err(RecipeError::TooShort { minima: i64::MAX, length: 5 }));
        let no_digit = Recipe { length: 5, digits: 1, avoided: DIGITS, ..EMPTY };
        assert_eq!(make(no_digit), Err(RecipeError::NothingLeft("digit")));
        let no_rest = Recipe { length: 5, specials: 1, avoided: LOWERS, ..EMPTY };
        assert_eq!(make(no_rest), Err(RecipeError::NothingLeft("lower case letter")));
    }

    #[test]
    fn identifiers_are_of_version_4_and_differ() {
        let guids: std::collections::HashSet<String> = seeds().map(make_guid).collect();
        assert_eq!(guids.len(), 200);
        for guid in guids {
            let parsed = uuid::Uuid::parse_str(&guid).unwrap();
            assert_eq!((parsed.get_version_num(), parsed.hyphenated().to_string()), (4, guid));
        }
        assert_eq!(make_guid([1; 32]), make_guid([1; 32]));
    }
}
