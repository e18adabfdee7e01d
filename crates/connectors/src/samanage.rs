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
//! - A role, site or department is looked up by name before an account gets it; an unknown one is refused unsent, or
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
mod tenant;
mod writing;

use async_trait::async_trait;
use purser_domain::object::ObjectKind;
use purser_domain::plan::{Change, MatchQuery, NewObject, TargetObject};
use reqwest::{Method, StatusCode};
use serde_json::Value;
use uuid::Uuid;

use crate::connector::{
    Connector, Deleted, DiscoveredRole, Discovery, ObjectPage, PageToken, Reply, Updated,
};
use crate::error::{ConnectorError, Result};
use crate::exchange::Exchange;
use crate::http::encode;
use crate::refusal::Asked;
pub(crate) use tenant::SamanageConnector;
use tenant::{collection, object_path, reply_of, wrapper};

#[async_trait]
impl Connector for SamanageConnector {
    fn concurrency(&self) -> Option<usize> {
        self.profile.common.concurrency.map(usize::from)
    }

    async fn check(&self, kinds: &[ObjectKind]) -> Result<Reply<String>> {
        // The entry point lists the services; an address of another region or of something else fails here.
        let answer = self.send(Method::GET, "/api.json".to_owned(), None, None).await?;
        if answer.status != StatusCode::OK {
            return Err(self.refused(answer, ObjectKind::User, Asked::Service, &[]));
        }
        if !matches!(pages::read_json(&answer), Some(Value::Array(_) | Value::Object(_))) {
            return Err(self.unusable(answer, Asked::Service));
        }
        let mut exchanges = vec![answer.exchange];
        for kind in kinds {
            let nobody = Uuid::new_v4().to_string();
            let query = match kind {
                ObjectKind::User => format!("email={nobody}%40example.invalid&per_page=1"),
                ObjectKind::Group => format!("name={nobody}&per_page=1"),
            };
            let request = (collection(*kind).to_owned(), query);
            let (_, _, exchange) = self.records((*kind, Asked::Service), request, wrapper(*kind)).await?;
            exchanges.push(exchange);
        }
        let lists = match kinds {
            [] => "",
            [ObjectKind::User] => " and lists its users",
            [ObjectKind::Group] => " and lists its groups",
            _ => " and lists its users and groups",
        };
        let message = format!("{} accepts the credentials{lists}.", self.endpoint.host());
        reply_of(message, exchanges)
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
                Some(format!("{name}={}", encode(text)))
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
            return Err(ConnectorError::of_ours("a list was asked for beyond its end"));
        };
        let page = ObjectPage { objects, next: walk.token(), total: walk.total() };
        Ok(Reply::new(page, exchange))
    }

    async fn read(&self, kind: ObjectKind, id: &str) -> Result<Reply<Option<TargetObject>>> {
        let answer = self.send(Method::GET, object_path(kind, id)?, None, None).await?;
        if answer.status == StatusCode::NOT_FOUND && !answer.is_page() {
            return Ok(Reply::new(None, answer.exchange));
        }
        if answer.status != StatusCode::OK {
            return Err(self.refused(answer, kind, Asked::Read, &[]));
        }
        match pages::read_record(&answer, wrapper(kind)) {
            Some(record) => Ok(Reply::new(record::read(kind, record), answer.exchange)),
            None => Err(self.unusable(answer, Asked::Read)),
        }
    }

    async fn create(&self, kind: ObjectKind, write: &NewObject) -> Result<Reply<TargetObject>> {
        self.create(kind, write).await
    }

    async fn update(&self, kind: ObjectKind, id: &str, changes: &[Change]) -> Result<Reply<Updated>> {
        self.update(kind, id, changes).await
    }

    async fn delete(&self, kind: ObjectKind, id: &str) -> Result<Reply<Deleted>> {
        self.delete(kind, id).await
    }
}

impl SamanageConnector {
    /// The next page of a walk; `None` at its end.
    async fn next_page(
        &self,
        walk: &mut pages::Walk,
        kind: ObjectKind,
    ) -> Result<Option<(Vec<TargetObject>, Exchange)>> {
        let Some(request) = walk.next_request(self.profile.common.page_size)? else { return Ok(None) };
        let (records, headers, exchange) = self.records((kind, Asked::Find), request, wrapper(kind)).await?;
        walk.note(&headers, &records);
        if let Some((path, query)) = walk.edge_request() {
            let edge = self.send(Method::GET, path, Some(query), None).await?;
            let edge = pages::read_records(&edge, wrapper(kind)).unwrap_or_default();
            walk.note_edge(edge.first());
        }
        let objects = records.into_iter().filter_map(|record| record::read(kind, record)).collect();
        Ok(Some((objects, exchange)))
    }
}
