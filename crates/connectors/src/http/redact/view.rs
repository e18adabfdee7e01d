//! A text as its reader understands it, with the way back to where it stands.

/// Decoded bytes, and where each comes from.
pub(super) struct View {
    pub(super) bytes: Vec<u8>,
    /// By decoded byte, and one more for the end: the place in the text.
    places: Vec<u32>,
}

impl View {
    /// `%2F` as `/`; `None` when there is none of it.
    pub(super) fn of_percent(text: &[u8]) -> Option<Self> {
        if !text.contains(&b'%') {
            return None;
        }
        let mut view = Self::with_capacity(text.len());
        let mut at = 0;
        while at < text.len() {
            let decoded = match text[at..] {
                [b'%', high, low, ..] => hex(high).zip(hex(low)).map(|(high, low)| high << 4 | low),
                _ => None,
            };
            view.push(decoded.unwrap_or(text[at]), at);
            at += if decoded.is_some() { 3 } else { 1 };
        }
        Some(view.finish(at))
    }

    /// `\/` and `\u002f` as `/`, as in JSON; `None` when there is none of it.
    pub(super) fn of_escapes(text: &[u8]) -> Option<Self> {
        if !text.contains(&b'\\') {
            return None;
        }
        let mut view = Self::with_capacity(text.len());
        let mut at = 0;
        while at < text.len() {
            let (character, length) = match text[at..] {
                [b'\\', b'u', ..] => match read_unicode(&text[at..]) {
                    Some(read) => read,
                    None => (char::from(b'\\'), 1),
                },
                [b'\\', next, ..] => {
                    let meant = match next {
                        b'n' => b'\n',
                        b't' => b'\t',
                        b'r' => b'\r',
                        b'b' => 8,
                        b'f' => 12,
                        other => other,
                    };
                    view.push(meant, at);
                    at += 2;
                    continue;
                }
                _ => {
                    view.push(text[at], at);
                    at += 1;
                    continue;
                }
            };
            for byte in character.encode_utf8(&mut [0; 4]).bytes() {
                view.push(byte, at);
            }
            at += length;
        }
        Some(view.finish(at))
    }

    /// Where the decoded byte with this index stands.
    pub(super) fn place(&self, index: usize) -> usize {
        self.places.get(index).map_or(0, |place| *place as usize)
    }

    fn with_capacity(length: usize) -> Self {
        Self { bytes: Vec::with_capacity(length), places: Vec::with_capacity(length + 1) }
    }

    fn push(&mut self, byte: u8, place: usize) {
        self.bytes.push(byte);
        self.places.push(u32::try_from(place).unwrap_or(u32::MAX));
    }

    fn finish(mut self, length: usize) -> Self {
        self.places.push(u32::try_from(length).unwrap_or(u32::MAX));
        self
    }
}

/// One `\uXXXX`, or two that are one character, with their length.
fn read_unicode(text: &[u8]) -> Option<(char, usize)> {
    let unit = |text: &[u8]| match text {
        [b'\\', b'u', a, b, c, d, ..] => {
            let digits = [hex(*a)?, hex(*b)?, hex(*c)?, hex(*d)?];
            Some(digits.into_iter().fold(0_u32, |value, digit| value << 4 | u32::from(digit)))
        }
        _ => None,
    };
    let first = unit(text)?;
    if (0xD800..0xDC00).contains(&first)
        && let Some(second) = text.get(6..).and_then(unit)
        && (0xDC00..0xE000).contains(&second)
    {
        let character = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
        return char::from_u32(character).map(|character| (character, 12));
    }
    Some((char::from_u32(first).unwrap_or('\u{FFFD}'), 6))
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}
