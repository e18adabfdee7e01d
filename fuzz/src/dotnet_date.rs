//! .NET's dates: reading, writing, and reckoning with them.
//!
//! The parts are a date, a format, the styles, and an interval with an amount: `ww -3`.
use super::input;
use jiff::civil::{Date, DateTime, date};
use purser_domain::value::Value;
use purser_dotnet::calendar::{Interval, add, count_between, from_file_time, to_file_time};
use purser_dotnet::date_exact::{DateStyles, parse_exact};
use purser_dotnet::date_format::format_date;
use purser_dotnet::date_parse::{parse_date, parse_dated};

/// What stands in for a date that is left out.
const TODAY: Date = date(2024, 2, 29);

/// Reads a date in both ways and reckons with it.
pub fn check(input: &[u8]) {
    let input = String::from_utf8_lossy(input);
    let parts = input::split(&input);
    let part = |at: usize| parts.get(at).copied().unwrap_or_default();
    let (text, format) = (part(0), part(1));
    let styles = DateStyles::parse(part(2)).unwrap_or_default();
    if let Ok(found) = parse_exact(text, format, styles, TODAY) {
        check_date(found);
        check_format(found, format);
    }
    match parse_date(text, TODAY) {
        Ok(found) => {
            check_date(found);
            check_format(found, format);
            if let Some((interval, amount)) = part(3).split_once(' ')
                && let (Ok(interval), Ok(amount)) = (Interval::parse(interval), amount.parse())
            {
                check_calendar(found, interval, amount);
            }
        }
        Err(error) => {
            assert!(!error.to_string().is_empty());
            assert!(parse_dated(text).is_err(), "a date with a year is a date");
        }
    }
    if let Ok(found) = parse_dated(text) {
        assert_eq!(parse_date(text, TODAY), Ok(found), "a date with a year needs no other");
    }
}

/// What holds for every date that was read.
fn check_date(found: DateTime) {
    assert!((1..=9999).contains(&found.year()), "{found} is out of range");
    let printed = Value::DateTime(found).to_display().into_owned();
    let seconds = found.with().subsec_nanosecond(0).build();
    assert_eq!(parse_date(&printed, TODAY).ok(), seconds.ok(), "{printed} reads back");
    for format in ["o", "yyyy-MM-ddTHH:mm:ss.fffffff", "dddd, dd MMMM yyyy h:mm:ss.FFFFFFF tt"] {
        let printed = format_date(found, format);
        assert!(printed.is_ok(), "{format} writes every date");
        let printed = printed.unwrap_or_default();
        let back = parse_exact(&printed, format, DateStyles::default(), TODAY);
        assert_eq!(back.ok(), Some(in_ticks(found)), "{printed} reads back by {format}");
    }
    if let Ok(ticks) = to_file_time(found) {
        assert_eq!(from_file_time(ticks), Ok(in_ticks(found)), "{ticks} reads back");
    }
}

/// A date has a resolution of 100 nanoseconds in .NET.
fn in_ticks(found: DateTime) -> DateTime {
    let nanoseconds = found.subsec_nanosecond() / 100 * 100;
    found.with().subsec_nanosecond(nanoseconds).build().unwrap_or(found)
}

/// What a format writes, it can read, and then writes it again in the same way.
fn check_format(found: DateTime, format: &str) {
    let Ok(printed) = format_date(found, format) else { return };
    // An hour of twelve without its half of the day counts as the one after midnight, of twenty-four it does not.
    let has_two_hours = format.contains('h') && format.contains('H');
    if !has_fixed_widths(format) || has_two_hours {
        return;
    }
    if let Ok(back) = parse_exact(&printed, format, DateStyles::default(), TODAY) {
        let again = format_date(back, format);
        assert_eq!(again.as_deref().map(str::trim), Ok(printed.trim()), "{back} is written as {found} is");
    }
}

/// Whether each part of a date has as many digits as the format says, so that no digit can belong to two.
fn has_fixed_widths(format: &str) -> bool {
    let letters: Vec<char> = format.chars().collect();
    letters.chunk_by(|one, other| one == other).all(|run| match run.first() {
        Some('d' | 'M' | 'H' | 'h' | 'm' | 's') => run.len() == 2,
        Some('y') => run.len() == 2 || run.len() == 4,
        Some('f' | 't' | ' ' | '-' | ':' | '.' | 'T') => true,
        _ => false,
    })
}

fn check_calendar(from: DateTime, interval: Interval, amount: i64) {
    let Ok(to) = add(from, interval, amount) else { return };
    assert!((1..=9999).contains(&to.year()), "{to} is out of range");
    assert_eq!(count_between(interval, from, to), amount, "{from} to {to}");
    assert_eq!(count_between(interval, to, from), -amount, "{to} to {from}");
    let moves_by_time = !matches!(interval, Interval::Year | Interval::Month);
    if moves_by_time {
        assert_eq!(add(to, interval, -amount), Ok(from), "there and back");
    }
}
