//! One tenant as its connector knows it, and how requests reach it.
use purser_domain::object::ObjectKind;
use purser_domain::target_schema::TargetSchema;
use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::{Method, StatusCode};
use serde_json::{Map, Value};

use super::names::Names;
use super::pages;
use crate::connector::Reply;
use crate::endpoint::Endpoint;
use crate::error::{ConnectorError, ErrorKind, Result};
use crate::exchange::Exchange;
use crate::gallery::Template;
use crate::http::{Answer, Call, HttpKit};
use crate::profile::Profile;
use crate::refusal::Asked;
use crate::target::TargetConfig;

/// One tenant of the service desk.
#[derive(Debug)]
pub(crate) struct SamanageConnector {
    pub(super) endpoint: Endpoint,
    pub(super) profile: Profile,
    users: TargetSchema,
    groups: TargetSchema,
    pub(super) names: Names,
}

impl SamanageConnector {
    /// Makes the connector. Sends nothing.
    pub(crate) fn open(template: &Template, target: &TargetConfig, kit: &HttpKit) -> Result<Self> {
        let profile = template.profile.effective(&target.overrides)?;
        let endpoint = Endpoint::open(template, target, &profile, kit)?;
        let schema = template.default_schema(&template.name);
        let target = |kind, other: &TargetSchema| {
            schema.target(kind).map_or_else(|| other.clone(), TargetSchema::from_definition)
        };
        Ok(Self {
            endpoint,
            users: target(ObjectKind::User, TargetSchema::scim_user()),
            groups: target(ObjectKind::Group, TargetSchema::scim_group()),
            names: Names::new(&profile.common.create_missing),
            profile,
        })
    }

    pub(super) fn schema(&self, kind: ObjectKind) -> &TargetSchema {
        match kind {
            ObjectKind::User => &self.users,
            ObjectKind::Group => &self.groups,
        }
    }

    pub(super) async fn send(
        &self,
        method: Method,
        path: String,
        query: Option<String>,
        body: Option<&Value>,
    ) -> Result<Answer> {
        let body = match body {
            Some(body) => {
                let bytes =
                    serde_json::to_vec(body).map_err(|_| ConnectorError::of_ours("a body is no JSON"))?;
                Some((bytes, HeaderValue::from_static("application/json")))
            }
            None => None,
        };
        self.endpoint.send(Call { method, path, query, body, if_match: None }).await
    }
}

/// A list's records, and the answer's headers and exchange.
pub(super) type Listed = (Vec<Map<String, Value>>, HeaderMap, Exchange);

impl SamanageConnector {
    /// The records of a list.
    pub(super) async fn records(
        &self,
        (kind, asked): (ObjectKind, Asked),
        (path, query): (String, String),
        wrapper: &str,
    ) -> Result<Listed> {
        let answer = self.send(Method::GET, path, Some(query), None).await?;
        if answer.status != StatusCode::OK {
            return Err(self.refused(answer, kind, asked, &[]));
        }
        match pages::read_records(&answer, wrapper) {
            Some(records) => Ok((records, answer.headers, answer.exchange)),
            None => Err(self.unusable(answer, asked)),
        }
    }
}

pub(super) const fn collection(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::User => "/users.json",
        ObjectKind::Group => "/groups.json",
    }
}

/// The singular that a record is wrapped in.
pub(super) const fn wrapper(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::User => "user",
        ObjectKind::Group => "group",
    }
}

/// Ids are numbers; anything else could lead a request elsewhere.
pub(super) fn object_path(kind: ObjectKind, id: &str) -> Result<String> {
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
pub(super) fn reply_of<T>(value: T, mut exchanges: Vec<Exchange>) -> Result<Reply<T>> {
    match exchanges.pop() {
        Some(last) => Ok(Reply::new(value, last).after(exchanges)),
        None => Err(ConnectorError::of_ours("nothing was sent")),
    }
}
