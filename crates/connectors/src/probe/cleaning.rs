//! What the probe makes, and how it goes away again.
//!
//! Invariants:
//! - Only an object with this probe's mark is taken for one of its own, whatever an answer says: an answer may hold
//!   another one.
//! - What was made is looked for by its name before it counts as gone, since answers get lost, and some servers make
//!   two of one.
//! - A probe that is dropped half-way cleans up behind itself, as long as the process lives.
use std::collections::HashSet;
use std::sync::Arc;

use purser_domain::object::ObjectKind;
use reqwest::Method;
use serde_json::{Value, json};

use super::inquiry::{Inquiry, Seen, id_in, member, name_attribute, object_path};
use super::traces::{Made, Sent, Traces};
use crate::error::Result;
use crate::scim::collection;

/// Requests that cleaning up may take.
const TO_CLEAN_UP: usize = 40;
/// What the names of all probes begin with.
const MARK: &str = "purser-probe-";

/// What came of an attempt to make an object.
#[derive(Debug)]
pub(super) struct Created {
    /// The answer.
    pub(super) seen: Seen,
    /// Its id, if there is now an object that is the probe's.
    pub(super) id: Option<String>,
    /// It, as a read shows it.
    pub(super) object: Option<Value>,
}

impl Inquiry {
    /// Makes an object with this name.
    pub(super) async fn make(&mut self, kind: ObjectKind, name: &str, body: &Value) -> Result<Created> {
        // Before it is sent: the answer may never come.
        let at = self.traces.sent.len();
        self.traces.sent.push(Sent { kind, name: name.to_owned(), unsure: Some(false) });
        let seen = self.ask(Method::POST, collection(kind).to_owned(), None, Some(body)).await?;
        if !seen.is_success() {
            self.note(at, (seen.status == 0 || seen.status >= 500).then_some(false));
            return Ok(Created { seen, id: None, object: None });
        }
        self.note(at, Some(true));
        let told = seen.body.as_ref().filter(|body| self.is_ours(body)).and_then(id_in);
        let candidates = [seen.body.as_ref().and_then(id_in), seen.location.clone()];
        for id in candidates.into_iter().flatten() {
            let read = self.read(kind, &id).await?;
            let object = read.body.filter(|body| read.status == 200 && self.is_ours(body));
            if object.is_some() {
                self.note_made(at, kind, name, &id, true);
                return Ok(Created { seen, id: Some(id), object });
            }
            if read.status != 200 && told.as_ref() == Some(&id) {
                self.note_made(at, kind, name, &id, false);
                return Ok(Created { seen, id: Some(id), object: None });
            }
        }
        // It exists, and must be found before anything else can be done, or undone.
        let Some(id) = self.search(kind, name).await?.1.into_iter().next() else {
            return Ok(Created { seen, id: None, object: None });
        };
        let read = self.read(kind, &id).await?;
        let object = read.body.filter(|body| read.status == 200 && self.is_ours(body));
        self.note_made(at, kind, name, &id, object.is_some());
        Ok(Created { seen, id: Some(id), object })
    }

    /// Whether the answer was a list, and the ids of the objects in it that have exactly this name.
    async fn search(&mut self, kind: ObjectKind, name: &str) -> Result<(bool, Vec<String>)> {
        let attribute = name_attribute(kind);
        let seen = self.filter(kind, &format!("{attribute} eq {}", json!(name))).await?;
        let is_ours = |object: &&Value| {
            member(object, attribute)
                .and_then(Value::as_str)
                .is_some_and(|found| found.eq_ignore_ascii_case(name))
        };
        let ids = seen.resources().into_iter().flatten().filter(is_ours).filter_map(id_in).collect();
        let empty = seen.status == 404
            || (seen.status == 200 && seen.get("totalResults").and_then(Value::as_u64) == Some(0));
        Ok((empty, ids))
    }

    /// Whether an object has the mark of this probe.
    fn is_ours(&self, object: &Value) -> bool {
        ["userName", "displayName", "externalId", "id"].iter().any(|name| {
            let text = member(object, name).and_then(Value::as_str);
            text.is_some_and(|text| text.to_ascii_lowercase().contains(&self.mark))
        })
    }

    fn note(&mut self, at: usize, unsure: Option<bool>) {
        if let Some(sent) = self.traces.sent.get_mut(at) {
            sent.unsure = unsure;
        }
    }

    fn note_made(&mut self, at: usize, kind: ObjectKind, name: &str, id: &str, shown: bool) {
        self.note(at, None);
        self.traces.made.push(Made { kind, id: id.to_owned(), name: name.to_owned(), shown });
    }

    /// Names what earlier probes left. They may belong to one that is running now, so they stay.
    pub(super) async fn look_for_earlier(&mut self, kind: ObjectKind) -> Result<()> {
        let attribute = name_attribute(kind);
        let seen = self.filter(kind, &format!("{attribute} sw {}", json!(MARK))).await?;
        let what = kind.as_str().to_lowercase();
        let old = |object: &Value| {
            let name = member(object, attribute)?.as_str().filter(|name| name.starts_with(MARK))?;
            Some(format!(
                "The {what} {name} (id {}) is there from an earlier probe: delete it in the application.",
                id_in(object).unwrap_or_default()
            ))
        };
        let lines: Vec<String> = seen.resources().into_iter().flatten().filter_map(old).take(20).collect();
        self.left_behind.extend(lines);
        Ok(())
    }

    /// Deletes what was made, last first, and sees whether it is gone. Then looks for what was made unseen.
    pub(super) async fn clean_up(&mut self) {
        self.grant(TO_CLEAN_UP);
        let mut tried = HashSet::new();
        while let Some(made) = self.traces.made.last().cloned() {
            self.delete(&made).await;
            tried.insert((made.kind, made.id));
            self.traces.made.pop();
        }
        while let Some(sent) = self.traces.sent.last().cloned() {
            let found = self.search(sent.kind, &sent.name).await;
            let (empty, ids) = found.unwrap_or_default();
            let mut others =
                ids.into_iter().filter(|id| !tried.contains(&(sent.kind, id.clone()))).peekable();
            let certain = match sent.unsure {
                None => true,
                Some(made) => others.peek().is_some() || (empty && !made),
            };
            let others: Vec<String> = others.take(5).collect();
            for id in others {
                let made = Made { kind: sent.kind, id, name: sent.name.clone(), shown: true };
                self.delete(&made).await;
                tried.insert((made.kind, made.id));
            }
            if !certain {
                self.left_behind.push(format!(
                    "The {} {} may have been made, and can't be found: look for it in the application and delete it.",
                    sent.kind.as_str().to_lowercase(),
                    sent.name
                ));
            }
            self.traces.sent.pop();
        }
    }

    async fn delete(&mut self, made: &Made) {
        let Made { kind, id, name, shown } = made;
        let path = object_path(*kind, id);
        let deleted = self.ask(Method::DELETE, path.clone(), None, None).await;
        let after = self.get(path, None).await;
        let gone = |seen: &Result<Seen>| seen.as_ref().is_ok_and(|seen| matches!(seen.status, 404 | 410));
        let accepted = deleted.as_ref().is_ok_and(Seen::is_success);
        // What was never shown is not gone because it is not shown.
        if (gone(&after) && (*shown || accepted)) || (*shown && gone(&deleted) && after.is_err()) {
            return;
        }
        if let (ObjectKind::User, Ok(seen)) = (kind, &deleted)
            && matches!(seen.status, 400 | 403 | 405 | 409 | 422 | 501)
        {
            let why = format!("The application does not delete users: it answered {}.", seen.status);
            self.propose("deletes_users", json!(false), why, &[seen.at]);
            if self.profile.scim.patch {
                let operation = self.operation("replace");
                let operations = json!([{ "op": operation, "path": "active", "value": self.boolean(false) }]);
                // Best effort: what is left is named below in any case.
                let _ = self.patch(*kind, id, operations).await;
            }
        }
        let what = match deleted {
            Ok(_) if accepted => "it answered that it is deleted, and still shows it".to_owned(),
            Ok(seen) => format!("it answered {}", seen.status),
            Err(error) => error.message().trim_end_matches('.').to_owned(),
        };
        self.left_behind.push(format!(
            "The {} {name} (id {id}) could not be deleted: {what}. Delete it in the application.",
            kind.as_str().to_lowercase()
        ));
    }
}

impl Drop for Inquiry {
    fn drop(&mut self) {
        let traces = std::mem::take(&mut self.traces);
        if traces.last || (traces.made.is_empty() && traces.sent.is_empty()) {
            return;
        }
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let traces = Traces { last: true, ..traces };
        let (endpoint, profile) = (Arc::clone(&self.endpoint), self.profile.clone());
        let mut rest = Self::with(endpoint, profile, std::mem::take(&mut self.mark), traces);
        runtime.spawn(async move { rest.clean_up().await });
    }
}
