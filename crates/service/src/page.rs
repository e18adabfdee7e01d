//! Cutting pages that go by key.

/// The first `size` of `rows`, of which one more was asked for, and the cursor of the next page if there is one.
pub(crate) fn cut<T>(
    mut rows: Vec<T>,
    size: u32,
    cursor: impl Fn(&T) -> Option<String>,
) -> (Vec<T>, Option<String>) {
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    if rows.len() <= size {
        return (rows, None);
    }
    rows.truncate(size);
    let next = rows.last().and_then(cursor);
    (rows, next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_page_with_more_behind_it_has_a_next() {
        let cursor = |row: &i32| Some(row.to_string());
        assert_eq!(cut(vec![1, 2, 3], 2, cursor), (vec![1, 2], Some("2".into())));
        assert_eq!(cut(vec![1, 2], 2, cursor), (vec![1, 2], None));
        assert_eq!(cut(Vec::new(), 2, cursor), (vec![], None));
    }
}
