//! The name that a mistyped one most likely means.

/// The candidate that a misspelt name most likely meant.
#[must_use]
pub fn find_nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // Enough for any real name; also bounds the work on a long one.
    let wanted: Vec<char> = name.chars().take(64).flat_map(char::to_lowercase).collect();
    candidates
        .map(|candidate| (distance(&wanted, &candidate.to_lowercase()), candidate))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, candidate)| *distance <= (candidate.len() / 3).max(1))
        .map(|(_, candidate)| candidate)
}

/// How many characters must be put in, left out, replaced, or swapped with the next one to get from one text
/// to the other: the mistakes of people who type.
fn distance(left: &[char], right: &str) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=left.len()).collect();
    let mut previous = None;
    for (at, character) in right.chars().enumerate() {
        let mut next = vec![at + 1];
        for column in 0..left.len() {
            let replaced = row[column] + usize::from(left[column] != character);
            let mut least = replaced.min(row[column + 1] + 1).min(next[column] + 1);
            let swapped = column > 0 && left[column - 1] == character && Some(left[column]) == previous;
            if let (true, Some(two_before)) = (swapped, before.get(column.wrapping_sub(1))) {
                least = least.min(two_before + 1);
            }
            next.push(least);
        }
        before = std::mem::replace(&mut row, next);
        previous = Some(character);
    }
    row[left.len()]
}
