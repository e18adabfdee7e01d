//! `/users`
//!
//! `passwordProfile`, which Graph demands at creation, is taken and not kept: people of the directory
//! don't sign in here.

use purser_contract::{
    directory::{UserFilter, UserView},
    page::PageView,
};
use purser_domain::{
    ids::UserId,
    user::{USER_ATTRIBUTES, User, UserAttribute, UserAttributes},
};
use purser_service::UserPatch;
use purser_store::{UserCondition, UserQuery};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

use super::{
    answer::{Answer, created, done, ok},
    body::{At, Body, Call, Object, Properties, reference, wrong_type},
    filter::{Comparison, Filter, Function, Literal, Operator},
    odata::{Plain, Query, unsupported, unsupported_condition},
    route::routes,
};
use crate::fault::Fault;

routes! {
    GET "/users" => list_users;
    POST "/users" => create_user;
    GET "/users/{id}" => load_user;
    PATCH "/users/{id}" => update_user;
    DELETE "/users/{id}" => delete_user;
}

const UNDERSTOOD: &str =
    "id eq, accountEnabled eq, TEXT_PROPERTY eq, startswith(TEXT_PROPERTY,'…'), joined by and.";
const EXTENSIONS: &str = "onPremisesExtensionAttributes";

async fn list_users(Call(portal, caller): Call, query: Query) -> Answer {
    query.allow(&["$filter", "$search", "$orderby"])?;
    query.allow_order("displayName", false)?;
    let page = if query.search.is_empty() {
        let conditions = conditions_of(query.filter.clone())?;
        portal.query_users(&caller, &UserQuery { conditions }, &query.after, query.size).await?
    } else if query.filter.is_some() {
        return Err(unsupported("$search and $filter can't be used together on /users.".to_owned()));
    } else {
        let rows = portal.list_users(&caller, UserFilter::Present, query.list_form()).await?;
        let mut users = Vec::with_capacity(rows.items.len());
        for row in &rows.items {
            users.push(portal.load_user_record(&caller, &row.id).await?);
        }
        PageView { items: users, next: rows.next, total: rows.total }
    };
    Ok(query.collection("users", page, |user| shape_user(&user)))
}

async fn load_user(Call(portal, caller): Call, At(id): At<String>, Plain(query): Plain) -> Answer {
    let user = portal.load_user_record(&caller, &id).await?;
    ok(query.entity("users", shape_user(&user)))
}

async fn create_user(Call(portal, caller): Call, Plain(query): Plain, Body(body): Object) -> Answer {
    let mut properties = Properties::new("User", body);
    let enabled = properties.take_boolean("accountEnabled")?.unwrap_or(true);
    let manager = properties.take_text("manager@odata.bind")?.flatten();
    let manager = manager.map(|address| reference(&address, &["users"])).transpose()?;
    let mut attributes = UserAttributes::default();
    for (name, value) in take_attributes(&mut properties)? {
        attributes.set(&name, value).map_err(|error| Fault::bad_request(error.to_string()))?;
    }
    properties.finish()?;
    let user = portal.create_user_from(&caller, attributes, enabled, manager.as_deref()).await?;
    created(&format!("{}/users/{}", query.base(), user.id), query.entity("users", shape_user(&user)))
}

async fn update_user(Call(portal, caller): Call, At(id): At<String>, Body(body): Object) -> Answer {
    let mut properties = Properties::new("User", body);
    let account_enabled = properties.take_boolean("accountEnabled")?;
    let attributes = take_attributes(&mut properties)?;
    properties.finish()?;
    portal.patch_user(&caller, &id, UserPatch { attributes, account_enabled }).await?;
    done()
}

async fn delete_user(Call(portal, caller): Call, At(id): At<String>) -> Answer {
    // The portal's own use-case goes by id only; Graph's clients also delete by sign-in name.
    let user = portal.load_user_record(&caller, &id).await?;
    portal.delete_user(&caller, &user.id.to_string()).await?;
    done()
}

/// The text attributes that a client sent, in each of Graph's forms.
fn take_attributes(properties: &mut Properties) -> Result<BTreeMap<String, Option<String>>, Fault> {
    properties.take("passwordProfile");
    let mut attributes = BTreeMap::new();
    if let Some(extensions) = properties.take(EXTENSIONS) {
        let Value::Object(extensions) = extensions else { return Err(wrong_type(EXTENSIONS, "an object")) };
        for (name, value) in extensions {
            if !name.starts_with("extensionAttribute") || UserAttribute::find(&name).is_none() {
                return Err(Fault::bad_request(format!("There is no property '{EXTENSIONS}/{name}'.")));
            }
            attributes.insert(name.clone(), text_of(&name, value)?);
        }
    }
    for (name, value) in properties.take_all(|name| UserAttribute::find(name).is_some()) {
        let value = match (name.as_str(), value) {
            // A list in Graph, one number here.
            ("businessPhones", Value::Array(mut numbers)) => match (numbers.pop(), numbers.is_empty()) {
                (None, _) => Value::Null,
                (Some(number), true) => number,
                (Some(_), false) => return Err(wrong_type(&name, "a list of at most one number")),
            },
            (_, value) => value,
        };
        let value = text_of(&name, value)?;
        attributes.insert(name, value);
    }
    Ok(attributes)
}

fn text_of(name: &str, value: Value) -> Result<Option<String>, Fault> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text)),
        _ => Err(wrong_type(name, "a text or null")),
    }
}

fn conditions_of(filter: Option<Filter>) -> Result<Vec<UserCondition>, Fault> {
    filter.map(Filter::conditions).unwrap_or_default().into_iter().map(condition_of).collect()
}

fn condition_of(condition: Filter) -> Result<UserCondition, Fault> {
    match &condition {
        Filter::Compare(Comparison { path, operator: Operator::Equal, literal }) => {
            match (path.as_str(), literal) {
                ("id", literal) => {
                    let text = literal.as_text().unwrap_or_default();
                    let id = text.parse::<UserId>();
                    return id
                        .map(UserCondition::Id)
                        .map_err(|_| Fault::bad_request("Invalid object identifier in $filter."));
                }
                ("accountEnabled", Literal::Boolean(enabled)) => return Ok(UserCondition::Enabled(*enabled)),
                (path, Literal::Text(value)) => {
                    if let Some(attribute) = attribute_of(path) {
                        return Ok(UserCondition::Equals { attribute, value: value.clone() });
                    }
                }
                _ => {}
            }
        }
        Filter::Compare(Comparison {
            path,
            operator: Operator::NotEqual,
            literal: Literal::Boolean(enabled),
        }) if path == "accountEnabled" => {
            return Ok(UserCondition::Enabled(!enabled));
        }
        Filter::Call { function: Function::StartsWith, path, text } => {
            if let Some(attribute) = attribute_of(path) {
                return Ok(UserCondition::StartsWith { attribute, value: text.clone() });
            }
        }
        _ => {}
    }
    Err(unsupported_condition(&condition, UNDERSTOOD))
}

fn attribute_of(path: &str) -> Option<String> {
    let name = match path.split_once('/') {
        Some((EXTENSIONS, name)) => name,
        Some(_) => return None,
        None => path,
    };
    UserAttribute::find(name).map(|attribute| attribute.name.to_owned())
}

/// A person in Graph's shape.
pub(super) fn shape_user(user: &User) -> Value {
    shape(
        &user.id.to_string(),
        user.account_enabled,
        &user.created_at.to_string(),
        user.deleted_at.map(|at| at.to_string()).as_deref(),
        |name| user.attributes.get(name),
    )
}

/// The same of a view, which soft-deleted people have too.
pub(super) fn shape_user_view(view: &UserView) -> Value {
    shape(&view.id, view.account_enabled, &view.created_at, view.deleted_at.as_deref(), |name| {
        view.attributes.get(name).map(String::as_str)
    })
}

fn shape<'a>(
    id: &str,
    enabled: bool,
    created_at: &str,
    deleted_at: Option<&str>,
    value_of: impl Fn(&str) -> Option<&'a str>,
) -> Value {
    let mut user = Map::new();
    let mut extensions = Map::new();
    user.insert("id".to_owned(), json!(id));
    for attribute in USER_ATTRIBUTES {
        let value = value_of(attribute.name);
        if attribute.name.starts_with("extensionAttribute") {
            extensions.insert(attribute.name.to_owned(), json!(value));
        } else if attribute.graph_name == "businessPhones" {
            user.insert(
                attribute.graph_name.to_owned(),
                value.map_or_else(|| json!([]), |number| json!([number])),
            );
        } else {
            user.insert(attribute.graph_name.to_owned(), json!(value));
        }
    }
    user.insert("accountEnabled".to_owned(), json!(enabled));
    user.insert("userType".to_owned(), json!("Member"));
    user.insert("createdDateTime".to_owned(), json!(created_at));
    user.insert("deletedDateTime".to_owned(), json!(deleted_at));
    user.insert(EXTENSIONS.to_owned(), Value::Object(extensions));
    Value::Object(user)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conditions(text: &str) -> Result<Vec<UserCondition>, Fault> {
        conditions_of(Some(Filter::parse(text).unwrap()))
    }

    #[test]
    fn the_filters_that_clients_use_become_conditions() {
        let found = conditions(
            "startswith(displayName,'A') and accountEnabled eq true and userPrincipalName eq 'a@b'",
        );
        assert_eq!(
            found.unwrap(),
            [
                UserCondition::StartsWith { attribute: "displayName".into(), value: "A".into() },
                UserCondition::Enabled(true),
                UserCondition::Equals { attribute: "userPrincipalName".into(), value: "a@b".into() },
            ]
        );
        let graph_name =
            conditions("onPremisesExtensionAttributes/extensionAttribute1 eq 'x' and officeLocation eq 'y'");
        assert!(graph_name.is_ok());
    }

    #[test]
    fn a_filter_that_cannot_be_answered_is_refused() {
        for text in [
            "age eq 'x'",
            "displayName ne 'x'",
            "displayName eq 'a' or mail eq 'b'",
            "not (mail eq 'b')",
            "accountEnabled eq 'true'",
            "displayName eq null",
            "endswith(mail,'x')",
            "id eq 'nonsense'",
            "manager/id eq 'x'",
            "displayName eq 5",
        ] {
            assert!(conditions(text).is_err(), "{text}");
        }
    }
}
