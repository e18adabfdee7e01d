//! From the text of a pattern to its tree.
use super::class::Class;
use super::error::PatternError;
use super::tree::{Assertion, GroupKey, Node, ReferenceKey};

/// Deepest nesting of groups and sets.
const MAX_DEPTH: usize = 48;

/// The letters that can stand in `(?imnsx-imnsx)`.
#[derive(Debug, Clone, Copy, Default)]
struct Options {
    folds: bool,
    multi_line: bool,
    explicit_captures: bool,
    dot_matches_line_feed: bool,
    ignores_space: bool,
}

/// Parses a pattern.
pub(super) fn parse(pattern: &str) -> Result<Node, PatternError> {
    let mut parser = Parser { characters: pattern.chars().collect(), at: 0, depth: 0, unnamed: 0 };
    let node = parser.parse_alternatives(&mut Options::default())?;
    match parser.peek() {
        None => Ok(node),
        Some(_) => Err(parser.fault("there is a `)` without its `(`")),
    }
}

pub(super) struct Parser {
    characters: Vec<char>,
    at: usize,
    depth: usize,
    unnamed: u32,
}

impl Parser {
    pub(super) fn fault(&self, message: impl Into<String>) -> PatternError {
        fault_at(self.at, message)
    }

    pub(super) fn position(&self) -> usize {
        self.at
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.peek_at(0)
    }

    pub(super) fn peek_at(&self, offset: usize) -> Option<char> {
        self.characters.get(self.at + offset).copied()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.at += 1;
        Some(character)
    }

    pub(super) fn take(&mut self, text: &str) -> bool {
        let here =
            text.chars().enumerate().all(|(offset, character)| self.peek_at(offset) == Some(character));
        if here {
            self.at += text.chars().count();
        }
        here
    }

    pub(super) fn descend(&mut self) -> Result<(), PatternError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.fault(format!("groups are nested deeper than {MAX_DEPTH}")));
        }
        Ok(())
    }

    pub(super) fn ascend(&mut self) {
        self.depth -= 1;
    }

    fn parse_alternatives(&mut self, options: &mut Options) -> Result<Node, PatternError> {
        let mut alternatives = vec![self.parse_sequence(options)?];
        while self.take("|") {
            alternatives.push(self.parse_sequence(options)?);
        }
        Ok(match alternatives.pop() {
            Some(only) if alternatives.is_empty() => only,
            last => {
                alternatives.extend(last);
                Node::Alternatives(alternatives)
            }
        })
    }

    fn parse_sequence(&mut self, options: &mut Options) -> Result<Node, PatternError> {
        let mut nodes = Vec::new();
        loop {
            self.skip_blanks(*options)?;
            match self.peek() {
                None | Some('|' | ')') => return Ok(Node::Sequence(nodes)),
                Some(_) => {}
            }
            if self.is_quantifier() {
                return Err(self.fault("a quantifier follows nothing that it could repeat"));
            }
            // `(?i)` changes what follows and is nothing that could be repeated.
            let Some(node) = self.parse_unit(options)? else { continue };
            self.skip_blanks(*options)?;
            nodes.push(self.parse_quantifier(node, *options)?);
        }
    }

    /// Skips comments and, where space is ignored, blanks.
    fn skip_blanks(&mut self, options: Options) -> Result<(), PatternError> {
        loop {
            if self.peek() == Some('(') && self.peek_at(1) == Some('?') && self.peek_at(2) == Some('#') {
                let start = self.at;
                while self.peek().is_some_and(|character| character != ')') {
                    self.at += 1;
                }
                if !self.take(")") {
                    return Err(fault_at(start, "a comment is not closed"));
                }
            } else if options.ignores_space && self.peek().is_some_and(is_blank) {
                self.at += 1;
            } else if options.ignores_space && self.peek() == Some('#') {
                while self.next().is_some_and(|character| character != '\n') {}
            } else {
                return Ok(());
            }
        }
    }

    fn is_quantifier(&self) -> bool {
        matches!(self.peek(), Some('*' | '+' | '?')) || self.read_counts().is_some()
    }

    /// `{2}`, `{2,}` or `{2,5}` at the place, and its length. Anything else in braces is literal.
    fn read_counts(&self) -> Option<(u32, Option<u32>, usize)> {
        let rest = self.characters.get(self.at..)?;
        let inner: String = rest.strip_prefix(&['{'])?.iter().take_while(|c| **c != '}').collect();
        let length = inner.chars().count() + 2;
        rest.get(length - 1)?;
        let read = |digits: &str| -> Option<u32> {
            // A number too large to read is still a count, which the size limit refuses.
            (!digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit()))
                .then(|| digits.parse().unwrap_or(u32::MAX))
        };
        match inner.split_once(',') {
            None => read(&inner).map(|count| (count, Some(count), length)),
            Some((least, "")) => read(least).map(|least| (least, None, length)),
            Some((least, most)) => Some((read(least)?, Some(read(most)?), length)),
        }
    }

    fn parse_quantifier(&mut self, node: Node, options: Options) -> Result<Node, PatternError> {
        let (least, most, length) = match self.peek() {
            Some('*') => (0, None, 1),
            Some('+') => (1, None, 1),
            Some('?') => (0, Some(1), 1),
            _ => match self.read_counts() {
                Some(counts) => counts,
                None => return Ok(node),
            },
        };
        if most.is_some_and(|most| most < least) {
            return Err(self.fault(format!("the repetition {{{least},…}} ends below its start")));
        }
        self.at += length;
        let greedy = !self.take("?");
        self.skip_blanks(options)?;
        if self.is_quantifier() {
            return Err(self.fault("a quantifier follows a quantifier; put what it repeats in a group"));
        }
        Ok(Node::Repeat { node: Box::new(node), least, most, greedy })
    }

    fn parse_unit(&mut self, options: &mut Options) -> Result<Option<Node>, PatternError> {
        let folds = options.folds;
        let Some(character) = self.next() else { return Ok(None) };
        Ok(Some(match character {
            '(' => return self.parse_group(options),
            '[' => {
                let mut class = self.parse_class()?;
                class.folds = folds;
                Node::Class(class)
            }
            '\\' => self.parse_escape(*options)?,
            '.' => Node::Class(Class::of_dot(options.dot_matches_line_feed)),
            '^' if options.multi_line => Node::Assert(Assertion::LineStart),
            '^' => Node::Assert(Assertion::Start),
            '$' if options.multi_line => Node::Assert(Assertion::LineEnd),
            '$' => Node::Assert(Assertion::EndOrLastLineFeed),
            character => Node::Character { character, folds },
        }))
    }

    fn parse_group(&mut self, options: &mut Options) -> Result<Option<Node>, PatternError> {
        let start = self.at - 1;
        self.descend()?;
        let mut inner = *options;
        let node = if !self.take("?") {
            if options.explicit_captures {
                self.parse_alternatives(&mut inner)?
            } else {
                self.unnamed += 1;
                let key = GroupKey::Unnamed(self.unnamed);
                Node::Capture { key, node: Box::new(self.parse_alternatives(&mut inner)?) }
            }
        } else if self.take(":") {
            self.parse_alternatives(&mut inner)?
        } else if self.take(">") {
            Node::Atomic(Box::new(self.parse_alternatives(&mut inner)?))
        } else if let Some((behind, negative)) = self.take_look() {
            Node::Look { node: Box::new(self.parse_alternatives(&mut inner)?), behind, negative }
        } else if self.take("<") {
            let key = GroupKey::Named(self.parse_name('>')?);
            Node::Capture { key, node: Box::new(self.parse_alternatives(&mut inner)?) }
        } else if self.take("'") {
            let key = GroupKey::Named(self.parse_name('\'')?);
            Node::Capture { key, node: Box::new(self.parse_alternatives(&mut inner)?) }
        } else if self.take("(") {
            self.parse_conditional(&mut inner)?
        } else {
            self.parse_options(&mut inner)?;
            if self.take(")") {
                self.ascend();
                *options = inner;
                return Ok(None);
            }
            if !self.take(":") {
                return Err(self.fault("`(?` is followed by nothing that .NET knows there"));
            }
            self.parse_alternatives(&mut inner)?
        };
        if !self.take(")") {
            return Err(fault_at(start, "a group is not closed"));
        }
        self.ascend();
        Ok(Some(node))
    }

    fn take_look(&mut self) -> Option<(bool, bool)> {
        let kinds = [("=", false, false), ("!", false, true), ("<=", true, false), ("<!", true, true)];
        kinds.into_iter().find(|(text, _, _)| self.take(text)).map(|(_, behind, negative)| (behind, negative))
    }

    fn parse_options(&mut self, options: &mut Options) -> Result<(), PatternError> {
        let mut on = true;
        loop {
            match self.peek() {
                Some('-') => on = false,
                Some('+') => on = true,
                Some('i') => options.folds = on,
                Some('m') => options.multi_line = on,
                Some('n') => options.explicit_captures = on,
                Some('s') => options.dot_matches_line_feed = on,
                Some('x') => options.ignores_space = on,
                Some('r') => {
                    return Err(self.fault("matching from right to left is not supported"));
                }
                _ => return Ok(()),
            }
            self.at += 1;
        }
    }

    /// After `(?(`.
    fn parse_conditional(&mut self, options: &mut Options) -> Result<Node, PatternError> {
        let position = self.at;
        if self.peek() == Some('?') {
            return Err(self
                .fault("a condition can name a group only; write `(?:(?=x)yes|(?!x)no)` for a look-around"));
        }
        let group = self.parse_name(')')?;
        let yes = self.parse_sequence(options)?;
        let no = if self.take("|") { self.parse_sequence(options)? } else { Node::Empty };
        if self.peek() == Some('|') {
            return Err(self.fault("a condition has more than two alternatives"));
        }
        Ok(Node::Conditional { group, yes: Box::new(yes), no: Box::new(no), position })
    }

    /// A group's name and the character that closes it.
    pub(super) fn parse_name(&mut self, close: char) -> Result<String, PatternError> {
        let mut name = String::new();
        while let Some(character) = self.peek().filter(|character| super::class::is_word(*character)) {
            name.push(character);
            self.at += 1;
        }
        if self.peek() == Some('-') {
            return Err(self.fault("balancing groups such as `(?<open-close>…)` are not supported"));
        }
        if name.is_empty() || self.next() != Some(close) {
            return Err(
                self.fault(format!("a group's name of letters and digits, then `{close}`, was expected"))
            );
        }
        let is_number = name.bytes().all(|byte| byte.is_ascii_digit());
        if is_number && (name.starts_with('0') || name.len() > 4) {
            return Err(self.fault(format!("a group can't have the number {name}")));
        }
        Ok(name)
    }

    /// After a backslash, outside a set.
    fn parse_escape(&mut self, options: Options) -> Result<Node, PatternError> {
        let position = self.at - 1;
        let folds = options.folds;
        let Some(letter) = self.peek() else {
            return Err(self.fault("a backslash ends the pattern"));
        };
        let assertion = match letter {
            'A' => Some(Assertion::Start),
            'z' => Some(Assertion::End),
            'Z' => Some(Assertion::EndOrLastLineFeed),
            'b' => Some(Assertion::WordBoundary),
            'B' => Some(Assertion::NoWordBoundary),
            'G' => Some(Assertion::SearchStart),
            _ => None,
        };
        if let Some(assertion) = assertion {
            self.at += 1;
            return Ok(Node::Assert(assertion));
        }
        if let Some(class) = Class::of_letter(letter) {
            self.at += 1;
            return Ok(Node::Class(class));
        }
        match letter {
            'p' | 'P' => {
                let mut class = Class { folds, ..Class::default() };
                self.parse_category(&mut class)?;
                Ok(Node::Class(class))
            }
            'k' => {
                self.at += 1;
                let close = match self.next() {
                    Some('<') => '>',
                    Some('\'') => '\'',
                    _ => return Err(self.fault("`\\k` needs a group's name: `\\k<name>`")),
                };
                let to = ReferenceKey::Named(self.parse_name(close)?);
                Ok(Node::Reference { to, folds, position })
            }
            '1'..='9' => {
                let mut digits = String::new();
                while let Some(digit) = self.peek().filter(char::is_ascii_digit) {
                    digits.push(digit);
                    self.at += 1;
                }
                Ok(Node::Reference { to: ReferenceKey::Digits(digits), folds, position })
            }
            _ => Ok(Node::Character { character: self.parse_character_escape()?, folds }),
        }
    }
}

/// What `(?x)` leaves out: in .NET the blanks of ASCII only.
fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r' | '\u{c}')
}

pub(super) fn fault_at(at: usize, message: impl Into<String>) -> PatternError {
    PatternError { position: at + 1, message: message.into() }
}
