//! How one key of a document is read and written.
//!
//! A [`Field`] is both ways of one modelled key. [`Reading`] takes the fields out of an object and leaves
//! the rest as `extra`, together with every modelled key whose value we would have written differently;
//! [`Writing`] puts that spelling back while it still reads as the same value. That one rule is why nothing
//! is lost on the way there and back.
use super::error::{Place, Report};
use serde_json::{Map, Value as Json, json};

/// Where `extra` remembers the modelled keys that a document left out. Never written to a document, and
/// left out of one that has it.
const OMITTED: &str = "@purser.omitted";

/// One key, both ways.
pub(super) struct Field<T> {
    pub(super) key: &'static str,
    /// From what stands there; `None` when the key is missing. An error is the end of a sentence that
    /// begins with the key.
    pub(super) read: fn(Option<&Json>) -> Result<T, String>,
    /// What we would write; `None` to leave the key out.
    pub(super) write: fn(&T) -> Option<Json>,
}

/// A key that Graph always writes and that we don't interpret: only an unusual value is kept.
pub(super) const fn usual(key: &'static str, write: fn(&()) -> Option<Json>) -> Field<()> {
    Field { key, read: |_| Ok(()), write }
}

/// Of nearly everything in a document.
pub(super) const METADATA: Field<()> = usual("metadata", |()| Some(json!([])));

/// What an item of a list is called in a sentence about it, read before anything is checked.
pub(super) fn peek<'a>(json: &'a Json, key: &str) -> &'a str {
    json.get(key).and_then(Json::as_str).unwrap_or_default()
}

/// Reads the items of a list at their places, and leaves out those that can't be. `called` is what an item is called in
/// sentences, and the key of its own name.
pub(super) fn read_items<T>(
    parent: Option<&Place<'_>>,
    key: &str,
    called: (&'static str, &str),
    items: &[Json],
    mut read: impl FnMut(&Json, &Place<'_>) -> Option<T>,
) -> Vec<T> {
    let read = |(at, item)| read(item, &Place::item(parent, key, at, called.0, peek(item, called.1)));
    items.iter().enumerate().filter_map(read).collect()
}

/// An object that is being read.
pub(super) struct Reading<'a> {
    object: &'a Map<String, Json>,
    place: Option<&'a Place<'a>>,
    taken: Vec<&'static str>,
    omitted: Vec<Json>,
}

impl<'a> Reading<'a> {
    /// Begins to read; `None`, with a fault noted, when it is no object.
    pub(super) fn begin(json: &'a Json, place: Option<&'a Place<'a>>, report: &mut Report) -> Option<Self> {
        let Json::Object(object) = json else {
            report.add(place, "", &format!("an object must stand here, not {}.", describe(json)));
            return None;
        };
        Some(Self { object, place, taken: Vec::new(), omitted: Vec::new() })
    }

    /// Reads a field; `None`, with a fault noted, when it can't be.
    pub(super) fn read<T>(&mut self, field: &Field<T>, report: &mut Report) -> Option<T> {
        match (field.read)(self.object.get(field.key)) {
            Ok(value) => {
                self.note(field, &value);
                Some(value)
            }
            Err(message) => {
                report.add(self.place, field.key, &format!("{} {message}", field.key));
                None
            }
        }
    }

    /// Reads a field with another function, one that notes faults at places below this one.
    pub(super) fn read_with<T>(
        &mut self,
        field: &Field<T>,
        read: impl FnOnce(Option<&'a Json>) -> Option<T>,
    ) -> Option<T> {
        let value = read(self.object.get(field.key))?;
        self.note(field, &value);
        Some(value)
    }

    /// Notes how a key was spelt.
    fn note<T>(&mut self, field: &Field<T>, value: &T) {
        let raw = self.object.get(field.key);
        if raw == (field.write)(value).as_ref() {
            self.taken.push(field.key);
        } else if raw.is_none() {
            self.omitted.push(field.key.into());
        }
    }

    /// Reads a list; a missing one and null are empty.
    pub(super) fn read_list(&mut self, key: &'static str, report: &mut Report) -> &'a [Json] {
        match self.object.get(key) {
            Some(Json::Array(items)) => {
                self.taken.push(key);
                items
            }
            Some(Json::Null) => &[],
            Some(other) => {
                let message = format!("{key} must be a list, but is {}.", describe(other));
                report.add(self.place, key, &message);
                &[]
            }
            None => {
                self.omitted.push(key.into());
                &[]
            }
        }
    }

    /// Leaves a key out for good.
    pub(super) fn drop_key(&mut self, key: &'static str) {
        self.taken.push(key);
    }

    /// What is left.
    pub(super) fn finish(self) -> Map<String, Json> {
        let kept = |key: &str| key != OMITTED && !self.taken.contains(&key);
        let entries = self.object.iter().filter(|(key, _)| kept(key));
        let mut extra: Map<String, Json> = entries.map(|(key, value)| (key.clone(), value.clone())).collect();
        if !self.omitted.is_empty() {
            extra.insert(OMITTED.to_owned(), Json::Array(self.omitted));
        }
        extra
    }
}

/// An object that is being written.
pub(super) struct Writing<'a> {
    extra: &'a Map<String, Json>,
    omitted: &'a [Json],
    written: Vec<&'static str>,
    object: Map<String, Json>,
}

impl<'a> Writing<'a> {
    /// Begins to write an object with this `extra`.
    pub(super) fn begin(extra: &'a Map<String, Json>) -> Self {
        let omitted = extra.get(OMITTED).and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
        Self { extra, omitted, written: Vec::new(), object: Map::new() }
    }

    /// Writes a field: as it was spelt, if that still reads as the value, else as we spell it.
    pub(super) fn write<T: PartialEq>(&mut self, field: &Field<T>, value: &T) {
        self.written.push(field.key);
        let means = |raw: Option<&Json>| (field.read)(raw).as_ref() == Ok(value);
        let kept = self.extra.get(field.key);
        let json = match kept {
            Some(raw) if means(Some(raw)) => Some(raw.clone()),
            None if self.was_omitted(field.key) && means(None) => None,
            _ => (field.write)(value),
        };
        if let Some(json) = json {
            self.object.insert(field.key.to_owned(), json);
        }
    }

    /// Writes a list; an empty one is left out, or null, if it was before.
    pub(super) fn write_list(&mut self, key: &'static str, items: Vec<Json>) {
        self.written.push(key);
        let json = match self.extra.get(key) {
            Some(Json::Null) if items.is_empty() => Json::Null,
            None if items.is_empty() && self.was_omitted(key) => return,
            _ => Json::Array(items),
        };
        self.object.insert(key.to_owned(), json);
    }

    /// The object, with the rest of `extra`.
    pub(super) fn finish(mut self) -> Json {
        let rest = self.extra.iter().filter(|(key, _)| {
            let key = key.as_str();
            key != OMITTED && !self.written.contains(&key)
        });
        self.object.extend(rest.map(|(key, value)| (key.clone(), value.clone())));
        Json::Object(self.object)
    }

    fn was_omitted(&self, key: &str) -> bool {
        self.omitted.iter().any(|omitted| omitted == key)
    }
}

/// What kind of JSON it is, with its article.
pub(super) fn describe(json: &Json) -> &'static str {
    match json {
        Json::Null => "null",
        Json::Bool(_) => "true or false",
        Json::Number(_) => "a number",
        Json::String(_) => "a text",
        Json::Array(_) => "a list",
        Json::Object(_) => "an object",
    }
}
