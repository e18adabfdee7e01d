//! From tokens to a tree, with names, argument counts and types checked, so that evaluation need not.
use super::bounds::{MAX_DEPTH, MAX_LENGTH};
use super::fault::{ExpressionError, Place};
use super::function::{Function, Need, Parameter, Type};
use super::functions::{find_function, function_names};
use super::lexer::{Token, split};
use super::tree::{CallNode, Kind, Node};
use crate::nearest::find_nearest;
use crate::value::Value;

/// Parses a text.
pub(super) fn parse(text: &str) -> Result<Node, ExpressionError> {
    if text.chars().count() > MAX_LENGTH {
        let start = Place { line: 1, column: 1 };
        return Err(start.error(format!("an expression has at most {MAX_LENGTH} characters.")));
    }
    let (tokens, end) = split(text)?;
    let mut parser = Parser { tokens: tokens.into_iter().peekable(), end, calls: 0 };
    let node = parser.joined(0, None)?;
    if node.as_call().is_none() && matches!(node.kind, Kind::Word(_)) {
        return Err(node.place.error("a word can only be an argument."));
    }
    match parser.tokens.next() {
        None => Ok(node),
        Some((Token::Compare(_), place)) => Err(place.error(COMPARISON_ELSEWHERE)),
        Some((_, place)) => Err(place.error("the expression ends before this; remove the rest.")),
    }
}

const COMPARISON_ELSEWHERE: &str = "a comparison can stand only in the condition of IIF or CBool.";

struct Parser {
    tokens: std::iter::Peekable<std::vec::IntoIter<(Token, Place)>>,
    end: Place,
    calls: u64,
}

impl Parser {
    fn place(&mut self) -> Place {
        self.tokens.peek().map_or(self.end, |(_, place)| *place)
    }

    fn next_is(&mut self, token: &Token) -> bool {
        self.tokens.peek().is_some_and(|(next, _)| next == token)
    }

    /// An argument: for a condition it may be a comparison.
    fn argument(&mut self, depth: usize, parameter: Option<&Parameter>) -> Result<Node, ExpressionError> {
        let left = self.joined(depth, parameter)?;
        let Some((Token::Compare(comparison), place)) = self.tokens.peek() else { return Ok(left) };
        let (comparison, place) = (*comparison, *place);
        if parameter.is_none_or(|parameter| parameter.kind != Type::Condition) {
            return Err(place.error(COMPARISON_ELSEWHERE));
        }
        self.tokens.next();
        let right = self.joined(depth, None)?;
        Ok(Node { place: left.place, kind: Kind::Compare(comparison, Box::new((left, right))) })
    }

    /// One operand, or several joined by `&`.
    fn joined(&mut self, depth: usize, parameter: Option<&Parameter>) -> Result<Node, ExpressionError> {
        let first = self.operand(depth, parameter)?;
        if !self.next_is(&Token::Ampersand) {
            return Ok(first);
        }
        let place = first.place;
        let mut parts = vec![first];
        while self.next_is(&Token::Ampersand) {
            self.tokens.next();
            parts.push(self.operand(depth, None)?);
        }
        Ok(Node { place, kind: Kind::Concat(parts) })
    }

    fn operand(&mut self, depth: usize, parameter: Option<&Parameter>) -> Result<Node, ExpressionError> {
        let place = self.place();
        let kind = match self.tokens.next() {
            Some((Token::Attribute(name), _)) => Kind::Attribute(name),
            Some((Token::Text(text), _)) => Kind::Literal(Value::Text(text)),
            Some((Token::Integer(number), _)) => Kind::Literal(Value::Integer(number)),
            Some((Token::Name(name), _)) => self.named(&name, place, depth, parameter)?,
            found => {
                let found = found.map_or("the end".to_owned(), |(token, _)| token.describe());
                let wanted = "here must stand a function, an [attribute] or a \"text\"";
                return Err(place.error(format!("{wanted}, but there is {found}.")));
            }
        };
        Ok(Node { place, kind })
    }

    /// A call, or a word that the parameter takes.
    fn named(
        &mut self,
        name: &str,
        place: Place,
        depth: usize,
        parameter: Option<&Parameter>,
    ) -> Result<Kind, ExpressionError> {
        if let Some(Parameter { kind: Type::Word(words), .. }) = parameter
            && !self.next_is(&Token::Open)
        {
            let word = words.iter().find(|word| **word == name);
            return word.map(|word| Kind::Word(word)).ok_or_else(|| {
                place.error(format!("`{name}` is not known here; possible are {}.", words.join(", ")))
            });
        }
        if depth >= MAX_DEPTH {
            return Err(place.error(format!("calls are nested more than {MAX_DEPTH} deep.")));
        }
        let function = look_up(name, place, self.next_is(&Token::Open))?;
        if !self.next_is(&Token::Open) {
            return Err(place.error(format!("after {name} its arguments must follow in brackets.")));
        }
        self.tokens.next();
        let number = self.calls;
        self.calls += 1;
        let arguments = self.arguments(depth + 1, function, place)?;
        let arguments = check_arguments(function, arguments, place)?;
        let prepared = match function.prepare {
            None => None,
            Some(prepare) => prepare(&arguments).map_err(|(at, message)| {
                let place = arguments.get(at).and_then(Option::as_ref).map_or(place, |node| node.place);
                place.error(message)
            })?,
        };
        Ok(Kind::Call(Box::new(CallNode { function, number, arguments, prepared })))
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
            let parameter = function.parameter(arguments.len());
            arguments.push(if empty { None } else { Some(self.argument(depth, parameter)?) });
            let place = self.place();
            match self.tokens.next() {
                Some((Token::Comma, _)) => {}
                Some((Token::Close, _)) => return Ok(arguments),
                Some((token, _)) => {
                    let found = token.describe();
                    return Err(place.error(format!(
                        "here must stand a comma or a closing bracket, but there is {found}."
                    )));
                }
                None => {
                    return Err(start.error(format!("{} has no closing bracket.", function.name)));
                }
            }
        }
    }
}

fn check_arguments(
    function: &Function,
    mut arguments: Vec<Option<Node>>,
    place: Place,
) -> Result<Vec<Option<Node>>, ExpressionError> {
    let name = function.name;
    let usage = || format!("It is used like this: {}", function.usage());
    let repeats = function.parameters.last().is_some_and(|parameter| parameter.need == Need::Repeated);
    if !repeats {
        // Commas after the last argument are common in documents, and mean nothing.
        while arguments.len() > function.parameters.len() && arguments.last().is_some_and(Option::is_none) {
            arguments.pop();
        }
        if let Some(Some(surplus)) = arguments.get(function.parameters.len()) {
            let most = match function.parameters.len() {
                0 => "no arguments".to_owned(),
                1 => "1 argument".to_owned(),
                most => format!("at most {most} arguments"),
            };
            return Err(surplus.place.error(format!("{name} takes {most}. {}", usage())));
        }
    }
    for (at, parameter) in function.parameters.iter().enumerate() {
        let given = arguments.get(at).is_some_and(Option::is_some);
        match parameter.need {
            Need::Required if !given => {
                return Err(place.error(format!("{name} needs its {}. {}", parameter.name, usage())));
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
    for (at, argument) in arguments.iter().enumerate() {
        if let (Some(argument), Some(parameter)) = (argument, function.parameter(at)) {
            check_type(function, parameter, argument)?;
        }
    }
    let mut checked = (function.check)(&arguments);
    if checked.is_err() && arguments.last().is_some_and(Option::is_none) {
        // One comma too many at the end is common here too.
        checked = (function.check)(&arguments[..arguments.len() - 1]);
        arguments.truncate(arguments.len() - usize::from(checked.is_ok()));
    }
    checked.map_err(|message| place.error(format!("{name} {message} {}", usage())))?;
    Ok(arguments)
}

/// Refuses what can never fit. What an attribute holds is only known later.
fn check_type(function: &Function, parameter: &Parameter, argument: &Node) -> Result<(), ExpressionError> {
    let found = match &argument.kind {
        Kind::Attribute(_) | Kind::Compare(..) => return Ok(()),
        Kind::Word(word) => {
            let fits = matches!(parameter.kind, Type::Word(words) if words.contains(word));
            if fits {
                return Ok(());
            }
            format!("`{word}`")
        }
        Kind::Concat(_) if parameter.kind.takes(Type::Text) => return Ok(()),
        Kind::Concat(_) => "texts joined by &".to_owned(),
        Kind::Call(call) if parameter.kind.takes(call.function.gives) => return Ok(()),
        Kind::Call(call) => format!("{}, which gives {}", call.function.name, call.function.gives.describe()),
        Kind::Literal(value) => match (parameter.kind, value) {
            (Type::Number, Value::Text(text)) if text.trim().parse::<i64>().is_ok() => return Ok(()),
            // Words in quotes are how trees of documents spell them.
            (Type::Word(words), Value::Text(text)) if words.contains(&text.as_str()) => return Ok(()),
            (Type::Number | Type::Word(_), Value::Text(text)) => {
                format!("\"{}\"", text.chars().take(40).collect::<String>())
            }
            (Type::Date | Type::Roles | Type::Word(_), Value::Integer(number)) => {
                format!("the number {number}")
            }
            (Type::Roles, _) => "a text".to_owned(),
            _ => return Ok(()),
        },
    };
    let (name, wanted) = (function.name, parameter.kind.describe());
    let place = argument.place;
    Err(place.error(format!("{name} wants {wanted} as its {}, but there is {found}.", parameter.name)))
}

fn look_up(name: &str, place: Place, is_called: bool) -> Result<&'static Function, ExpressionError> {
    if let Some(function) = find_function(name) {
        return Ok(function);
    }
    Err(place.error(match find_nearest(name, function_names()) {
        Some(nearest) => format!("`{name}` is not a function; did you mean `{nearest}`?"),
        None if is_called => format!("`{name}` is not a function."),
        None => format!("`{name}` is not a function; an attribute is written [{name}], a text \"{name}\"."),
    }))
}
