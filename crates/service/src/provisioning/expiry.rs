//! When credentials end: what is known about it, and the warnings before.
//!
//! The end of a secret is what an administrator typed in, else what the token itself says (a JSON Web Token), else
//! what the vendor says about all of them (`lifetime_days` of the gallery file). Purser warns 30, 14, 7 and 1 days
//! ahead, and afterwards.
//!
//! Deliberately absent: mail.
use crate::error::{Checked, invalid};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use purser_connectors::CredentialMethod;
use purser_connectors::auth::read_expiry;
use purser_contract::credentials::ExpiryView;
use purser_domain::secret::Secret;
use std::collections::BTreeMap;

/// Days ahead at which a warning begins.
const STAGES: [u32; 4] = [1, 7, 14, 30];
const HOURS_A_DAY: i64 = 24;

/// The names of an application's secrets with the end of each, as far as it is known.
pub(crate) type Known = BTreeMap<String, Option<Timestamp>>;

/// That credentials end soon or have ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Warning {
    /// 30, 14, 7 or 1 days ahead at most; 0 when they have ended.
    pub(crate) stage: u32,
    /// Whole days left, rounded down.
    pub(crate) days_left: i64,
}

/// The warning that is due at `now` for credentials that end at `ends`.
pub(crate) fn expiry_warning(now: Timestamp, ends: Timestamp) -> Option<Warning> {
    let left = ends.duration_since(now);
    if left <= SignedDuration::ZERO {
        return Some(Warning { stage: 0, days_left: 0 });
    }
    let begun = |stage: &u32| left <= SignedDuration::from_hours(i64::from(*stage) * HOURS_A_DAY);
    let stage = STAGES.into_iter().find(begun)?;
    Some(Warning { stage, days_left: left.as_hours() / HOURS_A_DAY })
}

/// The end of a secret that was just entered without one.
pub(crate) fn guess_end(method: &CredentialMethod, secret: &Secret, now: Timestamp) -> Option<Timestamp> {
    read_expiry(secret.expose()).or_else(|| {
        let hours = i64::from(method.lifetime_days?).checked_mul(HOURS_A_DAY)?;
        now.checked_add(SignedDuration::from_hours(hours)).ok()
    })
}

/// The day of an instant as a form has it.
pub(crate) fn day_of(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).date().to_string()
}

/// The beginning of a day that was typed in: warned rather too early than too late. `None` for an empty field.
pub(crate) fn parse_day(label: &str, key: &str, text: &str) -> Checked<Option<Timestamp>> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let refuse = || {
        invalid(format!("The day on which the {label} expires must be written like 2027-12-31."))
            .field(format!("expires.{key}"))
    };
    let day: Date = text.parse().map_err(|_| refuse())?;
    let zoned = day.to_zoned(TimeZone::UTC).map_err(|_| refuse())?;
    Ok(Some(zoned.timestamp()))
}

/// The warnings for what is stored of a method, the first end first.
pub(crate) fn view_expiry(
    application: &str,
    method: &CredentialMethod,
    known: &Known,
    now: Timestamp,
) -> Vec<ExpiryView> {
    let mut found: BTreeMap<Timestamp, Vec<ExpiryView>> = BTreeMap::new();
    for field in method.fields.iter().filter(|field| field.secret) {
        let Some(ends) = known.get(&field.key).copied().flatten() else { continue };
        let Some(warning) = expiry_warning(now, ends) else { continue };
        found.entry(ends).or_default().push(ExpiryView {
            label: field.label.clone(),
            ends_at: ends.to_string(),
            stage: warning.stage,
            message: describe(application, &field.label, ends, warning),
        });
    }
    found.into_values().flatten().collect()
}

fn describe(application: &str, label: &str, ends: Timestamp, warning: Warning) -> String {
    let day = ends.strftime("%-d %b %Y");
    if warning.stage == 0 {
        return format!(
            "The {label} of {application} expired on {day}. Make a new one in the application and enter it under \
             Admin Credentials, or provisioning stops."
        );
    }
    let left = match warning.days_left {
        0 => "in less than a day".to_owned(),
        1 => "in 1 day".to_owned(),
        days => format!("in {days} days"),
    };
    format!(
        "The {label} of {application} expires on {day}, {left}. Make a new one in the application and enter it \
         under Admin Credentials before."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn each_warning_begins_at_its_border_and_not_a_second_before() {
        let ends = at("2026-06-30T12:00:00Z");
        let second = SignedDuration::from_secs(1);
        let stage = |now: Timestamp| expiry_warning(now, ends).map(|warning| warning.stage);
        let before = |days: i64| ends - SignedDuration::from_hours(days * 24);
        assert_eq!(stage(before(30) - second), None);
        assert_eq!(stage(before(365)), None);
        for (days, earlier) in [(30, None), (14, Some(30)), (7, Some(14)), (1, Some(7))] {
            assert_eq!(stage(before(days)), u32::try_from(days).ok(), "{days} days ahead");
            assert_eq!(stage(before(days) - second), earlier, "a second before {days} days ahead");
        }
        assert_eq!(stage(ends - second), Some(1));
        assert_eq!(stage(ends), Some(0));
        assert_eq!(stage(ends + SignedDuration::from_hours(24 * 400)), Some(0));
    }

    #[test]
    fn whole_days_are_counted_down_and_the_last_one_is_less_than_a_day() {
        let ends = at("2026-06-30T12:00:00Z");
        let left = |now: &str| expiry_warning(at(now), ends).unwrap().days_left;
        assert_eq!(left("2026-06-16T12:00:00Z"), 14);
        assert_eq!(left("2026-06-16T12:00:01Z"), 13);
        assert_eq!(left("2026-06-30T11:00:00Z"), 0);
        let warning = Warning { stage: 1, days_left: 0 };
        assert!(describe("Wiki", "Secret Token", ends, warning).contains("in less than a day"));
    }

    #[test]
    fn instants_far_away_do_no_harm() {
        assert!(expiry_warning(Timestamp::MIN, Timestamp::MAX).is_none());
        assert_eq!(expiry_warning(Timestamp::MAX, Timestamp::MIN).unwrap().stage, 0);
    }

    #[test]
    fn a_day_is_read_as_its_beginning_and_shown_as_itself() {
        let end = parse_day("Secret Token", "SecretToken", " 2026-12-31 ").unwrap().unwrap();
        assert_eq!((end, day_of(end).as_str()), (at("2026-12-31T00:00:00Z"), "2026-12-31"));
        assert_eq!(parse_day("Secret Token", "SecretToken", " ").unwrap(), None);
        for text in ["31.12.2026", "2026-13-01", "2026-02-30", "soon", "99999-01-01"] {
            let problem = parse_day("Secret Token", "SecretToken", text).unwrap_err();
            assert_eq!(problem.field.as_deref(), Some("expires.SecretToken"), "{text}");
        }
    }
}
