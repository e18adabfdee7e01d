use super::machine::Machine;
use super::{MAX_PATTERN, MAX_RESULT, MAX_STEPS, MAX_TEXT, MatchError, Regex, escape};
use proptest::prelude::*;
use std::time::{Duration, Instant};

fn regex(pattern: &str) -> Regex {
    Regex::parse(pattern).unwrap_or_else(|error| panic!("{pattern}: {error}"))
}

fn replace(pattern: &str, text: &str, replacement: &str) -> String {
    regex(pattern).replace_all(text, replacement, &mut { MAX_STEPS }).unwrap()
}

/// The first match, marked.
fn find(pattern: &str, text: &str) -> Option<String> {
    let whole = format!("(?<whole>{pattern})");
    regex(&whole).find_group(text, "whole", &mut { MAX_STEPS }).unwrap()
}

#[test]
fn the_documented_replacements_come_out() {
    assert_eq!(replace(r"[()\s-]+", "+1 (999) 888-7777", ""), "+19998887777");
    assert_eq!(replace("[a-zA-Z_]*", "john_doe72", ""), "72");
    let street = regex(r"(?<streetNumber>^\d*)");
    assert_eq!(
        street.replace_group("545 Tremont Street", "streetNumber", "888", &mut { MAX_STEPS }).unwrap(),
        "888 Tremont Street"
    );
    let suffix = regex("(?<Suffix>@(.)*)");
    assert_eq!(suffix.replace_group("jo@contoso.com", "Suffix", "", &mut { MAX_STEPS }).unwrap(), "jo");
    assert_eq!(
        suffix.find_group("jo@contoso.com", "Suffix", &mut { MAX_STEPS }).unwrap().as_deref(),
        Some("@contoso.com")
    );
}

#[test]
fn matches_are_found_as_dotnet_finds_them() {
    for (pattern, text, expected) in [
        ("b|ab", "ab", Some("ab")),
        ("a|ab", "ab", Some("a")),
        ("a*?b", "aab", Some("aab")),
        ("a{2,3}?", "aaaa", Some("aa")),
        ("a{2,3}", "aaaa", Some("aaa")),
        ("a{,3}", "a{,3}", Some("a{,3}")),
        ("x{y", "x{y", Some("x{y")),
        ("(?i)straSSE", "STRASSE", Some("STRASSE")),
        ("(?i:a)B", "AB", Some("AB")),
        ("(?i:a)B", "Ab", None),
        ("a(?i)b|c", "aC", Some("C")),
        ("(?i)[a-c]+", "ABCD", Some("ABC")),
        ("(?i)é", "É", Some("É")),
        ("(?s).+", "a\nb", Some("a\nb")),
        (".+", "a\nb", Some("a")),
        ("(?m)^b$", "a\nb\nc", Some("b")),
        ("b$", "ab\n", Some("b")),
        (r"b\Z", "ab\n", Some("b")),
        (r"b\z", "ab\n", None),
        ("b$", "ab\n\n", None),
        (r"\Ab", "ab", None),
        ("(?x: a b # c\n)", "ab", Some("ab")),
        ("a(?#c)b", "ab", Some("ab")),
        (r"\x41\u0042\103\cA\e", "ABC\u{1}\u{1B}", Some("ABC\u{1}\u{1B}")),
        ("[a-z-[aeiou]]+", "aebcde", Some("bcd")),
        (r"[\w-[\d]]+", "12ab3", Some("ab")),
        ("[]a]+", "x]a]", Some("]a]")),
        ("[^]a]+", "]ax", Some("x")),
        ("[a&&b]+", "&&", Some("&&")),
        ("[a~~[]+", "~[", Some("~[")),
        ("[+--]+", ",-+", Some(",-+")),
        (r"[\b]", "\u{8}", Some("\u{8}")),
        (r"\bb\w*", "ab bc", Some("bc")),
        (r"\w+", "-Größe_1-", Some("Größe_1")),
        (r"\d+", "x٤٥", Some("٤٥")),
        (r"\p{Lu}\P{Lu}+", "aBcd", Some("Bcd")),
        (r"[\p{L}\p{Nd}]+", "(ж7)", Some("ж7")),
        (r"(a)(b)?\1", "aba", Some("aba")),
        (r#"(?<q>['"])\w+\k<q>"#, "'a\" 'b'", Some("'b'")),
        (r"(?'q'x)\k'q'", "xx", Some("xx")),
        ("(?<=@)[^.]+", "a@b.c", Some("b")),
        (r"(?<=^\w*)\d", "ab1", Some("1")),
        (r"(?<=(\d)(\w)*)x", "1abx", Some("x")),
        ("(?<!a)b", "abb", Some("b")),
        ("a(?=b)", "ac ab", Some("a")),
        ("a(?!b)", "ab ac", Some("a")),
        ("(?>a+)ab", "aaab", None),
        ("(?<n>a)?(?(n)b|c)", "ab", Some("ab")),
        ("(?<n>a)?(?(n)b|c)", "xc", Some("c")),
        ("(?:a?)*b", "aab", Some("aab")),
        ("(a*)*", "aa", Some("aa")),
        ("(?:a|b|)+c", "abc", Some("abc")),
        (r"(?:\b|.)*", " b", Some(" ")),
        ("(?:|a)*", "aa", Some("")),
        ("(?:|a)+", "aa", Some("")),
        ("(?:|a)+b", "aab", Some("aab")),
        ("(?:a*?)*?b", "aab", Some("aab")),
        ("", "a", Some("")),
        ("a||b", "b", Some("")),
        (r"\101", "A", Some("A")),
        ("😀.", "😀😀", Some("😀😀")),
    ] {
        assert_eq!(find(pattern, text).as_deref(), expected, "{pattern} on {text}");
    }
}

#[test]
fn replacements_follow_dotnets_syntax() {
    for (pattern, text, replacement, expected) in [
        ("(a)(b)", "ab", "$2$1", "ba"),
        ("(?<x>a)(b)", "ab", "$1", "b"),
        ("(?<x>a)(b)", "ab", "$2", "a"),
        ("(?<x>a)(b)", "ab", "${x}-${1}", "a-b"),
        ("a", "a", "$$1", "$1"),
        ("a", "ba", "[$&$0]", "b[aa]"),
        ("a", "a", "$1", "$1"),
        ("a", "a", "${no}", "${no}"),
        ("a", "a", "$", "$"),
        ("(a)", "a", "$10", "$10"),
        ("(a)", "a", "${1}0", "a0"),
        ("b", "abc", "$`$'$_", "aacabcc"),
        ("(a)(b)?", "ac", "[$2]", "[]c"),
        ("(a)(b)", "ab", "$+", "b"),
        ("", "ab", "-", "-a-b-"),
        ("a*", "baac", "x", "xbxxcx"),
        ("(?<5>a)(b)", "ab", "$5$1", "ab"),
        ("x", "", "y", ""),
        ("^", "", "y", "y"),
    ] {
        assert_eq!(replace(pattern, text, replacement), expected, "{pattern} on {text} by {replacement}");
    }
}

#[test]
fn a_group_is_replaced_in_every_match_and_nothing_else_is() {
    let regex = regex(r"(?<key>\w)=(?<value>\w)?");
    assert_eq!(regex.replace_group("a=1;b=;c=3", "value", "$x", &mut { MAX_STEPS }).unwrap(), "a=$x;b=;c=$x");
    assert_eq!(regex.replace_group("a=1", "2", "z", &mut { MAX_STEPS }).unwrap(), "a=z");
    assert_eq!(regex.find_group("-", "key", &mut { MAX_STEPS }).unwrap(), None);
    assert_eq!(regex.find_group("b=", "value", &mut { MAX_STEPS }).unwrap(), None);
    assert_eq!(
        regex.find_group("b=", "no", &mut { MAX_STEPS }),
        Err(MatchError::UnknownGroup("no".to_owned()))
    );
    assert!(regex.has_group("key") && regex.has_group("1") && !regex.has_group("3"));
}

#[test]
fn what_is_no_pattern_or_not_supported_is_refused_with_its_place() {
    for (pattern, position, words) in [
        ("a(b", 2, "not closed"),
        ("a)b", 2, "without its"),
        ("[a", 3, "not closed"),
        ("*a", 1, "follows nothing"),
        ("a|*", 3, "follows nothing"),
        ("a**", 3, "follows a quantifier"),
        ("a++", 3, "follows a quantifier"),
        ("a{3,2}", 2, "below its start"),
        ("[z-a]", 3, "reverse order"),
        (r"[a-\d]", 3, "instead of a character"),
        ("[a-z-[b]c]", 9, "last thing"),
        (r"\q", 2, "no escape"),
        ("\\", 2, "ends the pattern"),
        (r"\1", 1, "no group `1`"),
        (r"\k<x>", 1, "no group `x`"),
        (r"(?(x)a)", 4, "no group `x`"),
        (r"\p{IsGreek}", 2, "general categories"),
        (r"\pL", 2, "in braces"),
        (r"\x4", 3, "hexadecimal"),
        (r"\uD83D", 3, "half a character"),
        ("(?<a-b>x)", 5, "balancing"),
        ("(?<>x)", 4, "name"),
        ("(?<0>x)", 6, "number"),
        ("(?r)x", 3, "right to left"),
        ("(?(?=a)b)", 4, "name a group only"),
        ("(?P<n>a)", 3, "nothing that .NET knows"),
        ("(?#a", 1, "comment"),
    ] {
        let error = Regex::parse(pattern).unwrap_err();
        assert_eq!(error.position, position, "{pattern}: {error}");
        assert!(error.message.contains(words), "{pattern}: {error}");
    }
}

#[test]
fn patterns_that_are_too_large_are_refused_quickly() {
    let started = Instant::now();
    for pattern in [
        "a".repeat(MAX_PATTERN + 1),
        "(a{1000}){1000}".to_owned(),
        "((((a{30}){30}){30}){30}){30}".to_owned(),
        "(?:(?:(?:){1000}){1000}){1000}".to_owned(),
        "a{4000000000}".to_owned(),
        "a{0,99999999999999}".to_owned(),
        format!("{}a{}", "(".repeat(100), ")".repeat(100)),
        format!("{}a{}", "[a-".repeat(100), "]".repeat(100)),
    ] {
        assert!(Regex::parse(&pattern).is_err(), "{pattern}");
    }
    assert!(Regex::parse(&"a".repeat(MAX_PATTERN)).is_ok());
    assert!(Regex::parse("(?:a{90}){90}").is_ok());
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
}

#[test]
fn a_regular_pattern_takes_linear_time_whatever_its_shape() {
    let text = format!("{}!", "a".repeat(10_000));
    for pattern in
        ["(a+)+$", "(a|aa)+$", "(.*)*x", "(a*)*b", "(a|a)*b", ".*.*.*x", r"^(\w+\s?)*$", "(?:a?){20}a{20}x"]
    {
        assert_eq!(regex(pattern).is_match(&text), Ok(false), "{pattern}");
    }
}

/// Patterns and texts that keep other engines busy for hours.
fn hostile_calls() -> Vec<(String, String)> {
    let mut calls = Vec::new();
    for length in [10_000, 60_000] {
        for pattern in [
            "(a+)+$",
            "(a|aa)+$",
            "(.*)*x",
            r"(?=(a+))\1*b",
            "(?=(a+)+b)",
            r"(a*)*\1b",
            r"(.+)\1+b",
            r"^(?:(.+)\1)+$",
            "(?>(?:(?=.*)a)*)b",
            "(?=(?:(?=(?:(?=.*)a)*)a)*)b",
            "(?<=(a|aa)+b)c",
            "(?<=(?:a|b)*)x",
            "(?<!(?:.*.*)b)x",
            "(?:(?>a)b?)*c",
            r"(?:[\p{L}\p{N}-[b]]+)+x",
            "(?i)(?:[a-z]|[A-Z])*x",
            "a*?a*?a*?a*?x",
            "(?:a{0,50}){90}b",
            "(?:(?:a?){50}){90}b",
            "((((a*)*)*)*)*b",
            r"(?:\b|\B)*x",
            "()*",
            "(?:(?=a)|(?=a)a)*b",
        ] {
            calls.push((pattern.to_owned(), "a".repeat(length)));
            calls.push((pattern.to_owned(), "é".repeat(length / 2)));
        }
        let many = format!("(?:{})*x", (0..120).map(|_| "\\p{L}?").collect::<String>());
        calls.push((many, "ж".repeat(length / 2)));
        let wide = format!("[{}]*x", ('\u{100}'..'\u{400}').step_by(2).take(400).collect::<String>());
        calls.push((wide, "ж".repeat(length / 2)));
    }
    calls
}

#[test]
fn no_call_takes_long() {
    let mut worst = (Duration::ZERO, String::new());
    for (pattern, text) in hostile_calls() {
        let regex = regex(&pattern);
        let started = Instant::now();
        let result = regex.replace_all(&text, "[$&]", &mut { MAX_STEPS }).map(|text| text.len());
        let elapsed = started.elapsed();
        if elapsed > worst.0 {
            worst = (elapsed, format!("{pattern} on {} bytes: {result:?}", text.len()));
        }
    }
    println!("worst: {worst:?}");
    // Generous, for a build without optimisation on a busy machine: it takes half a second there, and about
    // 50 milliseconds in a release build.
    assert!(worst.0 < Duration::from_secs(10), "{worst:?}");
}

#[test]
fn every_bound_is_reached() {
    let long = "a".repeat(MAX_TEXT);
    assert_eq!(regex("a").is_match(&long), Ok(true));
    assert_eq!(regex("a").is_match(&format!("{long}a")), Err(MatchError::TextTooLong));
    assert_eq!(regex("a").replace_all(&long, "aa", &mut { MAX_STEPS }), Err(MatchError::ResultTooLong));
    assert_eq!(regex("a").replace_all(&long, "b", &mut { MAX_STEPS }).unwrap().len(), MAX_RESULT);
    assert_eq!(regex("b").replace_all(&long, "", &mut { MAX_STEPS }).unwrap().len(), MAX_RESULT);
    assert_eq!(
        regex("(?<g>a)").replace_group(&long, "g", "aa", &mut { MAX_STEPS }),
        Err(MatchError::ResultTooLong)
    );
    assert_eq!(regex("x|$").replace_all(&long, "b", &mut { MAX_STEPS }), Err(MatchError::ResultTooLong));
    assert_eq!(regex(r"(a+)+\1b").is_match(&"a".repeat(5_000)), Err(MatchError::TooCostly));
}

#[test]
fn calls_can_share_an_allowance() {
    let (regex, mut steps) = (regex("a"), 10_000);
    let mut calls = 0;
    while regex.replace_all(&"a".repeat(100), "b", &mut steps).is_ok() {
        calls += 1;
    }
    assert!((10..=50).contains(&calls), "{calls}");
    assert_eq!(regex.find_group("a", "0", &mut steps), Err(MatchError::UnknownGroup("0".to_owned())));
    assert_eq!(regex.replace_all("a", "b", &mut steps), Err(MatchError::TooCostly));
    let mut plenty = u64::MAX;
    assert_eq!(regex.replace_all("a", "b", &mut plenty).as_deref(), Ok("b"));
    assert!(plenty > u64::MAX - 100);
}

#[test]
fn patterns_are_equal_by_their_text() {
    assert_eq!(regex("a+"), regex("a+").clone());
    assert_ne!(regex("a+"), regex("aa*"));
    assert_eq!(format!("{:?}", regex("a")), "Regex(\"a\")");
}

fn pattern_strategy() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("a".to_owned()),
        Just("b".to_owned()),
        Just(".".to_owned()),
        Just("[ab]".to_owned()),
        Just("[^a]".to_owned()),
        Just(r"\w".to_owned()),
        Just(r"\d".to_owned()),
        Just(r"\b".to_owned()),
        Just("^".to_owned()),
        Just(r"\z".to_owned()),
        Just("(?:)".to_owned()),
    ];
    leaf.prop_recursive(5, 24, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| parts.concat()),
            prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| format!("(?:{})", parts.join("|"))),
            inner.clone().prop_map(|part| format!("({part})")),
            (
                inner.clone(),
                prop_oneof![Just("*"), Just("+"), Just("?"), Just("*?"), Just("{1,2}"), Just("{2}?")]
            )
                // Where a round can be empty the dialects differ: .NET leaves the loop after it.
                .prop_map(|(part, times)| format!("(?:[ab]{part}){times}")),
            // The other engine repeats no bare look-around, hence the alternative that never fits.
            inner.clone().prop_map(|part| format!("(?:(?={part})|z)")),
            inner.clone().prop_map(|part| format!("(?:(?!{part})|z)")),
            inner.clone().prop_map(|part| format!("(?>{part})")),
        ]
    })
}

#[test]
fn an_empty_round_is_the_last_one_of_a_repeat() {
    // A further round would take the character, and the group would hold it.
    for (pattern, text, result) in [
        ("(?:(|.)){0,3}a", "1a", "<>"),
        ("(|a){1,2}b", "ab", "<>"),
        ("(|a)+b", "ab", "<>"),
        ("(|a){2}b", "aab", "<a>"),
        ("(|a){2,}b", "aab", "<>"),
    ] {
        assert_eq!(replace(pattern, text, "<$1>"), result, "{pattern}");
    }
}

proptest! {
    /// An engine of other hands finds the same matches, where both dialects mean the same.
    #[test]
    fn matches_agree_with_another_engine(pattern in pattern_strategy(), text in "[ab1 ]{0,12}") {
        let ours = regex(&pattern);
        // It refuses to repeat what takes no character.
        let theirs = fancy_regex::Regex::new(&pattern);
        prop_assume!(theirs.is_ok());
        let theirs = theirs.unwrap();
        let expected = theirs.find(&text).unwrap().map(|found| found.range());
        let found = find(&pattern, &text);
        prop_assert_eq!(found.as_deref(), expected.clone().and_then(|range| text.get(range)), "{}", pattern);
        prop_assert_eq!(ours.is_match(&text).unwrap(), expected.is_some());
    }

    /// What is escaped means itself, also where white space and comments would be left out.
    #[test]
    fn an_escaped_text_matches_itself_only(text in any::<String>(), other in any::<String>()) {
        for options in ["", "(?x)"] {
            let regex = regex(&format!("{options}\\A{}\\z", escape(&text)));
            prop_assert!(regex.is_match(&text).unwrap());
            prop_assert_eq!(regex.is_match(&other).unwrap(), text == other);
        }
    }

    /// Whatever is handed in, it comes back with a result or a sentence.
    #[test]
    fn nothing_that_is_parsed_panics(pattern in r"[ab\\(){}\[\]|*+?^$.,:<>='!#\-kpPxuLd0-9]{0,24}", text in "[ab\n]{0,20}") {
        if let Ok(regex) = Regex::parse(&pattern) {
            let _ = regex.replace_all(&text, "<$1${a}$&>", &mut { MAX_STEPS });
        }
    }

    /// What a search remembers of its failures changes no result.
    #[test]
    fn memory_of_failures_changes_nothing(pattern in pattern_strategy(), text in "[ab1 ]{0,12}") {
        let regex = regex(&pattern);
        let text: Vec<char> = text.chars().collect();
        let find = |patience| {
            let mut machine = Machine::new(&regex.program, &text, MAX_STEPS);
            machine.patience = patience;
            machine.find(0).unwrap().map(|found| (found.span, found.groups))
        };
        prop_assert_eq!(find(0), find(super::machine::PATIENCE));
    }
}
