//! Runs a program over a text, counting every step.
//!
//! It goes back as .NET does: alternatives in their order, the leftmost match. Two things keep it from
//! running away. Each instruction, each look into a set and each byte that is cleared or compared costs a
//! step of one allowance for the whole call. And where the pattern is regular (no look-around, no
//! reference, nothing atomic), a search that gets long remembers from where it has already failed, so it
//! takes time linear in the text where .NET would take exponential.
use super::class::{fold, is_word};
use super::error::{MAX_STEPS, MatchError};
use super::program::{Instruction, Program};
use super::tree::Assertion;

/// Most ways back that are remembered at a time: 24 MB.
const MAX_FRAMES: usize = 1_000_000;
/// Steps of one search after which it remembers where it failed.
pub(super) const PATIENCE: u64 = 20_000;
/// Largest memory of failures, in words of 64 places: 8 MB.
const MAX_WORDS: usize = 1 << 20;

/// A range of characters, by their places.
pub(super) type Span = (usize, usize);

/// A match: its place, and that of each group which took part.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) span: Span,
    pub(super) groups: Vec<Option<Span>>,
}

/// What to do when the way ahead fails: go another way, or first undo a change.
#[derive(Debug, Clone, Copy)]
enum Frame {
    Branch { at: u32, place: u32 },
    Opened { group: u32, before: u32 },
    Closed { group: u32, before: Option<(u32, u32)> },
    Marked { mark: u32, before: u32 },
}

/// A text on which a program runs.
pub(super) struct Machine<'p, 't> {
    program: &'p Program,
    text: &'t [char],
    search_start: usize,
    opened: Vec<u32>,
    groups: Vec<Option<(u32, u32)>>,
    marks: Vec<u32>,
    frames: Vec<Frame>,
    steps: u64,
    steps_left: u64,
    /// Steps of one search after which it remembers its failures.
    pub(super) patience: u64,
    /// Steps left at which the failures begin to be remembered.
    patience_ends: u64,
    failed: Vec<u64>,
}

impl<'p, 't> Machine<'p, 't> {
    pub(super) fn new(program: &'p Program, text: &'t [char], steps: u64) -> Self {
        let steps = steps.min(MAX_STEPS);
        Self {
            program,
            text,
            search_start: 0,
            opened: vec![0; program.groups.len()],
            groups: vec![None; program.groups.len()],
            marks: vec![u32::MAX; program.marks],
            frames: Vec::new(),
            steps,
            steps_left: steps,
            patience: PATIENCE,
            patience_ends: 0,
            failed: Vec::new(),
        }
    }

    /// The first match from a place on.
    pub(super) fn find(&mut self, from: usize) -> Result<Option<Found>, MatchError> {
        self.search_start = from;
        self.failed.clear();
        self.patience_ends = self.steps_left.saturating_sub(self.patience);
        let last = if self.program.starts_with_text { 0 } else { self.text.len() };
        for start in from..=last {
            self.frames.clear();
            if let Some(end) = self.run(0, start)? {
                let groups = self.groups.iter().map(|span| span.map(|(start, end)| (wide(start), wide(end))));
                let found = Found { span: (start, end), groups: groups.collect() };
                self.spend(u64::try_from(self.groups.len()).unwrap_or(u64::MAX))?;
                self.groups.fill(None);
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// The steps that it took so far.
    pub(super) fn count_steps(&self) -> u64 {
        self.steps - self.steps_left
    }

    fn spend(&mut self, steps: u64) -> Result<(), MatchError> {
        match self.steps_left.checked_sub(steps) {
            Some(left) => {
                self.steps_left = left;
                Ok(())
            }
            None => {
                self.steps_left = 0;
                Err(MatchError::TooCostly)
            }
        }
    }

    fn push(&mut self, frame: Frame) -> Result<(), MatchError> {
        if self.frames.len() >= MAX_FRAMES {
            return Err(MatchError::TooCostly);
        }
        self.frames.push(frame);
        Ok(())
    }

    /// Runs from an instruction to its `Accept` and gives the place reached. On success the frames since
    /// then are still there, on failure they are undone. It calls itself once per nested look-around.
    fn run(&mut self, mut at: usize, mut place: usize) -> Result<Option<usize>, MatchError> {
        let base = self.frames.len();
        loop {
            self.spend(1)?;
            let Some(instruction) = self.program.instructions.get(at).copied() else { return Ok(None) };
            let next = match instruction {
                Instruction::Accept => return Ok(Some(place)),
                Instruction::Jump(target) => Some((target, place)),
                Instruction::Split { number, first, second } => {
                    if self.has_failed(number, place)? {
                        None
                    } else {
                        self.push(Frame::Branch { at: narrow(second), place: narrow(place) })?;
                        Some((first, place))
                    }
                }
                Instruction::Character { character, folds, backward } => {
                    self.step(place, backward).and_then(|(found, after)| {
                        let fits = found == character || (folds && fold(found) == character);
                        fits.then_some((at + 1, after))
                    })
                }
                Instruction::Set { set, backward } => {
                    let program = self.program;
                    match (self.step(place, backward), program.sets.get(set)) {
                        (Some((found, after)), Some(set)) => {
                            if !found.is_ascii() {
                                self.spend(set.cost)?;
                            }
                            set.contains(found).then_some((at + 1, after))
                        }
                        _ => None,
                    }
                }
                Instruction::Assert(assertion) => self.holds(assertion, place).then_some((at + 1, place)),
                Instruction::Open(_)
                | Instruction::Close(_)
                | Instruction::Mark(_)
                | Instruction::LeaveIfUnmoved { .. }
                | Instruction::Conditional { .. } => Some((self.note(instruction, at, place)?, place)),
                Instruction::Reference { group, folds, backward } => {
                    self.repeat_group(group, folds, backward, place)?.map(|after| (at + 1, after))
                }
                Instruction::Look { negative, after } => {
                    let inner = self.frames.len();
                    let found = self.run(at + 1, place)?.is_some();
                    if found && !negative {
                        self.forget_branches(inner)?;
                    } else {
                        self.undo_to(inner);
                    }
                    (found != negative).then_some((after, place))
                }
                Instruction::Atomic { after } => {
                    let inner = self.frames.len();
                    match self.run(at + 1, place)? {
                        Some(reached) => {
                            self.forget_branches(inner)?;
                            Some((after, reached))
                        }
                        None => None,
                    }
                }
            };
            match next.or_else(|| self.go_back(base)) {
                Some(there) => (at, place) = there,
                None => return Ok(None),
            }
        }
    }

    /// The instructions that only note something; gives the instruction that follows.
    fn note(&mut self, instruction: Instruction, at: usize, place: usize) -> Result<usize, MatchError> {
        match instruction {
            Instruction::Open(group) => {
                if let Some(opened) = self.opened.get_mut(group) {
                    let before = std::mem::replace(opened, narrow(place));
                    self.push(Frame::Opened { group: narrow(group), before })?;
                }
            }
            Instruction::Close(group) => {
                let opened = self.opened.get(group).copied().unwrap_or_default();
                if let Some(span) = self.groups.get_mut(group) {
                    // Inside a look-behind a group ends to the left of where it began.
                    let now = (opened.min(narrow(place)), opened.max(narrow(place)));
                    let before = span.replace(now);
                    self.push(Frame::Closed { group: narrow(group), before })?;
                }
            }
            Instruction::Mark(mark) => {
                if let Some(marked) = self.marks.get_mut(mark) {
                    let before = std::mem::replace(marked, narrow(place));
                    self.push(Frame::Marked { mark: narrow(mark), before })?;
                }
            }
            Instruction::LeaveIfUnmoved { mark, exit } if self.marks.get(mark) == Some(&narrow(place)) => {
                return Ok(exit);
            }
            Instruction::Conditional { group, no } if !matches!(self.groups.get(group), Some(Some(_))) => {
                return Ok(no);
            }
            _ => {}
        }
        Ok(at + 1)
    }

    /// Undoes up to the latest branch since `base` and gives where it leads.
    fn go_back(&mut self, base: usize) -> Option<(usize, usize)> {
        while self.frames.len() > base {
            match self.frames.pop()? {
                Frame::Branch { at, place } => return Some((wide(at), wide(place))),
                other => self.undo(other),
            }
        }
        None
    }

    fn undo(&mut self, frame: Frame) {
        match frame {
            Frame::Branch { .. } => {}
            Frame::Opened { group, before } => set(&mut self.opened, group, before),
            Frame::Closed { group, before } => set(&mut self.groups, group, before),
            Frame::Marked { mark, before } => set(&mut self.marks, mark, before),
        }
    }

    fn undo_to(&mut self, base: usize) {
        while self.frames.len() > base {
            let Some(frame) = self.frames.pop() else { return };
            self.undo(frame);
        }
    }

    /// Drops the ways back since `base` but keeps what undoes changes.
    fn forget_branches(&mut self, base: usize) -> Result<(), MatchError> {
        let count = self.frames.len().saturating_sub(base);
        self.spend(u64::try_from(count).unwrap_or(u64::MAX))?;
        let mut kept = base;
        for index in base..self.frames.len() {
            if !matches!(self.frames.get(index), Some(Frame::Branch { .. })) {
                self.frames.swap(kept, index);
                kept += 1;
            }
        }
        self.frames.truncate(kept);
        Ok(())
    }

    /// Whether this split was already gone through at this place in this search, and failed. What is still
    /// under way counts too: coming back to it without having taken a character leads nowhere new.
    fn has_failed(&mut self, number: usize, place: usize) -> Result<bool, MatchError> {
        if !self.program.is_regular || self.steps_left > self.patience_ends {
            return Ok(false);
        }
        if self.failed.is_empty() {
            let places = self.program.splits.saturating_mul(self.text.len() + 1);
            let words = places / 64 + 1;
            if words > MAX_WORDS {
                return Ok(false);
            }
            self.spend(u64::try_from(words / 4).unwrap_or(u64::MAX))?;
            self.failed.resize(words, 0);
        }
        let index = number * (self.text.len() + 1) + place;
        let bit = 1_u64 << (index % 64);
        Ok(self.failed.get_mut(index / 64).is_some_and(|word| {
            let known = *word & bit != 0;
            *word |= bit;
            known
        }))
    }

    /// The character next to a place, and the place behind it.
    fn step(&self, place: usize, backward: bool) -> Option<(char, usize)> {
        if backward {
            let before = place.checked_sub(1)?;
            return Some((*self.text.get(before)?, before));
        }
        Some((*self.text.get(place)?, place + 1))
    }

    /// The place after what a group matched, matched once more from `place` on.
    fn repeat_group(
        &mut self,
        group: usize,
        folds: bool,
        backward: bool,
        place: usize,
    ) -> Result<Option<usize>, MatchError> {
        let Some((start, end)) = self.groups.get(group).copied().flatten() else { return Ok(None) };
        let length = wide(end - start);
        self.spend(u64::try_from(length).unwrap_or(u64::MAX))?;
        let (first, after) = match backward {
            true => match place.checked_sub(length) {
                Some(first) => (first, first),
                None => return Ok(None),
            },
            false => (place, place + length),
        };
        let (there, here) = (self.text.get(wide(start)..wide(end)), self.text.get(first..first + length));
        let fits = there.zip(here).is_some_and(|(there, here)| {
            let same = |one: &char, other: &char| one == other || (folds && fold(*one) == fold(*other));
            there.iter().zip(here).all(|(one, other)| same(one, other))
        });
        Ok(fits.then_some(after))
    }

    fn holds(&self, assertion: Assertion, place: usize) -> bool {
        let before = self.step(place, true).map(|(character, _)| character);
        let after = self.step(place, false).map(|(character, _)| character);
        let is_boundary = || before.is_some_and(is_word) != after.is_some_and(is_word);
        match assertion {
            Assertion::Start => before.is_none(),
            Assertion::LineStart => before.is_none_or(|character| character == '\n'),
            Assertion::End => after.is_none(),
            Assertion::EndOrLastLineFeed => {
                after.is_none() || (after == Some('\n') && place + 1 == self.text.len())
            }
            Assertion::LineEnd => after.is_none_or(|character| character == '\n'),
            Assertion::WordBoundary => is_boundary(),
            Assertion::NoWordBoundary => !is_boundary(),
            Assertion::SearchStart => place == self.search_start,
        }
    }
}

fn set<T>(values: &mut [T], index: u32, value: T) {
    if let Some(place) = values.get_mut(wide(index)) {
        *place = value;
    }
}

/// Places and instructions are far below this bound (a text has at most 64 Ki characters); the halves keep
/// a frame at 12 bytes.
fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn wide(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
