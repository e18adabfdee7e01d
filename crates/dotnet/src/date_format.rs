//! Writes dates by .NET's format strings, in the invariant culture and in UTC.
use super::date_pattern::{DAYS, MONTHS, Token, parse};
use super::error::DateError;
use jiff::civil::DateTime;
use std::fmt::Write as _;

/// Writes a date by a standard (`o`) or custom (`yyyy-MM-dd`) format. An offset is always zero: `zzz` writes
/// `+00:00`, `K` writes `Z`.
pub fn format_date(date: DateTime, format: &str) -> Result<String, DateError> {
    let mut output = String::new();
    for token in parse(format)? {
        match token {
            Token::Literal(text) => output.push_str(&text),
            Token::Part { letter, count } => write_part(&mut output, date, letter, count),
        }
    }
    Ok(output)
}

fn write_part(output: &mut String, date: DateTime, letter: char, count: usize) {
    let two = count.min(2);
    let hour = match date.hour() % 12 {
        0 => 12,
        hour => hour,
    };
    let half = if date.hour() < 12 { "AM" } else { "PM" };
    match letter {
        'd' if count <= 2 => write_number(output, i64::from(date.day()), two),
        'd' => {
            let weekday = date.date().weekday().to_sunday_zero_offset();
            write_name(output, &DAYS, i64::from(weekday), count);
        }
        'f' | 'F' => {
            let fraction = format!("{:07}", date.subsec_nanosecond() / 100);
            let digits = fraction.get(..count).unwrap_or(&fraction);
            if letter == 'f' {
                output.push_str(digits);
                return;
            }
            let digits = digits.trim_end_matches('0');
            // Where no digit is left, the point before it goes too.
            if digits.is_empty() && output.ends_with('.') {
                output.pop();
            }
            output.push_str(digits);
        }
        'g' => output.push_str("A.D."),
        'h' => write_number(output, i64::from(hour), two),
        'H' => write_number(output, i64::from(date.hour()), two),
        'K' => output.push('Z'),
        'm' => write_number(output, i64::from(date.minute()), two),
        'M' if count <= 2 => write_number(output, i64::from(date.month()), two),
        'M' => write_name(output, &MONTHS, i64::from(date.month()) - 1, count),
        's' => write_number(output, i64::from(date.second()), two),
        't' => output.push_str(half.get(..two).unwrap_or(half)),
        'y' if count <= 2 => write_number(output, i64::from(date.year() % 100), count),
        'y' => write_number(output, i64::from(date.year()), count),
        'z' => output.push_str(match count {
            1 => "+0",
            2 => "+00",
            _ => "+00:00",
        }),
        other => output.push(other),
    }
}

fn write_number(output: &mut String, number: i64, width: usize) {
    // Writing to a String has no way to fail.
    let _ = write!(output, "{number:0width$}");
}

fn write_name(output: &mut String, names: &[&str], index: i64, count: usize) {
    let name = usize::try_from(index).ok().and_then(|index| names.get(index)).copied().unwrap_or_default();
    output.push_str(if count == 3 { name.get(..3).unwrap_or(name) } else { name });
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::datetime;

    #[test]
    fn every_letter_is_written_as_dotnet_does() {
        let date = datetime(2009, 6, 5, 13, 4, 7, 30_500_000);
        for (format, expected) in [
            ("yyyy-MM-dd", "2009-06-05"),
            ("%d", "5"),
            ("d/M", "5/6"),
            ("ddd dddd ddddd", "Fri Friday Friday"),
            ("MMM MMMM", "Jun June"),
            ("%y yy yyy yyyyy", "9 09 2009 02009"),
            ("%h hh hhh", "1 01 01"),
            ("%H HH", "13 13"),
            ("%m mm %s ss", "4 04 7 07"),
            ("%t tt ttt", "P PM PM"),
            ("%f ff fff ffff fffffff", "0 03 030 0305 0305000"),
            ("ss.FFF ss.FFFFFFF ss.F", "07.03 07.0305 07"),
            ("ss.F|F", "07|"),
            ("%z zz zzz zzzz K", "+0 +00 +00:00 +00:00 Z"),
            ("'day' d \"of\" MMMM", "day 5 of June"),
            (r"\d d \\", r"d 5 \"),
            (r"'a\'b' %d", "a'b 5"),
            ("yyyyMMddTHHmmssZ", "20090605T130407Z"),
            ("gg yyyy", "A.D. 2009"),
            ("d", "06/05/2009"),
            ("D", "Friday, 05 June 2009"),
            ("f", "Friday, 05 June 2009 13:04"),
            ("F", "Friday, 05 June 2009 13:04:07"),
            ("g", "06/05/2009 13:04"),
            ("G", "06/05/2009 13:04:07"),
            ("", "06/05/2009 13:04:07"),
            ("m", "June 05"),
            ("o", "2009-06-05T13:04:07.0305000Z"),
            ("r", "Fri, 05 Jun 2009 13:04:07 GMT"),
            ("s", "2009-06-05T13:04:07"),
            ("t", "13:04"),
            ("T", "13:04:07"),
            ("u", "2009-06-05 13:04:07Z"),
            ("U", "Friday, 05 June 2009 13:04:07"),
            ("y", "2009 June"),
        ] {
            assert_eq!(format_date(date, format).as_deref(), Ok(expected), "{format}");
        }
        assert_eq!(
            format_date(datetime(1, 1, 1, 0, 0, 0, 0), "yyyy-M-d h tt").as_deref(),
            Ok("0001-1-1 12 AM")
        );
    }

    #[test]
    fn formats_that_dotnet_refuses_are_refused() {
        let date = datetime(2009, 6, 5, 0, 0, 0, 0);
        for format in ["h", "x", "%", "d%", "%%d", "ffffffff", "'a", "\"a", "yyyy\\", &"d ".repeat(200)] {
            assert!(matches!(format_date(date, format), Err(DateError::Format { .. })), "{format}");
        }
    }
}
