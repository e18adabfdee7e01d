//! Reading a profile: a setting that is not known or has a value that can't be is refused where it stands.
//!
//! Serde can read two structs from one table, but then knows neither which settings there are nor where one stands.
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{CommonProfile, Profile, ScimProfile};

impl<'de> Deserialize<'de> for Profile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Settings)
    }
}

struct Settings;

impl<'de> Visitor<'de> for Settings {
    type Value = Profile;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("struct Profile")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Profile, A::Error> {
        let mut settings = settings_of(&Profile::default());
        while let Some(name) = map.next_key_seed(Name(&settings))? {
            let value = map.next_value_seed(Setting(&name))?;
            settings.insert(name, value);
        }
        read(settings).map_err(A::Error::custom)
    }
}

/// The name of a setting, one of these.
struct Name<'s>(&'s Map<String, Value>);

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        let name = String::deserialize(deserializer)?;
        if self.0.contains_key(&name) {
            return Ok(name);
        }
        let known: Vec<String> = self.0.keys().map(|name| format!("`{name}`")).collect();
        Err(D::Error::custom(format!("unknown field `{name}`, expected one of {}", known.join(", "))))
    }
}

/// The value of this setting.
struct Setting<'s>(&'s str);

impl<'de> DeserializeSeed<'de> for Setting<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let alone = Map::from_iter([(self.0.to_owned(), value.clone())]);
        read(alone).map_err(D::Error::custom)?;
        Ok(value)
    }
}

fn read(settings: Map<String, Value>) -> serde_json::Result<Profile> {
    let settings = Value::Object(settings);
    Ok(Profile { common: CommonProfile::deserialize(&settings)?, scim: ScimProfile::deserialize(settings)? })
}

/// All settings by their names.
pub(super) fn settings_of(profile: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(profile) {
        Ok(Value::Object(settings)) => settings,
        _ => Map::new(),
    }
}
