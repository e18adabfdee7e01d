//! Several values.
use super::super::{Fails, Is, Json, Null, Vector};

const LIST: &str = r#"{"tags": ["a", "b", "a", "A"], "none": [], "text": "x", "numbers": [1, 2, 1]}"#;

pub(super) const VECTORS: &[Vector] = &[
    ("Count([tags])", LIST, Is("4")),
    ("Count([none])", LIST, Is("0")),
    ("Count([text])", LIST, Is("1")),
    ("Count([missing])", LIST, Is("0")),
    (r#"IIF(Count([tags]) > 3, "many", "few")"#, LIST, Is("many")),
    ("Item([tags], 1)", LIST, Is("a")),
    ("Item([tags], 4)", LIST, Is("A")),
    (r#"Item([tags], "2")"#, LIST, Is("b")),
    ("Item([tags], 5)", LIST, Fails("it is 5, but there are 4 values")),
    ("Item([tags], [i])", r#"{"tags": ["a"], "i": 0}"#, Fails("it is 0, but there are 1 values")),
    ("Item([tags], 9223372036854775807)", LIST, Fails("there are 4 values")),
    ("Item([none], 1)", LIST, Fails("there are 0 values")),
    ("Item([missing], 1)", LIST, Null),
    ("Item([text], 1)", LIST, Is("x")),
    ("Item([text], 2)", LIST, Fails("there are 1 values")),
    ("Item(RemoveDuplicates([tags]), 3)", LIST, Is("A")),
    ("RemoveDuplicates([tags])", LIST, Json(r#"["a", "b", "A"]"#)),
    ("RemoveDuplicates([numbers])", LIST, Json("[1, 2]")),
    ("RemoveDuplicates([none])", LIST, Json("[]")),
    ("RemoveDuplicates([missing])", LIST, Null),
    ("RemoveDuplicates([text])", LIST, Is("x")),
    (r#"Join(",", RemoveDuplicates(Split("b;a;b", ";")))"#, LIST, Is("b,a")),
];
