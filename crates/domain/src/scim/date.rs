//! Dates as they stand in JSON: ISO 8601, as RFC 7643 (section 2.3.5) and XML Schema write them.
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// Reads a date, in UTC. Without an offset it is taken for UTC, without a time of day for midnight.
pub(crate) fn read_date(text: &str) -> Option<DateTime> {
    // jiff reads more than ISO 8601 and Internet timestamps say, and asks for a look at the start to be quick about
    // the many texts that are no dates.
    let bytes = text.as_bytes();
    if bytes.len() < 10 || !bytes[0].is_ascii_digit() || text.contains('[') {
        return None;
    }
    match text.parse::<jiff::Timestamp>() {
        Ok(instant) => Some(TimeZone::UTC.to_datetime(instant)),
        Err(_) => text.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_in_utc_and_nothing_else_is_a_date() {
        for (text, expected) in [
            ("2011-05-13T04:42:34Z", Some("2011-05-13T04:42:34")),
            ("2011-05-13T04:42:34.25+02:00", Some("2011-05-13T02:42:34.25")),
            ("2011-05-13T04:42:34", Some("2011-05-13T04:42:34")),
            ("2011-05-13", Some("2011-05-13T00:00:00")),
            ("2011-13-13", None),
            ("2023-02-29T00:00:00Z", None),
            ("5/13/2011 4:42:34 AM", None),
            ("2011-05-13T04:42:34+02:00[Europe/Berlin]", None),
            ("1234567890", None),
            ("", None),
        ] {
            assert_eq!(read_date(text).map(|date| date.to_string()).as_deref(), expected, "{text}");
        }
    }
}
