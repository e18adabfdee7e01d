//! Reading a filter: a lexer of six tokens and a descent of three levels (`or`, `and`, one term).

use super::{Comparison, Filter, FilterError, Function, Literal, MAX_DEPTH, MAX_TERMS, Operator};

/// Reads a filter whose length was checked.
pub(super) fn parse(text: &str) -> Result<Filter, FilterError> {
    let mut parser = Parser { text, at: 0, depth: 0, terms: 0 };
    let filter = parser.any_of()?;
    match parser.peek()? {
        Token::End => Ok(filter),
        other => Err(parser.unexpected(&other, "the end, 'and' or 'or'")),
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
