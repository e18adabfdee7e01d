//! Upper and lower case, and letters with marks.
use super::super::{Expression, Fails, Is, Null, Vector};

const NAMES: &str = r#"{"givenName": "Zoë", "firstName": "GREGORY", "lastName": "JAMES", "many": ["ÄB", "c"], "empty": "", "tag": "english!"}"#;
const JOHN: &str = r#"{"PreferredFirstName": "John", "PreferredLastName": "Smith"}"#;

pub(super) const VECTORS: &[Vector] = &[
    ("NormalizeDiacritics([givenName])", NAMES, Is("Zoe")),
    (r#"NormalizeDiacritics("Åse Ñandú Çelik Ğül Şık İnci")"#, "{}", Is("Ase Nandu Celik Gul Sik Inci")),
    (r#"NormalizeDiacritics("Ærø œuvre đ þ")"#, "{}", Is("AEroe œuvre đ þ")),
    (r#"NormalizeDiacritics("straße ẞ")"#, "{}", Is("strasse ẞ")),
    ("NormalizeDiacritics(\"Zoe\u{308} e\u{304}\u{302}\")", "{}", Is("Zoe e")),
    ("NormalizeDiacritics(\"x\u{308} a\u{308}\u{308}\")", "{}", Is("x\u{308} a\u{308}\u{308}")),
    ("NormalizeDiacritics([many])", NAMES, Is(r#"["AB","c"]"#)),
    ("NormalizeDiacritics([missing])", NAMES, Null),
    ("NormalizeDiacritics([empty])", NAMES, Is("")),
    ("PCase([firstName])", r#"{"firstName": "PABLO GONSALVES (SECOND)"}"#, Is("Pablo Gonsalves (Second)")),
    (r#"PCase(Join(" ",[firstName],[lastName]))"#, NAMES, Is("Gregory James")),
    (r#"PCase([lastName], " ")"#, r#"{"lastName": "SMITH-JONES JR"}"#, Is("Smith-jones Jr")),
    (r#"PCase([lastName], "-")"#, r#"{"lastName": "SMITH-JONES JR"}"#, Is("Smith-Jones jr")),
    (r#"PCase("o'NEIL d'arc", "'")"#, "{}", Is("O'Neil d'Arc")),
    (r#"PCase("o'NEIL d'arc")"#, "{}", Is("O'neil D'arc")),
    (r#"PCase("1ST floor, 2b")"#, "{}", Is("1St Floor, 2B")),
    (r#"PCase("élan_ÉTAT")"#, "{}", Is("Élan_État")),
    (r#"PCase("ΟΔΟΣ ΣΟΦΙΑΣ")"#, "{}", Is("Οδος Σοφιας")),
    (r#"PCase("straße", "")"#, "{}", Is("Straße")),
    ("PCase([missing])", NAMES, Null),
    ("PCase([empty])", NAMES, Is("")),
    ("PCase([many])", NAMES, Is(r#"["Äb","C"]"#)),
    (
        r#"ToLower(Join("@", NormalizeDiacritics(StripSpaces(Join(".", [PreferredFirstName], [PreferredLastName]))), "contoso.com"))"#,
        JOHN,
        Is("john.smith@contoso.com"),
    ),
    (r#"ToLower("I")"#, "{}", Is("i")),
    (r#"ToLower("Iİ", "tr-TR")"#, "{}", Is("ıi")),
    (r#"ToLower("I", "az")"#, "{}", Is("ı")),
    (r#"ToLower("I", "en-US")"#, "{}", Is("i")),
    (r#"ToLower("I", "")"#, "{}", Is("i")),
    (r#"ToLower("I", [missing])"#, "{}", Is("i")),
    (r#"ToLower("ÌÍ", "lt-LT")"#, "{}", Is("i\u{307}\u{300}i\u{307}\u{301}")),
    (r#"ToLower("ÌÍ")"#, "{}", Is("ìí")),
    (r#"ToLower("ΣΟΦΟΣ")"#, "{}", Is("σοφος")),
    ("ToLower([many])", NAMES, Is(r#"["äb","c"]"#)),
    ("ToLower([missing])", NAMES, Null),
    ("ToLower([firstName], [tag])", NAMES, Fails("is no culture")),
    (r#"ToUpper("iı", "tr")"#, "{}", Is("İI")),
    (r#"ToUpper("iı")"#, "{}", Is("II")),
    (r#"ToUpper("straße ŉ")"#, "{}", Is("STRASSE ʼN")),
    (r#"ToUpper("ά", "el-GR")"#, "{}", Is("Ά")),
    ("ToUpper(\"i\u{307}\u{300}\", \"lt\")", "{}", Is("I\u{300}")),
    (r#"ToUpper("ςσ")"#, "{}", Is("ΣΣ")),
    ("ToUpper([missing])", NAMES, Null),
];

#[test]
fn a_culture_that_is_none_is_found_while_parsing() {
    let error = Expression::parse(r#"ToUpper([country], "klingon!")"#).unwrap_err();
    assert_eq!((error.line, error.column), (1, 20), "{error}");
    assert!(error.message.contains("is no culture"), "{error}");
}
