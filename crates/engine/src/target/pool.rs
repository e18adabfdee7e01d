//! Many objects at once, started strictly in their order.
use std::future::Future;

use futures::stream::{FuturesUnordered, StreamExt};

use super::{control::Control, gate::Gate};

/// Runs `work` for each item, as many at once as the gate allows.
///
/// The answer has one place for each item, in the items' order. `None` means that it was never started, because
/// the cycle was asked to stop; since items start strictly in order, those are always the last ones. An item
/// that was started is always waited for.
pub(crate) async fn run_in_order<I, O, W, F>(
    items: Vec<I>,
    control: &Control,
    gate: &Gate,
    work: W,
) -> Vec<Option<O>>
where
    W: Fn(I) -> F,
    F: Future<Output = O>,
{
    let mut results: Vec<Option<O>> = Vec::with_capacity(items.len());
    results.resize_with(items.len(), || None);
    let mut waiting = items.into_iter().enumerate();
    let mut running = FuturesUnordered::new();
    loop {
        while running.len() < gate.limit() && control.stopped().is_none() {
            let Some((index, item)) = waiting.next() else { break };
            let future = work(item);
            running.push(async move { (index, future.await) });
        }
        let Some((index, result)) = running.next().await else { break };
        if let Some(place) = results.get_mut(index) {
            *place = Some(result);
        }
    }
    results
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::target::control::Stop;

    #[tokio::test]
    async fn no_more_than_the_gate_allows_are_under_way() {
        let gate = Gate::new(3);
        let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let results = run_in_order((0..50).collect(), &Control::new(), &gate, |n: u32| {
            let (now, most) = (&now, &most);
            async move {
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::task::yield_now().await;
                now.fetch_sub(1, Ordering::SeqCst);
                n * 2
            }
        })
        .await;
        assert_eq!(most.load(Ordering::SeqCst), 3);
        assert_eq!(results, (0..50).map(|n| Some(n * 2)).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn what_was_not_started_is_a_suffix() {
        let (gate, control) = (Gate::new(4), Control::new());
        let results = run_in_order((0..50).collect(), &control, &gate, |n: u32| {
            let control = control.clone();
            async move {
                tokio::task::yield_now().await;
                if n == 20 {
                    control.stop(Stop::Paused);
                }
                n
            }
        })
        .await;
        let started = results.iter().take_while(|result| result.is_some()).count();
        assert!((21..=28).contains(&started), "{started}");
        assert!(results[started..].iter().all(Option::is_none));
    }
}
