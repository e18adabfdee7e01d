//! Calendar arithmetic: adding to dates, counting between them, and Windows' file times.
use super::error::{DateError, shorten};
use jiff::Span;
use jiff::civil::DateTime;

/// What `DateAdd` and `DateDiff` count in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interval {
    /// `yyyy`.
    Year,
    /// `m`.
    Month,
    /// `ww`.
    Week,
    /// `d`.
    Day,
    /// `h`.
    Hour,
    /// `n`.
    Minute,
    /// `s`.
    Second,
}

impl Interval {
    /// The interval of a code.
    ///
    /// # Errors
    /// When there is none of that code; codes are case-sensitive.
    pub fn parse(code: &str) -> Result<Self, DateError> {
        Ok(match code {
            "yyyy" => Self::Year,
            "m" => Self::Month,
            "ww" => Self::Week,
            "d" => Self::Day,
            "h" => Self::Hour,
            "n" => Self::Minute,
            "s" => Self::Second,
            _ => return Err(DateError::UnknownInterval(shorten(code))),
        })
    }
}

/// Adds so many intervals; a negative amount goes back. A day that the month does not have becomes its last
/// one: January 31 and a month is February 28 or 29.
///
/// # Errors
/// When the result is not within the years 1 to 9999.
pub fn add(date: DateTime, interval: Interval, amount: i64) -> Result<DateTime, DateError> {
    let span = Span::new();
    let span = match interval {
        Interval::Year => span.try_years(amount),
        Interval::Month => span.try_months(amount),
        Interval::Week => span.try_weeks(amount),
        Interval::Day => span.try_days(amount),
        Interval::Hour => span.try_hours(amount),
        Interval::Minute => span.try_minutes(amount),
        Interval::Second => span.try_seconds(amount),
    };
    span.and_then(|span| date.checked_add(span)).ok().and_then(keep_in_range).ok_or(DateError::OutOfRange)
}

/// How many intervals lie between two dates; positive when `to` is later.
///
/// It rounds as Visual Basic's `DateDiff`: days, hours, minutes and seconds count the whole span, cut towards
/// zero; years and months count the borders crossed; weeks count the Sundays.
#[must_use]
pub fn count_between(interval: Interval, from: DateTime, to: DateTime) -> i64 {
    let seconds = to.duration_since(from).as_secs();
    let years = i64::from(to.year()) - i64::from(from.year());
    match interval {
        Interval::Year => years,
        Interval::Month => years * 12 + i64::from(to.month()) - i64::from(from.month()),
        Interval::Week => (find_week(to) - find_week(from)) / 7,
        Interval::Day => seconds / 86_400,
        Interval::Hour => seconds / 3_600,
        Interval::Minute => seconds / 60,
        Interval::Second => seconds,
    }
}

/// The day on which the date's week begins, counted from some Sunday.
fn find_week(date: DateTime) -> i64 {
    let weekday = i64::from(date.date().weekday().to_sunday_zero_offset());
    let days = date.date().duration_since(jiff::civil::date(2000, 1, 2)).as_hours() / 24;
    days - weekday
}

/// File times count ticks of 100 nanoseconds since this date.
const FILE_TIME_START: DateTime = jiff::civil::datetime(1601, 1, 1, 0, 0, 0, 0);
const TICKS_PER_SECOND: i64 = 10_000_000;

/// The Windows file time of a date in UTC.
///
/// # Errors
/// When the date is before 1601, for which there is none.
pub fn to_file_time(date: DateTime) -> Result<i64, DateError> {
    let span = date.duration_since(FILE_TIME_START);
    if span.is_negative() {
        return Err(DateError::BeforeFileTime);
    }
    let ticks = i64::from(span.subsec_nanos()) / 100;
    span.as_secs().checked_mul(TICKS_PER_SECOND).map(|whole| whole + ticks).ok_or(DateError::OutOfRange)
}

/// The date in UTC of a Windows file time.
///
/// # Errors
/// When it is negative, or past the year 9999.
pub fn from_file_time(ticks: i64) -> Result<DateTime, DateError> {
    if ticks < 0 {
        return Err(DateError::BeforeFileTime);
    }
    let ticks_per_day = TICKS_PER_SECOND * 86_400;
    let span = Span::new().try_days(ticks / ticks_per_day);
    let span = span.and_then(|span| span.try_nanoseconds(ticks % ticks_per_day * 100));
    span.and_then(|span| FILE_TIME_START.checked_add(span))
        .ok()
        .and_then(keep_in_range)
        .ok_or(DateError::OutOfRange)
}

/// Dates of .NET are within the years 1 to 9999.
pub(super) fn keep_in_range(date: DateTime) -> Option<DateTime> {
    (1..=9999).contains(&date.year()).then_some(date)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{date, datetime};

    #[test]
    fn adding_follows_the_calendar() {
        let start = date(2020, 1, 31).at(23, 59, 59, 0);
        for (code, amount, expected) in [
            ("m", 1, date(2020, 2, 29).at(23, 59, 59, 0)),
            ("m", 13, date(2021, 2, 28).at(23, 59, 59, 0)),
            ("m", -1, date(2019, 12, 31).at(23, 59, 59, 0)),
            ("m", -2, date(2019, 11, 30).at(23, 59, 59, 0)),
            ("d", 1, date(2020, 2, 1).at(23, 59, 59, 0)),
            ("ww", -1, date(2020, 1, 24).at(23, 59, 59, 0)),
            ("h", 1, date(2020, 2, 1).at(0, 59, 59, 0)),
            ("n", 1, date(2020, 2, 1).at(0, 0, 59, 0)),
            ("s", 1, date(2020, 2, 1).at(0, 0, 0, 0)),
            ("yyyy", 0, start),
            ("yyyy", 7979, date(9999, 1, 31).at(23, 59, 59, 0)),
            ("s", 366 * 86_400, date(2021, 1, 31).at(23, 59, 59, 0)),
        ] {
            assert_eq!(add(start, Interval::parse(code).unwrap(), amount), Ok(expected), "{code} {amount}");
        }
        let leap_day = date(2024, 2, 29).at(0, 0, 0, 0);
        assert_eq!(add(leap_day, Interval::Year, 1), Ok(date(2025, 2, 28).at(0, 0, 0, 0)));
        assert_eq!(add(leap_day, Interval::Year, -4), Ok(date(2020, 2, 29).at(0, 0, 0, 0)));
    }

    #[test]
    fn adding_past_either_end_is_an_error() {
        let start = date(2020, 1, 31).at(0, 0, 0, 0);
        for (interval, amount) in [
            (Interval::Year, 7980),
            (Interval::Year, -2020),
            (Interval::Month, 100_000),
            (Interval::Day, 10_000_000),
            (Interval::Second, i64::MAX),
            (Interval::Year, i64::MIN),
            (Interval::Week, i64::MAX),
        ] {
            assert_eq!(add(start, interval, amount), Err(DateError::OutOfRange), "{interval:?} {amount}");
        }
        assert!(
            Interval::parse("M").is_err() && Interval::parse("").is_err() && Interval::parse("w").is_err()
        );
    }

    #[test]
    fn counting_rounds_as_visual_basic_does() {
        let count = |code, from, to| count_between(Interval::parse(code).unwrap(), from, to);
        let (eve, new_year) = (date(2020, 12, 31).at(23, 59, 59, 0), date(2021, 1, 1).at(0, 0, 0, 0));
        for (code, expected) in [("yyyy", 1), ("m", 1), ("d", 0), ("ww", 0), ("h", 0), ("n", 0), ("s", 1)] {
            assert_eq!(count(code, eve, new_year), expected, "{code}");
            assert_eq!(count(code, new_year, eve), -expected, "{code}, backwards");
            assert_eq!(count(code, eve, eve), 0, "{code}, of nothing");
        }
        let (saturday, sunday) = (date(2021, 1, 2).at(23, 0, 0, 0), date(2021, 1, 3).at(1, 0, 0, 0));
        assert_eq!(count("ww", saturday, sunday), 1);
        assert_eq!(count("ww", sunday, date(2021, 1, 9).at(23, 0, 0, 0)), 0);
        assert_eq!(count("ww", sunday, saturday), -1);
        let (hire, today) = (datetime(2012, 3, 16, 7, 0, 0, 0), datetime(2021, 8, 25, 17, 41, 18, 0));
        assert_eq!(count("d", today, hire), -3449);
        assert_eq!(count("m", today, hire), -113);
        assert_eq!(count("ww", today, hire), -493);
        let (first, last) = (date(1, 1, 1).at(0, 0, 0, 0), date(9999, 12, 31).at(23, 59, 59, 0));
        assert_eq!(count("s", first, last), 315_537_897_599);
    }

    #[test]
    fn file_times_go_both_ways() {
        // 134,774 days lie between 1601-01-01 and 1970-01-01.
        let unix = 134_774 * 86_400 * TICKS_PER_SECOND;
        let dates = [
            (0, FILE_TIME_START),
            (1, datetime(1601, 1, 1, 0, 0, 0, 100)),
            (unix, datetime(1970, 1, 1, 0, 0, 0, 0)),
            (
                unix + 1_600_000_000 * TICKS_PER_SECOND + 9_999_999,
                datetime(2020, 9, 13, 12, 26, 40, 999_999_900),
            ),
            (2_650_467_743_999_999_999, datetime(9999, 12, 31, 23, 59, 59, 999_999_900)),
        ];
        for (ticks, date) in dates {
            assert_eq!(from_file_time(ticks), Ok(date), "{ticks}");
            assert_eq!(to_file_time(date), Ok(ticks), "{date}");
        }
        assert_eq!(from_file_time(-1), Err(DateError::BeforeFileTime));
        assert_eq!(from_file_time(2_650_467_744_000_000_000), Err(DateError::OutOfRange));
        assert_eq!(from_file_time(i64::MAX), Err(DateError::OutOfRange));
        assert_eq!(to_file_time(datetime(1600, 12, 31, 23, 59, 59, 0)), Err(DateError::BeforeFileTime));
    }
}
