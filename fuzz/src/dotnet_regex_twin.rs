//! .NET's patterns beside a second matcher, which is nothing but the definition of backtracking: it tries
//! what the pattern says in its order, as slow as it may be. Both must find the same matches with the same
//! groups.
//!
//! A pattern is made as a tree, so that this matcher needs no parser of its own.
use arbitrary::{Arbitrary, Result, Unstructured};
use purser_dotnet::regex::{MAX_STEPS, Regex};
use std::fmt::{self, Write};

/// Deep enough for every pair of constructs.
const MAX_DEPTH: usize = 4;
/// Longer patterns say nothing that shorter ones do not, in bytes.
const LONGEST_PATTERN: usize = 200;
/// Steps below which a search surely remembers nothing.
const PATIENCE: u64 = 20_000;
/// Where this matcher gives up, there is nothing to compare.
const STEPS: usize = 50_000;
/// Characters of patterns and texts. None means anything in a pattern.
const LETTERS: [char; 7] = ['a', 'b', 'c', 'é', ' ', '1', '\n'];
/// How often; the last one is none.
const COUNTS: [(usize, usize, &str); 9] = [
    (0, usize::MAX, "*"),
    (1, usize::MAX, "+"),
    (0, 1, "?"),
    (2, 2, "{2}"),
    (1, 2, "{1,2}"),
    (0, 3, "{0,3}"),
    (2, usize::MAX, "{2,}"),
    (0, 0, "{0}"),
    (1, 1, "{1}"),
];

/// A part of a pattern.
enum Node {
    Letter(char),
    /// A class: how it is written, and what is in it.
    Class(&'static str, fn(char) -> bool),
    /// A place: how it is written, and whether it is here.
    Place(&'static str, fn(&[char], usize) -> bool),
    Sequence(Vec<Node>),
    Choice(Vec<Node>),
    /// A group with its number from 1.
    Group(usize, Box<Node>),
    Atomic(Box<Node>),
    Ahead(bool, Box<Node>),
    Behind(bool, Box<Node>),
    Repeat {
        node: Box<Node>,
        least: usize,
        most: usize,
        written: &'static str,
        lazy: bool,
    },
    Again(usize),
}

const CLASSES: [Node; 8] = [
    Node::Class(".", |letter| letter != '\n'),
    Node::Class("[ab]", |letter| "ab".contains(letter)),
    Node::Class("[^a]", |letter| letter != 'a'),
    Node::Class("[a-c1-[b]]", |letter| "ac1".contains(letter)),
    Node::Class("\\w", is_word),
    Node::Class("\\W", |letter| !is_word(letter)),
    Node::Class("\\d", |letter| letter == '1'),
    Node::Class("\\s", |letter| " \n".contains(letter)),
];
const PLACES: [Node; 6] = [
    Node::Place("^", |_, at| at == 0),
    Node::Place("\\z", |text, at| at == text.len()),
    Node::Place("$", |text, at| at == text.len() || (at + 1 == text.len() && text.last() == Some(&'\n'))),
    Node::Place("\\b", is_boundary),
    Node::Place("\\B", |text, at| !is_boundary(text, at)),
    Node::Place("(?m:^)", |text, at| at == 0 || text.get(at - 1) == Some(&'\n')),
];

fn is_word(letter: char) -> bool {
    "abcé1".contains(letter)
}

fn is_boundary(text: &[char], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| text.get(before));
    before.copied().is_some_and(is_word) != text.get(at).copied().is_some_and(is_word)
}

/// A pattern and a text.
pub struct Case {
    root: Node,
    groups: usize,
    text: Vec<char>,
}

impl<'a> Arbitrary<'a> for Case {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        let mut maker = Maker { input, groups: 0, behind: false };
        let root = maker.choice(MAX_DEPTH)?;
        let groups = maker.groups;
        let length = input.int_in_range(0..=12)?;
        let text = (0..length).map(|_| input.choose(&LETTERS).copied()).collect::<Result<_>>()?;
        Ok(Self { root, groups, text })
    }
}

/// As an input of the target `dotnet_regex`.
impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text: String = self.text.iter().collect();
        write!(f, "{}\n---\n{text}\n---\n{}", self.root, self.marks())
    }
}

impl Case {
    /// Matches and groups, in signs that no text has.
    fn marks(&self) -> String {
        let groups: String = (1..=self.groups).map(|group| format!("|${{{group}}}")).collect();
        format!("<$&{groups}>")
    }

    /// Looks for all matches with both matchers.
    pub fn check(&self) {
        let text: String = self.text.iter().collect();
        let pattern = self.root.to_string();
        if pattern.len() > LONGEST_PATTERN {
            return;
        }
        let regex = Regex::parse(&pattern);
        let regex = match regex {
            Ok(regex) => regex,
            Err(error) => {
                assert!(error.message.contains("too large"), "{self:?}: {error}");
                return;
            }
        };
        let mut steps = MAX_STEPS;
        let marked = regex.replace_all(&text, &self.marks(), &mut steps);
        // A search that gets long remembers where it failed, and may then come to the same match by another
        // way, with other groups.
        let with_groups = MAX_STEPS - steps < PATIENCE;
        let marked =
            if with_groups { marked } else { regex.replace_all(&text, "<$&>", &mut MAX_STEPS.clone()) };
        let (Ok(marked), Some(expected)) = (marked, self.mark(with_groups)) else { return };
        assert_eq!(marked, expected, "{self:?}");
    }

    /// The text with its matches marked by the definition; `None` when that takes too long.
    fn mark(&self, with_groups: bool) -> Option<String> {
        let mut marked = String::new();
        let (mut copied, mut from) = (0, 0);
        while from <= self.text.len() {
            let Some((start, end, groups)) = self.find(from)? else { break };
            let part = |from: usize, to: usize| self.text.get(from..to).unwrap_or_default().iter();
            marked.extend(part(copied, start));
            marked.push('<');
            marked.extend(part(start, end));
            for group in groups.into_iter().filter(|_| with_groups) {
                marked.push('|');
                marked.extend(group.into_iter().flat_map(|(start, end)| part(start, end)));
            }
            marked.push('>');
            copied = end;
            // After an empty match the search goes on one character further.
            from = if end == start { end + 1 } else { end };
        }
        marked.extend(self.text.get(copied..).unwrap_or_default());
        Some(marked)
    }

    /// The first match from a place on.
    fn find(&self, from: usize) -> Option<Option<(usize, usize, Groups)>> {
        let mut matcher = Matcher { text: &self.text, groups: vec![None; self.groups], steps: 0 };
        for start in from..=self.text.len() {
            let mut found = None;
            matcher.groups.fill(None);
            matcher.follow(&self.root, start, &mut |matcher, end| {
                found = Some((start, end, matcher.groups.clone()));
                true
            });
            if matcher.steps > STEPS {
                return None;
            }
            if found.is_some() {
                return Some(found);
            }
        }
        Some(None)
    }
}

/// Makes a case out of bytes and checks it.
pub fn check(input: &[u8]) {
    if let Ok(case) = Case::arbitrary(&mut Unstructured::new(input)) {
        case.check();
    }
}

/// Where each group matched last.
type Groups = Vec<Option<(usize, usize)>>;
/// What comes behind a part; true when all of it matched.
type Rest<'r, 't> = &'r mut dyn FnMut(&mut Matcher<'t>, usize) -> bool;

struct Matcher<'t> {
    text: &'t [char],
    groups: Groups,
    steps: usize,
}

impl<'t> Matcher<'t> {
    /// Whether a part matches here and the rest behind it, in the order in which the pattern says to try.
    fn follow(&mut self, node: &Node, at: usize, rest: Rest<'_, 't>) -> bool {
        self.steps += 1;
        if self.steps > STEPS {
            return false;
        }
        match node {
            Node::Letter(letter) => self.text.get(at) == Some(letter) && rest(self, at + 1),
            Node::Class(_, holds) => self.text.get(at).copied().is_some_and(holds) && rest(self, at + 1),
            Node::Place(_, holds) => holds(self.text, at) && rest(self, at),
            Node::Sequence(nodes) => self.follow_all(nodes, at, rest),
            Node::Choice(nodes) => nodes.iter().any(|node| self.follow(node, at, rest)),
            Node::Group(number, node) => self.follow(node, at, &mut |matcher, end| {
                let before = matcher.set(*number, Some((at, end)));
                rest(matcher, end) || {
                    matcher.set(*number, before);
                    false
                }
            }),
            Node::Atomic(node) => self.look(node, at).is_some_and(|(end, before)| {
                rest(self, end) || {
                    self.groups = before;
                    false
                }
            }),
            Node::Ahead(wanted, node) => match self.look(node, at) {
                Some((_, before)) => {
                    let holds = *wanted && rest(self, at);
                    if !holds {
                        self.groups = before;
                    }
                    holds
                }
                None => !wanted && rest(self, at),
            },
            Node::Behind(wanted, node) => {
                let ends_here = |start| self.follow(node, start, &mut |_, end| end == at);
                (0..=at).any(ends_here) == *wanted && rest(self, at)
            }
            Node::Repeat { node, least, most, lazy, .. } => {
                self.repeat(node, (*least, *most, *lazy), 0, at, rest)
            }
            Node::Again(number) => {
                let Some((start, end)) = self.groups.get(number - 1).copied().flatten() else { return false };
                let (found, wanted) = (self.text.get(at..at + end - start), self.text.get(start..end));
                found == wanted && rest(self, at + end - start)
            }
        }
    }

    fn follow_all(&mut self, nodes: &[Node], at: usize, rest: Rest<'_, 't>) -> bool {
        match nodes {
            [] => rest(self, at),
            [first, others @ ..] => {
                self.follow(first, at, &mut |matcher, at| matcher.follow_all(others, at, rest))
            }
        }
    }

    /// The first way in which a part matches, and the groups as they were before.
    fn look(&mut self, node: &Node, at: usize) -> Option<(usize, Groups)> {
        let before = self.groups.clone();
        let mut found = None;
        self.follow(node, at, &mut |_, end| {
            found = Some(end);
            true
        });
        found.map(|end| (end, before))
    }

    fn repeat(
        &mut self,
        node: &Node,
        (least, most, lazy): (usize, usize, bool),
        count: usize,
        at: usize,
        rest: Rest<'_, 't>,
    ) -> bool {
        if lazy && count >= least && rest(self, at) {
            return true;
        }
        let once_more = count < most
            && self.follow(node, at, &mut |matcher, end| {
                // A round that takes nothing would go on for ever, so it is the last one. .NET says so of
                // the last round that must be, too.
                if end == at && count + 1 >= least {
                    return rest(matcher, end);
                }
                matcher.repeat(node, (least, most, lazy), count + 1, end, rest)
            });
        once_more || (!lazy && count >= least && rest(self, at))
    }

    fn set(&mut self, number: usize, span: Option<(usize, usize)>) -> Option<(usize, usize)> {
        self.groups.get_mut(number - 1).and_then(|group| std::mem::replace(group, span))
    }
}

struct Maker<'m, 'u> {
    input: &'m mut Unstructured<'u>,
    groups: usize,
    /// Inside a look-behind: the other direction shows in nothing but whether it matches, as long as there is
    /// nothing in it that keeps the first way only.
    behind: bool,
}

impl Maker<'_, '_> {
    fn choice(&mut self, depth: usize) -> Result<Node> {
        let ways = self.input.int_in_range(1..=2)?;
        Ok(Node::Choice((0..ways).map(|_| self.sequence(depth)).collect::<Result<_>>()?))
    }

    fn sequence(&mut self, depth: usize) -> Result<Node> {
        let parts = self.input.int_in_range(0..=3)?;
        Ok(Node::Sequence((0..parts).map(|_| self.piece(depth)).collect::<Result<_>>()?))
    }

    fn piece(&mut self, depth: usize) -> Result<Node> {
        let node = match self.input.int_in_range(0..=15)? {
            0..=4 => Node::Letter(*self.input.choose(&LETTERS)?),
            5..=7 => copy(self.input.choose(&CLASSES)?),
            8 => return Ok(copy(self.input.choose(&PLACES)?)),
            9 if self.groups > 0 && !self.behind => Node::Again(self.input.int_in_range(1..=self.groups)?),
            10 if depth > 0 && !self.behind => Node::Atomic(Box::new(self.choice(depth - 1)?)),
            11 if depth > 0 && !self.behind => {
                Node::Ahead(self.input.arbitrary()?, Box::new(self.choice(depth - 1)?))
            }
            12 if depth > 0 && !self.behind => {
                self.behind = true;
                let node = self.choice(depth - 1);
                self.behind = false;
                Node::Behind(self.input.arbitrary()?, Box::new(node?))
            }
            13 | 14 if depth > 0 && !self.behind => {
                self.groups += 1;
                let number = self.groups;
                Node::Group(number, Box::new(self.choice(depth - 1)?))
            }
            _ if depth > 0 => self.choice(depth - 1)?,
            _ => Node::Letter('a'),
        };
        if !self.input.ratio(1, 3)? {
            return Ok(node);
        }
        let (least, most, written) = *self.input.choose(&COUNTS)?;
        Ok(Node::Repeat { node: Box::new(node), least, most, written, lazy: self.input.arbitrary()? })
    }
}

fn copy(node: &Node) -> Node {
    match node {
        Node::Class(written, holds) => Node::Class(written, *holds),
        Node::Place(written, holds) => Node::Place(written, *holds),
        _ => Node::Sequence(Vec::new()),
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Letter(letter) => f.write_char(*letter),
            Self::Class(written, _) | Self::Place(written, _) => f.write_str(written),
            Self::Sequence(nodes) => nodes.iter().try_for_each(|node| match node {
                Self::Choice(_) => write!(f, "(?:{node})"),
                node => write!(f, "{node}"),
            }),
            Self::Choice(nodes) => nodes.iter().enumerate().try_for_each(|(at, node)| {
                let bar = if at > 0 { "|" } else { "" };
                write!(f, "{bar}{node}")
            }),
            Self::Group(_, node) => write!(f, "({node})"),
            Self::Atomic(node) => write!(f, "(?>{node})"),
            Self::Ahead(wanted, node) => write!(f, "(?{}{node})", if *wanted { '=' } else { '!' }),
            Self::Behind(wanted, node) => write!(f, "(?<{}{node})", if *wanted { '=' } else { '!' }),
            Self::Repeat { node, written, lazy, .. } => {
                let question = if *lazy { "?" } else { "" };
                write!(f, "(?:{node}){written}{question}")
            }
            // In brackets, so that a digit behind it does not make it another number.
            Self::Again(number) => write!(f, "(?:\\{number})"),
        }
    }
}
