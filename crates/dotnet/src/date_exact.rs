//! Reads a date by a format, as .NET's `DateTime.ParseExact` does in the invariant culture, into UTC.
use super::date_pattern::{DAYS, MONTHS, Token, parse};
use super::date_text::{Pieces, assemble, read_fraction, read_name, text_fault, widen_year};
use super::error::{DateError, shorten};
use jiff::civil::{Date, DateTime};

/// .NET's `DateTimeStyles`, as far as they change what is read here. Those about the kind of a date
/// (`RoundtripKind`, `AssumeLocal`, …) change nothing, since all dates are in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateStyles {
    leading_white: bool,
    trailing_white: bool,
    inner_white: bool,
    no_current_date: bool,
}

impl Default for DateStyles {
    /// `RoundtripKind, AllowLeadingWhite, AllowTrailingWhite`: the default of `FormatDateTime`.
    fn default() -> Self {
        Self { leading_white: true, trailing_white: true, ..Self::NONE }
    }
}

impl DateStyles {
    const NONE: Self =
        Self { leading_white: false, trailing_white: false, inner_white: false, no_current_date: false };

    /// Reads the names of styles, separated by commas. Names are those of .NET, in any case.
    pub fn parse(text: &str) -> Result<Self, DateError> {
        let mut styles = Self::NONE;
        for word in text.split([',', '|']).map(str::trim) {
            let name = word.rsplit('.').next().unwrap_or(word).to_ascii_lowercase();
            match name.as_str() {
                "none" | "assumelocal" | "assumeuniversal" | "adjusttouniversal" | "roundtripkind" => {}
                "allowleadingwhite" => styles.leading_white = true,
                "allowtrailingwhite" => styles.trailing_white = true,
                "allowinnerwhite" => styles.inner_white = true,
                "allowwhitespaces" => {
                    styles = Self {
                        no_current_date: styles.no_current_date,
                        inner_white: true,
                        ..Self::default()
                    };
                }
                "nocurrentdatedefault" => styles.no_current_date = true,
                _ => return Err(DateError::UnknownStyle(shorten(word))),
            }
        }
        Ok(styles)
    }
}

/// Reads a date that is written exactly by a standard or custom format. An offset in the text is converted to
/// UTC. A text without a year takes `today`'s, one with a time only takes `today` whole.
///
/// # Errors
/// When the text does not follow the format, .NET would refuse the format, or the date is outside of the
/// years 1 to 9999.
pub fn parse_exact(text: &str, format: &str, styles: DateStyles, today: Date) -> Result<DateTime, DateError> {
    let mut rest = text;
    let mut trimmed = format;
    if styles.leading_white {
        (rest, trimmed) = (rest.trim_start(), trimmed.trim_start());
    }
    if styles.trailing_white {
        (rest, trimmed) = (rest.trim_end(), trimmed.trim_end());
    }
    let mut reader = Reader { text, rest, pieces: Pieces::default(), inner_white: styles.inner_white };
    if trimmed.is_empty() {
        return Err(DateError::Format { format: String::new(), message: "it is empty" });
    }
    let tokens = parse(trimmed)?;
    let mut tokens = tokens.iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            // `.F`: without a fraction its point is not needed either.
            Token::Literal(literal)
                if literal == "."
                    && !reader.rest.starts_with('.')
                    && matches!(tokens.peek(), Some(Token::Part { letter: 'F', .. })) =>
            {
                tokens.next();
            }
            Token::Literal(literal) => reader.read_literal(literal)?,
            Token::Part { letter, count } => reader.read_part(*letter, *count)?,
        }
    }
    if !reader.rest.is_empty() {
        return Err(reader.fault(format!("`{}` is left over", shorten(reader.rest))));
    }
    let today = if styles.no_current_date { Date::constant(1, 1, 1) } else { today };
    assemble(reader.pieces, Some(today), text)
}

struct Reader<'t> {
    text: &'t str,
    rest: &'t str,
    pieces: Pieces,
    inner_white: bool,
}

impl<'t> Reader<'t> {
    fn fault(&self, message: impl Into<String>) -> DateError {
        text_fault(self.text, message)
    }

    fn advance(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    fn skip_inner_white(&mut self) {
        if self.inner_white {
            self.rest = self.rest.trim_start();
        }
    }

    fn read_literal(&mut self, literal: &str) -> Result<(), DateError> {
        if self.inner_white && literal.trim().is_empty() {
            self.skip_inner_white();
            return Ok(());
        }
        self.skip_inner_white();
        match self.rest.strip_prefix(literal) {
            Some(rest) => {
                self.rest = rest;
                Ok(())
            }
            None => Err(self.fault(format!("`{literal}` was expected at `{}`", shorten(self.rest)))),
        }
    }

    fn read_part(&mut self, letter: char, count: usize) -> Result<(), DateError> {
        self.skip_inner_white();
        match letter {
            'y' => {
                let year = self.read_number(count.min(9), count)?;
                let year = if count <= 2 { widen_year(year) } else { year };
                self.note(letter, |pieces| &mut pieces.year, year)
            }
            'M' if count > 2 => {
                let month = self.read_word(&MONTHS, count)?;
                self.note(letter, |pieces| &mut pieces.month, month + 1)
            }
            'd' if count > 2 => {
                let weekday = self.read_word(&DAYS, count)?;
                self.note(letter, |pieces| &mut pieces.weekday, weekday)
            }
            'M' => self.read_two(letter, count, |pieces| &mut pieces.month),
            'd' => self.read_two(letter, count, |pieces| &mut pieces.day),
            'H' => self.read_two(letter, count, |pieces| &mut pieces.hour),
            'h' => {
                self.pieces.twelve_hours = true;
                self.read_two(letter, count, |pieces| &mut pieces.hour)
            }
            'm' => self.read_two(letter, count, |pieces| &mut pieces.minute),
            's' => self.read_two(letter, count, |pieces| &mut pieces.second),
            'f' | 'F' => {
                let digits = self.take_digits(count);
                if letter == 'f' && digits.len() < count {
                    return Err(self.fault(format!("{count} digits of a second were expected")));
                }
                let nanosecond = read_fraction(digits);
                self.note(letter, |pieces| &mut pieces.nanosecond, nanosecond)
            }
            't' => {
                let length = count.min(2);
                let word = self.rest.get(..length).unwrap_or_default().to_ascii_uppercase();
                let afternoon = match word.as_str() {
                    "A" | "AM" => false,
                    "P" | "PM" => true,
                    _ => return Err(self.fault("AM or PM was expected")),
                };
                self.advance(length);
                self.note(letter, |pieces| &mut pieces.afternoon, afternoon)
            }
            'K' if self.rest.starts_with(['Z', 'z']) => {
                self.advance(1);
                self.note(letter, |pieces| &mut pieces.offset, 0)
            }
            'K' if !self.rest.starts_with(['+', '-']) => Ok(()),
            'K' => self.read_offset(letter, 3),
            'z' => self.read_offset(letter, count),
            _ => match self.rest.strip_prefix("A.D.") {
                Some(rest) => {
                    self.rest = rest;
                    Ok(())
                }
                None => Err(self.fault("the era A.D. was expected")),
            },
        }
    }

    /// Notes what was read; a part that stands twice must say the same twice.
    fn note<T: PartialEq + Copy>(
        &mut self,
        letter: char,
        select: impl Fn(&mut Pieces) -> &mut Option<T>,
        value: T,
    ) -> Result<(), DateError> {
        match select(&mut self.pieces).replace(value) {
            Some(before) if before != value => {
                Err(self.fault(format!("two different values for `{letter}`")))
            }
            _ => Ok(()),
        }
    }

    fn take_digits(&mut self, most: usize) -> &'t str {
        let length = self.rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
        let digits = self.rest.get(..length).unwrap_or_default();
        self.advance(length);
        digits
    }

    /// A number of `count` digits; a count of one stands for one or two.
    fn read_number(&mut self, most: usize, count: usize) -> Result<i16, DateError> {
        let digits = self.take_digits(if count == 1 { 2 } else { most });
        let is_short = digits.len() < if count == 1 { 1 } else { count };
        let number = digits.parse().ok().filter(|_| !is_short);
        number.ok_or_else(|| self.fault(format!("a number of {count} digits was expected")))
    }

    fn read_two(
        &mut self,
        letter: char,
        count: usize,
        select: impl Fn(&mut Pieces) -> &mut Option<i8>,
    ) -> Result<(), DateError> {
        let number = self.read_number(2, count.min(2))?;
        let number = i8::try_from(number).unwrap_or(i8::MAX);
        self.note(letter, select, number)
    }

    fn read_word(&mut self, names: &[&str], count: usize) -> Result<i8, DateError> {
        let found = read_name(names, self.rest, count == 3);
        let (index, length) = found.ok_or_else(|| self.fault("the name of a month or day was expected"))?;
        self.advance(length);
        Ok(index)
    }

    /// `z` and `zz` are hours, `zzz` has minutes too.
    fn read_offset(&mut self, letter: char, count: usize) -> Result<(), DateError> {
        let sign = if self.rest.starts_with('-') { -1 } else { 1 };
        if !self.rest.starts_with(['+', '-']) {
            return Err(self.fault("an offset such as +08:00 was expected"));
        }
        self.advance(1);
        let hours = self.read_number(2, if count == 1 { 1 } else { 2 })?;
        let minutes = if count < 3 {
            0
        } else {
            if self.rest.starts_with(':') {
                self.advance(1);
            }
            self.read_number(2, 2)?
        };
        let offset = hours * 60 + minutes;
        if minutes > 59 || offset > 14 * 60 {
            return Err(self.fault("its offset is more than 14 hours"));
        }
        self.note(letter, |pieces| &mut pieces.offset, sign * offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date_format::format_date;

    const TODAY: Date = jiff::civil::date(2021, 8, 25);

    fn read_with(styles: &str, text: &str, format: &str) -> Option<String> {
        let styles = DateStyles::parse(styles).unwrap();
        let date = parse_exact(text, format, styles, TODAY).ok()?;
        Some(format_date(date, "yyyy-MM-dd HH:mm:ss.FFFFFFF").unwrap())
    }

    fn read(text: &str, format: &str) -> Option<String> {
        read_with("AllowLeadingWhite, AllowTrailingWhite", text, format)
    }

    #[test]
    fn texts_are_read_by_their_format() {
        for (text, format, expected) in [
            ("20150123105347.1Z", "yyyyMMddHHmmss.fZ", "2015-01-23 10:53:47.1"),
            ("8/25/2021 05:41:18 PM", "M/d/yyyy hh:mm:ss tt", "2021-08-25 17:41:18"),
            ("12/31/2021 12:00:00 am", "M/d/yyyy hh:mm:ss tt", "2021-12-31 00:00:00"),
            ("8/25/2021 5:41 P", "M/d/yyyy h:m t", "2021-08-25 17:41:00"),
            ("25.8.21", "d.M.yy", "2021-08-25 00:00:00"),
            ("25.8.50", "d.M.yy", "1950-08-25 00:00:00"),
            ("25 Aug 2021", "dd MMM yyyy", "2021-08-25 00:00:00"),
            ("25 AUGUST 2021", "dd MMMM yyyy", "2021-08-25 00:00:00"),
            ("Wed 25 May 2022", "ddd dd MMM yyyy", "2022-05-25 00:00:00"),
            ("2021-08-25T10:00:00.1234567+08:00", "o", "2021-08-25 02:00:00.1234567"),
            ("2021-08-25T10:00:00.0000000Z", "O", "2021-08-25 10:00:00"),
            ("2021-08-25T10:00:00", "s", "2021-08-25 10:00:00"),
            ("2021-08-25 10:00:00Z", "u", "2021-08-25 10:00:00"),
            ("Wed, 25 Aug 2021 10:00:00 GMT", "r", "2021-08-25 10:00:00"),
            ("08/25/2021", "d", "2021-08-25 00:00:00"),
            ("Wednesday, 25 August 2021", "D", "2021-08-25 00:00:00"),
            ("2021 August", "y", "2021-08-01 00:00:00"),
            ("August 25", "m", "2021-08-25 00:00:00"),
            ("10:30", "t", "2021-08-25 10:30:00"),
            ("10:30:15", "T", "2021-08-25 10:30:15"),
            ("2021-08-25 01:00 -0730", "yyyy-MM-dd HH:mm zzz", "2021-08-25 08:30:00"),
            ("2021-08-25 01:00 -7", "yyyy-MM-dd HH:mm z", "2021-08-25 08:00:00"),
            ("2021-12-31 23:00 -01", "yyyy-MM-dd HH:mm zz", "2022-01-01 00:00:00"),
            ("2021-08-25", "yyyy-MM-ddK", "2021-08-25 00:00:00"),
            ("2021-08-25Z", "yyyy-MM-ddK", "2021-08-25 00:00:00"),
            ("2021-08-25-07:00", "yyyy-MM-ddK", "2021-08-25 07:00:00"),
            ("10:00:00", "HH:mm:ss.FFF", "2021-08-25 10:00:00"),
            ("10:00:00.5", "HH:mm:ss.FFF", "2021-08-25 10:00:00.5"),
            ("day 25 of 08/2021", "'day' dd \"of\" MM/yyyy", "2021-08-25 00:00:00"),
            ("2021d08", r"yyyy\dMM", "2021-08-01 00:00:00"),
            ("7", "%d", "2021-01-07 00:00:00"),
            ("29022024", "ddMMyyyy", "2024-02-29 00:00:00"),
            (" 2021-08-25 ", "yyyy-MM-dd", "2021-08-25 00:00:00"),
            ("2021 2021-08-25", "yyyy yyyy-MM-dd", "2021-08-25 00:00:00"),
        ] {
            assert_eq!(read(text, format).as_deref(), Some(expected), "{text} by {format}");
        }
    }

    #[test]
    fn texts_that_do_not_follow_their_format_are_refused() {
        for (text, format) in [
            ("2021-8-25", "yyyy-MM-dd"),
            ("21-08-25", "yyyy-MM-dd"),
            ("2021-08-25x", "yyyy-MM-dd"),
            ("2021/08/25", "yyyy-MM-dd"),
            ("2021-02-29", "yyyy-MM-dd"),
            ("2021-08-25 24:00", "yyyy-MM-dd HH:mm"),
            ("13:00 PM", "hh:mm tt"),
            ("13:00 AM", "HH:mm tt"),
            ("01:00 XM", "hh:mm tt"),
            ("10:00:00.5", "HH:mm:ss.ff"),
            ("Mon 25 Aug 2021", "ddd dd MMM yyyy"),
            ("2021 2022", "yyyy yyyy"),
            ("2021-08-25 01:00 0730", "yyyy-MM-dd HH:mm zzz"),
            ("2021-08-25 01:00 +15:00", "yyyy-MM-dd HH:mm zzz"),
            ("", "yyyy"),
            ("٢٠٢١", "yyyy"),
            ("2021", "x"),
            ("2021", ""),
            ("", ""),
            ("2021", "yyyy'"),
        ] {
            assert_eq!(read(text, format), None, "{text} by {format}");
        }
    }

    #[test]
    fn styles_say_where_white_space_may_stand() {
        assert_eq!(read_with("None", " 2021-08-25", "yyyy-MM-dd"), None);
        assert_eq!(read_with("AllowTrailingWhite", " 2021-08-25", "yyyy-MM-dd"), None);
        assert!(read_with("AllowLeadingWhite", " 2021-08-25", "yyyy-MM-dd").is_some());
        assert_eq!(read("2021 - 08 - 25", "yyyy-MM-dd"), None);
        for styles in ["AllowInnerWhite", "RoundtripKind, allowwhitespaces", "DateTimeStyles.AllowInnerWhite"]
        {
            let date = read_with(styles, "2021 - 08 - 25", "yyyy-MM-dd");
            assert_eq!(date.as_deref(), Some("2021-08-25 00:00:00"), "{styles}");
        }
        let date = read_with("NoCurrentDateDefault,AssumeUniversal", "10:30", "HH:mm");
        assert_eq!(date.as_deref(), Some("0001-01-01 10:30:00"));
        assert!(read_with("AssumeLocal | AdjustToUniversal", "10:30", "HH:mm").is_some());
        for styles in ["", "None,", "Assume", "1"] {
            assert!(matches!(DateStyles::parse(styles), Err(DateError::UnknownStyle(_))), "{styles}");
        }
    }
}
