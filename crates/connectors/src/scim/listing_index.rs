//! What a connector has learned about a target that can't be asked by value.
//!
//! The index holds no objects, only where values were seen. A hit is read again before it counts, so an index that is
//! behind never brings a wrong match. What this connector creates or changes is in it at once; what others make
//! is found after the index has run out, which it does the sooner the quicker it was made.
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use purser_domain::object::ObjectKind;
use purser_domain::path::TargetPath;
use serde_json::Value;

use super::compare::{keys_of, values_at};

/// An index is good for so many times as long as it took to make, …
const WORTH: u32 = 20;
/// … but never for less …
const MIN_AGE: Duration = Duration::from_secs(2);
/// … nor for longer.
const MAX_AGE: Duration = Duration::from_secs(600);
/// How many attributes are indexed; only a mapping with as many matching rows has more.
const MAX_INDEXES: usize = 8;
/// How many values an index has room for.
const MAX_KEYS: usize = 200_000;

type Key = (ObjectKind, String);

/// What was learned; shared by all verbs of a connector.
#[derive(Debug, Default)]
pub(super) struct ListingIndex {
    inner: Mutex<Inner>,
    users: tokio::sync::Mutex<()>,
    groups: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Inner {
    unfilterable: HashSet<Key>,
    indexes: HashMap<Key, Index>,
}

#[derive(Debug)]
struct Index {
    path: TargetPath,
    ids: HashMap<String, Vec<String>>,
    /// `None` while the listing is under way.
    good_until: Option<Instant>,
}

/// An index under way. Unless it is kept, it goes when this is dropped.
#[derive(Debug)]
pub(super) struct Draft<'a> {
    index: &'a ListingIndex,
    key: Key,
    started: Instant,
    ids: HashMap<String, Vec<String>>,
    kept: bool,
}

fn key(kind: ObjectKind, path: &TargetPath) -> Key {
    (kind, path.as_str().to_lowercase())
}

impl ListingIndex {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn is_unfilterable(&self, kind: ObjectKind, path: &TargetPath) -> bool {
        let inner = self.inner();
        !inner.unfilterable.is_empty() && inner.unfilterable.contains(&key(kind, path))
    }

    pub(super) fn learn_unfilterable(&self, kind: ObjectKind, path: &TargetPath) {
        let mut inner = self.inner();
        if inner.unfilterable.len() < MAX_INDEXES * 8 {
            inner.unfilterable.insert(key(kind, path));
        }
    }

    /// Waits until no other caller is listing objects of this kind.
    pub(super) async fn take_turn(&self, kind: ObjectKind) -> tokio::sync::MutexGuard<'_, ()> {
        match kind {
            ObjectKind::User => self.users.lock().await,
            ObjectKind::Group => self.groups.lock().await,
        }
    }

    /// The objects that may have this value; `None` when there is no index that can be relied on.
    pub(super) fn look_up(&self, kind: ObjectKind, path: &TargetPath, value: &Value) -> Option<Vec<String>> {
        let mut inner = self.inner();
        let key = key(kind, path);
        let index = inner.indexes.get(&key)?;
        if index.good_until? < Instant::now() {
            inner.indexes.remove(&key);
            return None;
        }
        let mut ids: Vec<String> = Vec::new();
        for key in keys_of(value) {
            for id in index.ids.get(&key).into_iter().flatten() {
                if !ids.contains(id) {
                    ids.push(id.clone());
                }
            }
        }
        Some(ids)
    }

    /// Begins an index. What is noted from now on is in it.
    pub(super) fn begin(&self, kind: ObjectKind, path: &TargetPath) -> Draft<'_> {
        let mut inner = self.inner();
        let key = key(kind, path);
        if inner.indexes.len() >= MAX_INDEXES {
            inner.indexes.clear();
        }
        let index = Index { path: path.clone(), ids: HashMap::new(), good_until: None };
        inner.indexes.insert(key.clone(), index);
        Draft { index: self, key, started: Instant::now(), ids: HashMap::new(), kept: false }
    }

    /// Notes values that an object of ours has now.
    pub(super) fn note(&self, kind: ObjectKind, body: &Value, id: &str) {
        let mut inner = self.inner();
        for (_, index) in inner.indexes.iter_mut().filter(|(key, _)| key.0 == kind) {
            for value in values_at(&index.path, body) {
                for key in keys_of(value) {
                    add(&mut index.ids, key, id);
                }
            }
        }
    }
}

impl Draft<'_> {
    pub(super) fn add(&mut self, keys: Vec<String>, id: &str) {
        for key in keys {
            add(&mut self.ids, key, id);
        }
    }

    /// Everything is listed.
    pub(super) fn keep(mut self) {
        self.kept = true;
        let mut inner = self.index.inner();
        // Another caller may have had to make room.
        let Some(index) = inner.indexes.get_mut(&self.key) else { return };
        for (key, ids) in self.ids.drain() {
            for id in ids {
                add(&mut index.ids, key.clone(), &id);
            }
        }
        if index.ids.len() >= MAX_KEYS {
            inner.indexes.remove(&self.key);
            return;
        }
        let age = (self.started.elapsed() * WORTH).clamp(MIN_AGE, MAX_AGE);
        index.good_until = Some(Instant::now() + age);
    }
}

impl Drop for Draft<'_> {
    fn drop(&mut self) {
        if !self.kept {
            self.index.inner().indexes.remove(&self.key);
        }
    }
}

fn add(ids: &mut HashMap<String, Vec<String>>, key: String, id: &str) {
    if ids.len() >= MAX_KEYS && !ids.contains_key(&key) {
        return;
    }
    let list = ids.entry(key).or_default();
    if !list.iter().any(|known| known == id) {
        list.push(id.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_made_while_others_are_listed_is_in_the_index() {
        let (index, path) = (ListingIndex::default(), TargetPath::parse("userName").unwrap());
        let look = |name: &str| index.look_up(ObjectKind::User, &path, &json!(name));
        let mut draft = index.begin(ObjectKind::User, &path);
        assert_eq!(look("kim"), None);
        index.note(ObjectKind::User, &json!({"userName": "Kim"}), "1");
        index.note(ObjectKind::Group, &json!({"userName": "kim"}), "9");
        draft.add(keys_of(&json!("lee")), "2");
        draft.keep();
        assert_eq!(
            (look("kim"), look("LEE"), look("x")),
            (Some(vec!["1".into()]), Some(vec!["2".into()]), Some(vec![]))
        );
        index.note(ObjectKind::User, &json!({"USERNAME": "x"}), "3");
        assert_eq!(look("x"), Some(vec!["3".into()]));
    }

    #[test]
    fn an_index_that_was_given_up_is_none() {
        let (index, path) = (ListingIndex::default(), TargetPath::parse("userName").unwrap());
        drop(index.begin(ObjectKind::User, &path));
        assert_eq!(index.look_up(ObjectKind::User, &path, &json!("x")), None);
    }
}
