//! Texts for both sides: odd ones by hand, and random ones that are nearly numbers and dates.

use proptest::{prelude::*, sample::select};

/// Texts at which SQL and Rust could think differently.
pub(super) const ODD: &[&str] = &[
    "True",
    "false",
    "tRUE",
    "0",
    "-0",
    "00",
    "007",
    "-007",
    "-",
    "--1",
    "1-",
    "1-2",
    "+1",
    " 1",
    "1 ",
    "1.0",
    "1e3",
    "0x10",
    "٣",
    "999999999999999999",
    "-999999999999999999",
    "1000000000000000000",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "99999999999999999999999",
    "2024-02-29",
    "2023-02-29",
    "2024-02-30",
    "2024-04-31",
    "2024-00-01",
    "2024-13-01",
    "0000-01-01",
    "0000-00-00",
    "9999-12-31",
    "9999-12-31T23:59:59.999999999Z",
    "2024-02-29T08:30:01",
    "2024-02-29T08:30:01Z",
    "2024-02-29T08:30:01.5Z",
    "2024-02-29T08:30:01.500",
    "2024-02-29T08:30:01.000000001",
    "2024-02-29T08:30:01.Z",
    "2024-02-29T08:30:01.",
    "2024-02-29T08:30:01ZZ",
    "2024-02-29T08:30:01.5ZZ",
    "2024-02-29T08:30:01.1234567890",
    "2024-02-29T08:30",
    "2024-02-29T24:00:00",
    "2024-02-29T23:59:60",
    "2024-02-29 08:30:01",
    "2024-02-29T08:30:01+00:00",
    "2024-02-29Z",
    "2024-02-29\n",
    "now",
    "%",
    "_",
    "a%b",
    "a_b",
    "A%B",
    "%a",
    "'",
    "\"",
    "\\",
    "a\\",
    "a'b",
    "Sales",
    "sales",
    "SALES",
    "Straße",
    "STRASSE",
    "İ",
    "ı",
    "K",
    "k",
    "é",
    "e\u{301}",
    "É",
    "👩‍🚀",
    "🚀",
    "\u{1}",
    "\t",
    "\n",
    "a\nb",
    "\u{7f}",
    "\u{feff}a",
    "\u{10ffff}",
    "x' OR '1'='1",
    "--",
    "/*",
    "?",
    "*",
    "[0-9]",
    "[",
    "]",
    "^",
    "{}",
    "TEXT",
    " ",
    "ab",
    "b",
    "0193c0de",
    "-0000-",
    "000000000001",
];

pub(super) fn odd_text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => select(ODD).prop_map(str::to_owned),
        2 => number_text(),
        2 => date_text(),
        1 => "[abAB%_'*?\\\\\\-]{1,4}",
        1 => any::<String>().prop_map(|text| text.replace('\0', "").chars().take(40).collect::<String>()),
    ]
    .prop_filter("never empty", |text| !text.is_empty())
}

pub(super) fn number_text() -> impl Strategy<Value = String> {
    prop_oneof![
        (-20_i64..20).prop_map(|number| number.to_string()),
        any::<i64>().prop_map(|number| number.to_string()),
        "-?[0-9]{1,20}",
    ]
}

pub(super) fn date_text() -> impl Strategy<Value = String> {
    let day = (0..=9999_u16, 0..=13_u8, 0..=32_u8).prop_map(|(y, m, d)| format!("{y:04}-{m:02}-{d:02}"));
    let near = (2023..=2024_u16, 1..=2_u8, 27..=31_u8).prop_map(|(y, m, d)| format!("{y:04}-{m:02}-{d:02}"));
    let time = (0..=25_u8, 58..=60_u8, 58..=61_u8).prop_map(|(h, m, s)| format!("T{h:02}:{m:02}:{s:02}"));
    let rest = prop_oneof![Just(String::new()), Just("Z".to_owned()), "\\.[0-9]{0,10}Z?"];
    let end = prop_oneof![Just(String::new()), (time, rest).prop_map(|(time, rest)| time + &rest)];
    (prop_oneof![day, near], end).prop_map(|(day, end)| day + &end)
}
