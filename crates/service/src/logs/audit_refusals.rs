//! Who was not let in, in the audit log; `access::refusals` says when a row is written.
use crate::access::refusals::{Attempt, Attempts};
use crate::error::Result;
use crate::logs::activity::Activity;
use crate::logs::audit::AuditNote;
use crate::portal::Portal;
use purser_domain::refusal::Refusal;

impl Portal {
    /// Takes a refused attempt into the audit log.
    pub(crate) async fn audit_refusal(&self, attempt: Attempt) -> Result<()> {
        let now = self.now();
        self.audit_counted_refusals().await?;
        let Some(attempt) = self.memory.refusals.first(attempt, now) else { return Ok(()) };
        tracing::warn!(
            remote_address = attempt.address,
            activity = attempt.activity.as_str(),
            refusal = attempt.refusal.as_str(),
            "an attempt was refused"
        );
        let tx = self.store().begin().await?;
        self.audit_anonymous(&tx, attempt.activity, describe(&attempt)).await?;
        Ok(tx.commit().await?)
    }

    /// Writes what was counted in minutes that are over.
    pub(crate) async fn audit_counted_refusals(&self) -> Result<()> {
        let due = self.memory.refusals.take_due(self.now());
        if due.is_empty() {
            return Ok(());
        }
        let tx = self.store().begin().await?;
        for Attempts { latest, since, count } in due {
            let note = describe(&latest).with("Attempts", count).with("Since", since);
            self.audit_anonymous(&tx, latest.activity, note).await?;
        }
        Ok(tx.commit().await?)
    }
}

fn describe(attempt: &Attempt) -> AuditNote {
    let known = match (attempt.account_id, attempt.refusal) {
        (Some(_), _) => "known",
        (None, Refusal::UnknownAccount) => "unknown",
        (None, _) => "not looked up",
    };
    let note = match attempt.account_id {
        Some(id) => AuditNote::on(id, &attempt.account),
        None => AuditNote { target_name: attempt.account.clone(), ..AuditNote::default() },
    };
    let note = note.refused(attempt.refusal).with("Address", &attempt.address);
    if attempt.activity == Activity::SignIn { note.with("Account", known) } else { note }
}
