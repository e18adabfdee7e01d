//! `/servicePrincipals`: the applications that people are provisioned to.

use purser_contract::{
    application::{ApplicationRowView, ApplicationView, PropertiesForm},
    assignment::AppRoleView,
    page::{ListForm, PageView},
};
use purser_domain::ids::RoleId;
use purser_service::{Caller, Portal};
use serde_json::{Value, json};

use super::{
    answer::{Answer, done, ok},
    body::{At, Body, Call, Object, Properties},
    filter::{Comparison, Filter, Function, Literal, Operator},
    odata::{Plain, Query, unsupported, unsupported_condition},
    route::routes,
    scan::{Verdict, scan},
};
use crate::fault::Fault;

routes! {
    GET "/servicePrincipals" => list_principals;
    GET "/servicePrincipals/{id}" => load_principal;
    PATCH "/servicePrincipals/{id}" => update_principal;
    DELETE "/servicePrincipals/{id}" => delete_principal;
}

const UNDERSTOOD: &str = "one of displayName eq, appId eq, id eq, startswith(displayName,'…').";

async fn list_principals(Call(portal, caller): Call, query: Query) -> Answer {
    query.allow(&["$filter", "$search", "$orderby"])?;
    query.allow_order("displayName", false)?;
    if query.filter.is_some() && !query.search.is_empty() {
        return Err(unsupported(
            "$search and $filter can't be used together on /servicePrincipals.".to_owned(),
        ));
    }
    let (portal, caller) = (&portal, &caller);
    let condition = query.filter.as_ref().map(Condition::of).transpose()?;
    let search = condition.as_ref().map_or_else(|| query.search.clone(), Condition::search);
    let fetch = |after: String, size: u32| {
        let form = ListForm { search: search.clone(), after, size };
        async move { Ok(portal.list_applications(caller, form).await?) }
    };
    let rows = match &condition {
        None => fetch(query.after.clone(), query.size).await?,
        Some(condition) => {
            scan(&query.after, query.size, fetch, |row| Verdict::keep_if(condition.fits(row))).await?
        }
    };
    let mut items = Vec::with_capacity(rows.items.len());
    for row in &rows.items {
        items.push(load_shape(portal, caller, &row.id).await?);
    }
    Ok(query.collection(
        "servicePrincipals",
        PageView { items, next: rows.next, total: rows.total },
        |item| item,
    ))
}

async fn load_principal(Call(portal, caller): Call, At(id): At<String>, Plain(query): Plain) -> Answer {
    ok(query.entity("servicePrincipals", load_shape(&portal, &caller, &id).await?))
}

async fn update_principal(Call(portal, caller): Call, At(id): At<String>, Body(body): Object) -> Answer {
    let mut properties = Properties::new("ServicePrincipal", body);
    let display_name = properties.take_text("displayName")?;
    let notes = properties.take_text("notes")?;
    properties.finish()?;
    let stored = portal.load_application(&caller, &id).await?;
    let form = PropertiesForm {
        id: stored.id,
        generation: stored.generation,
        display_name: display_name.map_or(stored.display_name, Option::unwrap_or_default),
        notes: notes.map_or(stored.notes, Option::unwrap_or_default),
    };
    portal.save_properties(&caller, form).await?;
    done()
}

async fn delete_principal(Call(portal, caller): Call, At(id): At<String>) -> Answer {
    portal.delete_application(&caller, &id).await?;
    done()
}

/// What of a list is asked for.
enum Condition {
    Id(String),
    AppId(String),
    Name(String),
    NameStart(String),
}

impl Condition {
    fn of(filter: &Filter) -> Result<Self, Fault> {
        match filter {
            Filter::Compare(Comparison {
                path,
                operator: Operator::Equal,
                literal: Literal::Text(text) | Literal::Bare(text),
            }) => match path.as_str() {
                "id" => return Ok(Self::Id(text.to_lowercase())),
                "appId" => return Ok(Self::AppId(text.to_lowercase())),
                "displayName" => return Ok(Self::Name(text.to_lowercase())),
                _ => {}
            },
            Filter::Call { function: Function::StartsWith, path, text } if path == "displayName" => {
                return Ok(Self::NameStart(text.to_lowercase()));
            }
            _ => {}
        }
        Err(unsupported_condition(filter, UNDERSTOOD))
    }

    /// What the store's own search can narrow down.
    fn search(&self) -> String {
        match self {
            Self::Id(_) | Self::AppId(_) => String::new(),
            Self::Name(text) | Self::NameStart(text) => text.clone(),
        }
    }

    fn fits(&self, row: &ApplicationRowView) -> bool {
        match self {
            Self::Id(id) => row.id.eq_ignore_ascii_case(id),
            Self::AppId(id) => row.app_id.eq_ignore_ascii_case(id),
            Self::Name(name) => row.display_name.to_lowercase() == *name,
            Self::NameStart(start) => row.display_name.to_lowercase().starts_with(start),
        }
    }
}

/// An application in Graph's shape.
pub(super) async fn load_shape(portal: &Portal, caller: &Caller, id: &str) -> Result<Value, Fault> {
    let view = portal.load_application(caller, id).await?;
    let roles = portal.list_roles(caller, id).await?;
    Ok(shape_principal(&view, &roles))
}

fn shape_principal(view: &ApplicationView, roles: &[AppRoleView]) -> Value {
    // Default Access has no row among Graph's roles either: it is the zero id that an assignment may carry.
    let default_access = RoleId::DEFAULT_ACCESS.to_string();
    let roles: Vec<Value> = roles
        .iter()
        .filter(|role| role.id != default_access)
        .map(|role| {
            json!({
                "id": role.id,
                "displayName": role.display_name,
                "description": if role.description.is_empty() { &role.display_name } else { &role.description },
                "value": if role.value.is_empty() { &role.display_name } else { &role.value },
                "isEnabled": role.missing_since.is_none(),
                "origin": if role.imported { "ServicePrincipal" } else { "Application" },
                "allowedMemberTypes": ["User"],
            })
        })
        .collect();
    json!({
        "id": view.id,
        "appId": view.app_id,
        "displayName": view.display_name,
        "appDisplayName": view.display_name,
        "applicationTemplateId": view.template.id,
        "servicePrincipalType": "Application",
        "accountEnabled": true,
        "appRoleAssignmentRequired": true,
        "appRoles": roles,
        "notes": if view.notes.is_empty() { None } else { Some(&view.notes) },
        "tags": ["WindowsAzureActiveDirectoryIntegratedApp"],
        "createdDateTime": view.created_at,
    })
}
