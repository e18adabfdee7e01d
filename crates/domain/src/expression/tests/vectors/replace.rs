//! `Replace`.
use super::super::{Context, Expression, Fails, Is, Null, Value, Vector};
use std::time::{Duration, Instant};

const PERSON: &str = r#"{"mail": "john.doe@contoso.com", "empty": "", "many": ["a-1", "b-2"], "dot": ".", "group": "n", "pattern": "(?<n>o)"}"#;

pub(super) const VECTORS: &[Vector] = &[
    (
        r#"Replace([BusinessTitle],"Product Developer", , , "Software Engineer", , )"#,
        r#"{"BusinessTitle": "Product Developer"}"#,
        Is("Software Engineer"),
    ),
    (
        r#"Replace([UserID],"<username>", , , , , "<username>@contoso.com")"#,
        r#"{"UserID": "jsmith"}"#,
        Is("jsmith@contoso.com"),
    ),
    (
        r#"Replace([mobile], , "[()\\s-]+", , "", , )"#,
        r#"{"mobile": "+1 (999) 888-7777"}"#,
        Is("+19998887777"),
    ),
    (
        r#"Replace([AddressLineData], ,"(?<streetNumber>^\\d*)","streetNumber", "888", , )"#,
        r#"{"AddressLineData": "545 Tremont Street"}"#,
        Is("888 Tremont Street"),
    ),
    (r#"Replace([mailNickname], , "[a-zA-Z_]*", , "", , )"#, r#"{"mailNickname": "john_doe72"}"#, Is("72")),
    (r#"Replace([mail], "@contoso.com", , ,"", ,)"#, PERSON, Is("john.doe")),
    (r#"Replace([preferredLanguage], "-", , , "_", , )"#, r#"{"preferredLanguage": "EN-US"}"#, Is("EN_US")),
    (
        r#"Replace([userPrincipalName], "@DOMAIN", , , "@SUBSTITUTE_DOMAIN", , )"#,
        r#"{"userPrincipalName": "jo@DOMAIN"}"#,
        Is("jo@SUBSTITUTE_DOMAIN"),
    ),
    (
        r#"Replace([userName], , "(?<Suffix>@(.)*)", "Suffix", "", , )"#,
        r#"{"userName": "jo@contoso.com"}"#,
        Is("jo"),
    ),
    (r#"Replace([mail], "O", , , "0", , )"#, PERSON, Is("john.doe@contoso.com")),
    (r#"Replace([mail], "o", , , "0", , )"#, PERSON, Is("j0hn.d0e@c0nt0s0.c0m")),
    (r#"Replace([mail], "", , , "x", , )"#, PERSON, Is("john.doe@contoso.com")),
    (r#"Replace([mail], [dot], , , "$1", , )"#, PERSON, Is("john$1doe@contoso$1com")),
    (r#"Replace("aaa", "aa", , , "b", , )"#, "{}", Is("ba")),
    (r#"Replace("Größe", "ö", , , "oe", , )"#, "{}", Is("Groeße")),
    (r#"Replace([missing], "a", , , "b", , )"#, PERSON, Null),
    (r#"Replace([empty], "a", , , "b", , )"#, PERSON, Is("")),
    (r#"Replace([mail], "a", , , [missing], , )"#, PERSON, Is("john.doe@contoso.com")),
    (r#"Replace([mail], "john", , , [missing], , )"#, PERSON, Is(".doe@contoso.com")),
    (r#"Replace([many], "-", , , "+", , )"#, PERSON, Is(r#"["a+1","b+2"]"#)),
    (r#"Replace([missing], "<u>", , , , , "<u>@x")"#, PERSON, Null),
    (r#"Replace([empty], "<u>", , , , , "<u>@x")"#, PERSON, Is("@x")),
    (r#"Replace("j", "<u>", , , , , "<u>-<u>")"#, "{}", Is("j-j")),
    (r#"Replace("j", "<u>", , , , , "none")"#, "{}", Is("none")),
    (
        r#"Replace([mail], , "(?<first>\\w+)\\.(?<last>\\w+)", , "${last}.${first}", , )"#,
        PERSON,
        Is("doe.john@com.contoso"),
    ),
    (r#"Replace([mail], , "(\\w+)\\.(\\w+)@", , "$2.$1@", , )"#, PERSON, Is("doe.john@contoso.com")),
    (r#"Replace([mail], , "(?<n>\\w+)\\.(\\w+)@", , "$1-$2@", , )"#, PERSON, Is("doe-john@contoso.com")),
    (r#"Replace([mail], , "@.*$", , "@$$", , )"#, PERSON, Is("john.doe@$")),
    (r#"Replace([mail], , "@", , "$9${no}", , )"#, PERSON, Is("john.doe$9${no}contoso.com")),
    (r#"Replace([mail], , "^", , "x", , )"#, PERSON, Is("xjohn.doe@contoso.com")),
    (r#"Replace("abc", , "x*", , "-", , )"#, "{}", Is("-a-b-c-")),
    (r#"Replace("abc", , "[a-c]*", , "-", , )"#, "{}", Is("--")),
    (r#"Replace("", , "^$", , "x", , )"#, "{}", Is("x")),
    (r#"Replace("ABC", , "abc", , "x", , )"#, "{}", Is("ABC")),
    (r#"Replace("ABC", , "(?i)abc", , "x", , )"#, "{}", Is("x")),
    (r#"Replace("a1b22", , "\\d(?!\\d)", , "%", , )"#, "{}", Is("a%b2%")),
    (r#"Replace("a1b22", , "(?<=b)\\d+", , "%", , )"#, "{}", Is("a1b%")),
    (r#"Replace("aabb", , "(.)\\1", , "$1", , )"#, "{}", Is("ab")),
    (r#"Replace("education", , "[a-z-[aeiou]]", , "", , )"#, "{}", Is("euaio")),
    (r#"Replace("Ünal Öz", , "\\p{Lu}", , "?", , )"#, "{}", Is("?nal ?z")),
    (r#"Replace("😀x😀", , "^.", , "", , )"#, "{}", Is("x😀")),
    (r#"Replace("line\n", , "e$", , "E", , )"#, "{}", Is("line\\n")),
    (r#"Replace([missing], , "a", , "b", , )"#, PERSON, Null),
    (r#"Replace([mail], , [pattern], , "0", , )"#, PERSON, Is("j0hn.d0e@c0nt0s0.c0m")),
    (r#"Replace([mail], , [missing], , "0", , )"#, r#"{"mail": "ab"}"#, Is("0a0b0")),
    (r#"Replace([mail], , [bad], , "0", , )"#, r#"{"mail": "ab", "bad": "(a"}"#, Fails("not closed")),
    (r#"Replace([many], , "\\d", , "%", , )"#, PERSON, Is(r#"["a-%","b-%"]"#)),
    (r#"Replace("a=1;b=2", , "(?<key>\\w)=(?<value>\\w)", "value", "$0", , )"#, "{}", Is("a=$0;b=$0")),
    (r#"Replace("a=1", , "(\\w)=(\\w)", "2", "x", , )"#, "{}", Is("a=x")),
    (r#"Replace("a", , "(?<n>x)?a", "n", "y", , )"#, "{}", Is("a")),
    (r#"Replace("none", , "(?<n>x)", "n", "y", , )"#, "{}", Is("none")),
    (r#"Replace([mail], , [pattern], [group], "0", , )"#, PERSON, Is("j0hn.d0e@c0nt0s0.c0m")),
    (r#"Replace([mail], , [pattern], "other", "0", , )"#, PERSON, Fails("no group `other`")),
    (r#"Replace([title], , "^(?<a>[^@]+)@", "a", , [mail], )"#, PERSON, Is("john.doe")),
    (r#"Replace([empty], , "^(?<a>[^@]+)@", "a", , [mail], )"#, PERSON, Is("john.doe")),
    (r#"Replace("set", , "^(?<a>[^@]+)@", "a", , [mail], )"#, PERSON, Is("set")),
    (r#"Replace([empty], , "(?<a>%)", "a", , [mail], )"#, PERSON, Null),
    (r#"Replace([empty], , "(?<a>%)", "a", , [missing], )"#, PERSON, Null),
];

#[test]
fn what_can_not_be_replaced_is_found_while_parsing() {
    for (text, column, part) in [
        (r#"Replace([a], , "(b", , "c", , )"#, 16, "not closed"),
        (r#"Replace([a], , "(?<n>b)", "m", "c", , )"#, 27, "no group `m`"),
        (r#"Replace([a], , "\\p{IsGreek}", , "c", , )"#, 16, "general categories"),
        (r#"Replace([a], , , , "c", , )"#, 1, "old value or a regular expression"),
        (r#"Replace([a], "b", "c", , "d", , )"#, 1, "not both"),
        (r#"Replace([a], "b", , "c", "d", , )"#, 1, "only with a regular expression"),
        (r#"Replace([a], , "b", , , [c], )"#, 1, "needs a group name"),
        (r#"Replace([a], , "b", , , , "c")"#, 1, "template only with an old value"),
        (r#"Replace([a], , "(a{1000}){1000}", , "c", , )"#, 16, "too large"),
    ] {
        let error = Expression::parse(text).unwrap_err();
        assert_eq!((error.line, error.column), (1, column), "{text}: {error}");
        assert!(error.message.contains(part), "{text}: {error}");
    }
}

#[test]
fn costly_patterns_end_in_a_sentence_however_often_they_are_called() {
    let one = r#"Replace([text], , "(?=(a+)+b)x", , "", , )"#;
    let cheaper = r#"Replace([text], , "(a+)+$", , "", , )"#;
    let many = format!("Join(\"\", {})", vec![format!("Left({cheaper}, 1)"); 150].join(", "));
    let text = |name: &str| (name == "text").then(|| Value::text(format!("{}!", "a".repeat(10_000))));
    let list = |name: &str| {
        let item = Value::text(format!("{}!", "a".repeat(200)));
        (name == "text").then(|| Value::List(vec![item; 300]))
    };
    for (expression, source) in
        [(one, &text as &dyn Fn(&str) -> Option<Value>), (&many, &text), (one, &list), (cheaper, &list)]
    {
        let started = Instant::now();
        let context = Context::at(jiff::Timestamp::UNIX_EPOCH);
        let result = Expression::parse(expression).unwrap().evaluate(source, &context);
        let elapsed = started.elapsed();
        // Generous: a build without optimisation on a busy machine. In a release build it is a hundredth.
        assert!(elapsed < Duration::from_secs(10), "{elapsed:?}: {result:?}");
        if let Err(error) = result {
            assert!(error.to_string().contains("steps"), "{error}");
        }
    }
    let context = Context::at(jiff::Timestamp::UNIX_EPOCH);
    assert!(Expression::parse(&many).unwrap().evaluate(&text, &context).is_err());
    assert!(Expression::parse(one).unwrap().evaluate(&text, &context).is_err());
}
