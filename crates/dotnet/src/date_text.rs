//! What reading a date freely and reading it by a format share: the pieces found so far, and how they come
//! to a date.
use super::calendar::keep_in_range;
use super::date_pattern::{DAYS, MONTHS};
use super::error::{DateError, shorten};
use jiff::SignedDuration;
use jiff::civil::{Date, DateTime};

/// The pieces of a date that a text has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Pieces {
    pub(super) year: Option<i16>,
    pub(super) month: Option<i8>,
    pub(super) day: Option<i8>,
    /// From Sunday, 0.
    pub(super) weekday: Option<i8>,
    pub(super) hour: Option<i8>,
    pub(super) minute: Option<i8>,
    pub(super) second: Option<i8>,
    pub(super) nanosecond: Option<i32>,
    /// AM is false, PM is true.
    pub(super) afternoon: Option<bool>,
    /// The hour was written to be one of twelve.
    pub(super) twelve_hours: bool,
    /// Minutes east of UTC.
    pub(super) offset: Option<i16>,
}

/// Puts the pieces together, in UTC. What is missing: the date is `today`, the year is today's, other parts
/// are their first. A text without an offset counts as UTC.
pub(super) fn assemble(pieces: Pieces, today: Option<Date>, text: &str) -> Result<DateTime, DateError> {
    let fault = |message: &str| text_fault(text, message);
    let has_date = pieces.year.is_some() || pieces.month.is_some() || pieces.day.is_some();
    let today = match (today, pieces.year) {
        (Some(today), _) => today,
        (None, Some(_)) => Date::constant(1, 1, 1),
        (None, None) => return Err(fault("it has no year")),
    };
    let year = pieces.year.unwrap_or_else(|| today.year());
    let (month, day) = match has_date {
        true => (pieces.month.unwrap_or(1), pieces.day.unwrap_or(1)),
        false => (today.month(), today.day()),
    };
    if year < 1 {
        return Err(fault("there is no year 0"));
    }
    let date = Date::new(year, month, day).map_err(|_| fault("there is no such day in the calendar"))?;
    if pieces.weekday.is_some_and(|weekday| weekday != date.weekday().to_sunday_zero_offset()) {
        return Err(fault("that day falls on another day of the week"));
    }
    let hour = find_hour(pieces).ok_or_else(|| fault("there is no such hour"))?;
    let (minute, second) = (pieces.minute.unwrap_or(0), pieces.second.unwrap_or(0));
    let local = DateTime::new(year, month, day, hour, minute, second, pieces.nanosecond.unwrap_or(0))
        .map_err(|_| fault("there is no such time of day"))?;
    if second > 59 {
        return Err(fault("there is no such time of day"));
    }
    let offset = SignedDuration::from_mins(i64::from(pieces.offset.unwrap_or(0)));
    local.checked_sub(offset).ok().and_then(keep_in_range).ok_or(DateError::OutOfRange)
}

fn find_hour(pieces: Pieces) -> Option<i8> {
    let hour = pieces.hour.unwrap_or(0);
    if pieces.twelve_hours && hour > 12 {
        return None;
    }
    match pieces.afternoon {
        None if pieces.twelve_hours && hour == 12 => Some(0),
        None => (hour < 24).then_some(hour),
        Some(false) if hour > 12 => None,
        Some(false) => Some(hour % 12),
        Some(true) if hour < 12 => Some(hour + 12),
        Some(true) => (hour < 24).then_some(hour),
    }
}

pub(super) fn text_fault(text: &str, message: impl Into<String>) -> DateError {
    DateError::Text { text: shorten(text), message: message.into() }
}

/// A two-digit year is within 1950 to 2049.
pub(super) fn widen_year(number: i16) -> i16 {
    match number {
        0..50 => 2000 + number,
        50..100 => 1900 + number,
        other => other,
    }
}

/// The month, from 1, of a word: its name, whole or short.
pub(super) fn find_month(word: &str) -> Option<i8> {
    find_name(&MONTHS, word).map(|index| index + 1)
}

/// The day of the week, from Sunday as 0, of a word: its name, whole or short.
pub(super) fn find_weekday(word: &str) -> Option<i8> {
    find_name(&DAYS, word)
}

fn find_name(names: &[&str], word: &str) -> Option<i8> {
    let found = read_name(names, word, false).or_else(|| read_name(names, word, true));
    found.filter(|(_, length)| *length == word.len()).map(|(index, _)| index)
}

/// The name that a text begins with, whole or short (its first three letters), and its length.
pub(super) fn read_name(names: &[&str], text: &str, short: bool) -> Option<(i8, usize)> {
    names.iter().zip(0..).find_map(|(name, index)| {
        let wanted = if short { name.get(..3)? } else { name };
        let start = text.get(..wanted.len())?;
        start.eq_ignore_ascii_case(wanted).then_some((index, wanted.len()))
    })
}

/// Nanoseconds of the digits after the point; what is finer than .NET's ticks of 100 is cut.
pub(super) fn read_fraction(digits: &str) -> i32 {
    let ticks = digits.bytes().chain(std::iter::repeat(b'0')).take(7);
    ticks.fold(0, |number, digit| number * 10 + i32::from(digit - b'0')) * 100
}
