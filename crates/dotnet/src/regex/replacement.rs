//! What stands in for a match: `$1`, `${name}`, `$$`, `$&`, `` $` ``, `$'`, `$+`, `$_`.
//!
//! What names no group of the pattern stays as it is written, as in .NET.
use super::machine::{Found, Span};
use super::program::Program;

/// A part of a replacement.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Match,
    Group(usize),
    Before,
    After,
    LastGroup,
    Everything,
}

/// A replacement, read once for all matches.
#[derive(Debug, Clone)]
pub(super) struct Replacement {
    parts: Vec<Part>,
}

impl Replacement {
    pub(super) fn parse(text: &str, program: &Program) -> Self {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((literal, after)) = rest.split_once('$') {
            push_text(&mut parts, literal);
            let (part, length) = read_part(after, program);
            match part {
                Some(part) => parts.push(part),
                None => push_text(&mut parts, "$"),
            }
            rest = after.get(length..).unwrap_or_default();
        }
        push_text(&mut parts, rest);
        Self { parts }
    }

    /// Writes what stands in for a match to `output`, until that is longer than `limit` bytes.
    pub(super) fn write(
        &self,
        text: &[char],
        found: &Found,
        program: &Program,
        output: &mut String,
        limit: usize,
    ) {
        let (start, end) = found.span;
        for part in &self.parts {
            let span: Option<Span> = match part {
                Part::Text(literal) => {
                    output.push_str(literal);
                    None
                }
                Part::Match => Some(found.span),
                Part::Group(group) => found.groups.get(*group).copied().flatten(),
                Part::Before => Some((0, start)),
                Part::After => Some((end, text.len())),
                Part::LastGroup => match find_last_group(program) {
                    Some(group) => found.groups.get(group).copied().flatten(),
                    None => Some(found.span),
                },
                Part::Everything => Some((0, text.len())),
            };
            let characters = span.and_then(|(start, end)| text.get(start..end)).unwrap_or_default();
            output.extend(characters);
            if output.len() > limit {
                return;
            }
        }
    }
}

fn push_text(parts: &mut Vec<Part>, text: &str) {
    match parts.last_mut() {
        _ if text.is_empty() => {}
        Some(Part::Text(last)) => last.push_str(text),
        _ => parts.push(Part::Text(text.to_owned())),
    }
}

/// What follows a dollar sign, and how many bytes of it are used up.
fn read_part(after: &str, program: &Program) -> (Option<Part>, usize) {
    let single = match after.chars().next() {
        Some('$') => Some(Part::Text("$".to_owned())),
        Some('&') => Some(Part::Match),
        Some('`') => Some(Part::Before),
        Some('\'') => Some(Part::After),
        Some('+') => Some(Part::LastGroup),
        Some('_') => Some(Part::Everything),
        _ => None,
    };
    if single.is_some() {
        return (single, 1);
    }
    let (name, length) = match after.strip_prefix('{').and_then(|inner| inner.split_once('}')) {
        Some((name, _)) => (name, name.len() + 2),
        None => {
            let length = after.bytes().take_while(u8::is_ascii_digit).count();
            (after.get(..length).unwrap_or_default(), length)
        }
    };
    let is_whole_match = !name.is_empty() && name.bytes().all(|byte| byte == b'0');
    match program.find_group(name) {
        _ if is_whole_match => (Some(Part::Match), length),
        Some(group) => (Some(Part::Group(group)), length),
        None => (None, 0),
    }
}

/// The group with the highest number.
fn find_last_group(program: &Program) -> Option<usize> {
    (0..program.groups.len()).max_by_key(|group| program.groups.get(*group).map(|group| group.number))
}
