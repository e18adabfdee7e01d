//! From text to tokens.
use super::compare::Comparison;
use super::fault::{ExpressionError, Place};
use std::iter::Peekable;
use std::str::Chars;

/// A token.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Name(String),
    Attribute(String),
    Text(String),
    Integer(i64),
    Compare(Comparison),
    Ampersand,
    Open,
    Close,
    Comma,
}

impl Token {
    /// What was found, for an error.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Name(name) => format!("`{name}`"),
            Self::Attribute(name) => format!("the attribute [{name}]"),
            Self::Text(_) => "a text".to_owned(),
            Self::Integer(number) => format!("the number {number}"),
            Self::Compare(comparison) => format!("`{}`", comparison.as_str()),
            Self::Ampersand => "`&`".to_owned(),
            Self::Open => "`(`".to_owned(),
            Self::Close => "`)`".to_owned(),
            Self::Comma => "a comma".to_owned(),
        }
    }
}

/// Splits a text; the last place is that of its end.
pub(super) fn split(text: &str) -> Result<(Vec<(Token, Place)>, Place), ExpressionError> {
    let mut lexer = Lexer { characters: text.chars().peekable(), place: Place { line: 1, column: 1 } };
    let mut tokens = Vec::new();
    while let Some(&character) = lexer.characters.peek() {
        let place = lexer.place;
        let token = match character {
            _ if character.is_whitespace() => {
                lexer.next();
                continue;
            }
            '(' => lexer.single(Token::Open),
            ')' => lexer.single(Token::Close),
            ',' => lexer.single(Token::Comma),
            '[' => lexer.attribute(place)?,
            '"' => lexer.text(place)?,
            '=' | '<' | '>' => lexer.comparison(),
            '&' => lexer.ampersand(place)?,
            '-' | '0'..='9' => lexer.integer(place)?,
            _ if character.is_alphabetic() || character == '_' => lexer.name(),
            '\u{201c}' | '\u{201d}' | '\'' => {
                return Err(place.error("texts stand in straight double quotes: \"like this\"."));
            }
            _ => return Err(place.error(format!("\"{character}\" has no meaning here."))),
        };
        tokens.push((token, place));
    }
    Ok((tokens, lexer.place))
}

struct Lexer<'a> {
    characters: Peekable<Chars<'a>>,
    place: Place,
}

impl Lexer<'_> {
    fn next(&mut self) -> Option<char> {
        let character = self.characters.next()?;
        if character == '\n' {
            self.place = Place { line: self.place.line + 1, column: 1 };
        } else {
            self.place.column += 1;
        }
        Some(character)
    }

    fn single(&mut self, token: Token) -> Token {
        self.next();
        token
    }

    fn next_if(&mut self, wanted: char) -> bool {
        let found = self.characters.next_if_eq(&wanted).is_some();
        self.place.column += u32::from(found);
        found
    }

    fn take_while(&mut self, fits: impl Fn(char) -> bool) -> String {
        let mut taken = String::new();
        while let Some(character) = self.characters.next_if(|character| fits(*character)) {
            self.place.column += 1;
            taken.push(character);
        }
        taken
    }

    fn name(&mut self) -> Token {
        Token::Name(self.take_while(|character| character.is_alphanumeric() || character == '_'))
    }

    fn comparison(&mut self) -> Token {
        Token::Compare(match self.next() {
            Some('<') if self.next_if('>') => Comparison::NotEqual,
            Some('<') if self.next_if('=') => Comparison::LessOrEqual,
            Some('<') => Comparison::Less,
            Some('>') if self.next_if('=') => Comparison::GreaterOrEqual,
            Some('>') => Comparison::Greater,
            _ => Comparison::Equal,
        })
    }

    /// `&` joins texts; `&H` with digits after it is a number in base 16, as in VBA.
    fn ampersand(&mut self, place: Place) -> Result<Token, ExpressionError> {
        self.next();
        if !matches!(self.characters.peek(), Some('H' | 'h')) {
            return Ok(Token::Ampersand);
        }
        self.next();
        let digits = self.take_while(char::is_alphanumeric);
        i64::from_str_radix(&digits, 16)
            .ok()
            .filter(|_| digits.chars().all(|digit| digit.is_ascii_hexdigit()))
            .map(Token::Integer)
            .ok_or_else(|| {
                place.error(format!("\"&H{digits}\" is no hexadecimal number; &HF7, for example, is."))
            })
    }

    fn attribute(&mut self, place: Place) -> Result<Token, ExpressionError> {
        self.next();
        let name = self.take_while(|character| !matches!(character, ']' | '[' | '\n'));
        if self.characters.peek() != Some(&']') {
            return Err(place.error("this attribute has no closing bracket ]."));
        }
        self.next();
        match name.trim() {
            "" => Err(place.error("the brackets hold no attribute name.")),
            name => Ok(Token::Attribute(name.to_owned())),
        }
    }

    fn integer(&mut self, place: Place) -> Result<Token, ExpressionError> {
        let digits =
            self.take_while(|character| character.is_alphanumeric() || matches!(character, '-' | '.'));
        digits
            .parse()
            .map(Token::Integer)
            .map_err(|_| place.error(format!("\"{digits}\" is no whole number.")))
    }

    /// A quote inside a text is written `\"` or `""`, a backslash `\\`; before anything else a backslash
    /// stands for itself, as patterns often have it.
    fn text(&mut self, place: Place) -> Result<Token, ExpressionError> {
        self.next();
        let mut text = String::new();
        while let Some(character) = self.next() {
            match (character, self.characters.peek()) {
                ('"', Some('"')) | ('\\', Some('"' | '\\')) => text.extend(self.next()),
                ('"', _) => return Ok(Token::Text(text)),
                _ => text.push(character),
            }
        }
        Err(place.error("this text has no closing quote."))
    }
}
