//! What of an object an answer shows.
use std::hash::{DefaultHasher, Hash, Hasher};

use bytes::Bytes;
use serde_json::Value;

use super::list::Query;
use super::options::MembersShown;
use super::state::State;
use super::store::Kind;

/// Which attributes a client asked for, in small letters.
#[derive(Debug, Default)]
pub(super) struct Asked {
    only: Option<Vec<String>>,
    without: Vec<String>,
}

impl Asked {
    pub(super) fn read(query: Query<'_>) -> Self {
        let names = |name: &str| {
            let text = query.text(name).filter(|text| !text.is_empty())?;
            let plain = |name: &str| {
                let name = name.trim().rsplit(':').next().unwrap_or_default();
                name.split(['.', '[']).next().unwrap_or_default().to_ascii_lowercase()
            };
            Some(text.split(',').map(plain).collect::<Vec<_>>())
        };
        Self { only: names("attributes"), without: names("excludedAttributes").unwrap_or_default() }
    }

    fn is_nothing(&self) -> bool {
        self.only.is_none() && self.without.is_empty()
    }

    fn names_members(&self) -> bool {
        self.only.as_ref().is_some_and(|only| only.iter().any(|name| name == "members"))
    }
}

/// The object as it is sent.
pub(super) fn object(state: &State, kind: Kind, stored: &Bytes, asked: &Asked) -> Bytes {
    let (answers, read) = (&state.options.answers, state.options.groups.read);
    let hides = kind == Kind::Group
        && match read {
            MembersShown::Always => false,
            MembersShown::OnRequest => !asked.names_members(),
            MembersShown::ByFilter | MembersShown::Never => true,
        };
    if answers.meta && answers.schemas && answers.hides.is_empty() && !hides && asked.is_nothing() {
        return stored.clone();
    }
    let Ok(Value::Object(mut body)) = serde_json::from_slice(stored) else { return stored.clone() };
    body.retain(|name, _| {
        let name = name.to_ascii_lowercase();

        match name.as_str() {
            "meta" if !answers.meta => false,
            "schemas" if !answers.schemas => false,
            "members" if hides => false,
            name if answers.hides.iter().any(|hidden| hidden.eq_ignore_ascii_case(name)) => false,
            "id" | "schemas" => true,
            name if name.starts_with("urn:") => true,
            name => {
                !asked.without.iter().any(|other| other == name)
                    && asked.only.as_ref().is_none_or(|only| only.iter().any(|other| other == name))
            }
        }
    });
    serde_json::to_vec(&body).map_or_else(|_| stored.clone(), Bytes::from)
}

/// The version of an object: another one whenever it differs.
pub(super) fn version(stored: &Bytes) -> String {
    let mut hasher = DefaultHasher::new();
    stored.hash(&mut hasher);
    format!("W/\"{:x}\"", hasher.finish())
}
