//! How long a server asks to be left alone.
use std::time::Duration;

use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

/// The time to wait. A date is taken relative to the target's own clock, which its `Date` header tells.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let value = text(RETRY_AFTER)?;
    if let Ok(seconds) = value.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let parse = |text: &str| jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok();
    let wait = parse(value)?.duration_since(parse(text(DATE)?)?);
    Some(Duration::try_from(wait).unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::{HeaderName, HeaderValue};

    fn headers(pairs: &[(HeaderName, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn the_time_to_wait_is_read_as_seconds_or_as_a_date() {
        let now = (DATE, "Sat, 21 Nov 2026 03:00:00 GMT");
        let wait = |value| retry_after(&headers(&[now.clone(), (RETRY_AFTER, value)]));
        assert_eq!(wait("7"), Some(Duration::from_secs(7)));
        assert_eq!(wait("Sat, 21 Nov 2026 03:01:30 GMT"), Some(Duration::from_secs(90)));
        assert_eq!(wait("Sat, 21 Nov 2026 02:00:00 GMT"), Some(Duration::ZERO));
        assert_eq!(wait("soon"), None);
        assert_eq!(wait("-1"), None);
        assert_eq!(retry_after(&headers(&[(RETRY_AFTER, "Sat, 21 Nov 2026 03:01:30 GMT")])), None);
        assert_eq!(retry_after(&headers(&[])), None);
    }
}
