//! Where in a gallery file something stands.
//!
//! A place is written as in `unverified`: keys with dots between them, and elements of a list by their number from 0,
//! such as `user.mapping[3].to`.
use toml::Spanned;
use toml::de::{DeTable, DeValue, Error};

/// A file's text with the places of its keys.
pub(super) struct Lines<'t> {
    text: &'t str,
    root: Spanned<DeTable<'t>>,
}

impl<'t> Lines<'t> {
    /// Reads the keys of a TOML text.
    pub(super) fn parse(text: &'t str) -> Result<Self, Error> {
        Ok(Self { text, root: DeTable::parse(text)? })
    }

    /// The line of a place, or of the innermost one around it that the file has.
    pub(super) fn find(&self, place: &str) -> u32 {
        line_at(self.text.as_bytes(), self.walk(place).0)
    }

    /// The line of a key in a table at the top, whatever characters the key has.
    pub(super) fn find_key(&self, table: &str, key: &str) -> u32 {
        let inner = self.root.get_ref().iter().find(|(name, _)| name.get_ref() == table);
        let found = inner.and_then(|(_, value)| match value.get_ref() {
            DeValue::Table(inner) => inner.iter().find(|(name, _)| name.get_ref() == key),
            _ => None,
        });
        found.map_or_else(|| self.find(table), |(key, _)| line_at(self.text.as_bytes(), key.span().start))
    }

    /// Whether the file has this place.
    pub(super) fn has(&self, place: &str) -> bool {
        self.walk(place).1
    }

    /// Where a place begins, and whether it is there itself.
    fn walk(&self, place: &str) -> (usize, bool) {
        let mut table = Some(self.root.get_ref());
        let mut found = 0;
        for step in place.split('.') {
            let (name, index) = match step.strip_suffix(']').and_then(|step| step.split_once('[')) {
                Some((name, index)) => (name, Some(index)),
                None => (step, None),
            };
            let entry = table.and_then(|table| table.iter().find(|(key, _)| key.get_ref() == name));
            let Some((key, mut value)) = entry else { return (found, false) };
            found = key.span().start;
            if let Some(index) = index {
                let DeValue::Array(list) = value.get_ref() else { return (found, false) };
                let Some(element) = index.parse().ok().and_then(|at: usize| list.get(at)) else {
                    return (found, false);
                };
                found = element.span().start;
                value = element;
            }
            table = match value.get_ref() {
                DeValue::Table(inner) => Some(inner),
                _ => None,
            };
        }
        (found, true)
    }
}

/// The line of a byte, from 1.
pub(super) fn line_at(text: &[u8], offset: usize) -> u32 {
    let before = text.iter().take(offset).filter(|byte| **byte == b'\n').count();
    u32::try_from(before).unwrap_or(u32::MAX).saturating_add(1)
}
