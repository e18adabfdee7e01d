//! From tokens to trees.
//!
//! Descends by precedence: `or`, then `and`, then what binds closest. Each bracket counts as one step down, which
//! bounds how deep the calls can get.
use super::lexer::{Kind, Lexer, Token};
use super::{AttributePath, Filter, Literal, MAX_DEPTH, Operator, Path, SyntaxError};
use serde_json::Number;

const VALUE: &str = "a value: a text in double quotes, a number, true, false or null";
const OPERATOR: &str = "an operator (eq, ne, co, sw, ew, gt, ge, lt, le or pr)";

pub(super) fn parse_filter(text: &str) -> Result<Filter, SyntaxError> {
    let mut parser = Parser::new(text)?;
    let filter = parser.parse_or()?;
    parser.expect(&Kind::End, "and, or, or the end")?;
    Ok(filter)
}

pub(super) fn parse_path(text: &str) -> Result<Path, SyntaxError> {
    let mut parser = Parser::new(text)?;
    let token = parser.take()?;
    let Kind::Word(word) = token.kind else { return Err(expected("an attribute", &token)) };
    let path = parser.parse_path(word, token.column)?;
    let end = if path.element.is_some() && path.attribute.sub.is_none() {
        "a dot and a sub-attribute, or the end"
    } else {
        "the end"
    };
    parser.expect(&Kind::End, end)?;
    Ok(path)
}

struct Parser<'a> {
    lexer: Lexer<'a>,
    next: Token<'a>,
    depth: usize,
    /// Inside `attribute[…]`, where no other such bracket may stand.
    in_element: bool,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Result<Self, SyntaxError> {
        let mut lexer = Lexer::new(text)?;
        let next = lexer.next()?;
        Ok(Self { lexer, next, depth: 0, in_element: false })
    }

    fn take(&mut self) -> Result<Token<'a>, SyntaxError> {
        let next = self.lexer.next()?;
        Ok(std::mem::replace(&mut self.next, next))
    }

    fn expect(&mut self, kind: &Kind<'_>, what: &str) -> Result<(), SyntaxError> {
        if self.next.kind != *kind {
            return Err(expected(what, &self.next));
        }
        self.take().map(drop)
    }

    /// Takes the next token when it is this word.
    fn take_word(&mut self, word: &str) -> Result<bool, SyntaxError> {
        let found = matches!(&self.next.kind, Kind::Word(next) if next.eq_ignore_ascii_case(word));
        if found {
            self.take()?;
        }
        Ok(found)
    }

    fn parse_or(&mut self) -> Result<Filter, SyntaxError> {
        let mut filter = self.parse_and()?;
        while self.take_word("or")? {
            filter = filter.or(self.parse_and()?);
        }
        Ok(filter)
    }

    fn parse_and(&mut self) -> Result<Filter, SyntaxError> {
        let mut filter = self.parse_one()?;
        while self.take_word("and")? {
            filter = filter.and(self.parse_one()?);
        }
        Ok(filter)
    }

    fn parse_one(&mut self) -> Result<Filter, SyntaxError> {
        let token = self.take()?;
        match token.kind {
            Kind::OpenGroup => self.parse_group(token.column),
            // An attribute may have this name as well, but no bracket can follow it then.
            Kind::Word(word) if word.eq_ignore_ascii_case("not") && self.next.kind == Kind::OpenGroup => {
                let open = self.take()?;
                self.parse_group(open.column).map(Filter::negate)
            }
            Kind::Word(word) => self.parse_comparison(word, token.column),
            _ => Err(expected("an attribute, not or (", &token)),
        }
    }

    /// Parses what follows an opening bracket, with the closing one.
    fn parse_group(&mut self, open: usize) -> Result<Filter, SyntaxError> {
        self.descend(open)?;
        let filter = self.parse_or()?;
        self.expect(&Kind::CloseGroup, "and, or, or )")?;
        self.depth -= 1;
        Ok(filter)
    }

    fn descend(&mut self, column: usize) -> Result<(), SyntaxError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let message = format!("more than {MAX_DEPTH} brackets inside each other");
            return Err(SyntaxError { column, message });
        }
        Ok(())
    }

    fn parse_comparison(&mut self, word: &str, column: usize) -> Result<Filter, SyntaxError> {
        let path = self.parse_path(word, column)?;
        if self.take_word("pr")? {
            return Ok(Filter::Present(path));
        }
        if let Kind::Word(word) = self.next.kind
            && let Some(operator) = find_operator(word)
        {
            self.take()?;
            return Ok(Filter::Compare { path, operator, value: self.parse_literal()? });
        }
        match path {
            Path { attribute, element: Some(filter) } if attribute.sub.is_none() => {
                Ok(Filter::Element { attribute, filter })
            }
            _ => Err(expected(OPERATOR, &self.next)),
        }
    }

    fn parse_literal(&mut self) -> Result<Literal, SyntaxError> {
        let token = self.take()?;
        match &token.kind {
            Kind::Text(text) => Ok(Literal::Text(text.clone())),
            Kind::Word(word) if word.eq_ignore_ascii_case("true") => Ok(Literal::Boolean(true)),
            Kind::Word(word) if word.eq_ignore_ascii_case("false") => Ok(Literal::Boolean(false)),
            Kind::Word(word) if word.eq_ignore_ascii_case("null") => Ok(Literal::Null),
            Kind::Word(word) => read_number(word).map(Literal::Number).ok_or_else(|| expected(VALUE, &token)),
            _ => Err(expected(VALUE, &token)),
        }
    }

    /// Parses a path whose first word was taken.
    fn parse_path(&mut self, word: &str, column: usize) -> Result<Path, SyntaxError> {
        if self.next.kind != Kind::OpenElement {
            return Ok(Path { attribute: parse_attribute(word, column)?, element: None });
        }
        // Some connectors put a dot before the bracket as well.
        let mut attribute = parse_attribute(word.strip_suffix('.').unwrap_or(word), column)?;
        let open = self.take()?;
        if self.in_element {
            let message = "a bracket [ cannot stand inside another".to_owned();
            return Err(SyntaxError { column: open.column, message });
        }
        if attribute.sub.is_some() {
            let message = "a sub-attribute stands behind the brackets: attribute[filter].sub".to_owned();
            return Err(SyntaxError { column: open.column, message });
        }
        self.descend(open.column)?;
        self.in_element = true;
        let filter = self.parse_or()?;
        self.expect(&Kind::CloseElement, "and, or, or ]")?;
        self.in_element = false;
        self.depth -= 1;
        if let Kind::Word(word) = self.next.kind
            && let Some(sub) = word.strip_prefix('.')
        {
            attribute.sub = Some(check_name(sub, self.next.column + 1)?);
            self.take()?;
        }
        Ok(Path { attribute, element: Some(Box::new(filter)) })
    }
}

/// Reads a JSON number (RFC 8259, section 6).
fn read_number(word: &str) -> Option<Number> {
    let number: Number = serde_json::from_str(word).ok()?;
    if number.is_f64() {
        // The JSON parser may be off in the last digit, and then the number would not read back from its own text.
        return word.parse().ok().and_then(Number::from_f64);
    }
    Some(number)
}

fn find_operator(word: &str) -> Option<Operator> {
    Operator::ALL.iter().copied().find(|operator| operator.as_str().eq_ignore_ascii_case(word))
}

fn expected(what: &str, found: &Token<'_>) -> SyntaxError {
    SyntaxError {
        column: found.column,
        message: format!("expected {what}, but found {}", found.kind.describe()),
    }
}

/// Takes a name apart: `[schema:]attribute[.sub]`.
fn parse_attribute(word: &str, column: usize) -> Result<AttributePath, SyntaxError> {
    let (schema, name) = split_schema(word);
    if let Some(schema) = schema {
        check_schema(schema, column)?;
    }
    // Names hold ASCII only, so that up to a fault a byte is a character.
    let start = column + word.chars().count() - name.chars().count();
    let (name, sub) = match name.split_once('.') {
        None => (check_name(name, start)?, None),
        Some((name, sub)) => {
            let name = check_name(name, start)?;
            let sub = check_name(sub, start + name.len() + 1)?;
            (name, Some(sub))
        }
    };
    Ok(AttributePath { schema: schema.map(str::to_owned), name, sub })
}

/// Cuts the schema off. It has colons and dots of its own (`2.0`), so that the last colon is the one that counts.
///
/// Two older spellings have a dot in its place: SCIM 1.1's `urn:scim:schemas:extension:enterprise:1.0.manager`, and
/// `urn:…:2.0:User.department`, which the original sent for years.
fn split_schema(word: &str) -> (Option<&str>, &str) {
    let Some(colon) = word.rfind(':') else { return (None, word) };
    let cut = |dot: usize| (&word[..dot], &word[dot + 1..]);
    let (mut schema, mut name) = cut(colon);
    if let Some((version, _)) = name.match_indices('.').nth(1)
        && is_version(&name[..version])
    {
        (schema, name) = cut(schema.len() + 1 + version);
    }
    let follows_version = schema.rsplit_once(':').is_some_and(|(_, last)| is_version(last));
    if follows_version
        && let Some((resource, _)) = name.split_once('.')
        && ["User", "Group"].iter().any(|known| known.eq_ignore_ascii_case(resource))
    {
        (schema, name) = cut(schema.len() + 1 + resource.len());
    }
    (Some(schema), name)
}

fn is_version(text: &str) -> bool {
    text.split_once('.').is_some_and(|(major, minor)| is_digits(major) && is_digits(minor))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A schema is a URI (RFC 3986): a scheme, a colon, and something behind it.
fn check_schema(schema: &str, column: usize) -> Result<(), SyntaxError> {
    let (scheme, rest) = schema.split_once(':').unwrap_or((schema, ""));
    let starts_well = scheme.starts_with(|first: char| first.is_ascii_alphabetic());
    let is_scheme = scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    if !starts_well || !is_scheme || rest.is_empty() {
        let message = "the part before the last colon is no schema: it must be a URI, such as one that starts with urn:";
        return Err(SyntaxError { column, message: message.to_owned() });
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#@!$&'*+,;=%".contains(c);
    match rest.chars().position(|character| !allowed(character)) {
        None => Ok(()),
        Some(at) => {
            let column = column + scheme.len() + 1 + at;
            Err(SyntaxError { column, message: "the schema holds a character that no URI has".to_owned() })
        }
    }
}

/// SCIM's attribute names, and `$ref`.
pub(super) fn check_name(name: &str, column: usize) -> Result<String, SyntaxError> {
    let fault = |at: usize, message: String| Err(SyntaxError { column: column + at, message });
    let allowed = |at: usize, character: char| match at {
        0 => character.is_ascii_alphabetic() || "$_".contains(character),
        _ => character.is_ascii_alphanumeric() || "_-".contains(character),
    };
    if name.is_empty() {
        return fault(0, "a name is missing".to_owned());
    }
    match name.chars().enumerate().find(|(at, character)| !allowed(*at, *character)) {
        None => Ok(name.to_owned()),
        Some((at, _)) => {
            let shown: String = name.chars().take(40).collect();
            fault(
                at,
                format!(
                    "\"{shown}\" is no attribute name (letters, digits, - and _, starting with a letter; one dot before \
                     a sub-attribute)"
                ),
            )
        }
    }
}
