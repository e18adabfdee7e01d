//! What the two audit logs' filters have in common: instants, and one value a property.

use jiff::Timestamp;

use super::{
    filter::{Comparison, Filter, Operator},
    scan::Verdict,
};
use crate::fault::Fault;

/// Bounds in time.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct TimeBounds {
    from: Option<(Timestamp, bool)>,
    until: Option<(Timestamp, bool)>,
}

impl TimeBounds {
    /// Takes a comparison of `activityDateTime`.
    pub(super) fn narrow(&mut self, comparison: &Comparison) -> Result<(), Fault> {
        let at = comparison.literal.as_text().and_then(|text| text.parse::<Timestamp>().ok()).ok_or_else(
            || {
                Fault::bad_request(format!(
                    "Invalid instant for {}: write it as 2026-01-31T12:00:00Z.",
                    comparison.path
                ))
            },
        )?;
        let later = |old: Option<(Timestamp, bool)>, inclusive| match old {
            Some(old) if old.0 > at => Some(old),
            _ => Some((at, inclusive)),
        };
        let earlier = |old: Option<(Timestamp, bool)>, inclusive| match old {
            Some(old) if old.0 < at => Some(old),
            _ => Some((at, inclusive)),
        };
        match comparison.operator {
            Operator::Greater => self.from = later(self.from, false),
            Operator::GreaterOrEqual => self.from = later(self.from, true),
            Operator::Less => self.until = earlier(self.until, false),
            Operator::LessOrEqual => self.until = earlier(self.until, true),
            Operator::Equal => {
                self.from = later(self.from, true);
                self.until = earlier(self.until, true);
            }
            Operator::NotEqual => {
                return Err(Fault::bad_request(
                    "Instants can be compared with gt, ge, lt, le and eq, not with ne.",
                ));
            }
        }
        Ok(())
    }

    /// What becomes of a row of this instant, in a list with the newest first.
    pub(super) fn judge(&self, at: &str) -> Verdict {
        let Ok(at) = at.parse::<Timestamp>() else { return Verdict::Drop };
        if self.from.is_some_and(|(from, inclusive)| at < from || (at == from && !inclusive)) {
            return Verdict::Stop;
        }
        Verdict::keep_if(self.until.is_none_or(|(until, inclusive)| at < until || (at == until && inclusive)))
    }
}

/// Puts the one value that a property is asked for into its place; a second one could never hold too.
pub(super) fn set_once(place: &mut Option<String>, path: &str, value: &str) -> Result<(), Fault> {
    if place.is_some() {
        return Err(Fault::bad_request(format!("$filter asks for two values of {path} at once.")));
    }
    *place = Some(value.to_owned());
    Ok(())
}

/// The property and text of an `eq`, if it is one.
pub(super) fn equality(condition: &Filter) -> Option<(&str, &str)> {
    match condition {
        Filter::Compare(Comparison { path, operator: Operator::Equal, literal }) => {
            literal.as_text().map(|text| (path.as_str(), text))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounds(filter: &str) -> TimeBounds {
        let mut bounds = TimeBounds::default();
        for condition in Filter::parse(filter).unwrap().conditions() {
            let Filter::Compare(comparison) = condition else { panic!("{condition}") };
            bounds.narrow(&comparison).unwrap();
        }
        bounds
    }

    #[test]
    fn rows_before_the_start_end_the_search_and_rows_after_the_end_are_passed_over() {
        let bounds =
            bounds("a gt 2026-01-01T00:00:00Z and a le 2026-01-03T00:00:00Z and a gt 2025-01-01T00:00:00Z");
        assert_eq!(bounds.judge("2026-01-04T00:00:00Z"), Verdict::Drop);
        assert_eq!(bounds.judge("2026-01-03T00:00:00Z"), Verdict::Keep);
        assert_eq!(bounds.judge("2026-01-02T00:00:00Z"), Verdict::Keep);
        assert_eq!(bounds.judge("2026-01-01T00:00:00Z"), Verdict::Stop);
    }
}
