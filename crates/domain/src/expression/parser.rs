//! From tokens to a tree, with names and argument counts checked, so that evaluation need not.
use super::functions::{FUNCTIONS, Function, Need};
use super::lexer::{Place, Token, split};
use super::{ExpressionError, MAX_DEPTH, MAX_LENGTH, Node};
use crate::value::Value;

/// Parses a text.
pub(super) fn parse(text: &str) -> Result<Node, ExpressionError> {
    if text.chars().count() > MAX_LENGTH {
        let start = Place { line: 1, column: 1 };
        return Err(start.error(format!("an expression has at most {MAX_LENGTH} characters.")));
    }
    let (tokens, end) = split(text)?;
    let mut parser = Parser { tokens: tokens.into_iter().peekable(), end };
    let node = parser.expression(0)?;
    match parser.tokens.next() {
        None => Ok(node),
        Some((_, place)) => Err(place.error("the expression ends before this; remove the rest.")),
    }
}

struct Parser {
    tokens: std::iter::Peekable<std::vec::IntoIter<(Token, Place)>>,
    end: Place,
}

impl Parser {
    fn place(&mut self) -> Place {
        self.tokens.peek().map_or(self.end, |(_, place)| *place)
    }

    fn next_is(&mut self, token: &Token) -> bool {
        self.tokens.peek().is_some_and(|(next, _)| next == token)
    }

    fn expression(&mut self, depth: usize) -> Result<Node, ExpressionError> {
        const WANTED: &str = "here must stand a function, an [attribute] or a \"text\".";
        let place = self.place();
        match self.tokens.next() {
            Some((Token::Attribute(name), _)) => Ok(Node::Attribute(name)),
            Some((Token::Text(text), _)) => Ok(Node::Literal(Value::Text(text))),
            Some((Token::Integer(number), _)) => Ok(Node::Literal(Value::Integer(number))),
            Some((Token::Name(name), _)) => {
                if depth >= MAX_DEPTH {
                    return Err(place.error(format!("calls are nested more than {MAX_DEPTH} deep.")));
                }
                let function = find_function(&name, place)?;
                if !self.next_is(&Token::Open) {
                    return Err(place.error(format!("after {name} its arguments must follow in brackets.")));
                }
                self.tokens.next();
                let arguments = self.arguments(depth + 1, function, place)?;
                check_arguments(function, &arguments, place)?;
                Ok(Node::Call(function, arguments))
            }
            _ => Err(place.error(WANTED)),
        }
    }

    /// Reads up to the closing bracket; an empty position gives `None`.
    fn arguments(
        &mut self,
        depth: usize,
        function: &Function,
        start: Place,
    ) -> Result<Vec<Option<Node>>, ExpressionError> {
        let mut arguments = Vec::new();
        if self.next_is(&Token::Close) {
            self.tokens.next();
            return Ok(arguments);
        }
        loop {
            let empty = self.next_is(&Token::Comma) || self.next_is(&Token::Close);
            arguments.push(if empty { None } else { Some(self.expression(depth)?) });
            let place = self.place();
            match self.tokens.next() {
                Some((Token::Comma, _)) => {}
                Some((Token::Close, _)) => return Ok(arguments),
                Some(_) => return Err(place.error("here must stand a comma or a closing bracket.")),
                None => {
                    return Err(start.error(format!("{} has no closing bracket.", function.name)));
                }
            }
        }
    }
}

fn check_arguments(
    function: &Function,
    arguments: &[Option<Node>],
    place: Place,
) -> Result<(), ExpressionError> {
    let name = function.name;
    let usage = || format!("It is used like this: {}", function.example);
    let repeated = function.parameters.last().filter(|parameter| parameter.need == Need::Repeated);
    if arguments.len() > function.parameters.len() && repeated.is_none() {
        let most = function.parameters.len();
        return Err(place.error(format!("{name} takes at most {most} arguments. {}", usage())));
    }
    for (at, parameter) in function.parameters.iter().enumerate() {
        let given = arguments.get(at).is_some_and(Option::is_some);
        match parameter.need {
            Need::Required if !given => {
                return Err(place.error(format!("{name} needs its {}. {}", parameter.name, usage())));
            }
            Need::NotYet if given => {
                return Err(place.error(format!("{name} can't take a {} yet.", parameter.name)));
            }
            Need::Repeated if arguments.len() <= at => {
                return Err(place.error(format!(
                    "{name} needs at least one {}. {}",
                    parameter.name,
                    usage()
                )));
            }
            _ => {}
        }
    }
    (function.check)(arguments.len()).map_err(|message| place.error(format!("{name} {message} {}", usage())))
}

fn find_function(name: &str, place: Place) -> Result<&'static Function, ExpressionError> {
    if let Some(function) = FUNCTIONS.iter().find(|function| function.name == name) {
        return Ok(function);
    }
    let nearest = find_nearest(name, FUNCTIONS.iter().map(|function| function.name));
    Err(place.error(match nearest {
        Some(nearest) => format!("there is no function {name}; did you mean {nearest}?"),
        None => format!("there is no function {name}."),
    }))
}

/// The candidate that a misspelt name most likely meant.
pub(crate) fn find_nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // Enough for any real name; also bounds the work on a long one.
    let wanted: Vec<char> = name.chars().take(64).flat_map(char::to_lowercase).collect();
    candidates
        .map(|candidate| (distance(&wanted, &candidate.to_lowercase()), candidate))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, candidate)| *distance <= (candidate.len() / 3).max(1))
        .map(|(_, candidate)| candidate)
}

/// Levenshtein distance, one row at a time.
fn distance(left: &[char], right: &str) -> usize {
    let mut row: Vec<usize> = (0..=left.len()).collect();
    for (at, character) in right.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = at + 1;
        for column in 0..left.len() {
            let replaced = diagonal + usize::from(left[column] != character);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[left.len()]
}
