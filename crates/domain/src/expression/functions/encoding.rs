//! Encodings.
use crate::expression::evaluate::{Answer, Call, text};
use crate::expression::function::{Function, Gives, PLAIN, Type, example, example_of, optional, required};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::fmt::Write;

const ENCODING: Type = Type::Word(&["Unicode", "ASCII", "UTF8"]);

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "ConvertFromBase64",
        parameters: &[required("source", Type::Text), optional("encoding", ENCODING)],
        sentence: "Gives the text that is encoded as base64.",
        remark: "White space in the source is passed over. Without an encoding the bytes are Unicode, which means UTF-16, little endian: what ConvertToBase64 makes.",
        examples: &[
            example(r#"ConvertFromBase64("SABlAGwAbABvACAAdwBvAHIAbABkACEA")"#, "{}", "Hello world!"),
            example(r#"ConvertFromBase64("SGVsbG8gd29ybGQh", UTF8)"#, "{}", "Hello world!"),
            example_of(r#"ConvertFromBase64("%%%")"#, "{}", Gives::Error),
        ],
        evaluate: decode,
        ..PLAIN
    },
    Function {
        name: "ConvertToBase64",
        parameters: &[required("source", Type::Text)],
        sentence: "Gives the source's bytes in UTF-16, little endian, as base64.",
        examples: &[example(r#"ConvertToBase64("Hello world!")"#, "{}", "SABlAGwAbABvACAAdwBvAHIAbABkACEA")],
        evaluate: |call| {
            call.map_text(0, &|text| {
                Ok(STANDARD.encode(text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()))
            })
        },
        ..PLAIN
    },
    Function {
        name: "ConvertToUTF8Hex",
        parameters: &[required("source", Type::Text)],
        sentence: "Gives the source's bytes in UTF-8 as hexadecimal digits.",
        examples: &[example(r#"ConvertToUTF8Hex("Hello world!")"#, "{}", "48656C6C6F20776F726C6421")],
        evaluate: |call| {
            call.map_text(0, &|text| {
                let mut digits = String::with_capacity(text.len() * 2);
                for byte in text.bytes() {
                    // Writing to a text can't fail.
                    let _ = write!(digits, "{byte:02X}");
                }
                Ok(digits)
            })
        },
        ..PLAIN
    },
];

fn decode<'a>(call: &Call<'_, 'a>) -> Answer<'a> {
    let Some(source) = call.text(0)? else { return Ok(None) };
    let digits: String = source.chars().filter(|character| !character.is_ascii_whitespace()).collect();
    let bytes = STANDARD.decode(digits).map_err(|_| call.refuse(0, "it is no base64 with its padding"))?;
    let encoding = call.word(1)?;
    let decoded = match encoding.as_deref() {
        Some("UTF8") => String::from_utf8(bytes).ok(),
        Some("ASCII") => bytes.is_ascii().then(|| bytes.iter().map(|byte| char::from(*byte)).collect()),
        _ => {
            let (pairs, rest) = bytes.as_chunks::<2>();
            let units: Vec<u16> = pairs.iter().map(|pair| u16::from_le_bytes(*pair)).collect();
            rest.is_empty().then_some(units).and_then(|units| String::from_utf16(&units).ok())
        }
    };
    let encoding = encoding.as_deref().unwrap_or("Unicode");
    text(decoded.ok_or_else(|| call.refuse(0, format!("its bytes are no text in {encoding}")))?)
}
