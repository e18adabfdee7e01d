//! .NET's patterns: reading them, and what they do to a text within their bounds.
//!
//! The parts are pattern, text, replacement, and the name of a group.
use super::input;
use purser_dotnet::regex::{MAX_RESULT, MAX_STEPS, MatchError, Regex};

/// Compiles a pattern and matches with it.
pub fn check(input: &[u8]) {
    let input = String::from_utf8_lossy(input);
    let parts = input::split(&input);
    let part = |at: usize| parts.get(at).copied().unwrap_or_default();
    match Regex::parse(part(0)) {
        Ok(regex) => check_pattern(&regex, part(1), part(2), part(3)),
        Err(error) => {
            let end = part(0).chars().count() + 1;
            assert!((1..=end).contains(&error.position), "the pattern ends at {end}: {error}");
            assert!(!error.message.is_empty());
        }
    }
}

fn check_pattern(regex: &Regex, text: &str, replacement: &str, group: &str) {
    let found = regex.is_match(text);
    assert_eq!(regex.is_match(text), found, "the same text, the same answer");
    let replaced = counted(|steps| regex.replace_all(text, replacement, steps));
    assert_eq!(
        counted(|steps| regex.replace_all(text, replacement, steps)),
        replaced,
        "the same text, the same result"
    );
    assert!(replaced.as_ref().map_or(0, String::len) <= MAX_RESULT, "a result over its bound");
    if let Ok(same) = counted(|steps| regex.replace_all(text, "$&", steps)) {
        assert_eq!(same, text, "a match in place of itself changes nothing");
    }
    if let (Ok(false), Ok(replaced)) = (&found, &replaced) {
        assert_eq!(replaced, text, "what does not match stays");
    }
    let in_group = counted(|steps| regex.find_group(text, group, steps));
    let is_unknown = matches!(in_group, Err(MatchError::UnknownGroup(_)));
    assert_eq!(regex.has_group(group), !is_unknown, "a group is there or it is not");
    if let Ok(Some(in_group)) = &in_group {
        assert!(text.contains(in_group.as_str()), "a group gives a part of the text");
        assert_eq!(found, Ok(true));
    }
    if let Ok(replaced) = counted(|steps| regex.replace_group(text, group, "", steps)) {
        assert!(replaced.len() <= text.len(), "taking away makes nothing longer");
    }
}

/// With an allowance of its own, which only gets smaller.
fn counted<T>(search: impl FnOnce(&mut u64) -> T) -> T {
    let mut steps = MAX_STEPS;
    let result = search(&mut steps);
    assert!(steps <= MAX_STEPS, "searching gives no steps back");
    result
}
