//! Changing an object without PATCH: it is read, changed and put back whole.
use purser_domain::object::ObjectKind;
use purser_domain::plan::{Change, ChangeKind};
use reqwest::{Method, StatusCode};

use super::edit::Editing;
use super::members::is_members;
use super::{body, request};
use crate::error::{ConnectorError, ErrorKind, Result};
use crate::profile::MembersRead;

impl Editing<'_> {
    /// Puts the object back with these changes. When it was changed by others meanwhile, once more from the start.
    pub(super) async fn put(&mut self, changes: &[&Change]) -> Result<()> {
        self.refuse_to_lose_members(changes)?;
        let mut again = true;
        loop {
            let current = self.scim.load(self.kind, &self.id, &mut self.trail).await?;
            let profile = &self.scim.profile;
            let there = &current.object.body;
            let body = body::replaced(self.kind, there, changes.iter().copied(), profile);
            if body == body::replaced(self.kind, there, [], profile) {
                return Ok(());
            }
            let path = request::object_path(self.kind, &self.id)?;
            let checked = current.version.is_some();
            let answer = self.scim.write_if(Method::PUT, path, &body, current.version).await?;
            if answer.status == StatusCode::PRECONDITION_FAILED && checked && again {
                self.trail.push(answer.exchange);
                again = false;
                continue;
            }
            return self.done(answer, changes).await;
        }
    }

    /// A group whose members can't be seen would lose them.
    fn refuse_to_lose_members(&self, changes: &[&Change]) -> Result<()> {
        let unseen =
            matches!(self.scim.profile.scim.members_read, MembersRead::ByFilter | MembersRead::Never);
        let whole =
            |change: &&Change| is_members(change) && change.new.is_some() && change.kind == ChangeKind::Set;
        if self.kind != ObjectKind::Group || !unseen || changes.iter().any(whole) {
            return Ok(());
        }
        Err(ConnectorError::new(
            ErrorKind::Misconfigured,
            format!(
                "{} has no PATCH and does not show the members of its {}, so that a group can't be changed without losing them.",
                self.scim.endpoint.host(),
                self.kind.nouns()
            ),
            "Correct the profile settings patch, member_removal and members_read, or switch the mapping of groups off.",
        )
        .with_probe())
    }
}
