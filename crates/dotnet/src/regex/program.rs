//! From a pattern's tree to the instructions that the machine runs.
//!
//! Counted repeats are written out, so that the machine has no counters and its state is a place in the
//! program and a place in the text. What is in a look-behind is compiled to run backwards, as .NET does it.
use super::class::{Class, fold};
use super::error::PatternError;
use super::parse::fault_at;
use super::tree::{Assertion, GroupKey, Node, ReferenceKey};

/// Longest program. It bounds what nested repeats such as `(a{1000}){1000}` can ask for.
pub(super) const MAX_INSTRUCTIONS: usize = 10_000;
/// How many parts are looked at while compiling; repeats of nothing give no instructions but still count.
const MAX_PARTS: usize = 100_000;

/// An instruction. `backward` is set inside look-behinds, where characters are taken leftwards.
#[derive(Debug, Clone, Copy)]
pub(super) enum Instruction {
    /// Takes this character.
    Character { character: char, folds: bool, backward: bool },
    /// Takes a character of the set with this number.
    Set { set: usize, backward: bool },
    /// Goes on if the place fits.
    Assert(Assertion),
    /// Goes on at `first`; if that fails, at `second`. `number` counts the splits.
    Split { number: usize, first: usize, second: usize },
    /// Goes on elsewhere.
    Jump(usize),
    /// A group begins.
    Open(usize),
    /// A group ends; from here on it has a match.
    Close(usize),
    /// Takes what the group matched.
    Reference { group: usize, folds: bool, backward: bool },
    /// Remembers the place at which a round of a loop begins.
    Mark(usize),
    /// Leaves the loop when the round took nothing.
    LeaveIfUnmoved { mark: usize, exit: usize },
    /// Runs what follows up to `Accept`, takes nothing, and goes on at `after` if it fits (or not, when negative).
    Look { negative: bool, after: usize },
    /// Runs what follows up to `Accept` and goes on at `after` without a way back into it.
    Atomic { after: usize },
    /// Goes on if the group has a match, else at `no`.
    Conditional { group: usize, no: usize },
    /// The pattern, look-around or atomic group matched.
    Accept,
}

/// A set with its answers for ASCII worked out.
#[derive(Debug, Clone)]
pub(super) struct Set {
    class: Class,
    ascii: u128,
    /// What one look costs, in steps.
    pub(super) cost: u64,
}

impl Set {
    fn of(class: Class) -> Self {
        let ascii = (0..128_u8).filter(|byte| class.contains(char::from(*byte)));
        let ascii = ascii.fold(0, |bits, byte| bits | (1_u128 << byte));
        Self { cost: class.cost(), class, ascii }
    }

    pub(super) fn contains(&self, character: char) -> bool {
        match u8::try_from(character) {
            Ok(byte) if byte < 128 => self.ascii >> byte & 1 == 1,
            _ => self.class.contains(character),
        }
    }
}

/// A compiled pattern.
#[derive(Debug, Clone)]
pub(super) struct Program {
    pub(super) instructions: Vec<Instruction>,
    pub(super) sets: Vec<Set>,
    /// Groups by their place; the whole match is not among them.
    pub(super) groups: Vec<Group>,
    pub(super) splits: usize,
    pub(super) marks: usize,
    /// Whether what follows a place in program and text never depends on how it was reached.
    pub(super) is_regular: bool,
    /// Whether a match can begin only where the text begins.
    pub(super) starts_with_text: bool,
}

/// A group: its number, and its name if it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) number: u32,
    pub(super) name: Option<String>,
}

impl Program {
    /// The place of a group among the groups, by its name or number; 0 is no group.
    pub(super) fn find_group(&self, name: &str) -> Option<usize> {
        let number = name.parse::<u32>().ok().filter(|_| name.bytes().all(|byte| byte.is_ascii_digit()));
        self.groups.iter().position(|group| match number {
            Some(number) => group.number == number,
            None => group.name.as_deref() == Some(name),
        })
    }
}

/// Compiles a tree.
pub(super) fn compile(root: &Node) -> Result<Program, PatternError> {
    let mut keys = Vec::new();
    collect_groups(root, &mut keys);
    let mut compiler = Compiler {
        program: Program {
            instructions: Vec::new(),
            sets: Vec::new(),
            groups: number_groups(&keys),
            splits: 0,
            marks: 0,
            is_regular: true,
            starts_with_text: starts_with_text(root),
        },
        keys,
        parts: 0,
    };
    compiler.compile(root, false)?;
    compiler.emit(Instruction::Accept)?;
    Ok(compiler.program)
}

/// Every group once, in the order of the pattern.
fn collect_groups(node: &Node, keys: &mut Vec<GroupKey>) {
    match node {
        Node::Capture { key, node } => {
            if !keys.contains(key) {
                keys.push(key.clone());
            }
            collect_groups(node, keys);
        }
        Node::Sequence(nodes) | Node::Alternatives(nodes) => {
            nodes.iter().for_each(|node| collect_groups(node, keys));
        }
        Node::Repeat { node, .. } | Node::Look { node, .. } | Node::Atomic(node) => {
            collect_groups(node, keys)
        }
        Node::Conditional { yes, no, .. } => {
            collect_groups(yes, keys);
            collect_groups(no, keys);
        }
        Node::Empty | Node::Character { .. } | Node::Class(_) | Node::Assert(_) | Node::Reference { .. } => {}
    }
}

/// .NET numbers groups without a name first and those with one after them; a name of digits is the number.
fn number_groups(keys: &[GroupKey]) -> Vec<Group> {
    let given = |key: &GroupKey| match key {
        GroupKey::Unnamed(number) => Some(*number),
        GroupKey::Named(name) => name.parse().ok(),
    };
    let mut next = 1;
    keys.iter()
        .map(|key| match (given(key), key) {
            (Some(number), _) => Group { number, name: None },
            (None, GroupKey::Named(name)) => {
                while keys.iter().any(|other| given(other) == Some(next)) {
                    next += 1;
                }
                next += 1;
                Group { number: next - 1, name: Some(name.clone()) }
            }
            (None, GroupKey::Unnamed(number)) => Group { number: *number, name: None },
        })
        .collect()
}

fn starts_with_text(node: &Node) -> bool {
    match node {
        Node::Assert(Assertion::Start) => true,
        Node::Sequence(nodes) => nodes.first().is_some_and(starts_with_text),
        Node::Capture { node, .. } | Node::Atomic(node) => starts_with_text(node),
        Node::Alternatives(nodes) => nodes.iter().all(starts_with_text),
        _ => false,
    }
}

/// Whether a part can match without taking a character.
fn can_be_empty(node: &Node) -> bool {
    match node {
        Node::Character { .. } | Node::Class(_) => false,
        Node::Empty | Node::Assert(_) | Node::Look { .. } | Node::Reference { .. } => true,
        Node::Capture { node, .. } | Node::Atomic(node) => can_be_empty(node),
        Node::Sequence(nodes) => nodes.iter().all(can_be_empty),
        Node::Alternatives(nodes) => nodes.iter().any(can_be_empty),
        Node::Repeat { node, least, .. } => *least == 0 || can_be_empty(node),
        Node::Conditional { yes, no, .. } => can_be_empty(yes) || can_be_empty(no),
    }
}

struct Compiler {
    program: Program,
    keys: Vec<GroupKey>,
    parts: usize,
}

impl Compiler {
    fn here(&self) -> usize {
        self.program.instructions.len()
    }

    fn emit(&mut self, instruction: Instruction) -> Result<usize, PatternError> {
        if self.here() >= MAX_INSTRUCTIONS {
            return Err(too_large());
        }
        self.program.instructions.push(instruction);
        Ok(self.here() - 1)
    }

    /// Writes over an instruction whose targets were not known when it was emitted.
    fn patch(&mut self, at: usize, instruction: Instruction) {
        if let Some(place) = self.program.instructions.get_mut(at) {
            *place = instruction;
        }
    }

    fn next_split(&mut self) -> usize {
        self.program.splits += 1;
        self.program.splits - 1
    }

    fn compile(&mut self, node: &Node, backward: bool) -> Result<(), PatternError> {
        self.parts += 1;
        if self.parts > MAX_PARTS {
            return Err(too_large());
        }
        match node {
            Node::Empty => {}
            Node::Character { character, folds } => {
                let character = if *folds { fold(*character) } else { *character };
                self.emit(Instruction::Character { character, folds: *folds, backward })?;
            }
            Node::Class(class) => self.compile_set(class, backward)?,
            Node::Assert(assertion) => {
                self.emit(Instruction::Assert(*assertion))?;
            }
            Node::Capture { key, node } => {
                let group = self.keys.iter().position(|known| known == key).unwrap_or_default();
                self.emit(Instruction::Open(group))?;
                self.compile(node, backward)?;
                self.emit(Instruction::Close(group))?;
            }
            Node::Sequence(nodes) if backward => {
                nodes.iter().rev().try_for_each(|node| self.compile(node, true))?;
            }
            Node::Sequence(nodes) => nodes.iter().try_for_each(|node| self.compile(node, false))?,
            Node::Alternatives(nodes) => self.compile_alternatives(nodes, backward)?,
            Node::Repeat { node, least, most, greedy } => {
                self.compile_repeat(node, *least, *most, *greedy, backward)?;
            }
            Node::Look { node, behind, negative } => {
                self.program.is_regular = false;
                let at = self.emit(Instruction::Look { negative: *negative, after: 0 })?;
                self.compile(node, *behind)?;
                self.emit(Instruction::Accept)?;
                self.patch(at, Instruction::Look { negative: *negative, after: self.here() });
            }
            Node::Atomic(node) => {
                self.program.is_regular = false;
                let at = self.emit(Instruction::Atomic { after: 0 })?;
                self.compile(node, backward)?;
                self.emit(Instruction::Accept)?;
                self.patch(at, Instruction::Atomic { after: self.here() });
            }
            Node::Reference { to, folds, position } => {
                self.compile_reference(to, *folds, *position, backward)?
            }
            Node::Conditional { group, yes, no, position } => {
                self.program.is_regular = false;
                let group = self.program.find_group(group).ok_or_else(|| unknown_group(*position, group))?;
                let test = self.emit(Instruction::Conditional { group, no: 0 })?;
                self.compile(yes, backward)?;
                let jump = self.emit(Instruction::Jump(0))?;
                self.patch(test, Instruction::Conditional { group, no: self.here() });
                self.compile(no, backward)?;
                self.patch(jump, Instruction::Jump(self.here()));
            }
        }
        Ok(())
    }

    fn compile_set(&mut self, class: &Class, backward: bool) -> Result<(), PatternError> {
        // Written-out repeats would otherwise carry a copy of the set each; the latest is the likely twin.
        let known = self.program.sets.iter().rposition(|set| set.class == *class);
        let set = known.unwrap_or(self.program.sets.len());
        if known.is_none() {
            self.program.sets.push(Set::of(class.clone()));
        }
        self.emit(Instruction::Set { set, backward })?;
        Ok(())
    }

    fn compile_alternatives(&mut self, nodes: &[Node], backward: bool) -> Result<(), PatternError> {
        let mut jumps = Vec::new();
        for (index, node) in nodes.iter().enumerate() {
            if index + 1 == nodes.len() {
                self.compile(node, backward)?;
                continue;
            }
            let number = self.next_split();
            let split = self.emit(Instruction::Jump(0))?;
            self.compile(node, backward)?;
            jumps.push(self.emit(Instruction::Jump(0))?);
            self.patch(split, Instruction::Split { number, first: split + 1, second: self.here() });
        }
        let end = self.here();
        jumps.into_iter().for_each(|jump| self.patch(jump, Instruction::Jump(end)));
        Ok(())
    }

    fn compile_repeat(
        &mut self,
        node: &Node,
        least: u32,
        most: Option<u32>,
        greedy: bool,
        backward: bool,
    ) -> Result<(), PatternError> {
        let is_fixed = most == Some(least);
        let mut leaves = Vec::new();
        for round in 1..=least {
            // .NET leaves after an empty round as soon as the rounds that must be are done.
            if round == least && !is_fixed {
                leaves.extend(self.compile_round(node, backward)?);
            } else {
                self.compile(node, backward)?;
            }
        }
        let mut splits = Vec::new();
        match most {
            None => self.compile_loop(node, greedy, backward)?,
            Some(most) => {
                for _ in least..most {
                    let number = self.next_split();
                    splits.push((self.emit(Instruction::Jump(0))?, number));
                    leaves.extend(self.compile_round(node, backward)?);
                }
            }
        }
        let end = self.here();
        for (at, number) in splits {
            self.patch(at, split(number, greedy, at + 1, end));
        }
        for (at, mark) in leaves {
            self.patch(at, Instruction::LeaveIfUnmoved { mark, exit: end });
        }
        Ok(())
    }

    /// One round of a repeat. Where it can be empty, the instruction behind it is to leave the repeat then;
    /// gives its place and mark, since the end of the repeat is not known yet.
    fn compile_round(&mut self, node: &Node, backward: bool) -> Result<Option<(usize, usize)>, PatternError> {
        if !can_be_empty(node) {
            self.compile(node, backward)?;
            return Ok(None);
        }
        let mark = self.program.marks;
        self.program.marks += 1;
        self.emit(Instruction::Mark(mark))?;
        self.compile(node, backward)?;
        Ok(Some((self.emit(Instruction::Jump(0))?, mark)))
    }

    fn compile_loop(&mut self, node: &Node, greedy: bool, backward: bool) -> Result<(), PatternError> {
        let number = self.next_split();
        let start = self.emit(Instruction::Jump(0))?;
        let leave = self.compile_round(node, backward)?;
        self.emit(Instruction::Jump(start))?;
        let end = self.here();
        self.patch(start, split(number, greedy, start + 1, end));
        if let Some((at, mark)) = leave {
            self.patch(at, Instruction::LeaveIfUnmoved { mark, exit: end });
        }
        Ok(())
    }

    fn compile_reference(
        &mut self,
        to: &ReferenceKey,
        folds: bool,
        position: usize,
        backward: bool,
    ) -> Result<(), PatternError> {
        let (name, digits) = match to {
            ReferenceKey::Named(name) => (name, false),
            ReferenceKey::Digits(digits) => (digits, true),
        };
        if let Some(group) = self.program.find_group(name) {
            self.program.is_regular = false;
            self.emit(Instruction::Reference { group, folds, backward })?;
            return Ok(());
        }
        if !digits || name.len() == 1 || name.starts_with(['8', '9']) {
            return Err(unknown_group(position, name));
        }
        // No such group: up to three octal digits are a character, the rest stands for itself.
        let length = name.bytes().take(3).take_while(|digit| (b'0'..=b'7').contains(digit)).count();
        let number = name.get(..length).and_then(|octal| u32::from_str_radix(octal, 8).ok());
        let character = number.and_then(|number| char::from_u32(number & 0xFF)).unwrap_or_default();
        let rest = name.get(length..).unwrap_or_default();
        let nodes = std::iter::once(character).chain(rest.chars());
        let nodes = nodes.map(|character| Node::Character { character, folds }).collect();
        self.compile(&Node::Sequence(nodes), backward)
    }
}

fn split(number: usize, greedy: bool, inside: usize, outside: usize) -> Instruction {
    let (first, second) = if greedy { (inside, outside) } else { (outside, inside) };
    Instruction::Split { number, first, second }
}

fn unknown_group(position: usize, name: &str) -> PatternError {
    fault_at(position, format!("there is no group `{name}`"))
}

fn too_large() -> PatternError {
    fault_at(0, "the pattern is too large once its repeats are written out; ask for fewer repetitions")
}
