//! What a probe knows so far, and the way it asks.
use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use purser_domain::mapping::ObjectKind;
use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{ProbeReport, Proposal};
use crate::connector::{Exchange, Result};
use crate::error::{ConnectorError, ErrorKind};
use crate::http::{Call, Endpoint};
use crate::profile::{Overrides, Profile};

/// Most requests of one probe.
const MOST_REQUESTS: usize = 120;
/// How often one request is sent again that was answered with 429.
const PATIENCE: u32 = 3;
/// Longest wait before that.
const LONGEST_WAIT: Duration = Duration::from_secs(20);
const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// See the module.
pub(super) struct Session {
    endpoint: Endpoint,
    /// As configured.
    before: Profile,
    /// As far as it is known now; requests are made by it.
    pub(super) profile: Profile,
    /// What all names of this probe begin with.
    pub(super) mark: String,
    /// The user is made without the enterprise extension, which the target refused.
    pub(super) plain: bool,
    /// Attributes that `/Schemas` says every user must have, with a value for each.
    pub(super) required: Vec<(String, Value)>,
    exchanges: Vec<Exchange>,
    proposals: Vec<Proposal>,
    remarks: Vec<String>,
    made: Vec<(ObjectKind, String)>,
    left_behind: Vec<String>,
}

/// What came back.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) status: u16,
    /// The body, if it is JSON.
    pub(super) body: Option<Value>,
    /// Its place among the exchanges.
    pub(super) at: usize,
}

impl Seen {
    pub(super) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// A member of the body, whatever the case of its name.
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        member(self.body.as_ref()?, name)
    }

    /// The objects of a list.
    pub(super) fn resources(&self) -> Option<&Vec<Value>> {
        self.get("Resources")?.as_array()
    }

    /// What the body says about an error.
    pub(super) fn detail(&self) -> String {
        let text =
            self.get("detail").or_else(|| self.get("message")).and_then(Value::as_str).unwrap_or_default();
        text.chars().filter(|c| !c.is_control()).take(200).collect()
    }
}

/// A member of an object, whatever the case of its name.
pub(super) fn member<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    let object = value.as_object()?;
    object
        .get(name)
        .or_else(|| object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value))
}

/// The id of an object.
pub(super) fn id_in(value: &Value) -> Option<String> {
    match member(value, "id")? {
        Value::String(id) if !id.is_empty() => Some(id.clone()),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    }
}

pub(super) const fn collection(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::User => "/Users",
        ObjectKind::Group => "/Groups",
    }
}

impl Session {
    pub(super) fn new(endpoint: Endpoint, profile: Profile) -> Self {
        let pair = |(name, value): (&String, &String)| {
            Some((HeaderName::try_from(name).ok()?, HeaderValue::try_from(value).ok()?))
        };
        let mut headers: HeaderMap = profile.headers.iter().filter_map(pair).collect();
        headers
            .entry(reqwest::header::ACCEPT)
            .or_insert(HeaderValue::from_static("application/scim+json, application/json"));
        Self {
            endpoint: endpoint.with_headers(headers),
            before: profile.clone(),
            profile,
            mark: format!("purser-probe-{}", Uuid::new_v4().simple()),
            plain: false,
            required: Vec::new(),
            exchanges: Vec::new(),
            proposals: Vec::new(),
            remarks: Vec::new(),
            made: Vec::new(),
            left_behind: Vec::new(),
        }
    }

    pub(super) fn host(&self) -> &str {
        self.endpoint.host()
    }

    /// Asks, and waits a while when the target says that it is asked too much.
    pub(super) async fn ask(
        &mut self,
        method: Method,
        path: String,
        query: Option<String>,
        body: Option<&Value>,
    ) -> Result<Seen> {
        let mut refusals = 0;
        loop {
            if self.exchanges.len() >= MOST_REQUESTS {
                return Err(ConnectorError::new(
                    ErrorKind::Misconfigured,
                    format!("The probe needed more than {MOST_REQUESTS} requests and gave up."),
                    "Probe again with fewer kinds of objects, or set the profile by hand.",
                ));
            }
            let body = match body {
                Some(body) => {
                    let bytes = serde_json::to_vec(body).unwrap_or_default();
                    let content_type = HeaderValue::try_from(self.profile.content_type.as_str())
                        .unwrap_or(HeaderValue::from_static("application/scim+json"));
                    Some((bytes, content_type))
                }
                None => None,
            };
            let call = Call {
                method: method.clone(),
                path: path.clone(),
                query: query.clone(),
                body,
                if_match: None,
            };
            let answer = self.endpoint.send(call).await?;
            let status = answer.status.as_u16();
            let wait =
                answer.headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
            let seen = Seen {
                status,
                body: serde_json::from_slice(
                    answer.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&answer.body),
                )
                .ok(),
                at: self.exchanges.len(),
            };
            self.exchanges.push(answer.exchange);
            if status != 429 || refusals == PATIENCE {
                return Ok(seen);
            }
            refusals += 1;
            tokio::time::sleep(Duration::from_secs(wait.unwrap_or(1)).min(LONGEST_WAIT)).await;
        }
    }

    pub(super) async fn get(&mut self, path: String, query: Option<String>) -> Result<Seen> {
        self.ask(Method::GET, path, query, None).await
    }

    /// The object as it is now.
    pub(super) async fn read(&mut self, kind: ObjectKind, id: &str) -> Result<Seen> {
        self.get(object_path(kind, id), None).await
    }

    /// Asks with a filter.
    pub(super) async fn filter(&mut self, kind: ObjectKind, filter: &str) -> Result<Seen> {
        let query = format!("filter={}", utf8_percent_encode(filter, KEPT));
        self.get(collection(kind).to_owned(), Some(query)).await
    }

    /// Sends operations to one object.
    pub(super) async fn patch(&mut self, kind: ObjectKind, id: &str, operations: Value) -> Result<Seen> {
        let body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": operations,
        });
        self.ask(Method::PATCH, object_path(kind, id), None, Some(&body)).await
    }

    /// The name of an operation as this target wants it.
    pub(super) fn operation(&self, name: &str) -> String {
        if !self.profile.capitalised_operations {
            return name.to_owned();
        }
        let mut letters = name.chars();
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
    }

    /// A boolean as this target wants it.
    pub(super) fn boolean(&self, value: bool) -> Value {
        match (self.profile.booleans_as_text, value) {
            (false, value) => json!(value),
            (true, true) => json!("True"),
            (true, false) => json!("False"),
        }
    }

    /// Whether the answer at this place was a success.
    pub(super) fn succeeded(&self, at: usize) -> bool {
        let status = self.exchanges.get(at).and_then(|exchange| exchange.status);
        status.is_some_and(|status| (200..300).contains(&status))
    }

    /// Notes what was made, so that it is deleted in the end.
    pub(super) fn note_made(&mut self, kind: ObjectKind, id: String) {
        self.made.push((kind, id));
    }

    pub(super) fn remark(&mut self, sentence: impl Into<String>) {
        self.remarks.push(sentence.into());
    }

    /// Takes a setting for found out, and proposes it where it is another one now.
    pub(super) fn propose(
        &mut self,
        setting: &str,
        value: Value,
        why: impl Into<String>,
        evidence: &[usize],
    ) {
        let found = Overrides([(setting.to_owned(), value.clone())].into_iter().collect());
        match self.profile.with(&found) {
            Ok(profile) => self.profile = profile,
            // Can't be: settings and values stand in this module. Then it is no finding.
            Err(why) => return self.remarks.push(why),
        }
        let settings = serde_json::to_value(&self.before).unwrap_or_default();
        let current = settings.get(setting).cloned().unwrap_or(Value::Null);
        self.proposals.retain(|proposal| proposal.setting != setting);
        if current == value {
            return;
        }
        let evidence = evidence.iter().filter_map(|at| self.exchanges.get(*at).cloned()).collect();
        self.proposals.push(Proposal {
            setting: setting.to_owned(),
            value,
            current,
            why: why.into(),
            evidence,
        });
    }

    /// Deletes what was made, last first, and sees whether it is gone.
    pub(super) async fn clean_up(&mut self) {
        while let Some((kind, id)) = self.made.pop() {
            let name = kind.as_str().to_lowercase();
            let path = object_path(kind, &id);
            let deleted = self.ask(Method::DELETE, path.clone(), None, None).await;
            let shown = self.get(path, None).await;
            let gone = |seen: &Result<Seen>| seen.as_ref().is_ok_and(|seen| matches!(seen.status, 404 | 410));
            if gone(&shown) || (gone(&deleted) && shown.is_err()) {
                continue;
            }
            let refused = deleted.as_ref().is_ok_and(|seen| !seen.is_success());
            if let (ObjectKind::User, true, Ok(seen)) = (kind, refused, &deleted) {
                let why = format!("The application does not delete users: it answered {}.", seen.status);
                self.propose("deletes_users", json!(false), why, &[seen.at]);
                let value = self.boolean(false);
                let operation = self.operation("replace");
                let operations = json!([{ "op": operation, "path": "active", "value": value }]);
                // Best effort: what is left is named below in any case.
                let _ = self.patch(kind, &id, operations).await;
            }
            let what = match deleted {
                Ok(seen) if seen.is_success() => {
                    "it answered that it is deleted, and still shows it".to_owned()
                }
                Ok(seen) => format!("it answered {}", seen.status),
                Err(error) => error.message().to_owned(),
            };
            self.left_behind.push(format!(
                "The {name} {} (id {id}) could not be deleted: {what}. Delete it in the application.",
                self.mark
            ));
        }
    }

    pub(super) fn into_report(self) -> ProbeReport {
        let settings =
            self.proposals.iter().map(|proposal| (proposal.setting.clone(), proposal.value.clone()));
        ProbeReport {
            overrides: Overrides(settings.collect()),
            proposals: self.proposals,
            remarks: self.remarks,
            left_behind: self.left_behind,
            exchanges: self.exchanges,
        }
    }
}

/// Path of one object. An id that leads elsewhere leads nowhere.
pub(super) fn object_path(kind: ObjectKind, id: &str) -> String {
    let id = if matches!(id, "." | "..") { "%00" } else { id };
    format!("{}/{}", collection(kind), utf8_percent_encode(id, KEPT))
}
