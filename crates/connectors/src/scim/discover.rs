//! What a target tells about itself: `/ServiceProviderConfig`, `/Schemas`, `/ResourceTypes`. Few targets have all of
//! them and many have none, so that whatever is missing or unreadable is a remark and no error.
use std::collections::BTreeMap;

use purser_domain::attribute::AttributeDefinition;
use purser_domain::object::ObjectKind;
use reqwest::StatusCode;
use serde_json::{Map, Value, json};

use super::answer::read_json;
use super::body::core_schema;
use super::connector::ScimConnector;
use super::request;
use super::schemas::{list_attributes, text};
use crate::connector::Discovery;
use crate::error::{ErrorKind, Result};
use crate::json::find;
use crate::profile::{MemberRemoval, Overrides};
use crate::refusal::Asked;

/// How many pages of schemas are read.
const MAX_PAGES: usize = 20;
/// How many schemas or resource types are looked at.
const MAX_RESOURCES: usize = 200;
/// Larger pages than this are not asked for, whatever the target offers.
const MAX_PAGE_SIZE: u64 = 200;

type Resources = Vec<Map<String, Value>>;

impl ScimConnector {
    pub(super) async fn discover(&self) -> Result<Discovery> {
        let mut found = Discovery::default();
        let config = self.ask_about("/ServiceProviderConfig", &mut found).await?;
        let types = self.ask_about("/ResourceTypes", &mut found).await?;
        let schemas = self.ask_about("/Schemas", &mut found).await?;
        if let Some(config) = config.first() {
            found.settings = read_settings(config, u64::from(self.profile.common.page_size));
        }
        found.attributes = read_attributes(&types, &schemas);
        if found.attributes.is_empty() && !schemas.is_empty() {
            found
                .remarks
                .push(format!("{} tells schemas, and none of users or groups.", self.endpoint.host()));
        }
        Ok(found)
    }

    /// What is at this address: of a list its resources, else the one object.
    async fn ask_about(&self, path: &str, found: &mut Discovery) -> Result<Resources> {
        let mut all = Resources::new();
        for _ in 0..MAX_PAGES {
            let query = (!all.is_empty()).then(|| format!("startIndex={}", all.len() + 1));
            let answer = match self.get(path.to_owned(), query).await {
                Ok(answer) => answer,
                Err(error)
                    if matches!(
                        error.kind(),
                        ErrorKind::Unreachable(_) | ErrorKind::Auth | ErrorKind::Consent
                    ) =>
                {
                    return Err(error);
                }
                Err(error) => {
                    found.exchanges.extend(error.exchange().cloned());
                    found.remarks.push(format!("{path} can't be read: {}", error.message()));
                    return Ok(all);
                }
            };
            match answer.status {
                StatusCode::OK => {}
                StatusCode::UNAUTHORIZED => {
                    let nothing = std::iter::empty();
                    return Err(self.refused(answer, ObjectKind::User, Asked::Read, nothing));
                }
                status => {
                    found.exchanges.push(answer.exchange);
                    found.remarks.push(format!("{} does not tell {path} ({status}).", self.endpoint.host()));
                    return Ok(all);
                }
            }
            let body = read_json(&answer);
            found.exchanges.push(answer.exchange);
            let Some((page, total)) = body.ok().and_then(read_page) else {
                found.remarks.push(format!(
                    "{} answers {path} with something that is not what SCIM prescribes.",
                    self.endpoint.host()
                ));
                return Ok(all);
            };
            let before = all.len();
            for resource in page {
                if all.len() < MAX_RESOURCES && !all.contains(&resource) {
                    all.push(resource);
                }
            }
            if all.len() == before || total.is_none_or(|total| total <= all.len() as u64) {
                break;
            }
        }
        Ok(all)
    }
}

/// The objects of an answer, and how many there are in all. Servers answer with a list, a bare array or one object.
fn read_page(body: Value) -> Option<(Resources, Option<u64>)> {
    let objects = |list: Vec<Value>| {
        list.into_iter()
            .filter_map(|value| match value {
                Value::Object(object) => Some(object),
                _ => None,
            })
            .collect()
    };
    match body {
        Value::Array(list) => Some((objects(list), None)),
        Value::Object(mut object) => {
            let name = object.keys().find(|name| name.eq_ignore_ascii_case("Resources")).cloned();
            let total = find(&object, "totalResults").and_then(Value::as_u64);
            match name.and_then(|name| object.swap_remove(&name)) {
                Some(Value::Array(list)) => Some((objects(list), total)),
                Some(_) => None,
                None if total.is_some() || object.is_empty() => None,
                None => Some((vec![object], None)),
            }
        }
        _ => None,
    }
}

fn read_settings(config: &Map<String, Value>, page_size: u64) -> Overrides {
    let mut settings = Map::new();
    let part = |name: &str| find(config, name).and_then(Value::as_object);
    let says = |name: &str, what: &str| part(name).and_then(|part| find(part, what)).and_then(Value::as_bool);
    let number =
        |name: &str, what: &str| part(name).and_then(|part| find(part, what)).and_then(Value::as_u64);
    if let Some(patch) = says("patch", "supported") {
        settings.insert("patch".to_owned(), json!(patch));
        if !patch {
            settings.insert("member_removal".to_owned(), json!(MemberRemoval::Put));
        }
    }
    if says("filter", "supported") == Some(false) {
        settings.insert("filterable_users".to_owned(), json!([]));
        settings.insert("filterable_groups".to_owned(), json!([]));
    }
    let largest = number("pagination", "maxPageSize").or_else(|| number("filter", "maxResults"));
    if let Some(largest) = largest.filter(|largest| (1..page_size).contains(largest)) {
        settings.insert("page_size".to_owned(), json!(largest.min(MAX_PAGE_SIZE)));
    }
    let prefers_cursor = part("pagination")
        .and_then(|part| text(part, "defaultPaginationMethod"))
        .is_some_and(|method| method.eq_ignore_ascii_case("cursor"));
    let (cursor, index) = (says("pagination", "cursor"), says("pagination", "index"));
    if cursor == Some(true) && (prefers_cursor || index == Some(false)) {
        settings.insert("paging".to_owned(), json!("cursor"));
    }
    Overrides(settings)
}

/// The attributes of users and of groups. Without resource types, the schemas' names tell whose they are.
fn read_attributes(types: &Resources, schemas: &Resources) -> Vec<(ObjectKind, Vec<AttributeDefinition>)> {
    let mut by_id: BTreeMap<String, &Map<String, Value>> = BTreeMap::new();
    for schema in schemas {
        if let Some(id) = text(schema, "id") {
            by_id.entry(id.to_lowercase()).or_insert(schema);
        }
    }
    let mut all = Vec::new();
    for kind in [ObjectKind::User, ObjectKind::Group] {
        let mut list: Vec<AttributeDefinition> = Vec::new();
        for (id, is_core) in schemas_of(kind, types, &by_id) {
            let Some(schema) = by_id.get(&id.to_lowercase()) else { continue };
            let own = text(schema, "id").unwrap_or(&id);
            for attribute in list_attributes(schema, (!is_core).then_some(own)) {
                if !list.iter().any(|known| known.name.eq_ignore_ascii_case(&attribute.name)) {
                    list.push(attribute);
                }
            }
        }
        if !list.is_empty() {
            all.push((kind, list));
        }
    }
    all
}

/// Ids of the schemas of one kind of object, and whether each is its main one.
fn schemas_of(
    kind: ObjectKind,
    types: &Resources,
    by_id: &BTreeMap<String, &Map<String, Value>>,
) -> Vec<(String, bool)> {
    let collection = request::collection(kind);
    let is_its = |resource: &&Map<String, Value>| {
        text(resource, "endpoint")
            .is_some_and(|end| end.trim_end_matches('/').to_lowercase().ends_with(&collection.to_lowercase()))
            || ["name", "id"]
                .iter()
                .any(|name| text(resource, name).is_some_and(|own| own.eq_ignore_ascii_case(kind.as_str())))
    };
    if let Some(resource) = types.iter().find(is_its)
        && let Some(core) = text(resource, "schema")
    {
        let mut ids = vec![(core.to_owned(), true)];
        let extensions = find(resource, "schemaExtensions").and_then(Value::as_array);
        for extension in extensions.into_iter().flatten() {
            let id = extension.as_str().or_else(|| extension.as_object().and_then(|one| text(one, "schema")));
            ids.extend(id.map(|id| (id.to_owned(), false)));
        }
        return ids;
    }
    let core = core_schema(kind).to_lowercase();
    let suffix = format!(":{}", kind.as_str().to_lowercase());
    let mut ids: Vec<_> = by_id.keys().filter(|id| **id == core).map(|id| (id.clone(), true)).collect();
    ids.extend(by_id.keys().filter(|id| **id != core && id.ends_with(&suffix)).map(|id| (id.clone(), false)));
    ids
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap()
    }

    #[test]
    fn answers_are_read_as_lists_arrays_and_single_objects() {
        let count = |body: Value| read_page(body).map(|(page, total)| (page.len(), total));
        assert_eq!(count(json!({"totalResults": 3, "Resources": [{"id": "a"}, 7]})), Some((1, Some(3))));
        assert_eq!(count(json!([{"id": "a"}, {"id": "b"}])), Some((2, None)));
        assert_eq!(count(json!({"id": "a", "attributes": []})), Some((1, None)));
        for nonsense in [json!(7), json!({}), json!({"Resources": {}}), json!({"totalResults": 0})] {
            assert_eq!(count(nonsense.clone()), None, "{nonsense}");
        }
    }

    #[test]
    fn limits_become_settings() {
        let settings = |config: Value| Value::Object(read_settings(&object(config), 100).0);
        assert_eq!(
            settings(json!({"patch": {"supported": false}, "filter": {"supported": true, "maxResults": 50}})),
            json!({"patch": false, "member_removal": "put", "page_size": 50})
        );
        assert_eq!(
            settings(json!({"filter": {"supported": false, "maxResults": 0}, "pagination": {
                "cursor": true, "index": true, "defaultPaginationMethod": "cursor", "maxPageSize": 20}})),
            json!({"filterable_users": [], "filterable_groups": [], "page_size": 20, "paging": "cursor"})
        );
        assert_eq!(
            settings(json!({"patch": true, "filter": "x", "pagination": {"cursor": true, "index": true}})),
            json!({})
        );
    }

    #[test]
    fn without_resource_types_names_tell_whose_a_schema_is() {
        let schema =
            |id: &str, attribute: &str| object(json!({"id": id, "attributes": [{"name": attribute}]}));
        let schemas = vec![
            schema("urn:ietf:params:scim:schemas:core:2.0:User", "userName"),
            schema("urn:ietf:params:scim:schemas:core:2.0:Group", "displayName"),
            schema("urn:x:2.0:User", "badge"),
        ];
        let names = |types: &Resources| -> Vec<(ObjectKind, Vec<String>)> {
            let lists = read_attributes(types, &schemas).into_iter();
            lists.map(|(kind, list)| (kind, list.into_iter().map(|one| one.name).collect())).collect()
        };
        let user = vec!["userName".to_owned(), "urn:x:2.0:User:badge".to_owned()];
        assert_eq!(
            names(&vec![]),
            [(ObjectKind::User, user), (ObjectKind::Group, vec!["displayName".to_owned()])]
        );
        let own = object(json!({"name": "Person", "endpoint": "/scim/Users", "schema": "urn:x:2.0:User"}));
        assert_eq!(names(&vec![own])[0], (ObjectKind::User, vec!["badge".to_owned()]));
    }
}
