//! What must not be seen is blotted out here, for transcripts, errors and spans, and nowhere else.
//!
//! Blotted out are
//! - secrets, in whatever case, percent-encoded, escaped as in JSON, as a part of something in base64, and cut off
//!   after their first [`STEM`] bytes,
//! - the values of members, parameters and SCIM operations whose names say that they are secret ([`names`]).
//!
//! A text is blotted out before it is cut, so that no half of a secret is left at its end.
//!
//! Deliberately absent: what an administrator wants hidden. The engine knows that, and calls [`Exchange::hide`].
mod names;
mod view;

use std::fmt;
use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind, Input, MatchKind};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

use crate::error::Trouble;
use crate::exchange::Exchange;
use view::View;

/// How much of a body a transcript keeps, in bytes.
pub(crate) const KEPT: usize = 4096;

/// What stands in place of what is blotted out.
const BLOT: &str = "***";

/// So many bytes of a secret are enough to recognise it; a longer one is blotted out also when the rest is cut off.
const STEM: usize = 16;

/// Shorter secrets are not looked for in base64, where they would be found in everything.
const SHORTEST_IN_BASE64: usize = 6;

/// One escaped byte takes at most so many: `\u00e4`.
const WIDEST_ESCAPE: usize = 6;

/// Knows what to blot out.
#[derive(Default)]
pub(crate) struct Redactor {
    /// Finds the first bytes of each of the `needles`; absent when there are none.
    search: Option<AhoCorasick>,
    needles: Vec<Vec<u8>>,
    /// So many bytes a secret may take in a text.
    longest: usize,
    /// Also by names.
    named: bool,
}

impl Redactor {
    /// For the secrets of an endpoint.
    pub(crate) fn new<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        let needles = secrets.into_iter().filter(|secret| !secret.is_empty()).flat_map(|secret| {
            let spaced = secret.contains(' ').then(|| secret.replace(' ', "+").into_bytes());
            std::iter::once(secret.as_bytes().to_vec()).chain(spaced).chain(in_base64(secret.as_bytes()))
        });
        Self { named: true, ..Self::of_needles(needles.collect()) }
    }

    /// For values that may be short: those are looked for as whole texts only.
    fn of_values(values: &[String]) -> Self {
        let needle = |value: &String| match value.chars().count() {
            0 => None,
            1..=3 => Some(format!("\"{value}\"").into_bytes()),
            _ => Some(value.as_bytes().to_vec()),
        };
        let spaced = |value: &String| (value.len() > 3).then(|| value.replace(' ', "+").into_bytes());
        Self::of_needles(values.iter().flat_map(|value| [needle(value), spaced(value)]).flatten().collect())
    }

    fn of_needles(needles: Vec<Vec<u8>>) -> Self {
        let longest = needles.iter().map(Vec::len).max().unwrap_or(0) * WIDEST_ESCAPE;
        let search = build_search(needles.iter().map(|needle| &needle[..needle.len().min(STEM)]));
        Self { search, needles, longest, named: false }
    }

    /// The beginning of a body, for a transcript; `None` for an empty one.
    pub(crate) fn body(&self, body: &[u8]) -> Option<String> {
        if body.is_empty() {
            return None;
        }
        if is_binary(&body[..body.len().min(KEPT)]) {
            return Some(format!("({} bytes that are no text)", body.len()));
        }
        let mut text = self.beginning(body, KEPT);
        if body.len() > KEPT {
            text.push_str(&format!("… ({} bytes in all)", body.len()));
        }
        Some(text)
    }

    /// The first `kept` bytes of a body as text.
    pub(crate) fn beginning(&self, body: &[u8], kept: usize) -> String {
        let window = &body[..body.len().min(kept.saturating_add(self.longest))];
        self.blot(window, kept)
    }

    /// A whole text: a path with its query, or a sentence.
    pub(crate) fn text(&self, text: &str) -> String {
        self.blot(text.as_bytes(), text.len())
    }

    fn blot(&self, text: &[u8], kept: usize) -> String {
        let mut found = Vec::new();
        self.find(text, &mut found);
        if self.named {
            names::find(text, &mut found);
        }
        let mut end = kept.min(text.len());
        while end > 0 && end < text.len() && text[end] & 0xC0 == 0x80 {
            end -= 1;
        }
        if found.is_empty() {
            return readable(&text[..end]);
        }
        found.sort_unstable_by_key(|range| range.start);
        let mut blotted = Vec::with_capacity(end);
        let mut done = 0;
        for range in found {
            if range.start >= end {
                break;
            }
            // One blot for what overlaps or touches.
            if range.start > done || blotted.is_empty() {
                blotted.extend_from_slice(&text[done..range.start]);
                blotted.extend_from_slice(BLOT.as_bytes());
            }
            done = done.max(range.end);
        }
        if done < end {
            blotted.extend_from_slice(&text[done..end]);
        }
        readable(&blotted)
    }

    /// Where secrets are, in any spelling.
    fn find(&self, text: &[u8], found: &mut Vec<Range<usize>>) {
        let Some(search) = &self.search else { return };
        self.find_plain(search, text, |start, end| found.push(start..end));
        for view in [View::of_percent(text), View::of_escapes(text)].into_iter().flatten() {
            self.find_plain(search, &view.bytes, |start, end| found.push(view.place(start)..view.place(end)));
        }
    }

    fn find_plain(&self, search: &AhoCorasick, text: &[u8], mut found: impl FnMut(usize, usize)) {
        let mut from = 0;
        // Behind the first byte of each hit another may begin, which must not be missed.
        while let Some(hit) = search.find(Input::new(text).range(from..)) {
            let rest = &text[hit.start()..];
            let length = |needle: &Vec<u8>| {
                let same =
                    needle.iter().zip(rest).take_while(|(left, right)| left.eq_ignore_ascii_case(right));
                same.count()
            };
            let is_enough = |(needle, length): &(&Vec<u8>, usize)| *length >= needle.len().min(STEM);
            let all = self.needles.iter().map(|needle| (needle, length(needle))).filter(is_enough);
            found(hit.start(), hit.start() + all.map(|(_, length)| length).max().unwrap_or(0));
            from = hit.start() + 1;
        }
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redactor")
    }
}

impl Exchange {
    /// Blots these values out of path, query and bodies, in every spelling. Values of up to three letters only where
    /// they are a whole text in quotes.
    pub fn hide(&mut self, values: &[String]) {
        let redactor = Redactor::of_values(values);
        if redactor.search.is_none() {
            return;
        }
        self.path = redactor.text(&self.path);
        for text in [&mut self.request_body, &mut self.response_body].into_iter().flatten() {
            *text = hide_in(&redactor, text, values);
        }
    }
}

impl Trouble {
    /// Blots these values out of everything that it says, as [`Exchange::hide`] does.
    pub fn hide(&mut self, values: &[String]) {
        let redactor = Redactor::of_values(values);
        if redactor.search.is_none() {
            return;
        }
        self.message = redactor.text(&self.message);
        if let Some(excerpt) = &mut self.body_excerpt {
            *excerpt = hide_in(&redactor, excerpt, values);
        }
        if let Some(exchange) = &mut self.exchange {
            exchange.hide(values);
        }
    }
}

/// Finds the leftmost of these stems, in whatever case.
fn build_search<'a>(stems: impl Iterator<Item = &'a [u8]>) -> Option<AhoCorasick> {
    let mut stems: Vec<&[u8]> = stems.collect();
    if stems.is_empty() {
        return None;
    }
    stems.sort_unstable();
    stems.dedup();
    let mut builder = AhoCorasick::builder();
    builder.ascii_case_insensitive(true).match_kind(MatchKind::LeftmostFirst);
    // Stems are short, so that the table of a DFA stays small. It can't fail on so few.
    builder.kind(Some(AhoCorasickKind::DFA)).build(&stems).or_else(|_| builder.kind(None).build(&stems)).ok()
}

/// A text that may have been cut in the middle of a value: then what is left of it goes too.
fn hide_in(redactor: &Redactor, text: &str, values: &[String]) -> String {
    let (kept, mark) = match text.rfind("… (") {
        Some(at) if text.ends_with(" bytes in all)") => text.split_at(at),
        _ => (text, ""),
    };
    let spellings = values.iter().flat_map(|value| {
        let escaped = serde_json::to_string(value).unwrap_or_default();
        [value.clone(), escaped.trim_matches('"').to_owned()]
    });
    let begun = |value: &String| {
        let ends = value.char_indices().map(|(at, _)| at).filter(|at| *at > 2);
        ends.filter(|at| kept.ends_with(&value[..*at])).max()
    };
    let whole = redactor.text(kept);
    match spellings.filter_map(|value| begun(&value)).max() {
        Some(half) => format!("{}{BLOT}{mark}", redactor.text(&kept[..kept.len() - half])),
        None => whole + mark,
    }
}

/// What every base64 text that has `secret` inside must have inside, one for each of the three ways in which bytes
/// fall on its letters, in both alphabets.
fn in_base64(secret: &[u8]) -> Vec<Vec<u8>> {
    if secret.len() < SHORTEST_IN_BASE64 {
        return Vec::new();
    }
    let mut needles = Vec::with_capacity(6);
    for before in 0..3_usize {
        let padded: Vec<u8> = std::iter::repeat_n(0, before).chain(secret.iter().copied()).collect();
        // The first letters are made of what stands before as well, and the last one of what stands behind.
        let letters = (before * 8).div_ceil(6)..padded.len() * 8 / 6;
        for encoded in [STANDARD.encode(&padded), URL_SAFE.encode(&padded)] {
            let needle = encoded.as_bytes()[letters.clone()].to_vec();
            if !needles.contains(&needle) {
                needles.push(needle);
            }
        }
    }
    needles
}

fn is_binary(beginning: &[u8]) -> bool {
    if beginning.contains(&0) {
        return true;
    }
    match std::str::from_utf8(beginning) {
        Ok(_) => false,
        // Cut in the middle of a letter, or an older encoding with a few odd letters.
        Err(_) => {
            let odd = beginning.iter().filter(|byte| **byte >= 0x80 || (**byte < 0x20 && !is_blank(**byte)));
            odd.count() * 3 > beginning.len()
                && String::from_utf8_lossy(beginning).matches('\u{FFFD}').count() > 4
        }
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\r')
}

/// Text without control characters. Each becomes a blank: taking it away could join two halves of a secret.
fn readable(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t' && c != '\r') {
        let blank = |c: char| if c.is_control() && c != '\n' && c != '\t' { ' ' } else { c };
        return text.chars().map(blank).collect();
    }
    text.into_owned()
}

#[cfg(test)]
mod tests;
