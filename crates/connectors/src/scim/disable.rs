//! Disabling an account, and seeing that it is disabled: a leaver who stays enabled is the worst that can happen, and
//! some targets answer a change with success and do nothing.
use purser_domain::object::ObjectKind;
use purser_domain::plan::{Change, ChangeKind};
use serde_json::Value;

use super::connector::ScimConnector;
use super::talk::Trail;
use crate::connector::{Reply, Updated};
use crate::error::{ConnectorError, ErrorKind, Result};

impl ScimConnector {
    /// As an update; then the account is read, and one that shows the opposite of what was sent is an error. What is
    /// not shown can't be told either way and passes.
    pub(super) async fn disable(
        &self,
        kind: ObjectKind,
        id: &str,
        changes: &[Change],
    ) -> Result<Reply<Updated>> {
        let reply = self.update(kind, id, changes).await?;
        let now = reply.value.new_id.as_deref().unwrap_or(id);
        let mut aside = Trail::default();
        let Some(current) = self.fetch_with(kind, now, None, &mut aside).await? else { return Ok(reply) };
        let body = &current.object.body;
        match changes.iter().find(|change| is_opposite(change, body)) {
            None => Ok(reply),
            Some(change) => Err(self.still_enabled(kind, change, aside)),
        }
    }

    fn still_enabled(&self, kind: ObjectKind, change: &Change, aside: Trail) -> ConnectorError {
        let path = change.path.to_string();
        let message = format!(
            "{} answered with success and did not disable this {}: {path} is what it was.",
            self.endpoint.host(),
            kind.noun()
        );
        let advice = "Disable it in the application by hand.";
        ConnectorError::new(ErrorKind::Rejected { attribute: Some(path) }, message, advice)
            .with_exchange(aside.reply(()).exchange)
            .with_probe()
    }
}

/// Whether the account shows the one truth value where the other was written.
fn is_opposite(change: &Change, body: &Value) -> bool {
    let (ChangeKind::Set, Some(wanted)) = (change.kind, change.new.as_ref().and_then(read_boolean)) else {
        return false;
    };
    change.path.find(body).and_then(read_boolean).is_some_and(|found| found != wanted)
}

fn read_boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(value) => Some(*value),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}
