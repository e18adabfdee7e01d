//! Filters that the store has no index for, on lists that are short: applications, groups by name.
//!
//! Rows come page by page, in the list's own order, and those that fit are kept until the asked page is
//! full enough. What was looked at per request is bounded; a client follows `@odata.nextLink` for more,
//! as OData has it.

use std::future::Future;

use purser_contract::page::PageView;

use crate::web::fault::Fault;

/// Most pages that one request looks at.
const MAX_PAGES: usize = 50;

/// Pages through `fetch(after, size)` and keeps what `keep` holds for.
pub async fn scan<T, F>(
    after: &str,
    size: u32,
    fetch: impl Fn(String, u32) -> F,
    keep: impl Fn(&T) -> bool,
) -> Result<PageView<T>, Fault>
where
    F: Future<Output = Result<PageView<T>, Fault>>,
{
    let mut kept = Vec::new();
    let mut after = after.to_owned();
    for _ in 0..MAX_PAGES {
        let have = u32::try_from(kept.len()).unwrap_or(u32::MAX);
        // Never more than fits, since the cursor stands behind the last row looked at.
        let page = fetch(after, size.saturating_sub(have).max(1)).await?;
        kept.extend(page.items.into_iter().filter(&keep));
        match page.next {
            None => return Ok(PageView { items: kept, next: None, total: None }),
            Some(next) => after = next,
        }
        let have = u32::try_from(kept.len()).unwrap_or(u32::MAX);
        // Half full is enough: the last few places would cost a look-up each.
        if have.saturating_mul(2) >= size {
            break;
        }
    }
    Ok(PageView { items: kept, next: Some(after), total: None })
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

    #[tokio::test]
    async fn following_the_cursor_finds_each_fitting_row_once() {
        let (mut after, mut found) = (String::new(), Vec::new());
        loop {
            let page = scan(&after, 10, numbers, |number| number % 3 == 0).await.unwrap();
            assert!(page.items.len() <= 10);
            found.extend(page.items);
            match page.next {
                Some(next) => after = next,
                None => break,
            }
        }
        assert_eq!(found, (0..100).filter(|number| number % 3 == 0).collect::<Vec<_>>());
    }
}
