//! Making an object, and the members of a group in the same breath.
use purser_domain::object::ObjectKind;
use purser_domain::path::TargetPath;
use purser_domain::plan::{Change, ChangeKind, NewObject, TargetObject, WriteValue};
use reqwest::{Method, StatusCode};
use serde_json::Value;

use super::answer::Unreadable;
use super::connector::ScimConnector;
use super::edit::{Editing, Patched};
use super::members::is_members_path;
use super::talk::Trail;
use super::{answer, body, request};
use crate::connector::Reply;
use crate::error::{ConnectorError, ErrorKind, Result};
use crate::refusal::Asked;

impl ScimConnector {
    pub(super) async fn create(&self, kind: ObjectKind, write: &NewObject) -> Result<Reply<TargetObject>> {
        self.value_rules().check_write(kind, &write.values)?;
        let mut trail = Trail::default();
        let (answer, values, body, later) = loop {
            let (values, later) = self.split(kind, write);
            let body = body::created(kind, &values, &self.profile);
            let answer = self.write(Method::POST, request::collection(kind).to_owned(), &body).await?;
            let sent =
                values.iter().filter(|value| is_members_path(&value.path)).map(count_of).sum::<usize>();
            if kind != ObjectKind::Group || answer.status != StatusCode::PAYLOAD_TOO_LARGE || sent < 2 {
                break (answer, values, body, later);
            }
            // Refused whole: nothing was made, so fewer members may be tried.
            trail.push(answer.exchange);
            self.shrink_chunk(sent / 2);
        };
        if !answer.status.is_success() {
            let paths = values.iter().map(|value| value.path.as_ref());
            return Err(self.refused(answer, kind, Asked::Create, paths));
        }
        let object = match answer::read_created(kind, &answer) {
            Ok(object) => object,
            Err(why) => match self.id_by_value(write).filter(|_| why != Unreadable::Html) {
                Some(id) => TargetObject { id, body: body.clone() },
                None => return Err(self.unusable(answer, kind, Asked::Create, why)),
            },
        };
        self.index.note(kind, &body, &object.id);
        trail.push(answer.exchange);
        let mut edit = Editing { scim: self, kind, id: object.id.clone(), trail };
        if let Some((value, sent)) = later {
            fill(&mut edit, value, sent).await.map_err(|error| half_made(error, kind))?;
        }
        if self.profile.common.read_back {
            edit.read_back_created(&write.values).await?;
        }
        Ok(edit.trail.reply(object))
    }

    /// The id of a new object where the profile says which attribute it is made of.
    fn id_by_value(&self, write: &NewObject) -> Option<String> {
        let path = TargetPath::parse(self.profile.scim.id_attribute.as_deref()?).ok()?;
        let value = write.values.iter().find(|value| *value.path == path)?;
        value.value.as_str().filter(|id| !id.is_empty()).map(str::to_owned)
    }

    /// The values that go into the first request; and the members with the number of those that are among them.
    fn split<'w>(
        &self,
        kind: ObjectKind,
        write: &'w NewObject,
    ) -> (Vec<WriteValue>, Option<(&'w WriteValue, usize)>) {
        let is_members = |value: &&WriteValue| kind == ObjectKind::Group && is_members_path(&value.path);
        let mut values: Vec<_> = write.values.iter().filter(|value| !is_members(value)).cloned().collect();
        let Some(members) = write.values.iter().find(is_members) else { return (values, None) };
        let all = members.value.as_array().map_or(&[][..], Vec::as_slice);
        if !self.profile.scim.members_on_create || all.is_empty() {
            return (values, Some((members, 0)).filter(|_| !all.is_empty()));
        }
        let first = self.chunk(all.len());
        let part = Value::Array(all[..first].to_vec());
        values.push(WriteValue { value: part, ..members.clone() });
        (values, (first < all.len()).then_some((members, first)))
    }
}

fn count_of(value: &WriteValue) -> usize {
    value.value.as_array().map_or(0, Vec::len)
}

async fn fill(edit: &mut Editing<'_>, members: &WriteValue, sent: usize) -> Result<()> {
    let all = members.value.as_array().map_or(&[][..], Vec::as_slice);
    let (known, rest) = all.split_at(sent.min(all.len()));
    let change = Change {
        kind: ChangeKind::Add,
        redacted: members.redacted,
        ..Change::set(members.path.clone(), None, Some(Value::Array(rest.to_vec())))
    };
    let patches = edit.scim.patches(edit.kind);
    if !patches || edit.fill(known, rest, &change).await? == Patched::Missing {
        edit.put(&[&change]).await?;
    }
    Ok(())
}

/// The object is there, and not yet as it should be: the next attempt must find it and not make another.
fn half_made(error: ConnectorError, kind: ObjectKind) -> ConnectorError {
    let noun = kind.noun();
    let message = format!("The {noun} was made, and its members were not all added: {}", error.message());
    let advice = format!("Purser looks the {noun} up and goes on with it by itself.");
    error.within(ErrorKind::Ambiguous, message, &advice)
}
