//! Points in time.
use leptos::prelude::*;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A time stamp in UTC, to the second.
#[component]
pub fn TimeStamp(
    /// RFC 3339, UTC.
    #[prop(into)]
    at: String,
) -> impl IntoView {
    let words = readable(&at);
    view! { <time class="time" datetime=at>{words}</time> }
}

/// "21 Nov 2026, 03:04:05 UTC"; anything that is not RFC 3339 in UTC is shown as it is.
fn readable(at: &str) -> String {
    parse(at).unwrap_or_else(|| at.to_owned())
}

fn parse(at: &str) -> Option<String> {
    let (date, clock) = at.strip_suffix('Z')?.split_once('T')?;
    let mut parts = date.splitn(3, '-');
    let (year, month, day) =
        (parts.next()?, parts.next()?.parse::<usize>().ok()?, parts.next()?.parse::<u8>().ok()?);
    let month = MONTHS.get(month.checked_sub(1)?)?;
    Some(format!("{day} {month} {year}, {} UTC", clock.get(..8)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_stamp_reads_as_a_sentence_would_put_it() {
        assert_eq!(readable("2026-11-21T03:04:05.678Z"), "21 Nov 2026, 03:04:05 UTC");
        assert_eq!(readable("2026-01-02T03:04:05Z"), "2 Jan 2026, 03:04:05 UTC");
        assert_eq!(readable("2026-13-02T03:04:05Z"), "2026-13-02T03:04:05Z");
        assert_eq!(readable("never"), "never");
    }
}
