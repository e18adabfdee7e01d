//! The audit log: who changed what in Purser itself, who came and went, and who was not let in.
//!
//! Every use-case that writes appends its entry in the same transaction, so that nothing changes unseen. Details
//! never hold a secret: only *that* one was replaced.
//!
//! To audit a new kind of change: a word in [`Activity`].
use crate::caller::{Caller, Right};
use crate::error::Result;
use crate::input::{decode_cursor, encode_cursor, page_size, search_text};
use crate::logs::activity::Activity;
use crate::page::cut;
use crate::portal::Portal;
use purser_contract::audit::AuditRowView;
use purser_contract::page::{ListForm, PageView};
use purser_domain::refusal::Refusal;
use purser_store::{AuditEntry, Tx};
use uuid::Uuid;

/// To what it was done, and how.
#[derive(Debug, Default)]
pub(crate) struct AuditNote {
    pub(crate) target_id: Option<Uuid>,
    pub(crate) target_name: String,
    pub(crate) details: Vec<(String, String)>,
    pub(crate) refusal: Option<Refusal>,
}

impl AuditNote {
    /// About this object.
    pub(crate) fn on(id: Uuid, name: impl Into<String>) -> Self {
        Self { target_id: Some(id), target_name: name.into(), ..Self::default() }
    }

    /// That it was not done, and why.
    pub(crate) fn refused(self, refusal: Refusal) -> Self {
        Self { refusal: Some(refusal), ..self }
    }

    /// With one more detail.
    pub(crate) fn with(mut self, label: &str, value: impl ToString) -> Self {
        self.details.push((label.to_owned(), value.to_string()));
        self
    }

    /// With a changed value, when it did change.
    pub(crate) fn change(self, label: &str, old: &str, new: &str) -> Self {
        if old == new { self } else { self.with(label, format!("{} → {}", shown(old), shown(new))) }
    }
}

fn shown(value: &str) -> &str {
    if value.is_empty() { "(empty)" } else { value }
}

impl Portal {
    /// The audit log, newest first.
    pub async fn list_audit(&self, caller: &Caller, form: ListForm) -> Result<PageView<AuditRowView>> {
        caller.may(Right::Read)?;
        self.audit_counted_refusals().await?;
        let size = page_size(form.size);
        let after = decode_cursor::<i64>(&form.after)?;
        let rows = self.store().list_audit(&search_text(&form.search), after, u64::from(size) + 1).await?;
        let (rows, next) = cut(rows, size, |row| encode_cursor(&row.seq));
        let items = rows.into_iter().map(|row| row.entry).map(|entry| AuditRowView {
            id: entry.id.to_string(),
            at: entry.at.to_string(),
            actor: entry.actor_name,
            activity: entry.activity,
            target: entry.target_name,
            refusal: entry.refusal,
            details: entry.details,
        });
        Ok(PageView { items: items.collect(), next, total: None })
    }

    /// Writes who did what, in the transaction that does it.
    pub(crate) async fn audit(
        &self,
        tx: &Tx,
        caller: &Caller,
        activity: Activity,
        note: AuditNote,
    ) -> Result<()> {
        self.append_audit(tx, (caller.id(), caller.name()), activity, note).await
    }

    /// Writes what a person did who was not let in.
    pub(crate) async fn audit_anonymous(&self, tx: &Tx, activity: Activity, note: AuditNote) -> Result<()> {
        self.append_audit(tx, (None, "Anonymous"), activity, note).await
    }

    async fn append_audit(
        &self,
        tx: &Tx,
        (actor_id, actor_name): (Option<Uuid>, &str),
        activity: Activity,
        note: AuditNote,
    ) -> Result<()> {
        let entry = AuditEntry {
            id: self.new_id(),
            at: self.now(),
            actor_id,
            actor_name: actor_name.to_owned(),
            activity: activity.as_str().to_owned(),
            target_id: note.target_id,
            target_name: note.target_name,
            details: note.details,
            refusal: note.refusal,
        };
        Ok(tx.append_audit(&entry).await?)
    }
}
