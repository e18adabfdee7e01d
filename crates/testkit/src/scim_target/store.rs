//! The objects of one kind: kept as the bytes that are sent; users with an index by user name, and all with one by
//! external id.
use std::collections::{BTreeMap, HashMap};

use bytes::Bytes;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::options::IdStyle;

/// Kinds of objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Kind {
    #[default]
    User,
    Group,
}

impl Kind {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Group => "Group",
        }
    }

    pub(super) const fn collection(self) -> &'static str {
        match self {
            Self::User => "/Users",
            Self::Group => "/Groups",
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Store {
    kind: Kind,
    ids: IdStyle,
    /// By number, which is the order of creation and the lower half of the id.
    bodies: BTreeMap<u64, Bytes>,
    /// Lower-cased user name to number.
    names: HashMap<String, u64>,
    /// Lower-cased external id to numbers.
    externals: HashMap<String, Vec<u64>>,
    last: u64,
}

/// Why an account was not stored.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NotStored {
    NoUserName,
    Taken,
    Gone,
}

/// What an object is found by.
#[derive(Debug)]
struct Keys {
    /// In small letters.
    name: Option<String>,
    /// As it is written.
    shown: Option<String>,
    external: Option<String>,
}

impl Store {
    pub(super) fn new(kind: Kind, ids: IdStyle) -> Self {
        let ids = if kind == Kind::Group && ids == IdStyle::UserName { IdStyle::Uuid } else { ids };
        Self { kind, ids, ..Self::default() }
    }

    pub(super) fn len(&self) -> usize {
        self.bodies.len()
    }

    pub(super) fn bodies(&self) -> impl DoubleEndedIterator<Item = &Bytes> {
        self.bodies.values()
    }

    /// Objects with a higher number than this, with their numbers.
    pub(super) fn behind(&self, number: u64) -> impl Iterator<Item = (u64, &Bytes)> {
        self.bodies.range(number.saturating_add(1)..).map(|(number, body)| (*number, body))
    }

    pub(super) fn get(&self, id: &str) -> Option<&Bytes> {
        self.bodies.get(&self.number_of(id)?)
    }

    pub(super) fn find_by_user_name(&self, name: &str) -> Option<Bytes> {
        self.bodies.get(self.names.get(&name.to_lowercase())?).cloned()
    }

    pub(super) fn find_by_external_id(&self, external: &str) -> Vec<Bytes> {
        let numbers = self.externals.get(&external.to_lowercase()).map_or(&[][..], Vec::as_slice);
        numbers.iter().filter_map(|number| self.bodies.get(number)).cloned().collect()
    }

    pub(super) fn insert(&mut self, body: Value) -> Result<(String, Bytes), NotStored> {
        let keys = self.keys_of(&body)?;
        let kind = self.kind;
        self.insert_with(keys, |id| with_id(body, id, kind))
    }

    /// Stores an account in the very bytes that a client sent, which is what makes this server fast. `sent` is what
    /// was read in them.
    pub(super) fn insert_sent(&mut self, sent: &Sent, body: &[u8]) -> Result<(String, Bytes), NotStored> {
        let keys = self.keys(sent.user_name.as_deref(), sent.external_id.as_str())?;
        let kind = self.kind;
        self.insert_with(keys, |id| splice_id(body, id, kind))
    }

    /// Stores the same once more, under an id of its own. It is in no index of names.
    pub(super) fn insert_twin(&mut self, stored: &Bytes) {
        let Ok(body) = serde_json::from_slice::<Value>(stored) else { return };
        let Ok(keys) = self.keys_of(&body) else { return };
        let kind = self.kind;
        // A name that is not looked at can't be taken.
        drop(self.insert_with(Keys { name: None, ..keys }, |id| with_id(body, id, kind)));
    }

    /// The first object whose `userName` or `displayName` is this.
    pub(super) fn find_by_name(&self, name: &str) -> Option<Bytes> {
        let has_name = |body: &&Bytes| {
            let body: Value = serde_json::from_slice(body).unwrap_or_default();
            body["userName"] == name || body["displayName"] == name
        };
        self.bodies().find(has_name).cloned()
    }

    fn insert_with(
        &mut self,
        keys: Keys,
        build: impl FnOnce(&Value) -> Bytes,
    ) -> Result<(String, Bytes), NotStored> {
        if keys.name.as_ref().is_some_and(|name| self.names.contains_key(name)) {
            return Err(NotStored::Taken);
        }
        self.last += 1;
        let number = self.last;
        let id = self.id_of(number, keys.shown.as_deref());
        let stored = build(&id);
        self.index(keys, number);
        self.bodies.insert(number, stored.clone());
        Ok((text_of(&id), stored))
    }

    /// Puts `body` in the place of what is there.
    pub(super) fn replace(&mut self, id: &str, body: Value) -> Result<Bytes, NotStored> {
        let number = self.number_of(id).ok_or(NotStored::Gone)?;
        let old = self.bodies.get(&number).ok_or(NotStored::Gone)?;
        let old_keys = serde_json::from_slice(old).ok().and_then(|old| self.keys_of(&old).ok());
        let keys = self.keys_of(&body)?;
        if keys.name.as_ref().and_then(|name| self.names.get(name)).is_some_and(|holder| *holder != number) {
            return Err(NotStored::Taken);
        }
        if let Some(keys) = old_keys {
            self.forget(&keys, number);
        }
        let stored = with_id(body, &self.id_of(number, keys.shown.as_deref()), self.kind);
        self.index(keys, number);
        self.bodies.insert(number, stored.clone());
        Ok(stored)
    }

    pub(super) fn remove(&mut self, id: &str) -> bool {
        let Some(number) = self.number_of(id) else { return false };
        let Some(body) = self.bodies.remove(&number) else { return false };
        if let Some(keys) = serde_json::from_slice(&body).ok().and_then(|body| self.keys_of(&body).ok()) {
            self.forget(&keys, number);
        }
        true
    }

    /// Takes back what [`Self::bodies`] gave, ids included.
    pub(super) fn restore(&mut self, body: &Value) -> bool {
        let number = match (&body["id"], self.ids) {
            (Value::String(id), IdStyle::Uuid | IdStyle::Odd) => self.number_of(id),
            (Value::Number(id), IdStyle::Number) => id.as_u64(),
            (_, IdStyle::UserName) => Some(self.last + 1),
            _ => None,
        };
        let (Some(number), Ok(keys)) = (number, self.keys_of(body)) else { return false };
        let taken = keys.name.as_ref().is_some_and(|name| self.names.contains_key(name));
        if taken || self.bodies.contains_key(&number) {
            return false;
        }
        self.last = self.last.max(number);
        self.index(keys, number);
        self.bodies.insert(number, Bytes::from(body.to_string()));
        true
    }

    fn index(&mut self, keys: Keys, number: u64) {
        if let Some(name) = keys.name {
            self.names.insert(name, number);
        }
        if let Some(external) = keys.external {
            self.externals.entry(external).or_default().push(number);
        }
    }

    fn forget(&mut self, keys: &Keys, number: u64) {
        if let Some(name) = &keys.name {
            self.names.remove(name);
        }
        let Some(external) = &keys.external else { return };
        if let Some(numbers) = self.externals.get_mut(external) {
            numbers.retain(|other| *other != number);
            if numbers.is_empty() {
                self.externals.remove(external);
            }
        }
    }

    fn keys_of(&self, body: &Value) -> Result<Keys, NotStored> {
        self.keys(body["userName"].as_str(), body["externalId"].as_str())
    }

    fn keys(&self, user_name: Option<&str>, external: Option<&str>) -> Result<Keys, NotStored> {
        let external = external.map(str::to_lowercase);
        match (self.kind, user_name) {
            (Kind::Group, _) => Ok(Keys { name: None, shown: None, external }),
            (Kind::User, Some(name)) if !name.trim().is_empty() => {
                Ok(Keys { name: Some(name.to_lowercase()), shown: Some(name.to_owned()), external })
            }
            (Kind::User, _) => Err(NotStored::NoUserName),
        }
    }

    fn id_of(&self, number: u64, name: Option<&str>) -> Value {
        match (self.ids, name) {
            (IdStyle::Number, _) => json!(number),
            (IdStyle::UserName, Some(name)) => json!(name),
            (IdStyle::Odd, _) => json!(format!("{ODD}{number}")),
            _ => json!(Uuid::from_u64_pair(self.high(), LOW | number).to_string()),
        }
    }

    fn number_of(&self, id: &str) -> Option<u64> {
        match self.ids {
            IdStyle::Number => id.parse().ok(),
            IdStyle::Odd => id.strip_prefix(ODD)?.parse().ok(),
            IdStyle::UserName => self.names.get(&id.to_lowercase()).copied(),
            IdStyle::Uuid => {
                let (high, low) = Uuid::parse_str(id).ok()?.as_u64_pair();
                (high == self.high() && low & LOW != 0).then_some(low & !LOW)
            }
        }
    }

    const fn high(&self) -> u64 {
        match self.kind {
            Kind::User => HIGH,
            Kind::Group => HIGH | 1 << 32,
        }
    }
}

/// What has to be known of an account that a client sends, to store it as it is.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Sent {
    #[serde(default)]
    user_name: Option<String>,
    #[serde(default)]
    external_id: Value,
    #[serde(default)]
    pub(super) active: Value,
    #[serde(default)]
    id: Option<IgnoredAny>,
    #[serde(default)]
    meta: Option<IgnoredAny>,
}

impl Sent {
    /// Whether it has members that are the server's own.
    pub(super) fn oversteps(&self) -> bool {
        self.id.is_some() || self.meta.is_some()
    }
}

/// What [`IdStyle::Odd`] ids begin with.
const ODD: &str = "a/b?c#";
const HIGH: u64 = 0x5ca1_ab1e_0000_4000;
const LOW: u64 = 0x8000_0000_0000_0000;

/// An id as it stands in a path.
fn text_of(id: &Value) -> String {
    id.as_str().map_or_else(|| id.to_string(), str::to_owned)
}

/// The client's object with the server's own members before its closing brace.
fn splice_id(body: &[u8], id: &Value, kind: Kind) -> Bytes {
    let open = body.trim_ascii_end().strip_suffix(b"}").unwrap_or(body);
    let tail = format!(",\"id\":{id},\"meta\":{{\"resourceType\":\"{}\"}}}}", kind.name());
    Bytes::from([open, tail.as_bytes()].concat())
}

/// The account as it is sent: what the client gave, with the server's own id and meta.
fn with_id(body: Value, id: &Value, kind: Kind) -> Bytes {
    let mut stored = Map::new();
    stored.insert("id".to_owned(), id.clone());
    if let Value::Object(members) = body {
        stored.extend(members.into_iter().filter(|(name, _)| name != "id" && name != "meta"));
    }
    stored.insert("meta".to_owned(), json!({ "resourceType": kind.name() }));
    serde_json::to_vec(&stored).map(Bytes::from).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_names_are_unique_without_regard_to_case() {
        let mut accounts = Store::default();
        let (id, _) = accounts.insert(json!({"userName": "Kim"})).unwrap();
        assert_eq!(accounts.insert(json!({"userName": "kIM"})), Err(NotStored::Taken));
        assert_eq!(accounts.insert(json!({"userName": " "})), Err(NotStored::NoUserName));
        assert!(accounts.replace(&id, json!({"userName": "kim"})).is_ok());
        accounts.replace(&id, json!({"userName": "Lee"})).unwrap();
        assert!(accounts.find_by_user_name("KIM").is_none());
        assert!(accounts.find_by_user_name("LEE").is_some());
        assert!(accounts.remove(&id) && !accounts.remove(&id));
        assert!(accounts.insert(json!({"userName": "lee"})).is_ok());
    }

    #[test]
    fn external_ids_find_all_who_have_them_and_nobody_who_had() {
        let mut users = Store::default();
        let body = |name: &str| json!({"userName": name, "externalId": "Kim"});
        let (id, _) = users.insert(body("a")).unwrap();
        users.insert(body("b")).unwrap();
        assert_eq!(users.find_by_external_id("kim").len(), 2);
        users.replace(&id, json!({"userName": "a", "externalId": "Lee"})).unwrap();
        assert_eq!((users.find_by_external_id("KIM").len(), users.find_by_external_id("lee").len()), (1, 1));
        users.remove(&id);
        assert!(users.find_by_external_id("Lee").is_empty());
    }

    #[test]
    fn an_id_that_is_the_user_name_changes_with_it() {
        let mut users = Store::new(Kind::User, IdStyle::UserName);
        let (id, _) = users.insert(json!({"userName": "kim"})).unwrap();
        assert_eq!(id, "kim");
        users.replace("kim", json!({"userName": "lee"})).unwrap();
        assert!(users.get("kim").is_none() && users.get("lee").is_some());
    }

    #[test]
    fn an_account_that_is_stored_as_it_was_sent_is_the_same_one() {
        let body = br#" {"userName": "Kim", "emails": [{"value": "}"}] } "#;
        let sent: Sent = serde_json::from_slice(body).unwrap();
        let (id, stored) = Store::default().insert_sent(&sent, body).unwrap();
        let stored: Value = serde_json::from_slice(&stored).unwrap();
        let (_, other) = Store::default().insert(serde_json::from_slice(body).unwrap()).unwrap();
        assert_eq!(stored, serde_json::from_slice::<Value>(&other).unwrap());
        assert_eq!(stored["id"], id.as_str());
        assert!(serde_json::from_str::<Sent>(r#"{"userName": "a", "meta": {}}"#).unwrap().oversteps());
    }

    #[test]
    fn restored_accounts_keep_their_ids_and_new_ones_get_others() {
        let mut first = Store::default();
        let (id, body) = first.insert(json!({"userName": "kim"})).unwrap();
        let mut second = Store::default();
        assert!(second.restore(&serde_json::from_slice(&body).unwrap()));
        assert!(second.get(&id).is_some());
        assert_ne!(second.insert(json!({"userName": "lee"})).unwrap().0, id);
    }
}
