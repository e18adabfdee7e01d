//! Letters with marks, and the plain ones that stand in for them: what `NormalizeDiacritics` does.
//!
//! The table is the documented one. It is no transliteration: `ä` gives `a`, and `ø` gives `oe`. What is not
//! in it, such as `đ`, `þ` or `œ`, stays exactly as it was.
use std::collections::HashMap;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Plain letters, and the lower case letters that they stand in for. Upper case mirrors it.
static LOWER: [(&str, &str); 18] = [
    ("a", "ä à â ã å á ą ă ā ā́ ā̀ ā̂ ā̃ ǟ ā̈ ǡ a̱ å̄"),
    ("ae", "æ ǣ"),
    ("c", "ç č ć c̄ c̱"),
    ("d", "ď d̄ ḏ"),
    ("e", "ë è é ê ę ě ė ē ḗ ḕ ē̂ ē̃ ê̄ e̱ ë̄ e̊̄"),
    ("g", "ğ ḡ g̱"),
    ("i", "ï î ì í ı ī ī́ ī̀ ī̂ ī̃ i̱"),
    ("l", "ľ ł l̄ ḹ ḻ"),
    ("n", "ñ ń ň n̄ ṉ"),
    ("o", "ö ò ő õ ô ó ō ṓ ṑ ō̂ ō̃ ȫ ō̈ ǭ ȭ ȱ o̱"),
    ("oe", "ø ø̄ œ̄"),
    ("r", "ř r̄ ṟ ṝ"),
    ("ss", "ß"),
    ("s", "š ś ș ş s̄ s̱"),
    ("t", "ť ț t̄ ṯ"),
    ("u", "ü ù û ú ů ű ū ū́ ū̀ ū̂ ū̃ u̇̄ ǖ ṻ ṳ̄ u̱"),
    ("y", "ÿ ý ȳ ȳ́ ȳ̀ ȳ̃ y̱"),
    ("z", "ź ž ż z̄ ẕ"),
];

/// Both cases of the table, by the composed form of each letter.
static TABLE: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    let mut table = HashMap::new();
    for (plain, letters) in LOWER {
        for letter in letters.split(' ') {
            table.insert(letter.nfc().collect(), plain.to_owned());
            // ß has no entry in upper case, and the upper case of ı is a plain letter already.
            if !["ß", "ı"].contains(&letter) {
                table.insert(letter.to_uppercase().nfc().collect(), plain.to_uppercase());
            }
        }
    }
    table.insert("İ".to_owned(), "I".to_owned());
    table
});

/// Puts plain letters in the place of those with marks; the marks may be part of the letter or follow it.
#[must_use]
pub(crate) fn normalize_diacritics(text: &str) -> String {
    let mut output = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(base) = rest.chars().next() {
        let after = rest.get(base.len_utf8()..).unwrap_or_default();
        let marks = after.find(|character| !is_combining_mark(character)).unwrap_or(after.len());
        let (letter, next) = rest.split_at(base.len_utf8() + marks);
        if letter.is_ascii() {
            output.push_str(letter);
        } else {
            let composed: String = letter.nfc().collect();
            output.push_str(TABLE.get(&composed).map_or(letter, String::as_str));
        }
        rest = next;
    }
    output
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_of_the_table_is_found_however_it_is_composed() {
        let mut count = 0;
        for (plain, letters) in LOWER {
            for letter in letters.split(' ') {
                let (composed, taken_apart) =
                    (letter.nfc().collect::<String>(), letter.nfd().collect::<String>());
                for form in [letter.to_owned(), composed, taken_apart] {
                    let around = format!("x{form}y");
                    assert_eq!(normalize_diacritics(&around), format!("x{plain}y"), "{letter}");
                    if !["ß", "ı"].contains(&letter) {
                        assert_eq!(
                            normalize_diacritics(&form.to_uppercase()),
                            plain.to_uppercase(),
                            "{letter}"
                        );
                    }
                }
                count += 1;
            }
        }
        assert_eq!(count, 131);
    }

    #[test]
    fn names_lose_their_marks_and_nothing_else() {
        for (text, expected) in [
            ("Zoë", "Zoe"),
            ("Zoe\u{308}", "Zoe"),
            ("Øystein Ærø", "OEystein AEroe"),
            ("Straße ẞ", "Strasse ẞ"),
            ("İstanbul ılık", "Istanbul ilik"),
            ("I\u{307}", "I"),
            ("Łódź", "Lodz"),
            ("œuvre Œuvre œ\u{304}", "œuvre Œuvre oe"),
            ("đ þ ð ħ ŋ ŧ Đ", "đ þ ð ħ ŋ ŧ Đ"),
            ("ế e\u{302}\u{301}", "ế e\u{302}\u{301}"),
            ("\u{301}a", "\u{301}a"),
            ("日本 ж 😀", "日本 ж 😀"),
            ("", ""),
        ] {
            assert_eq!(normalize_diacritics(text), expected, "{text}");
        }
    }

    #[test]
    fn a_letter_under_a_heap_of_marks_stays_as_it_is() {
        let heap = format!("a{}b\u{308}o\u{308}", "\u{301}\u{323}".repeat(10_000));
        let expected = format!("a{}b\u{308}o", "\u{301}\u{323}".repeat(10_000));
        assert_eq!(normalize_diacritics(&heap), expected);
    }
}
