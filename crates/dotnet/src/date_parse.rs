//! Reads a date as .NET's `DateTime.Parse` does in the invariant culture, into UTC.
//!
//! Month before day where both are numbers. A text is taken apart into numbers, words and signs; what they
//! mean follows from their order. Bounded by [`MAX_TEXT`].
use super::date_text::{Pieces, assemble, find_month, find_weekday, read_fraction, text_fault, widen_year};
use super::error::{DateError, shorten};
use jiff::civil::{Date, DateTime};

/// Longest text of a date, in bytes.
pub const MAX_TEXT: usize = 200;

/// Reads a date. A text without an offset counts as UTC; one without a year takes `today`'s, one with a time
/// only takes `today` whole.
///
/// # Errors
/// When .NET would not take it for a date, or it is outside of the years 1 to 9999.
pub fn parse_date(text: &str, today: Date) -> Result<DateTime, DateError> {
    read(text, Some(today))
}

/// Reads a date that has a year: what a comparison takes for a date, since it has no clock.
///
/// # Errors
/// As [`parse_date`], and when there is no year.
pub fn parse_dated(text: &str) -> Result<DateTime, DateError> {
    read(text, None)
}

fn read(text: &str, today: Option<Date>) -> Result<DateTime, DateError> {
    if text.len() > MAX_TEXT {
        return Err(text_fault(text, "it is too long"));
    }
    let mut reader =
        Reader { text, rest: text.trim(), pieces: Pieces::default(), numbers: Vec::new(), is_tied: false };
    if reader.rest.is_empty() {
        return Err(reader.fault("it is empty"));
    }
    while !reader.rest.is_empty() {
        reader.read_next()?;
    }
    reader.order_numbers()?;
    assemble(reader.pieces, today, text)
}

/// A number of the date and its count of digits, which tells a year.
#[derive(Debug, Clone, Copy)]
struct Number {
    value: i16,
    digits: usize,
}

impl Number {
    fn is_year(self) -> bool {
        self.digits > 2
    }

    fn to_year(self) -> i16 {
        if self.is_year() { self.value } else { widen_year(self.value) }
    }
}

struct Reader<'t> {
    text: &'t str,
    rest: &'t str,
    pieces: Pieces,
    numbers: Vec<Number>,
    /// A sign such as `-` ties what comes next to the date before it.
    is_tied: bool,
}

impl<'t> Reader<'t> {
    fn fault(&self, message: impl Into<String>) -> DateError {
        text_fault(self.text, message)
    }

    fn take_while(&mut self, fits: impl Fn(char) -> bool) -> &'t str {
        let end = self.rest.find(|character| !fits(character)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    fn take(&mut self, character: char) -> bool {
        let rest = self.rest.strip_prefix(character);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn skip_blanks(&mut self) {
        self.take_while(char::is_whitespace);
    }

    fn read_next(&mut self) -> Result<(), DateError> {
        match self.rest.chars().next() {
            Some(digit) if digit.is_ascii_digit() => self.read_digits(),
            Some(letter) if letter.is_alphabetic() => self.read_word(),
            Some(character) if character.is_whitespace() || character == ',' => {
                self.take_while(|character| character.is_whitespace() || character == ',');
                Ok(())
            }
            Some('+') => self.read_offset(),
            Some('-') if self.pieces.hour.is_some() || self.numbers.len() >= 3 => self.read_offset(),
            Some(sign @ ('-' | '/' | '.')) => {
                let joins = !self.numbers.is_empty() || self.pieces.month.is_some();
                self.take(sign);
                self.is_tied = true;
                if joins && self.rest.starts_with(|next: char| next.is_alphanumeric()) {
                    return Ok(());
                }
                Err(self.fault(format!("the `{sign}` stands between no two parts of a date")))
            }
            other => {
                let shown = other.map(String::from).unwrap_or_default();
                Err(self.fault(format!("`{shown}` has no meaning in a date")))
            }
        }
    }

    fn read_digits(&mut self) -> Result<(), DateError> {
        let before = self.rest;
        let digits = self.take_while(|character| character.is_ascii_digit());
        let word = self.rest.trim_start().get(..2).unwrap_or_default();
        let is_tied = std::mem::take(&mut self.is_tied);
        let is_hour_of_twelve =
            !is_tied && (word.eq_ignore_ascii_case("AM") || word.eq_ignore_ascii_case("PM"));
        if self.rest.starts_with(':') || (is_hour_of_twelve && self.pieces.hour.is_none()) {
            self.rest = before;
            return self.read_time();
        }
        let value = digits.parse().ok().filter(|_| digits.len() <= 4);
        let value = value.ok_or_else(|| self.fault(format!("`{digits}` is no year, month or day")))?;
        if self.numbers.len() == 3 {
            return Err(self.fault("it has more numbers than a date"));
        }
        self.numbers.push(Number { value, digits: digits.len() });
        Ok(())
    }

    /// `h:mm`, `h:mm:ss`, with a fraction; or an hour before AM or PM.
    fn read_time(&mut self) -> Result<(), DateError> {
        if self.pieces.hour.is_some() {
            return Err(self.fault("it has two times of day"));
        }
        self.pieces.hour = Some(self.read_time_part()?);
        if self.take(':') {
            self.pieces.minute = Some(self.read_time_part()?);
            if self.take(':') {
                self.pieces.second = Some(self.read_time_part()?);
                if self.take('.') {
                    let digits = self.take_while(|character| character.is_ascii_digit());
                    if digits.is_empty() {
                        return Err(self.fault("digits are missing after the point"));
                    }
                    self.pieces.nanosecond = Some(read_fraction(digits));
                }
            }
        }
        Ok(())
    }

    fn read_time_part(&mut self) -> Result<i8, DateError> {
        let digits = self.take_while(|character| character.is_ascii_digit());
        let value = digits.parse().ok().filter(|value| digits.len() <= 2 && *value < 60);
        value.ok_or_else(|| self.fault("its time of day is not written as h:mm:ss"))
    }

    fn read_word(&mut self) -> Result<(), DateError> {
        let word = self.take_while(char::is_alphabetic);
        let is = |wanted: &str| word.eq_ignore_ascii_case(wanted);
        if is("AM") || is("PM") {
            if self.pieces.hour.is_none() || self.pieces.afternoon.is_some() {
                return Err(self.fault(format!("`{word}` follows no time of day")));
            }
            self.pieces.afternoon = Some(is("PM"));
        } else if is("Z") || is("GMT") {
            self.set_offset(0)?;
        } else if is("T")
            && self.numbers.len() >= 2
            && self.rest.starts_with(|next: char| next.is_ascii_digit())
        {
            // Between the date and the time of ISO 8601.
            if self.pieces.hour.is_some() {
                return Err(self.fault("a `T` stands after the time of day"));
            }
        } else if let Some(month) = find_month(word) {
            if self.pieces.month.replace(month).is_some() {
                return Err(self.fault("it names two months"));
            }
        } else if let Some(weekday) = find_weekday(word) {
            if self.pieces.weekday.replace(weekday).is_some() {
                return Err(self.fault("it names two days of the week"));
            }
        } else {
            return Err(self.fault(format!("`{}` has no meaning in a date", shorten(word))));
        }
        Ok(())
    }

    /// `+08:00`, `-0730`, `+8`.
    fn read_offset(&mut self) -> Result<(), DateError> {
        let is_west = self.take('-');
        if !is_west {
            self.take('+');
        }
        let digits = self.take_while(|character| character.is_ascii_digit());
        let (hours, minutes) = match digits.len() {
            1 | 2 if self.take(':') => (digits, self.take_while(|character| character.is_ascii_digit())),
            1 | 2 => (digits, "00"),
            3 | 4 => digits.split_at(digits.len() - 2),
            _ => return Err(self.fault("its offset is not written as +08:00")),
        };
        let (hours, minutes) = match (hours.parse::<i16>(), minutes.parse::<i16>()) {
            (Ok(hours), Ok(parsed)) if hours <= 14 && parsed < 60 && minutes.len() == 2 => (hours, parsed),
            _ => return Err(self.fault("its offset is not written as +08:00")),
        };
        let offset = hours * 60 + minutes;
        self.set_offset(if is_west { -offset } else { offset })
    }

    fn set_offset(&mut self, offset: i16) -> Result<(), DateError> {
        let has_anything = self.pieces.hour.is_some() || !self.numbers.is_empty();
        if offset.abs() > 14 * 60 || !has_anything || self.pieces.offset.replace(offset).is_some() {
            return Err(self.fault("its offset is out of place, or more than 14 hours"));
        }
        self.skip_blanks();
        Ok(())
    }

    /// Which number is the year, the month, the day.
    fn order_numbers(&mut self) -> Result<(), DateError> {
        let has_month = self.pieces.month.is_some();
        let (year, month, day) = match (has_month, self.numbers.as_slice()) {
            (false, []) if self.pieces.hour.is_some() => (None, None, None),
            (false, [year, month, day]) if year.is_year() => (Some(year), Some(month), Some(day)),
            (false, [month, day, year]) => (Some(year), Some(month), Some(day)),
            (false, [year, month]) if year.is_year() => (Some(year), Some(month), None),
            (false, [month, year]) if year.is_year() => (Some(year), Some(month), None),
            (false, [month, day]) => (None, Some(month), Some(day)),
            (true, [year]) if year.is_year() => (Some(year), None, None),
            (true, [day]) => (None, None, Some(day)),
            (true, [year, day]) if year.is_year() && !day.is_year() => (Some(year), None, Some(day)),
            (true, [day, year]) => (Some(year), None, Some(day)),
            _ => return Err(self.fault("day, month and year can't be told from it")),
        };
        if [month, day].into_iter().flatten().any(|number| number.is_year()) {
            return Err(self.fault("day, month and year can't be told from it"));
        }
        let narrow = |number: &Number| i8::try_from(number.value).unwrap_or(i8::MAX);
        self.pieces.year = year.map(|number| number.to_year());
        self.pieces.month = self.pieces.month.or(month.map(narrow));
        self.pieces.day = day.map(narrow);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date_format::format_date;

    const TODAY: Date = jiff::civil::date(2021, 8, 25);

    fn read(text: &str) -> Option<String> {
        let date = parse_date(text, TODAY).ok()?;
        Some(format_date(date, "yyyy-MM-dd HH:mm:ss.FFFFFFF").unwrap())
    }

    #[test]
    fn dates_are_read_as_dotnet_reads_them() {
        for (text, expected) in [
            ("2020-03-16-07:00", "2020-03-16 07:00:00"),
            ("2021-06-30+08:00", "2021-06-29 16:00:00"),
            ("2021-06-30 +08:00", "2021-06-29 16:00:00"),
            ("2021-08-24", "2021-08-24 00:00:00"),
            ("2021-8-4", "2021-08-04 00:00:00"),
            ("2021/08/24", "2021-08-24 00:00:00"),
            ("2021.08.24", "2021-08-24 00:00:00"),
            ("2021-03", "2021-03-01 00:00:00"),
            ("3/2021", "2021-03-01 00:00:00"),
            ("2021-03-16T10:00", "2021-03-16 10:00:00"),
            ("2021-03-16T10:00:05Z", "2021-03-16 10:00:05"),
            ("2021-03-16t10:00:05z", "2021-03-16 10:00:05"),
            ("2021-03-16 10:00:05 Z", "2021-03-16 10:00:05"),
            ("2021-03-16T10:00:05.1Z", "2021-03-16 10:00:05.1"),
            ("2021-03-16T10:00:05.123456789+01:00", "2021-03-16 09:00:05.1234567"),
            ("2021-12-31T23:30:00-01:00", "2022-01-01 00:30:00"),
            ("2021-03-16T10:00:00+0530", "2021-03-16 04:30:00"),
            ("2021-03-16T10:00:00+5", "2021-03-16 05:00:00"),
            ("2021-03-16 23:59:59-08:00", "2021-03-17 07:59:59"),
            ("8/25/2021 5:41:18 PM", "2021-08-25 17:41:18"),
            ("8/25/2021 5:41:18PM", "2021-08-25 17:41:18"),
            ("8/25/2021 12:00:00 am", "2021-08-25 00:00:00"),
            ("8/25/2021 12:30 PM", "2021-08-25 12:30:00"),
            ("8/25/2021 13:30 PM", "2021-08-25 13:30:00"),
            ("8/25/2021 5 PM", "2021-08-25 17:00:00"),
            ("08/25/2021", "2021-08-25 00:00:00"),
            ("8/25", "2021-08-25 00:00:00"),
            ("8/25/49", "2049-08-25 00:00:00"),
            ("8/25/50", "1950-08-25 00:00:00"),
            ("1/2/3", "2003-01-02 00:00:00"),
            ("1/2/0999", "0999-01-02 00:00:00"),
            ("16 March 2021", "2021-03-16 00:00:00"),
            ("March 16, 2021", "2021-03-16 00:00:00"),
            ("mar 16, 2021 10:00", "2021-03-16 10:00:00"),
            ("16-Mar-21", "2021-03-16 00:00:00"),
            ("2021 March 16", "2021-03-16 00:00:00"),
            ("March 2021", "2021-03-01 00:00:00"),
            ("March 16", "2021-03-16 00:00:00"),
            ("16 May", "2021-05-16 00:00:00"),
            ("Tue, 16 Mar 2021 10:00:00 GMT", "2021-03-16 10:00:00"),
            ("Tuesday, March 16, 2021", "2021-03-16 00:00:00"),
            ("Tuesday, 16 March 2021 10:00:00", "2021-03-16 10:00:00"),
            ("10:30", "2021-08-25 10:30:00"),
            ("10:30 3/16/2021", "2021-03-16 10:30:00"),
            ("  2021-08-24\t", "2021-08-24 00:00:00"),
            ("2024-02-29", "2024-02-29 00:00:00"),
            ("2000-02-29", "2000-02-29 00:00:00"),
            ("0001-01-01", "0001-01-01 00:00:00"),
            ("9999-12-31T23:59:59.9999999", "9999-12-31 23:59:59.9999999"),
        ] {
            assert_eq!(read(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_dotnet_refuses_is_refused() {
        for text in [
            "",
            " ",
            "today",
            "20150123",
            "20150123105347.1Z",
            "1615888800",
            "2021",
            "12",
            "-5",
            "1.5.x",
            "March",
            "2021-02-29",
            "1900-02-29",
            "2021-04-31",
            "2021-13-01",
            "16/03/2021",
            "2021-00-10",
            "2021-01-00",
            "0000-01-01",
            "2021-01-01T24:00:00",
            "2021-01-01T10:60",
            "2021-01-01T10:00:60",
            "2021-01-01T10:00:00.",
            "2021-01-01T10:00:00+15:00",
            "2021-01-01T10:00:00+14:30",
            "2021-01-01T10:00:00+08:60",
            "2021-01-01T10:00:00+",
            "2021-01-01 10:00 UTC",
            "2021-01-01 13:00 AM",
            "2021-01-01 AM",
            "2021-01-01 10:00 11:00",
            "2021-01-01Z+01:00",
            "Mon, 16 Mar 2021",
            "16 March April 2021",
            "1 2 3 4",
            "2021-03-2021",
            "2021--03-16",
            "2021-03-",
            "/3/16/2021",
            "2021-03-16x",
            "2021年3月16日",
            "٢٠٢١-03-16",
            "12345-01-01",
            "0001-01-01+01:00",
            "9999-12-31T23:59:59-01:00",
            &"1 ".repeat(500),
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn without_a_clock_a_date_needs_a_year() {
        assert!(parse_dated("2021-03-16").is_ok());
        assert!(parse_dated("March 2021").is_ok());
        assert!(parse_dated("10:30").is_err());
        assert!(parse_dated("3/16").is_err());
    }

    #[test]
    fn a_refusal_says_what_is_wrong() {
        let sentence = |text| parse_date(text, TODAY).unwrap_err().to_string();
        assert_eq!(sentence("2021-02-29"), "\"2021-02-29\" is no date: there is no such day in the calendar");
        assert_eq!(sentence("soon"), "\"soon\" is no date: `soon` has no meaning in a date");
        assert_eq!(sentence("0001-01-01+01:00"), "the date is not within the years 1 to 9999");
    }
}
