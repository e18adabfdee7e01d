//! Changing an object: with PATCH, and without where the target has none.
//!
//! All changes of attributes go out in one request, so that a target never holds half of them; members of a group
//! follow in requests of their own. Mostly the changes tell by themselves which operations they are; when not, or when
//! the object turns out to be different from what they assume, it is read and the operations are made from what it
//! has.
use purser_domain::object::ObjectKind;
use purser_domain::path::TargetPath;
use purser_domain::plan::Change;
use reqwest::{Method, StatusCode};
use serde_json::Value;

use super::connector::ScimConnector;
use super::edit::{Editing, Patched, lacks_patch};
use super::members::is_members;
use super::talk::Trail;
use super::{answer, patch, request};
use crate::complaint::Complaint;
use crate::connector::{Reply, Updated};
use crate::error::Result;
use crate::http::Answer;
use crate::profile::MemberRemoval;
use crate::refusal::Asked;

impl ScimConnector {
    pub(super) async fn update(
        &self,
        kind: ObjectKind,
        id: &str,
        changes: &[Change],
    ) -> Result<Reply<Updated>> {
        self.value_rules().check_changes(kind, changes)?;
        let mut edit = Editing { scim: self, kind, id: id.to_owned(), trail: Trail::default() };
        edit.make(changes).await?;
        self.note_changes(kind, &edit.id, changes);
        if edit.trail.is_empty() {
            self.load(kind, &edit.id, &mut edit.trail).await?;
        }
        if self.profile.common.read_back {
            edit.read_back(changes).await?;
        } else if self.puts_undeclared(kind) {
            // It was never tried whether this target does what is put. A leaver who stays enabled, or stays a member,
            // must not pass for done.
            let vital: Vec<Change> =
                changes.iter().filter(|change| is_vital(kind, change)).cloned().collect();
            if !vital.is_empty() {
                edit.read_back(&vital).await?;
            }
        }
        let new_id = Some(edit.id).filter(|now| now != id);
        Ok(edit.trail.reply(Updated { new_id }))
    }

    /// Whether objects are put back whole because PATCH was refused, and not because the profile says so.
    fn puts_undeclared(&self, kind: ObjectKind) -> bool {
        let declared = match kind {
            ObjectKind::User => !self.profile.scim.patch,
            ObjectKind::Group => self.profile.scim.member_removal == MemberRemoval::Put,
        };
        !declared && !self.patches(kind)
    }

    fn note_changes(&self, kind: ObjectKind, id: &str, changes: &[Change]) {
        let mut body = Value::Null;
        for change in changes.iter().filter(|change| !is_members(change)) {
            if let Some(new) = &change.new {
                change.path.write(&mut body, new.clone());
            }
        }
        self.index.note(kind, &body, id);
    }
}

/// Whether a person may or may not do something because of this change.
fn is_vital(kind: ObjectKind, change: &Change) -> bool {
    match kind {
        ObjectKind::User => change.path.attribute().eq_ignore_ascii_case("active"),
        ObjectKind::Group => is_members(change),
    }
}

impl Editing<'_> {
    async fn make(&mut self, changes: &[Change]) -> Result<()> {
        let is_group = self.kind == ObjectKind::Group;
        let all: Vec<&Change> = changes.iter().collect();
        let (members, others): (Vec<&Change>, Vec<&Change>) =
            changes.iter().partition(|change| is_group && is_members(change));
        let puts_members = self.scim.profile.scim.member_removal == MemberRemoval::Put && !members.is_empty();
        if puts_members || !self.scim.patches(self.kind) {
            return self.put(&all).await;
        }
        if !others.is_empty() && self.patch(&others).await? == Patched::Missing {
            return self.put(&all).await;
        }
        if !members.is_empty() && self.change_members(&members).await? == Patched::Missing {
            return self.put(&members).await;
        }
        Ok(())
    }

    async fn patch(&mut self, changes: &[&Change]) -> Result<Patched> {
        let profile = &self.scim.profile;
        let mut refused = None;
        if let Ok(Some(body)) = patch::body(changes.iter().copied(), None, profile) {
            let answer = self.send_patch(&body).await?;
            if !misses_target(&answer, changes) {
                return self.settle(answer, changes).await;
            }
            refused = Some((body, answer));
        }
        if let Some((_, answer)) = &refused {
            self.trail.push(answer.exchange.clone());
        }
        let current = self.scim.load(self.kind, &self.id, &mut self.trail).await?;
        let Ok(Some(body)) = patch::body(changes.iter().copied(), Some(&current.object.body), profile) else {
            return Ok(Patched::Done);
        };
        match refused {
            // What the object has explains nothing.
            Some((before, answer)) if before == body => Err(self.refusal(answer, changes)),
            _ => {
                let answer = self.send_patch(&body).await?;
                self.settle(answer, changes).await
            }
        }
    }

    pub(super) async fn send_patch(&self, body: &Value) -> Result<Answer> {
        self.scim.write(Method::PATCH, request::object_path(self.kind, &self.id)?, body).await
    }

    /// Takes the answer to a PATCH.
    pub(super) async fn settle(&mut self, answer: Answer, changes: &[&Change]) -> Result<Patched> {
        let missing =
            lacks_patch(&answer) || (answer.status == StatusCode::NOT_FOUND && self.is_there().await);
        if missing {
            self.trail.push(answer.exchange);
            self.scim.stop_patching(self.kind);
            return Ok(Patched::Missing);
        }
        self.done(answer, changes).await?;
        Ok(Patched::Done)
    }

    /// Whether the object that a PATCH did not find exists: then it is PATCH that does not.
    async fn is_there(&self) -> bool {
        let mut aside = Trail::default();
        let read = self.scim.fetch_with(self.kind, &self.id, None, &mut aside).await;
        read.is_ok_and(|current| current.is_some())
    }

    /// Takes the answer to a write.
    pub(super) async fn done(&mut self, answer: Answer, changes: &[&Change]) -> Result<()> {
        if !answer.status.is_success() {
            return Err(self.refusal(answer, changes));
        }
        // The body of a PATCH is optional, so that any will do; a web page is no answer to one.
        let answer = self.scim.seen(answer, self.kind)?;
        let told = answer::read_json(&answer).ok().and_then(|body| answer::id_of(&body));
        self.trail.push(answer.exchange);
        self.follow_id(told, changes).await
    }

    pub(super) fn refusal(&self, answer: Answer, changes: &[&Change]) -> crate::error::ConnectorError {
        let paths = changes.iter().map(|change| change.path.as_ref());
        self.scim.refused(answer, self.kind, Asked::Update, paths)
    }

    /// Goes on with another id when the target made it of a value that was changed. Anything else that calls itself an
    /// id counts only when the object is there and no longer where it was.
    async fn follow_id(&mut self, told: Option<String>, changes: &[&Change]) -> Result<()> {
        let declared =
            self.scim.profile.scim.id_attribute.as_deref().and_then(|name| TargetPath::parse(name).ok());
        let of_path = declared
            .and_then(|path| changes.iter().find(|change| *change.path == path))
            .and_then(|change| change.new.as_ref()?.as_str().map(str::to_owned));
        let Some(new) = told.or(of_path).filter(|new| *new != self.id) else { return Ok(()) };
        let is_new_value = |change: &&Change| change.new.as_ref().and_then(Value::as_str) == Some(&new);
        let there = self.scim.fetch_with(self.kind, &new, None, &mut self.trail).await;
        if !there.is_ok_and(|there| there.is_some_and(|there| there.object.id == new)) {
            return Ok(());
        }
        let follows = changes.iter().any(is_new_value)
            || matches!(self.scim.fetch_with(self.kind, &self.id, None, &mut self.trail).await, Ok(None));
        if follows {
            self.id = new;
        }
        Ok(())
    }
}

/// Whether the target misses something that the operations take for granted.
fn misses_target(answer: &Answer, changes: &[&Change]) -> bool {
    answer.status == StatusCode::BAD_REQUEST
        && !lacks_patch(answer)
        && (may_miss_its_place(changes) || Complaint::read(answer).scim_type.eq_ignore_ascii_case("noTarget"))
}

/// Whether these changes can fail because the object has not what they take for granted.
fn may_miss_its_place(changes: &[&Change]) -> bool {
    changes.iter().any(|change| change.path.filter().is_some() || change.new.is_none())
}
