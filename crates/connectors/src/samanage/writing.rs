//! Writing: what is made, changed and deleted, and whether it arrived.
use purser_domain::object::ObjectKind;
use purser_domain::path::TargetPath;
use purser_domain::plan::{Change, ChangeKind, NewObject, TargetObject};
use reqwest::{Method, StatusCode};
use serde_json::{Map, Value};

use super::problem;
use super::tenant::{SamanageConnector, collection, object_path, reply_of, wrapper};
use super::{body, members, names, pages, record};
use crate::connector::{Connector, Deleted, Reply, Updated};
use crate::error::Result;
use crate::exchange::Exchange;
use crate::refusal::Asked;

impl SamanageConnector {
    pub(super) async fn create(&self, kind: ObjectKind, write: &NewObject) -> Result<Reply<TargetObject>> {
        let wanted = write.body();
        let (attributes, members) = split_members(&wanted);
        let mut exchanges = Vec::new();
        let paths: Vec<&TargetPath> = write.values.iter().map(|value| value.path.as_ref()).collect();
        let fields = self.write_shape(kind, &attributes, &mut exchanges).await?;
        let body = body::wrapped(wrapper(kind), fields);
        let answer = self.send(Method::POST, collection(kind).to_owned(), None, Some(&body)).await?;
        if !answer.status.is_success() {
            return Err(self.refused(answer, kind, Asked::Create, &paths));
        }
        let made = pages::read_record(&answer, wrapper(kind)).and_then(|record| record::read(kind, record));
        let Some(mut made) = made else {
            return Err(self.unusable(answer, Asked::Create));
        };
        let name = naming(kind);
        if let (Some(Value::String(sent)), Some(Value::String(shown))) =
            (attributes.get(name), made.body.get(name))
            && sent.trim().to_lowercase() != shown.trim().to_lowercase()
        {
            return Err(problem::stranger(&self.endpoint, answer, name));
        }
        exchanges.push(answer.exchange);
        // From here on the object exists, and whatever fails must not make a second one: what is still missing is
        // brought in by an update, and what that can't do is the next cycle's trouble, seen when it compares.
        let missing = self.ignored(kind, &attributes, &made);
        if !missing.is_empty()
            && let Ok(reply) = self.put(kind, &made.id, missing).await
        {
            exchanges.extend(reply.earlier.into_iter().chain([reply.exchange]));
        }
        if !members.is_empty() {
            let change = members::added(members)?;
            let more = self.change_members(&made.id, &[change]).await.map_err(problem::unfinished)?;
            exchanges.extend(more);
        }
        if let Some(object) = made.body.as_object_mut() {
            object.shift_remove("salt");
        }
        reply_of(made, exchanges)
    }

    pub(super) async fn update(
        &self,
        kind: ObjectKind,
        id: &str,
        changes: &[Change],
    ) -> Result<Reply<Updated>> {
        let (member_changes, others): (Vec<&Change>, Vec<&Change>) = changes
            .iter()
            .partition(|change| kind == ObjectKind::Group && change.path.attribute() == "members");
        let mut exchanges = Vec::new();
        if !others.is_empty() {
            let mut wanted = Value::Object(Map::new());
            for change in others {
                let new = if change.kind == ChangeKind::Remove { None } else { change.new.clone() };
                change.path.write(&mut wanted, new.unwrap_or(Value::Null));
            }
            let wanted = wanted.as_object().cloned().unwrap_or_default();
            let reply = self.put(kind, id, wanted).await?;
            exchanges.extend(reply.earlier.into_iter().chain([reply.exchange]));
        }
        if !member_changes.is_empty() {
            let changes: Vec<Change> = member_changes.into_iter().cloned().collect();
            exchanges.extend(self.change_members(id, &changes).await?);
        }
        reply_of(Updated::default(), exchanges)
    }

    /// Writes these attributes, and sees to it that they arrived.
    async fn put(&self, kind: ObjectKind, id: &str, wanted: Map<String, Value>) -> Result<Reply<()>> {
        let mut exchanges = Vec::new();
        let fields = self.write_shape(kind, &wanted, &mut exchanges).await?;
        let body = body::wrapped(wrapper(kind), fields);
        let answer = self.send(Method::PUT, object_path(kind, id)?, None, Some(&body)).await?;
        if !answer.status.is_success() {
            let paths: Vec<TargetPath> =
                wanted.keys().filter_map(|name| TargetPath::parse(name).ok()).collect();
            let paths: Vec<&TargetPath> = paths.iter().collect();
            return Err(self.refused(answer, kind, Asked::Update, &paths));
        }
        if answer.is_page() {
            return Err(self.unusable(answer, Asked::Update));
        }
        let shown = pages::read_record(&answer, wrapper(kind)).and_then(|record| record::read(kind, record));
        exchanges.push(answer.exchange);
        let told = shown.as_ref().map(|object| self.ignored(kind, &wanted, object));
        if told.is_none_or(|ignored| !ignored.is_empty()) {
            // The answer to a write is not always the object as it is now.
            let read = self.read(kind, id).await?;
            exchanges.push(read.exchange.clone());
            let ignored = read.value.map(|object| self.ignored(kind, &wanted, &object)).unwrap_or_default();
            if let Some((name, _)) = ignored.into_iter().next() {
                return Err(problem::ignored(&self.endpoint, read.exchange, &name));
            }
        }
        reply_of((), exchanges)
    }

    /// What of `wanted` the object does not have.
    fn ignored(
        &self,
        kind: ObjectKind,
        wanted: &Map<String, Value>,
        object: &TargetObject,
    ) -> Map<String, Value> {
        if !self.profile.common.read_back {
            return Map::new();
        }
        body::differences(self.schema(kind), wanted, &object.body)
    }

    pub(super) async fn delete(&self, kind: ObjectKind, id: &str) -> Result<Reply<Deleted>> {
        let answer = self.send(Method::DELETE, object_path(kind, id)?, None, None).await?;
        if answer.status.is_success() && !answer.is_page() {
            return Ok(Reply::new(Deleted::Gone, answer.exchange));
        }
        if answer.status == StatusCode::NOT_FOUND && !answer.is_page() {
            return Ok(Reply::new(Deleted::WasGone, answer.exchange));
        }
        Err(self.refused(answer, kind, Asked::Delete, &[]))
    }

    /// The write shape of these attributes: names resolved, custom fields in their other form.
    async fn write_shape(
        &self,
        kind: ObjectKind,
        wanted: &Map<String, Value>,
        exchanges: &mut Vec<Exchange>,
    ) -> Result<Map<String, Value>> {
        let mut fields = Map::new();
        for (attribute, value) in wanted {
            let resolved = match names::Catalogue::of(kind, attribute) {
                Some(catalogue) => self.names.resolve(self, catalogue, attribute, value, exchanges).await?,
                None => None,
            };
            body::put(kind, &mut fields, attribute, value, resolved);
        }
        Ok(fields)
    }
}

/// The attribute that tells objects of a kind apart.
const fn naming(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::User => "email",
        ObjectKind::Group => "name",
    }
}

/// A group's attributes without its members, and these.
fn split_members(wanted: &Value) -> (Map<String, Value>, Vec<Value>) {
    let mut attributes = wanted.as_object().cloned().unwrap_or_default();
    let members = match attributes.shift_remove("members") {
        Some(Value::Array(members)) => members,
        Some(other) => vec![other],
        None => Vec::new(),
    };
    (attributes, members)
}
