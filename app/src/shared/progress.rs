//! A progress bar with counts and a finish estimate; on both sides, since islands move it.
use super::count::grouped;
use leptos::prelude::*;

/// How far a long thing has come.
#[component]
pub fn Progress(
    /// What is going on, for example *Initial cycle*.
    #[prop(into)]
    label: String,
    /// Done so far.
    processed: u64,
    /// In all, as far as known; 0 shows a bar without an end.
    total: u64,
    /// Milliseconds left at the present pace.
    remaining_ms: Option<u64>,
    /// Whether it is going on now.
    running: bool,
) -> impl IntoView {
    let counts = counts(processed, total);
    let estimate = running.then(|| estimate(remaining_ms));
    // Without a value the bar is indeterminate: it moves, but claims nothing.
    let value = (total > 0 || !running).then(|| processed.min(total.max(1)).to_string());
    view! {
        <div class="progress">
            <div class="progress-text">
                <span>{label.clone()}</span>
                <span>{counts}</span>
            </div>
            <progress class="progress-bar" aria-label=label max=total.max(1).to_string() value=value></progress>
            <p class="progress-estimate">{estimate}</p>
        </div>
    }
}

/// "120 of 300 (40 %)", or as much of it as is known.
fn counts(processed: u64, total: u64) -> String {
    match processed.saturating_mul(100).checked_div(total) {
        Some(percent) => format!("{} of {} ({} %)", grouped(processed), grouped(total), percent.min(100)),
        None => format!("{} done", grouped(processed)),
    }
}

/// "about 2 minutes left"; counts up to the next unit, so that it never promises too much.
fn estimate(remaining_ms: Option<u64>) -> String {
    let Some(milliseconds) = remaining_ms else { return "estimating the time left".to_owned() };
    let (count, unit) = match milliseconds.div_ceil(1000) {
        0..=1 => return "about a second left".to_owned(),
        seconds @ 2..=90 => (seconds, "seconds"),
        seconds @ 91..=5_400 => (seconds.div_ceil(60), "minutes"),
        seconds => (seconds.div_ceil(3_600), "hours"),
    };
    format!("about {count} {unit} left")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_estimate_is_rounded_up_to_a_readable_unit() {
        for (milliseconds, text) in [
            (Some(0), "about a second left"),
            (Some(1_500), "about 2 seconds left"),
            (Some(91_000), "about 2 minutes left"),
            (Some(7_200_001), "about 3 hours left"),
            (None, "estimating the time left"),
        ] {
            assert_eq!(estimate(milliseconds), text);
        }
    }

    #[test]
    fn counts_survive_an_unknown_and_an_outgrown_total() {
        assert_eq!(counts(7, 0), "7 done");
        assert_eq!(counts(12, 10), "12 of 10 (100 %)");
        assert_eq!(counts(u64::MAX, 2), "18,446,744,073,709,551,615 of 2 (100 %)");
    }
}
