//! What is wrong with a document, and where.

/// Most faults that are reported of one document.
const MAX_ERRORS: usize = 100;

/// Something in a document that can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} (at {})", if .pointer.is_empty() { "/" } else { .pointer })]
pub struct SchemaError {
    /// The place as a JSON pointer, RFC 6901.
    pub pointer: String,
    /// What is wrong, with the place in words: rule, object mapping, row.
    pub message: String,
}

/// A place in the document: an item of a list, below another place.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    parent: Option<&'a Place<'a>>,
    /// The list's key, such as `attributeMappings`.
    key: &'a str,
    at: usize,
    /// What the item is called, such as `row`, and its own name; may be empty.
    label: &'static str,
    name: &'a str,
}

impl<'a> Place<'a> {
    /// An item of a list.
    pub(super) fn item(
        parent: Option<&'a Place<'a>>,
        key: &'a str,
        at: usize,
        label: &'static str,
        name: &'a str,
    ) -> Self {
        Self { parent, key, at, label, name }
    }

    fn write_pointer(&self, pointer: &mut String) {
        if let Some(parent) = self.parent {
            parent.write_pointer(pointer);
        }
        for part in self.key.split('/') {
            push_key(pointer, part);
        }
        push_key(pointer, &self.at.to_string());
    }

    fn write_words(&self, words: &mut String) {
        if let Some(parent) = self.parent {
            parent.write_words(words);
            words.push_str(", ");
        }
        words.push_str(self.label);
        words.push(' ');
        words.push_str(&(self.at + 1).to_string());
        if !self.name.is_empty() {
            words.push_str(" (\"");
            words.push_str(&shorten(self.name));
            words.push_str("\")");
        }
    }
}

/// What was found wrong so far.
#[derive(Default)]
pub(super) struct Report {
    errors: Vec<SchemaError>,
}

impl Report {
    /// Notes a fault of a key at a place; without a key, of the place itself.
    pub(super) fn add(&mut self, place: Option<&Place<'_>>, key: &str, message: &str) {
        if self.is_full() {
            return;
        }
        let (mut pointer, mut words) = (String::new(), String::new());
        if let Some(place) = place {
            place.write_pointer(&mut pointer);
            place.write_words(&mut words);
            words.push_str(": ");
        }
        if !key.is_empty() {
            push_key(&mut pointer, key);
        }
        words.push_str(message);
        self.errors.push(SchemaError { pointer, message: capitalise(&words) });
    }

    /// Whether enough faults are known that looking for more is idle.
    pub(super) fn is_full(&self) -> bool {
        self.errors.len() >= MAX_ERRORS
    }

    /// Whether nothing is wrong so far.
    pub(super) fn is_empty(&self) -> bool {
        self.errors.is_empty()
    }

    /// The value, unless something is wrong.
    pub(super) fn finish<T>(self, value: T) -> Result<T, Vec<SchemaError>> {
        if self.errors.is_empty() { Ok(value) } else { Err(self.errors) }
    }
}

fn push_key(pointer: &mut String, key: &str) {
    pointer.push('/');
    pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
}

/// Enough of a text to recognise it by.
pub(super) fn shorten(text: &str) -> String {
    const LONGEST: usize = 60;
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    text.chars().take(LONGEST).chain(['…']).collect()
}

fn capitalise(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
