//! What a probe knows so far, and the way it asks.
use std::sync::Arc;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use purser_domain::object::ObjectKind;
use reqwest::Method;
use reqwest::header::{HeaderValue, LOCATION};
use serde_json::{Value, json};
use uuid::Uuid;

use super::report::{ProbeReport, Proposal};
use super::traces::Traces;
use crate::endpoint::Endpoint;
use crate::error::{ConnectorError, ErrorKind, Result, Unreachable};
use crate::exchange::Exchange;
use crate::http::{Call, encode, retry_after};
use crate::json::find;
use crate::profile::{Overrides, Profile};
use crate::scim::collection;

/// Most requests of one probe.
const MOST_REQUESTS: usize = 150;
/// How often one request is sent again that the target had no time for.
const PATIENCE: u32 = 3;
/// Longest wait before that.
const LONGEST_WAIT: Duration = Duration::from_secs(20);
/// Longest time that is spent waiting in all.
const LONGEST_WAITS: Duration = Duration::from_secs(300);
/// Most requests that get no answer; a target that lets more of them drop has trouble of its own.
const MOST_FAILURES: u32 = 4;

/// See the module.
pub(super) struct Inquiry {
    pub(super) endpoint: Arc<Endpoint>,
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
    /// What was made, or may have been.
    pub(super) traces: Traces,
    pub(super) left_behind: Vec<String>,
    exchanges: Vec<Exchange>,
    proposals: Vec<Proposal>,
    remarks: Vec<String>,
    /// Requests that may still be sent.
    budget: usize,
    waited: Duration,
    failures: u32,
    /// The target accepted the credentials once.
    accepted: bool,
}

/// What came back.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    /// 0 when no answer came.
    pub(super) status: u16,
    /// The body, if it is JSON.
    pub(super) body: Option<Value>,
    /// The last part of the path in `Location`.
    pub(super) location: Option<String>,
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
    find(value.as_object()?, name)
}

/// The id of an object.
pub(super) fn id_in(value: &Value) -> Option<String> {
    match member(value, "id")? {
        // As parts of a path these would lead elsewhere.
        Value::String(id) if !matches!(id.as_str(), "" | "." | "..") => Some(id.clone()),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    }
}

impl Inquiry {
    pub(super) fn new(endpoint: Endpoint, profile: Profile) -> Self {
        let mark = format!("purser-probe-{}", Uuid::new_v4().simple());
        Self::with(Arc::new(endpoint), profile, mark, Traces::default())
    }

    /// Requests made so far.
    pub(super) fn requests(&self) -> u32 {
        u32::try_from(self.exchanges.len()).unwrap_or(u32::MAX)
    }

    /// One that goes on with what another one made.
    pub(super) fn with(endpoint: Arc<Endpoint>, profile: Profile, mark: String, traces: Traces) -> Self {
        Self {
            endpoint,
            before: profile.clone(),
            profile,
            mark,
            plain: false,
            required: Vec::new(),
            traces,
            left_behind: Vec::new(),
            exchanges: Vec::new(),
            proposals: Vec::new(),
            remarks: Vec::new(),
            budget: MOST_REQUESTS,
            waited: Duration::ZERO,
            failures: 0,
            accepted: false,
        }
    }

    /// Permits so many requests from here on, whatever went wrong before.
    pub(super) fn grant(&mut self, requests: usize) {
        (self.budget, self.waited, self.failures, self.accepted) = (requests, Duration::ZERO, 0, false);
    }

    pub(super) fn host(&self) -> &str {
        self.endpoint.host()
    }

    /// Asks, and waits a while when the target has no time. No answer at all, from a target that answers otherwise, is
    /// an answer too: the status 0.
    ///
    /// # Errors
    /// When nothing that comes back now would tell what the target is like: it is too busy, out of order, or does not
    /// accept the credentials any more.
    pub(super) async fn ask(
        &mut self,
        method: Method,
        path: String,
        query: Option<String>,
        body: Option<&Value>,
    ) -> Result<Seen> {
        let (mut refusals, mut again) = (0, method == Method::POST);
        loop {
            let Some(left) = self.budget.checked_sub(1) else { return Err(too_many_requests()) };
            self.budget = left;
            let body = match body {
                Some(body) => {
                    let bytes = serde_json::to_vec(body).unwrap_or_default();
                    let content_type = HeaderValue::try_from(self.profile.scim.content_type.as_str())
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
            let at = self.exchanges.len();
            let answer = match self.endpoint.send(call).await {
                Ok(answer) => answer,
                Err(error) => {
                    let passing = matches!(
                        error.kind(),
                        ErrorKind::Transient { .. }
                            | ErrorKind::Ambiguous
                            | ErrorKind::Unreachable(Unreachable::Timeout)
                    );
                    let Some(exchange) = error.exchange().cloned() else { return Err(error) };
                    self.exchanges.push(exchange);
                    self.failures += 1;
                    if !passing || self.failures > MOST_FAILURES {
                        return Err(error);
                    }
                    if !std::mem::replace(&mut again, true) {
                        continue;
                    }
                    return Ok(Seen { status: 0, body: None, location: None, at });
                }
            };
            let status = answer.status.as_u16();
            self.exchanges.push(answer.exchange);
            self.accepted |= answer.status.is_success();
            let busy = status == 429 || (matches!(status, 502..=504) && method != Method::POST);
            if status == 401 && self.accepted {
                return Err(out_of_order(
                    self.host(),
                    ErrorKind::Auth,
                    "does not accept the credentials any more (401)",
                ));
            }
            if !busy {
                let location = answer.headers.get(LOCATION).and_then(|value| last_part(value.to_str().ok()?));
                return Ok(Seen { status, body: serde_json::from_slice(&answer.body).ok(), location, at });
            }
            refusals += 1;
            let asked = retry_after(&answer.headers);
            let wait = asked.unwrap_or(Duration::from_secs(1)).min(LONGEST_WAIT);
            self.waited += wait;
            if refusals > PATIENCE || self.waited > LONGEST_WAITS {
                let kind = ErrorKind::Transient { retry_after: asked.map(|_| wait) };
                return Err(out_of_order(
                    self.host(),
                    kind,
                    &format!("has no time for the probe ({status})"),
                ));
            }
            tokio::time::sleep(wait).await;
        }
    }

    pub(super) async fn get(&mut self, path: String, query: Option<String>) -> Result<Seen> {
        self.ask(Method::GET, path, query, None).await
    }

    /// The object as it is now.
    pub(super) async fn read(&mut self, kind: ObjectKind, id: &str) -> Result<Seen> {
        self.get(object_path(kind, id), None).await
    }

    /// The probe's own object as it is now.
    ///
    /// # Errors
    /// When it is not shown, so that nothing can be concluded from what it is like.
    pub(super) async fn look(&mut self, kind: ObjectKind, id: &str) -> Result<Seen> {
        let seen = self.read(kind, id).await?;
        if seen.status == 200 {
            return Ok(seen);
        }
        let what = format!("does not show the object any more that the probe made ({})", seen.status);
        Err(out_of_order(self.host(), ErrorKind::Transient { retry_after: None }, &what))
    }

    /// Asks with a filter.
    pub(super) async fn filter(&mut self, kind: ObjectKind, filter: &str) -> Result<Seen> {
        let query = format!("filter={}", encode(filter));
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
        if !self.profile.scim.capitalised_operations {
            return name.to_owned();
        }
        let mut letters = name.chars();
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
    }

    /// A boolean as this target wants it.
    pub(super) fn boolean(&self, value: bool) -> Value {
        match (self.profile.scim.booleans_as_text, value) {
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

    /// Notes what is worth knowing. A target may quote the credentials in what it is quoted with.
    pub(super) fn remark(&mut self, sentence: impl Into<String>) {
        let sentence = self.redact(&sentence.into());
        self.remarks.push(sentence);
    }

    /// `text` without the credentials.
    pub(super) fn redact(&self, text: &str) -> String {
        self.endpoint.redact(text)
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

    pub(super) fn into_report(mut self) -> ProbeReport {
        let proposals = std::mem::take(&mut self.proposals);
        let settings = proposals.iter().map(|proposal| (proposal.setting.clone(), proposal.value.clone()));
        ProbeReport {
            overrides: Overrides(settings.collect()),
            proposals,
            remarks: std::mem::take(&mut self.remarks),
            left_behind: std::mem::take(&mut self.left_behind),
            exchanges: std::mem::take(&mut self.exchanges),
        }
    }
}

/// The last part of a path, or of the path of an address.
fn last_part(text: &str) -> Option<String> {
    let path = text.split(['?', '#']).next()?.trim_end_matches('/');
    let part = percent_decode_str(path.rsplit('/').next()?).decode_utf8().ok()?;
    Some(part.into_owned()).filter(|part| !part.is_empty())
}

fn too_many_requests() -> ConnectorError {
    ConnectorError::new(
        ErrorKind::Misconfigured,
        format!("The probe needed more than {MOST_REQUESTS} requests and gave up."),
        "Probe again with fewer kinds of objects, or set the profile by hand.",
    )
}

fn out_of_order(host: &str, kind: ErrorKind, what: &str) -> ConnectorError {
    let message = format!("The probe stopped half-way: {host} {what}.");
    ConnectorError::new(
        kind,
        message,
        "See whether the application and the credentials work, and probe again.",
    )
}

/// Path of one object.
pub(super) fn object_path(kind: ObjectKind, id: &str) -> String {
    format!("{}/{}", collection(kind), encode(id))
}

/// The attribute that holds the name.
pub(super) const fn name_attribute(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::User => "userName",
        ObjectKind::Group => "displayName",
    }
}
