//! From text to tokens.
use super::{MAX_LENGTH, SyntaxError};

/// A token with the column of its first character, from 1.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token<'a> {
    pub(super) column: usize,
    pub(super) kind: Kind<'a>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind<'a> {
    /// A run of characters without space, quotes and brackets: a name, an operator, a number.
    Word(&'a str),
    /// A quoted text, without its quotes and escapes.
    Text(String),
    OpenGroup,
    CloseGroup,
    OpenElement,
    CloseElement,
    End,
}

impl Kind<'_> {
    /// How it reads in a sentence.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Word(word) => format!("\"{}\"", shorten(word)),
            Self::Text(text) => format!("the text \"{}\"", shorten(text)),
            Self::OpenGroup => "(".to_owned(),
            Self::CloseGroup => ")".to_owned(),
            Self::OpenElement => "[".to_owned(),
            Self::CloseElement => "]".to_owned(),
            Self::End => "the end".to_owned(),
        }
    }
}

fn shorten(text: &str) -> String {
    text.chars().take(40).collect()
}

/// Gives the tokens one by one; after the last there is only the end.
pub(super) struct Lexer<'a> {
    rest: &'a str,
    column: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Result<Self, SyntaxError> {
        if text.chars().nth(MAX_LENGTH).is_some() {
            let message = format!("longer than {MAX_LENGTH} characters");
            return Err(SyntaxError { column: MAX_LENGTH + 1, message });
        }
        Ok(Self { rest: text, column: 1 })
    }

    pub(super) fn next(&mut self) -> Result<Token<'a>, SyntaxError> {
        while self.rest.starts_with(char::is_whitespace) {
            self.step();
        }
        let column = self.column;
        let token = |kind| Ok(Token { column, kind });
        let Some(first) = self.rest.chars().next() else { return token(Kind::End) };
        let bracket = match first {
            '(' => Kind::OpenGroup,
            ')' => Kind::CloseGroup,
            '[' => Kind::OpenElement,
            ']' => Kind::CloseElement,
            '"' => {
                self.step();
                return token(Kind::Text(self.read_text(column)?));
            }
            _ => {
                let ends = |character: char| character.is_whitespace() || "()[]\"".contains(character);
                let end = self.rest.find(ends).unwrap_or(self.rest.len());
                let (word, rest) = self.rest.split_at(end);
                self.rest = rest;
                self.column += word.chars().count();
                return token(Kind::Word(word));
            }
        };
        self.step();
        token(bracket)
    }

    fn step(&mut self) -> Option<char> {
        let mut characters = self.rest.chars();
        let character = characters.next()?;
        self.rest = characters.as_str();
        self.column += 1;
        Some(character)
    }

    /// Reads a text up to its closing quote: a JSON string (RFC 8259, section 7), except that control characters may
    /// stand in it as they are.
    fn read_text(&mut self, start: usize) -> Result<String, SyntaxError> {
        let unclosed = || SyntaxError { column: start, message: "the text has no closing quote".to_owned() };
        let mut text = String::new();
        loop {
            let column = self.column;
            match self.step().ok_or_else(unclosed)? {
                '"' => return Ok(text),
                '\\' => {
                    let escaped = self.step().ok_or_else(unclosed)?;
                    text.push(self.read_escape(escaped).ok_or_else(|| SyntaxError {
                        column,
                        message: "after a backslash a text goes on with \", \\, /, b, f, n, r, t, or u and the four \
                                  digits of a character"
                            .to_owned(),
                    })?);
                }
                character => text.push(character),
            }
        }
    }

    fn read_escape(&mut self, escaped: char) -> Option<char> {
        Some(match escaped {
            '"' | '\\' | '/' => escaped,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let first = self.read_unit()?;
                // What lies beyond 65,535 is written as two halves.
                if !(0xD800..0xDC00).contains(&first) {
                    return char::from_u32(first);
                }
                self.rest = self.rest.strip_prefix("\\u")?;
                self.column += 2;
                let second = self.read_unit().filter(|unit| (0xDC00..0xE000).contains(unit))?;
                char::from_u32(0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00))?
            }
            _ => return None,
        })
    }

    fn read_unit(&mut self) -> Option<u32> {
        let mut unit = 0;
        for _ in 0..4 {
            unit = unit * 16 + self.step()?.to_digit(16)?;
        }
        Some(unit)
    }
}
