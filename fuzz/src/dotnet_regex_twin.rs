//! .NET's patterns, where the dialects agree, beside another engine: the first match must be the same one.
use arbitrary::{Arbitrary, Result, Unstructured};
use purser_domain::dotnet::regex::{MAX_STEPS, Regex};
use std::fmt::{self, Write};

/// Deep enough for every pair of constructs.
const MAX_DEPTH: usize = 4;
/// Steps of the other engine; where it gives up there is nothing to compare.
const STEPS: usize = 100_000;
/// Where a match begins and ends in a result; no text has them.
const MARKS: &str = "<$&>";

/// Characters of patterns and texts. None means anything in a pattern.
const LETTERS: [char; 6] = ['a', 'b', 'c', 'é', ' ', '1'];
/// What takes one character, or none. Unicode's and .NET's words and digits are the same for [`LETTERS`].
const ATOMS: [&str; 14] =
    [".", "[ab]", "[^a]", "[a-c1]", "\\w", "\\W", "\\d", "\\D", "\\s", "\\S", "^", "\\b", "\\B", "\\z"];
const COUNTS: [&str; 13] =
    ["*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{0,2}?", "{2,}", "{0}", "{1,}?", "{0,1}"];
const OPENINGS: [&str; 7] = ["(", "(?:", "(?=", "(?!", "(?>", "(?<=", "(?<!"];
/// Look-behind, whose content has one length in the other engine.
const FIRST_LOOK_BEHIND: usize = 5;

/// A pattern and a text.
pub struct Case {
    pattern: String,
    text: String,
}

impl<'a> Arbitrary<'a> for Case {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        let mut pattern = String::new();
        write_choice(input, &mut pattern, MAX_DEPTH)?;
        let length = input.int_in_range(0..=12)?;
        let text = (0..length).map(|_| input.choose(&LETTERS).copied()).collect::<Result<_>>()?;
        Ok(Self { pattern, text })
    }
}

/// As an input of the target `dotnet_regex`.
impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n---\n{}\n---\n{MARKS}", self.pattern, self.text)
    }
}

impl Case {
    /// Looks for the first match with both engines.
    pub fn check(&self) {
        let theirs = fancy_regex::RegexBuilder::new(&self.pattern).backtrack_limit(STEPS).build();
        let (Ok(ours), Ok(theirs)) = (Regex::parse(&self.pattern), theirs) else { return };
        let (Ok(marked), Ok(found)) =
            (ours.replace_all(&self.text, MARKS, &mut { MAX_STEPS }), theirs.find(&self.text))
        else {
            return;
        };
        let first = marked.split_once('<').and_then(|(before, rest)| {
            let (found, _) = rest.split_once('>')?;
            Some((before, found))
        });
        let expected = found.and_then(|found| Some((self.text.get(..found.start())?, found.as_str())));
        assert_eq!(first, expected, "what stands before the first match, and the match");
    }
}

/// Makes a case out of bytes and checks it.
pub fn check(input: &[u8]) {
    if let Ok(case) = Case::arbitrary(&mut Unstructured::new(input)) {
        case.check();
    }
}

fn write_choice(input: &mut Unstructured<'_>, pattern: &mut String, depth: usize) -> Result<()> {
    for at in 0..input.int_in_range(1..=2)? {
        if at > 0 {
            pattern.push('|');
        }
        for _ in 0..input.int_in_range(1..=3)? {
            write_piece(input, pattern, depth)?;
        }
    }
    Ok(())
}

fn write_piece(input: &mut Unstructured<'_>, pattern: &mut String, depth: usize) -> Result<()> {
    match input.int_in_range(0..=9)? {
        0..=3 => pattern.push(*input.choose(&LETTERS)?),
        4..=6 => pattern.push_str(input.choose(&ATOMS)?),
        7 if pattern.contains("(a") => pattern.push_str("\\1"),
        _ if depth > 0 => {
            let opening = input.choose_index(OPENINGS.len())?;
            pattern.push_str(OPENINGS.get(opening).copied().unwrap_or("("));
            if opening >= FIRST_LOOK_BEHIND {
                pattern.push(*input.choose(&LETTERS)?);
            } else {
                write_choice(input, pattern, depth - 1)?;
            }
            pattern.push(')');
        }
        _ => pattern.push('a'),
    }
    let is_zero_width = ["^", "\\b", "\\B", "\\z"].iter().any(|atom| pattern.ends_with(atom));
    if !is_zero_width && input.ratio(1, 3)? {
        // Writing into a text can't fail.
        let _ = write!(pattern, "{}", input.choose(&COUNTS)?);
    }
    Ok(())
}
