//! Filters that the store has no index for, on lists that are short or in the order of time:
//! applications, groups by name, logs by instant.
//!
//! Rows come page by page, in the list's own order, and those that fit are kept until the asked page is
//! full enough. What was looked at per request is bounded; a client follows `@odata.nextLink` for more,
//! as OData has it.

use std::future::Future;

use purser_contract::page::PageView;

use crate::fault::Fault;

/// Most pages that one request looks at.
const MAX_PAGES: usize = 50;

/// What becomes of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It fits.
    Keep,
    /// It does not.
    Drop,
    /// Neither it nor anything behind it does.
    Stop,
}

impl Verdict {
    /// Keep if so.
    pub(super) fn keep_if(fits: bool) -> Self {
        if fits { Self::Keep } else { Self::Drop }
    }
}

/// Pages through `fetch(after, size)` and keeps what `judge` says.
pub(super) async fn scan<T, F>(
    after: &str,
    size: u32,
    fetch: impl Fn(String, u32) -> F,
    judge: impl Fn(&T) -> Verdict,
) -> Result<PageView<T>, Fault>
where
    F: Future<Output = Result<PageView<T>, Fault>>,
{
    let mut kept = Vec::new();
    let mut after = after.to_owned();
    for _ in 0..MAX_PAGES {
        // Never more than fits, since the cursor stands behind the last row looked at.
        let page = fetch(after, size.saturating_sub(count(&kept)).max(1)).await?;
        for row in page.items {
            match judge(&row) {
                Verdict::Keep => kept.push(row),
                Verdict::Drop => {}
                Verdict::Stop => return Ok(PageView { items: kept, next: None, total: None }),
            }
        }
        match page.next {
            None => return Ok(PageView { items: kept, next: None, total: None }),
            Some(next) => after = next,
        }
        // Half full is enough: the last few places would cost a look-up each.
        if count(&kept).saturating_mul(2) >= size {
            break;
        }
    }
    Ok(PageView { items: kept, next: Some(after), total: None })
}

fn count<T>(rows: &[T]) -> u32 {
    u32::try_from(rows.len()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn numbers(after: String, size: u32) -> Result<PageView<u32>, Fault> {
        let start = after.parse::<u32>().unwrap_or(0);
        let end = (start + size).min(100);
        let next = (end < 100).then(|| end.to_string());
        Ok(PageView { items: (start..end).collect(), next, total: None })
    }

    async fn follow(judge: impl Fn(&u32) -> Verdict) -> Vec<u32> {
        let (mut after, mut found) = (String::new(), Vec::new());
        loop {
            let page = scan(&after, 10, numbers, &judge).await.unwrap();
            assert!(page.items.len() <= 10);
            found.extend(page.items);
            match page.next {
                Some(next) => after = next,
                None => return found,
            }
        }
    }

    #[tokio::test]
    async fn following_the_cursor_finds_each_fitting_row_once() {
        let found = follow(|number| Verdict::keep_if(number % 3 == 0)).await;
        assert_eq!(found, (0..100).filter(|number| number % 3 == 0).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn nothing_is_asked_for_behind_a_stop() {
        let found = follow(|number| if *number < 25 { Verdict::Keep } else { Verdict::Stop }).await;
        assert_eq!(found, (0..25).collect::<Vec<_>>());
    }
}
