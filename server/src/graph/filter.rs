//! `$filter`: a small real parser of OData's filter expressions.
//!
//! It knows what clients of Graph use on our paths: `eq ne gt ge lt le`, `and or not`, parentheses,
//! `startswith contains endswith`, texts (`''` inside is one quote), numbers, `true false null`, ids and
//! instants. Parsing says nothing about what a path can answer: each path takes the parsed filter apart
//! itself and refuses, with a sentence, what it can't answer. Nothing is ever ignored silently.
//!
//! Bounds, since filters come from outside: length, depth, number of terms.
//!
//! To add a function: 1. a variant of [`Function`], 2. its name in [`Function::find`], 3. a vector below.

use std::fmt;

/// Longest filter, in bytes.
pub const MAX_LENGTH: usize = 4_000;
/// Deepest nesting of parentheses and `not`.
pub const MAX_DEPTH: usize = 16;
/// Most comparisons and calls in one filter.
pub const MAX_TERMS: usize = 50;

/// A parsed filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// All hold.
    And(Vec<Filter>),
    /// At least one holds.
    Or(Vec<Filter>),
    /// The inner one does not hold.
    Not(Box<Filter>),
    /// `path operator literal`
    Compare(Comparison),
    /// `function(path, 'text')`
    Call {
        /// Which.
        function: Function,
        /// On which property.
        path: String,
        /// With which text.
        text: String,
    },
}

/// One comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// The property, with slashes for nested ones.
    pub path: String,
    /// How.
    pub operator: Operator,
    /// With what.
    pub literal: Literal,
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `eq`
    Equal,
    /// `ne`
    NotEqual,
    /// `gt`
    Greater,
    /// `ge`
    GreaterOrEqual,
    /// `lt`
    Less,
    /// `le`
    LessOrEqual,
}

/// What a text is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// `startswith`
    StartsWith,
    /// `endswith`
    EndsWith,
    /// `contains`
    Contains,
}

/// A value in a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Literal {
    /// `'text'`
    Text(String),
    /// `true` or `false`
    Boolean(bool),
    /// `null`
    Null,
    /// Anything else without quotes: a number, an id, an instant.
    Bare(String),
}

impl Literal {
    /// A text, or what could have been written as one (ids and instants come with and without quotes).
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Bare(text) => Some(text),
            Self::Boolean(_) | Self::Null => None,
        }
    }
}

impl Operator {
    fn find(word: &str) -> Option<Self> {
        Some(match word {
            "eq" => Self::Equal,
            "ne" => Self::NotEqual,
            "gt" => Self::Greater,
            "ge" => Self::GreaterOrEqual,
            "lt" => Self::Less,
            "le" => Self::LessOrEqual,
            _ => return None,
        })
    }

    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "eq",
            Self::NotEqual => "ne",
            Self::Greater => "gt",
            Self::GreaterOrEqual => "ge",
            Self::Less => "lt",
            Self::LessOrEqual => "le",
        }
    }
}

impl Function {
    fn find(word: &str) -> Option<Self> {
        Some(match word {
            "startswith" | "startsWith" => Self::StartsWith,
            "endswith" | "endsWith" => Self::EndsWith,
            "contains" => Self::Contains,
            _ => return None,
        })
    }

    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::StartsWith => "startswith",
            Self::EndsWith => "endswith",
            Self::Contains => "contains",
        }
    }
}

/// Why a filter could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Invalid filter clause at position {position}: {message}")]
pub struct FilterError {
    /// Byte in the filter.
    pub position: usize,
    /// What is wrong.
    pub message: String,
}

impl Filter {
    /// Reads a filter.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        if text.len() > MAX_LENGTH {
            return Err(FilterError {
                position: MAX_LENGTH,
                message: format!("it is longer than {MAX_LENGTH} bytes."),
            });
        }
        let mut parser = Parser { text, at: 0, depth: 0, terms: 0 };
        let filter = parser.any_of()?;
        match parser.peek()? {
            Token::End => Ok(filter),
            other => Err(parser.unexpected(&other, "the end, 'and' or 'or'")),
        }
    }

    /// The filter as a list of conditions that must all hold; itself when it is a single one.
    pub fn conditions(self) -> Vec<Self> {
        match self {
            Self::And(parts) => parts.into_iter().flat_map(Self::conditions).collect(),
            single => vec![single],
        }
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let join = |f: &mut fmt::Formatter<'_>, parts: &[Self], word: &str| {
            f.write_str("(")?;
            for (index, part) in parts.iter().enumerate() {
                if index > 0 {
                    write!(f, " {word} ")?;
                }
                part.fmt(f)?;
            }
            f.write_str(")")
        };
        match self {
            Self::And(parts) => join(f, parts, "and"),
            Self::Or(parts) => join(f, parts, "or"),
            Self::Not(inner) => write!(f, "not ({inner})"),
            Self::Compare(Comparison { path, operator, literal }) => {
                write!(f, "{path} {} ", operator.as_str())?;
                match literal {
                    Literal::Text(text) => write!(f, "'{}'", text.replace('\'', "''")),
                    Literal::Bare(text) => f.write_str(text),
                    Literal::Boolean(value) => write!(f, "{value}"),
                    Literal::Null => f.write_str("null"),
                }
            }
            Self::Call { function, path, text } => {
                write!(f, "{}({path},'{}')", function.as_str(), text.replace('\'', "''"))
            }
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Word(String),
    Text(String),
    Open,
    Close,
    Comma,
    End,
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    terms: usize,
}

impl Parser<'_> {
    fn any_of(&mut self) -> Result<Filter, FilterError> {
        let mut parts = vec![self.all_of()?];
        while self.take_word("or")? {
            parts.push(self.all_of()?);
        }
        Ok(single_or(parts, Filter::Or))
    }

    fn all_of(&mut self) -> Result<Filter, FilterError> {
        let mut parts = vec![self.one()?];
        while self.take_word("and")? {
            parts.push(self.one()?);
        }
        Ok(single_or(parts, Filter::And))
    }

    fn one(&mut self) -> Result<Filter, FilterError> {
        match self.next()? {
            Token::Open => {
                let inner = self.nested(Self::any_of)?;
                self.expect(&Token::Close, "')'")?;
                Ok(inner)
            }
            Token::Word(word) if word == "not" => Ok(Filter::Not(Box::new(self.nested(Self::one)?))),
            Token::Word(word) if self.peek()? == Token::Open => self.call(&word),
            Token::Word(path) => self.comparison(path),
            other => Err(self.unexpected(&other, "a property, a function, 'not' or '('")),
        }
    }

    fn call(&mut self, name: &str) -> Result<Filter, FilterError> {
        let Some(function) = Function::find(name) else {
            return Err(self
                .error(format!("there is no function '{name}'; startswith, endswith and contains exist.")));
        };
        self.count_term()?;
        self.expect(&Token::Open, "'('")?;
        let path = match self.next()? {
            Token::Word(path) if is_path(&path) => path,
            other => return Err(self.unexpected(&other, "a property")),
        };
        self.expect(&Token::Comma, "','")?;
        let text = match self.next()? {
            Token::Text(text) => text,
            other => return Err(self.unexpected(&other, "a text in single quotes")),
        };
        self.expect(&Token::Close, "')'")?;
        // `startswith(x,'a') eq true` is the long way to say the same; some clients write it.
        if self.take_word("eq")? && !self.take_word("true")? {
            return Err(self.error(format!("{name}(…) can only be compared with eq true.")));
        }
        Ok(Filter::Call { function, path, text })
    }

    fn comparison(&mut self, path: String) -> Result<Filter, FilterError> {
        if !is_path(&path) {
            return Err(self.error(format!("'{}' is not the name of a property.", shorten(&path))));
        }
        self.count_term()?;
        let operator = match self.next()? {
            Token::Word(word) => Operator::find(&word).ok_or_else(|| {
                self.error(format!("'{}' is not one of eq, ne, gt, ge, lt, le.", shorten(&word)))
            })?,
            other => return Err(self.unexpected(&other, "eq, ne, gt, ge, lt or le")),
        };
        let literal = match self.next()? {
            Token::Text(text) => Literal::Text(text),
            Token::Word(word) => match word.as_str() {
                "true" => Literal::Boolean(true),
                "false" => Literal::Boolean(false),
                "null" => Literal::Null,
                _ => Literal::Bare(word),
            },
            other => return Err(self.unexpected(&other, "a value")),
        };
        Ok(Filter::Compare(Comparison { path, operator, literal }))
    }

    fn nested(&mut self, inner: fn(&mut Self) -> Result<Filter, FilterError>) -> Result<Filter, FilterError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error(format!("it is nested deeper than {MAX_DEPTH} levels.")));
        }
        let filter = inner(self);
        self.depth -= 1;
        filter
    }

    fn count_term(&mut self) -> Result<(), FilterError> {
        self.terms += 1;
        if self.terms > MAX_TERMS {
            return Err(self.error(format!("it has more than {MAX_TERMS} terms.")));
        }
        Ok(())
    }

    fn take_word(&mut self, word: &str) -> Result<bool, FilterError> {
        let before = self.at;
        if self.next()? == Token::Word(word.to_owned()) {
            return Ok(true);
        }
        self.at = before;
        Ok(false)
    }

    fn expect(&mut self, wanted: &Token, name: &str) -> Result<(), FilterError> {
        let token = self.next()?;
        if token == *wanted { Ok(()) } else { Err(self.unexpected(&token, name)) }
    }

    fn peek(&mut self) -> Result<Token, FilterError> {
        let before = self.at;
        let token = self.next();
        self.at = before;
        token
    }

    fn next(&mut self) -> Result<Token, FilterError> {
        let rest = self.text.get(self.at..).unwrap_or("");
        let trimmed = rest.trim_start();
        self.at += rest.len() - trimmed.len();
        let Some(first) = trimmed.chars().next() else { return Ok(Token::End) };
        let single = match first {
            '(' => Some(Token::Open),
            ')' => Some(Token::Close),
            ',' => Some(Token::Comma),
            _ => None,
        };
        if let Some(token) = single {
            self.at += 1;
            return Ok(token);
        }
        if first == '\'' {
            return self.quoted(trimmed);
        }
        let end = trimmed
            .find(|letter: char| letter.is_whitespace() || matches!(letter, '(' | ')' | ',' | '\''))
            .unwrap_or(trimmed.len());
        self.at += end;
        Ok(Token::Word(trimmed.get(..end).unwrap_or(trimmed).to_owned()))
    }

    fn quoted(&mut self, from: &str) -> Result<Token, FilterError> {
        let mut text = String::new();
        let mut letters = from.char_indices().skip(1).peekable();
        while let Some((index, letter)) = letters.next() {
            if letter != '\'' {
                text.push(letter);
            } else if letters.next_if(|(_, next)| *next == '\'').is_some() {
                text.push('\'');
            } else {
                self.at += index + 1;
                return Ok(Token::Text(text));
            }
        }
        Err(self.error("a text is not closed with a single quote.".to_owned()))
    }

    fn unexpected(&self, token: &Token, wanted: &str) -> FilterError {
        let found = match token {
            Token::Word(word) => format!("'{}'", shorten(word)),
            Token::Text(text) => format!("the text '{}'", shorten(text)),
            Token::Open => "'('".to_owned(),
            Token::Close => "')'".to_owned(),
            Token::Comma => "','".to_owned(),
            Token::End => "the end".to_owned(),
        };
        self.error(format!("expected {wanted}, found {found}."))
    }

    fn error(&self, message: String) -> FilterError {
        FilterError { position: self.at, message }
    }
}

fn single_or(mut parts: Vec<Filter>, many: fn(Vec<Filter>) -> Filter) -> Filter {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        Some(last) => {
            parts.push(last);
            many(parts)
        }
        None => many(parts),
    }
}

fn is_path(word: &str) -> bool {
    word.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && word
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '/' | '_' | '.' | '@'))
}

fn shorten(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
#[path = "filter_test.rs"]
mod tests;
