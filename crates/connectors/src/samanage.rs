//! SolarWinds Service Desk, formerly Samanage, over its REST API v2.1.
//!
//! What this side calls an object is one flat shape, whatever the API's own inconsistencies: `email`, `name`,
//! `disabled`, `roles` (one name), `site`, `department` (names), `reports_to` (`{"value": id}`),
//! `custom_fields[name eq "…"].value`; for groups `name`, `description`, `members` (`[{"value": user id}]`). `record`
//! makes it of what is read, `body` makes of it what is written.
//!
//! Invariants:
//! - The API's filters are hints: what they bring is compared here. A page is never taken for the last one because it
//!   is short.
//! - Personal groups (`is_user`), which every user owns, do not exist for us.
//! - A role, site or department is looked up by name before anybody is given it; an unknown one is refused unsent, or
//!   made where the profile says so (`create_missing`).
//! - The API is known to answer 200 and ignore what it was sent: after each write the answer, and if need be the object
//!   itself, is compared with what was meant.
//!
//! Facts: `X-Samanage-Authorization`, wrappers, paging headers and the rest are those of the vendor's OpenAPI
//! document (v0.2.20) and of public clients, some observed against live tenants.
mod body;
mod members;
mod names;
mod pages;
mod problem;
mod record;
mod writing;

use futures::FutureExt;
use futures::future::BoxFuture;
use purser_domain::object::ObjectKind;
use purser_domain::plan::{Change, MatchQuery, NewObject, TargetObject};
use purser_domain::target_schema::TargetSchema;
use reqwest::header::HeaderValue;
use reqwest::{Method, StatusCode};
use serde_json::Value;
use uuid::Uuid;

use crate::connector::{
    CheckReport, Connector, Deleted, DiscoveredRole, Discovery, Exchange, ObjectPage, PageToken, Reply,
    Result, Updated,
};
use crate::error::{ConnectorError, ErrorKind};
use crate::gallery::Template;
use crate::http::{Answer, Call, Endpoint};
use crate::profile::Profile;
use names::Names;
use problem::Asked;

/// One tenant of the service desk.
#[derive(Debug)]
pub(crate) struct SamanageConnector {
    endpoint: Endpoint,
    profile: Profile,
    users: TargetSchema,
    groups: TargetSchema,
    names: Names,
}

impl SamanageConnector {
    pub(crate) fn new(endpoint: Endpoint, template: &Template, profile: Profile) -> Self {
        let schema = template.default_schema(&template.name);
        let target = |kind, other: &TargetSchema| {
            schema.target(kind).map_or_else(|| other.clone(), TargetSchema::from_definition)
        };
        Self {
            endpoint,
            users: target(ObjectKind::User, TargetSchema::scim_user()),
            groups: target(ObjectKind::Group, TargetSchema::scim_group()),
            names: Names::new(&profile.create_missing),
            profile,
        }
    }

    async fn check(&self, kinds: &[ObjectKind]) -> Result<CheckReport> {
        // The entry point lists the services; an address of another region or of something else fails here.
        let answer = self.send(Method::GET, "/api.json".to_owned(), None, None).await?;
        if answer.status != StatusCode::OK {
            return Err(problem::refused(&self.endpoint, answer, Asked::Service, &[]));
        }
        if !matches!(pages::read_json(&answer), Some(Value::Array(_) | Value::Object(_))) {
            return Err(problem::unusable(&self.endpoint, answer, Asked::Service));
        }
        let mut exchanges = vec![answer.exchange];
        for kind in kinds {
            let nobody = Uuid::new_v4().to_string();
            let query = match kind {
                ObjectKind::User => format!("email={nobody}%40example.invalid&per_page=1"),
                ObjectKind::Group => format!("name={nobody}&per_page=1"),
            };
            let answer = self.send(Method::GET, collection(*kind).to_owned(), Some(query), None).await?;
            if answer.status != StatusCode::OK {
                return Err(problem::refused(&self.endpoint, answer, Asked::Service, &[]));
            }
            if pages::read_records(&answer, wrapper(*kind)).is_none() {
                return Err(problem::unusable(&self.endpoint, answer, Asked::Service));
            }
            exchanges.push(answer.exchange);
        }
        let Some(exchange) = exchanges.pop() else {
            return Err(problem::of_ours("no question was asked"));
        };
        let lists = match kinds {
            [] => "",
            [ObjectKind::User] => " and lists its users",
            [ObjectKind::Group] => " and lists its groups",
            _ => " and lists its users and groups",
        };
        let message = format!("{} accepts the credentials{lists}.", self.endpoint.host());
        Ok(CheckReport { message, exchange, earlier: exchanges })
    }

    async fn discover(&self) -> Result<Discovery> {
        let (roles, exchanges) = self.names.list_roles(self).await?;
        let roles = roles.into_iter().map(|role| DiscoveredRole {
            value: role.name.clone(),
            display_name: role.name,
            description: role.description,
        });
        Ok(Discovery { roles: Some(roles.collect()), exchanges, ..Discovery::default() })
    }

    async fn find(&self, kind: ObjectKind, query: &MatchQuery) -> Result<Reply<Vec<TargetObject>>> {
        let filter = match (kind, query.path.as_str(), &query.value) {
            (ObjectKind::User, name @ ("email" | "name"), Value::String(text))
            | (ObjectKind::Group, name @ "name", Value::String(text)) => {
                Some(format!("{name}={}", pages::encode(text)))
            }
            // Nothing else can be asked for: everybody is read and compared.
            _ => None,
        };
        if query.path.as_str() == "id"
            && let Some(id) = query.value.as_str().filter(|id| object_path(kind, id).is_ok())
        {
            let Reply { value, exchange, earlier } = self.read(kind, id).await?;
            return Ok(Reply { value: value.into_iter().collect(), exchange, earlier });
        }
        let rule = self.schema(kind).rule(&query.path);
        let mut found = Vec::new();
        let mut exchanges = Vec::new();
        let mut walk = pages::Walk::new(collection(kind), filter);
        while let Some((records, exchange)) = self.next_page(&mut walk, kind).await? {
            exchanges.push(exchange);
            found.extend(records.into_iter().filter(|object| {
                query.path.find(&object.body).is_some_and(|value| rule.matches(&query.value, value))
            }));
        }
        reply_of(found, exchanges)
    }

    async fn list(&self, kind: ObjectKind, page: Option<&PageToken>) -> Result<Reply<ObjectPage>> {
        let mut walk = pages::Walk::at(collection(kind), page);
        let Some((objects, exchange)) = self.next_page(&mut walk, kind).await? else {
            return Err(problem::of_ours("a list was asked for beyond its end"));
        };
        let page = ObjectPage { objects, next: walk.token(), total: walk.total() };
        Ok(Reply::new(page, exchange))
    }

    /// The next page of a walk; `None` at its end.
    async fn next_page(
        &self,
        walk: &mut pages::Walk,
        kind: ObjectKind,
    ) -> Result<Option<(Vec<TargetObject>, Exchange)>> {
        let Some((path, query)) = walk.next_request(self.profile.page_size)? else { return Ok(None) };
        let answer = self.send(Method::GET, path, Some(query), None).await?;
        if answer.status != StatusCode::OK {
            return Err(problem::refused(&self.endpoint, answer, Asked::Find, &[]));
        }
        let Some(records) = pages::read_records(&answer, wrapper(kind)) else {
            return Err(problem::unusable(&self.endpoint, answer, Asked::Find));
        };
        walk.note(&answer.headers, &records);
        if let Some((path, query)) = walk.edge_request() {
            let edge = self.send(Method::GET, path, Some(query), None).await?;
            let edge = pages::read_records(&edge, wrapper(kind)).unwrap_or_default();
            walk.note_edge(edge.first());
        }
        let objects = records.into_iter().filter_map(|record| record::read(kind, record)).collect();
        Ok(Some((objects, answer.exchange)))
    }

    async fn read(&self, kind: ObjectKind, id: &str) -> Result<Reply<Option<TargetObject>>> {
        let answer = self.send(Method::GET, object_path(kind, id)?, None, None).await?;
        if answer.status == StatusCode::NOT_FOUND && !problem::is_html(&answer) {
            return Ok(Reply::new(None, answer.exchange));
        }
        if answer.status != StatusCode::OK {
            return Err(problem::refused(&self.endpoint, answer, Asked::Read, &[]));
        }
        match pages::read_record(&answer, wrapper(kind)) {
            Some(record) => Ok(Reply::new(record::read(kind, record), answer.exchange)),
            None => Err(problem::unusable(&self.endpoint, answer, Asked::Read)),
        }
    }

    fn schema(&self, kind: ObjectKind) -> &TargetSchema {
        match kind {
            ObjectKind::User => &self.users,
            ObjectKind::Group => &self.groups,
        }
    }

    async fn send(
        &self,
        method: Method,
        path: String,
        query: Option<String>,
        body: Option<&Value>,
    ) -> Result<Answer> {
        let body = match body {
            Some(body) => {
                let bytes = serde_json::to_vec(body).map_err(|_| problem::of_ours("a body is no JSON"))?;
                Some((bytes, HeaderValue::from_static("application/json")))
            }
            None => None,
        };
        self.endpoint.send(Call { method, path, query, body, if_match: None }).await
    }
}

impl Connector for SamanageConnector {
    fn concurrency(&self) -> Option<usize> {
        self.profile.concurrency.map(usize::from)
    }

    fn check<'a>(&'a self, kinds: &'a [ObjectKind]) -> BoxFuture<'a, Result<CheckReport>> {
        self.check(kinds).boxed()
    }

    fn discover(&self) -> BoxFuture<'_, Result<Discovery>> {
        self.discover().boxed()
    }

    fn find<'a>(
        &'a self,
        kind: ObjectKind,
        query: &'a MatchQuery,
    ) -> BoxFuture<'a, Result<Reply<Vec<TargetObject>>>> {
        self.find(kind, query).boxed()
    }

    fn list<'a>(
        &'a self,
        kind: ObjectKind,
        page: Option<&'a PageToken>,
    ) -> BoxFuture<'a, Result<Reply<ObjectPage>>> {
        self.list(kind, page).boxed()
    }

    fn read<'a>(
        &'a self,
        kind: ObjectKind,
        target_id: &'a str,
    ) -> BoxFuture<'a, Result<Reply<Option<TargetObject>>>> {
        self.read(kind, target_id).boxed()
    }

    fn create<'a>(
        &'a self,
        kind: ObjectKind,
        write: &'a NewObject,
    ) -> BoxFuture<'a, Result<Reply<TargetObject>>> {
        self.create(kind, write).boxed()
    }

    fn update<'a>(
        &'a self,
        kind: ObjectKind,
        target_id: &'a str,
        changes: &'a [Change],
    ) -> BoxFuture<'a, Result<Reply<Updated>>> {
        self.update(kind, target_id, changes).boxed()
    }

    fn delete<'a>(&'a self, kind: ObjectKind, target_id: &'a str) -> BoxFuture<'a, Result<Reply<Deleted>>> {
        self.delete(kind, target_id).boxed()
    }
}

const fn collection(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::User => "/users.json",
        ObjectKind::Group => "/groups.json",
    }
}

/// The singular that a record is wrapped in.
const fn wrapper(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::User => "user",
        ObjectKind::Group => "group",
    }
}

/// Ids are numbers; anything else could lead a request elsewhere.
fn object_path(kind: ObjectKind, id: &str) -> Result<String> {
    if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(ConnectorError::new(
            ErrorKind::Rejected { attribute: Some("id".to_owned()) },
            format!("\"{id}\" is no id of this application: its ids are numbers."),
            "The account's link does not belong to this application; restart provisioning so that it is matched again.",
        ));
    }
    Ok(match kind {
        ObjectKind::User => format!("/users/{id}.json"),
        ObjectKind::Group => format!("/groups/{id}.json"),
    })
}

/// The reply whose last exchange is the last of these.
fn reply_of<T>(value: T, mut exchanges: Vec<Exchange>) -> Result<Reply<T>> {
    match exchanges.pop() {
        Some(last) => Ok(Reply::new(value, last).after(exchanges)),
        None => Err(problem::of_ours("nothing was sent")),
    }
}
