//! Test Connection: for each kind of object the question that a cycle asks first, about an object that can't exist.
use purser_domain::object::ObjectKind;
use purser_domain::plan::TargetObject;
use serde_json::Value;
use uuid::Uuid;

use super::compare::Found;
use super::connector::ScimConnector;
use super::list::Place;
use super::talk::Trail;
use crate::connector::Reply;
use crate::error::{ConnectorError, ErrorKind, Result};
use crate::http::Answer;
use crate::refusal::Asked;

impl ScimConnector {
    pub(super) async fn check(&self, kinds: &[ObjectKind]) -> Result<Reply<String>> {
        let kinds = if kinds.is_empty() { &[ObjectKind::User] } else { kinds };
        let (mut trail, mut said) = (Trail::default(), Vec::new());
        for kind in kinds {
            match self.check_kind(*kind, &mut trail).await {
                Ok(sentence) => said.push(sentence),
                // One object's trouble in a cycle is the whole target's trouble here.
                Err(error) if matches!(error.kind(), ErrorKind::Rejected { .. } | ErrorKind::NotFound) => {
                    return Err(error.with_kind(ErrorKind::Misconfigured));
                }
                Err(error) => return Err(error),
            }
        }
        let message = format!(
            "{} accepts the credentials and answers in SCIM. {}",
            self.endpoint.host(),
            said.join(" ")
        );
        Ok(trail.reply(message))
    }

    async fn check_kind(&self, kind: ObjectKind, trail: &mut Trail) -> Result<String> {
        let (path, nouns) = (&self.state(kind).matching, kind.nouns());
        let listed = format!(
            "It can't filter its {nouns} by {path}: all of them are listed and compared, which takes its time when there are many."
        );
        let mut refusal = None;
        if self.filters_by(kind, path) {
            let nobody = Value::String(Uuid::new_v4().to_string());
            match self.filtered(kind, path, &nobody, trail).await? {
                Ok(listing) if listing.objects.is_empty() && listing.total.unwrap_or(0) == 0 => {
                    return Ok(format!("It filters its {nouns} by {path}."));
                }
                Ok(listing) => {
                    let mut found = Found::default();
                    let wanted = self.wanted(kind, path, &nobody);
                    listing
                        .objects
                        .into_iter()
                        .for_each(|object: TargetObject| wanted.sort(object, &mut found));
                    if found.strangers > 1 {
                        self.index.learn_unfilterable(kind, path);
                    }
                }
                Err(answer) => {
                    let status = answer.status.as_u16();
                    trail.push(answer.exchange.clone());
                    let passes = matches!(status, 401 | 429) || status >= 500 && status != 501;
                    let error = self.refused_check(kind, answer);
                    if passes {
                        return Err(error);
                    }
                    refusal = Some(error);
                }
            }
        }
        match self.page(kind, None, &Place::default(), trail).await {
            Ok(_) => Ok(listed),
            Err(error) => Err(refusal.unwrap_or_else(|| self.name_missing_groups(kind, error))),
        }
    }

    fn refused_check(&self, kind: ObjectKind, answer: Answer) -> ConnectorError {
        let paths = std::iter::once(&self.state(kind).matching);
        let error = self.refused(answer, kind, Asked::Find, paths);
        self.name_missing_groups(kind, error)
    }

    /// A target without groups is right for many; only the mapping of groups is not right for it.
    fn name_missing_groups(&self, kind: ObjectKind, error: ConnectorError) -> ConnectorError {
        let status = error.exchange().and_then(|exchange| exchange.status);
        if kind != ObjectKind::Group || !matches!(status, Some(404 | 405 | 410 | 501)) {
            return error;
        }
        let host = self.endpoint.host();
        let status = status.map(|status| status.to_string()).unwrap_or_default();
        error.retold(
            ErrorKind::Misconfigured,
            format!("{host} has no groups at /Groups ({status})."),
            "Switch the mapping of groups off: users are provisioned without it. Where the application should have groups, see whether its plan or the token's scope includes them.",
        )
    }
}
