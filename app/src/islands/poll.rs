//! Asking again and again how far something is.
use crate::api::ApiProblem;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::time::Duration;

/// Pause between an answer and the next question.
const PAUSE: Duration = Duration::from_secs(1);

/// Asks how far it is and shows that, or why there was no answer. When it is `over` the page is loaded anew, since what
/// came of it is the server's to render.
pub(super) fn ask_each_second<T, A>(
    shown: RwSignal<T>,
    interrupted: RwSignal<String>,
    ask: fn(&T) -> A,
    over: fn(&T) -> bool,
) where
    T: Send + Sync + 'static,
    A: Future<Output = Result<T, ApiProblem>> + 'static,
{
    set_timeout(
        move || {
            spawn_local(async move {
                match shown.with_untracked(ask).await {
                    Ok(now) if over(&now) => {
                        let _ = window().location().reload();
                        return;
                    }
                    Ok(now) => {
                        interrupted.set(String::new());
                        shown.set(now);
                    }
                    Err(problem) => interrupted.set(problem.to_string()),
                }
                ask_each_second(shown, interrupted, ask, over);
            });
        },
        PAUSE,
    );
}
