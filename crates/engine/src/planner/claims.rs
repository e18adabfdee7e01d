//! What a run has promised to accounts, so that nothing is promised twice: one for a whole run.
//!
//! It holds only what neither the store nor the target tells yet:
//!
//! - In a cycle that is what the page under way was promised. Once the page is committed, the links in the store tell
//!   whose an account is, and the target which values it has: [`Claims::release`]. So it never holds more than a page.
//! - A preview commits nothing, so it keeps everything to its end: [`Claims::keep`]. For an account that would be
//!   created or adopted that is some forty bytes for each value that it was searched by or given, whatever their
//!   length: values and ids are kept as digests.
use std::{
    collections::{HashMap, HashSet, hash_map::DefaultHasher},
    hash::{Hash, Hasher},
};

use purser_domain::{
    ids::LinkId,
    object::ObjectKind,
    plan::{Choice, Decision, MatchQuery, Write},
};
use purser_store::ObjectId;

use super::{
    candidate::{Outcome, Planned},
    choose::Choosing,
    setup::Planner,
};

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Claims {
    /// Values that new accounts get because they are free.
    values: HashSet<Digest>,
    /// Accounts that were there and are linked, and new ones.
    accounts: HashMap<Digest, ObjectId>,
    /// By what accounts would be found that earlier pages of a preview create.
    found_by: HashMap<Digest, ObjectId>,
    /// Links that earlier pages of a preview give up.
    given_up: HashSet<LinkId>,
}

/// A hundred and twenty-eight bits that stand for a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Digest(u64, u64);

impl Digest {
    fn of(what: impl Hash) -> Self {
        let half = |salt: u8| {
            let mut hasher = DefaultHasher::new();
            (salt, &what).hash(&mut hasher);
            hasher.finish()
        };
        Self(half(0), half(1))
    }
}

impl Claims {
    /// Promises what was chosen; or gives back what has to be chosen again, since another object was faster.
    pub(super) fn take_values(
        &mut self,
        mut choosing: Choosing,
        choices: Vec<Choice>,
    ) -> Result<(Vec<MatchQuery>, Vec<Choice>), Choosing> {
        let keys: Vec<Digest> = choices.iter().filter_map(value_key).collect();
        if keys.iter().all(|key| !self.values.contains(key)) {
            self.values.extend(keys);
            return Ok((choosing.queries, choices));
        }
        for (question, choice) in choosing.questions.iter_mut().zip(&choices) {
            let Some(value) = &choice.value else { continue };
            // What came before it is taken in the target.
            let at = question.candidates.iter().position(|candidate| candidate == value).unwrap_or(0);
            let promised = value_key(choice).is_some_and(|key| self.values.contains(&key));
            question.candidates.drain(..at + usize::from(promised));
        }
        Err(choosing)
    }

    /// Promises an account; or says to which object it is promised already.
    pub(crate) fn take_account(
        &mut self,
        kind: ObjectKind,
        target_id: &str,
        object: ObjectId,
    ) -> Result<(), ObjectId> {
        let owner = *self.accounts.entry(Digest::of((kind.as_str(), target_id))).or_insert(object);
        if owner == object { Ok(()) } else { Err(owner) }
    }

    /// The object whose account an earlier page of a preview creates, and these questions would find by then.
    pub(super) fn find_created(
        &self,
        planner: &Planner,
        kind: ObjectKind,
        queries: &[MatchQuery],
    ) -> Option<ObjectId> {
        if self.found_by.is_empty() {
            return None;
        }
        queries.iter().find_map(|query| self.found_by.get(&match_key(planner, kind, query)).copied())
    }

    /// Whether an earlier page of a preview gives this link up, so that its account is free.
    pub(super) fn is_given_up(&self, link: LinkId) -> bool {
        self.given_up.contains(&link)
    }

    /// The page is committed: from now on store and target tell.
    pub(crate) fn release(&mut self) {
        *self = Self::default();
    }

    /// The page will not be carried out, and the next one is planned as if it had been.
    pub(super) fn keep(&mut self, planner: &Planner, page: &[Planned]) {
        for Planned { candidate, outcome } in page {
            self.given_up.extend(candidate.stale);
            if let Outcome::Decided { decision: Decision::Send(Write::Create(_)), queries } = outcome {
                let keys = queries.iter().map(|query| match_key(planner, candidate.kind(), query));
                self.found_by.extend(keys.map(|key| (key, candidate.id)));
            }
        }
    }
}

/// Case does not tell two sign-in names apart in most targets, so it does not here.
fn value_key(choice: &Choice) -> Option<Digest> {
    let value = choice.value.as_ref()?;
    Some(Digest::of((choice.path.as_str(), value.to_string().to_lowercase())))
}

fn match_key(planner: &Planner, kind: ObjectKind, query: &MatchQuery) -> Digest {
    let value = query.value.to_string();
    let exact_case = planner.rules(kind).target.rule(&query.path).exact_case;
    let value = if exact_case { value } else { value.to_lowercase() };
    Digest::of((kind.as_str(), query.path.as_str(), value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use purser_domain::ids::{GroupId, UserId};
    use uuid::Uuid;

    #[test]
    fn an_account_is_promised_once_until_the_page_is_committed() {
        let (user, group) = (ObjectKind::User, ObjectKind::Group);
        let [kim, lee] = [1, 2].map(|id| ObjectId::from(UserId::from_uuid(Uuid::from_u128(id))));
        let cooks = ObjectId::from(GroupId::from_uuid(Uuid::from_u128(3)));
        let mut claims = Claims::default();
        assert_eq!(claims.take_account(user, "7", kim), Ok(()));
        assert_eq!(claims.take_account(user, "7", kim), Ok(()), "it is theirs");
        assert_eq!(claims.take_account(user, "7", lee), Err(kim));
        assert_eq!(claims.take_account(group, "7", cooks), Ok(()), "a group may have the same id");
        claims.release();
        assert_eq!(claims.take_account(user, "7", lee), Ok(()), "now the store tells");
    }
}
