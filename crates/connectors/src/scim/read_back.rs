//! Looking whether the target did what it said: some answer with success and ignore what was sent.
use purser_domain::attribute::Mutability;
use purser_domain::object::ObjectKind;
use purser_domain::path::TargetPath;
use purser_domain::plan::{Change, ChangeKind, WriteValue};
use serde_json::Value;

use super::edit::Editing;
use super::members::{id_of, is_members_path, list_of, without};
use crate::error::{ConnectorError, ErrorKind, Result};
use crate::profile::MembersRead;

/// How many members of one change are asked about afterwards.
const MAX_ASKED_BACK: usize = 5;

impl Editing<'_> {
    /// Reads the object again and compares.
    ///
    /// # Errors
    /// Names the first attribute that is not as it was written.
    pub(super) async fn read_back(&mut self, changes: &[Change]) -> Result<()> {
        let current = self.scim.load(self.kind, &self.id, &mut self.trail).await?;
        let there = &current.object.body;
        // Of several changes at one place the last one tells, except for lists, whose changes add up.
        let ignored = changes.iter().find(|change| !self.is_made(change, changes, there));
        if let Some(change) = ignored {
            return Err(self.ignored(&change.path, "change of"));
        }
        if self.kind == ObjectKind::Group && self.scim.profile.scim.members_read == MembersRead::ByFilter {
            return self.ask_back(changes).await;
        }
        Ok(())
    }

    /// Asks about some of the members that came or went, where they can't be read.
    async fn ask_back(&mut self, changes: &[Change]) -> Result<()> {
        for change in changes.iter().filter(|change| is_members_path(&change.path)) {
            let (elements, comes) = match change.kind {
                ChangeKind::Remove => (list_of(change.old.as_ref()), false),
                ChangeKind::Add | ChangeKind::Set => (list_of(change.new.as_ref()), true),
            };
            for id in elements.iter().filter_map(id_of).take(MAX_ASKED_BACK) {
                if self.has_member(&id).await? != comes {
                    return Err(self.ignored(&change.path, "change of"));
                }
            }
        }
        Ok(())
    }

    /// The same for an object that was just made.
    pub(super) async fn read_back_created(&mut self, values: &[WriteValue]) -> Result<()> {
        let current = self.scim.load(self.kind, &self.id, &mut self.trail).await?;
        let there = &current.object.body;
        let ignored = values.iter().find(|value| {
            self.is_visible(&value.path)
                && !is_blank(&value.value)
                && !self.holds(&value.path, &value.value, there)
        });
        ignored.map_or(Ok(()), |value| Err(self.ignored(&value.path, "first value of")))
    }

    fn is_made(&self, change: &Change, all: &[Change], there: &Value) -> bool {
        if !self.is_visible(&change.path) {
            return true;
        }
        let found = change.path.find(there);
        match (change.kind, &change.new) {
            (ChangeKind::Set, Some(new)) if !is_blank(new) => self.holds(&change.path, new, there),
            (ChangeKind::Set, _) => found.is_none_or(is_blank),
            (ChangeKind::Add, new) => {
                without(list_of(new.as_ref()), list_of(found)).iter().all(|element| id_of(element).is_none())
            }
            (ChangeKind::Remove, _) => {
                let gone = list_of(change.old.as_ref());
                let back: Vec<Value> = all
                    .iter()
                    .filter(|other| other.path == change.path && other.kind == ChangeKind::Add)
                    .flat_map(|other| list_of(other.new.as_ref()).to_vec())
                    .collect();
                let gone = without(gone, &back);
                without(&gone, list_of(found)).len() == gone.len()
            }
        }
    }

    fn holds(&self, path: &TargetPath, wanted: &Value, there: &Value) -> bool {
        let rule = self.scim.rule(self.kind, path);
        path.find(there).is_some_and(|found| rule.agrees(wanted, found))
    }

    /// Whether reads show this attribute at all.
    fn is_visible(&self, path: &TargetPath) -> bool {
        if path.attribute().eq_ignore_ascii_case("password")
            || self.scim.rule(self.kind, path).mutability == Mutability::WriteOnly
        {
            return false;
        }
        self.kind == ObjectKind::User
            || !is_members_path(path)
            || matches!(self.scim.profile.scim.members_read, MembersRead::Returned | MembersRead::OnRequest)
    }

    fn ignored(&self, path: &TargetPath, what: &str) -> ConnectorError {
        ConnectorError::new(
            ErrorKind::Rejected { attribute: Some(path.to_string()) },
            format!(
                "{} answered with success and ignored the {what} {path} of this {}.",
                self.scim.endpoint.host(),
                self.kind.noun()
            ),
            "See in the application whether this attribute can be set through its API, or take it out of the mapping.",
        )
        .with_probe()
    }
}

fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(elements) => elements.is_empty(),
        Value::Object(object) => object.values().all(is_blank),
        _ => false,
    }
}
