//! The accounts: kept as the bytes that are sent, with an index by user name.
use std::collections::{BTreeMap, HashMap};

use bytes::Bytes;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value, json};
use uuid::Uuid;

#[derive(Debug, Default)]
pub(super) struct Accounts {
    /// By number, which is the order of creation and the lower half of the id.
    bodies: BTreeMap<u64, Bytes>,
    /// Lower-cased user name to number.
    names: HashMap<String, u64>,
    last: u64,
}

/// Why an account was not stored.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NotStored {
    NoUserName,
    Taken,
    Gone,
}

impl Accounts {
    pub(super) fn len(&self) -> usize {
        self.bodies.len()
    }

    pub(super) fn bodies(&self) -> impl DoubleEndedIterator<Item = &Bytes> {
        self.bodies.values()
    }

    pub(super) fn get(&self, id: &str) -> Option<&Bytes> {
        self.bodies.get(&number_of(id)?)
    }

    pub(super) fn find_by_user_name(&self, name: &str) -> Option<Bytes> {
        self.bodies.get(self.names.get(&name.to_lowercase())?).cloned()
    }

    pub(super) fn insert(&mut self, body: Value) -> Result<(String, Bytes), NotStored> {
        let key = key_of(&body)?;
        self.insert_with(key, |id| with_id(body, id))
    }

    /// Stores an account in the very bytes that a client sent, which is what makes this server fast. `sent` is what
    /// was read in them.
    pub(super) fn insert_sent(&mut self, sent: &Sent, body: &[u8]) -> Result<(String, Bytes), NotStored> {
        let key = key(sent.user_name.as_deref())?;
        self.insert_with(key, |id| splice_id(body, id))
    }

    fn insert_with(
        &mut self,
        key: String,
        build: impl FnOnce(&str) -> Bytes,
    ) -> Result<(String, Bytes), NotStored> {
        if self.names.contains_key(&key) {
            return Err(NotStored::Taken);
        }
        self.last += 1;
        let number = self.last;
        let id = id_of(number);
        let stored = build(&id);
        self.names.insert(key, number);
        self.bodies.insert(number, stored.clone());
        Ok((id, stored))
    }

    /// Puts `body` in the place of what is there.
    pub(super) fn replace(&mut self, id: &str, body: Value) -> Result<Bytes, NotStored> {
        let number = number_of(id).ok_or(NotStored::Gone)?;
        let old = self.bodies.get(&number).ok_or(NotStored::Gone)?;
        let old_key = serde_json::from_slice(old).ok().and_then(|old| key_of(&old).ok());
        let key = key_of(&body)?;
        if self.names.get(&key).is_some_and(|holder| *holder != number) {
            return Err(NotStored::Taken);
        }
        if let Some(old_key) = old_key {
            self.names.remove(&old_key);
        }
        let stored = with_id(body, id);
        self.names.insert(key, number);
        self.bodies.insert(number, stored.clone());
        Ok(stored)
    }

    pub(super) fn remove(&mut self, id: &str) -> bool {
        let Some(body) = number_of(id).and_then(|number| self.bodies.remove(&number)) else { return false };
        if let Some(key) = serde_json::from_slice(&body).ok().and_then(|body| key_of(&body).ok()) {
            self.names.remove(&key);
        }
        true
    }

    /// Takes back what [`Self::bodies`] gave, ids included.
    pub(super) fn restore(&mut self, body: &Value) -> bool {
        let (Some(number), Ok(key)) = (body["id"].as_str().and_then(number_of), key_of(body)) else {
            return false;
        };
        if self.names.contains_key(&key) || self.bodies.contains_key(&number) {
            return false;
        }
        self.last = self.last.max(number);
        self.names.insert(key, number);
        self.bodies.insert(number, Bytes::from(body.to_string()));
        true
    }
}

/// What has to be known of an account that a client sends, to store it as it is.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Sent {
    #[serde(default)]
    user_name: Option<String>,
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

fn key_of(body: &Value) -> Result<String, NotStored> {
    key(body["userName"].as_str())
}

fn key(user_name: Option<&str>) -> Result<String, NotStored> {
    match user_name {
        Some(name) if !name.trim().is_empty() => Ok(name.to_lowercase()),
        _ => Err(NotStored::NoUserName),
    }
}

const HIGH: u64 = 0x5ca1_ab1e_0000_4000;
const LOW: u64 = 0x8000_0000_0000_0000;

fn id_of(number: u64) -> String {
    Uuid::from_u64_pair(HIGH, LOW | number).to_string()
}

fn number_of(id: &str) -> Option<u64> {
    let (high, low) = Uuid::parse_str(id).ok()?.as_u64_pair();
    (high == HIGH && low & LOW != 0).then_some(low & !LOW)
}

/// The client's object with the server's own members before its closing brace.
fn splice_id(body: &[u8], id: &str) -> Bytes {
    let open = body.trim_ascii_end().strip_suffix(b"}").unwrap_or(body);
    let tail = format!(",\"id\":\"{id}\",\"meta\":{{\"resourceType\":\"User\"}}}}");
    Bytes::from([open, tail.as_bytes()].concat())
}

/// The account as it is sent: what the client gave, with the server's own id and meta.
fn with_id(body: Value, id: &str) -> Bytes {
    let mut stored = Map::new();
    stored.insert("id".to_owned(), json!(id));
    if let Value::Object(members) = body {
        stored.extend(members.into_iter().filter(|(name, _)| name != "id" && name != "meta"));
    }
    stored.insert("meta".to_owned(), json!({ "resourceType": "User" }));
    serde_json::to_vec(&stored).map(Bytes::from).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_names_are_unique_without_regard_to_case() {
        let mut accounts = Accounts::default();
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
    fn an_account_that_is_stored_as_it_was_sent_is_the_same_one() {
        let body = br#" {"userName": "Kim", "emails": [{"value": "}"}] } "#;
        let sent: Sent = serde_json::from_slice(body).unwrap();
        let (id, stored) = Accounts::default().insert_sent(&sent, body).unwrap();
        let stored: Value = serde_json::from_slice(&stored).unwrap();
        let (_, other) = Accounts::default().insert(serde_json::from_slice(body).unwrap()).unwrap();
        assert_eq!(stored, serde_json::from_slice::<Value>(&other).unwrap());
        assert_eq!(stored["id"], id.as_str());
        assert!(serde_json::from_str::<Sent>(r#"{"userName": "a", "meta": {}}"#).unwrap().oversteps());
    }

    #[test]
    fn restored_accounts_keep_their_ids_and_new_ones_get_others() {
        let mut first = Accounts::default();
        let (id, body) = first.insert(json!({"userName": "kim"})).unwrap();
        let mut second = Accounts::default();
        assert!(second.restore(&serde_json::from_slice(&body).unwrap()));
        assert!(second.get(&id).is_some());
        assert_ne!(second.insert(json!({"userName": "lee"})).unwrap().0, id);
    }
}
