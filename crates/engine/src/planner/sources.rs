//! Where nominees come from: pages of the directory, links left behind, objects by their ids.
use std::collections::HashMap;

use purser_domain::{
    ids::{GroupId, LinkId, UserId},
    object::ObjectKind,
};
use purser_store::ObjectId;

use super::{
    candidate::{Cause, Entry, Nominee},
    members,
    setup::Planner,
};
use crate::error::{Doing, EngineError};

/// The people after this one, in the order of their ids.
pub(crate) async fn page_people(
    planner: &Planner,
    after: Option<UserId>,
    size: u64,
) -> Result<Vec<Nominee>, EngineError> {
    let users = planner.store().page_users(after, size).await.doing("read a page of people")?;
    let nominee = |user: purser_domain::user::User| Nominee {
        id: user.id.into(),
        cause: Cause::Directory,
        source: Some(Entry::Person(user)),
    };
    Ok(users.into_iter().map(nominee).collect())
}

/// The groups after this one; as many of them as may be in memory with their members.
pub(crate) async fn page_groups(
    planner: &Planner,
    after: Option<GroupId>,
    size: u64,
) -> Result<Vec<Nominee>, EngineError> {
    let groups = planner.store().page_groups(after, size).await.doing("read a page of groups")?;
    let ids: Vec<GroupId> = groups.iter().map(|group| group.id).collect();
    let fitting = members::cut(planner, ids).await?.first().map_or(0, Vec::len);
    let nominees = groups.into_iter().take(fitting).map(|group| Nominee {
        id: group.id.into(),
        cause: Cause::Directory,
        source: Some(Entry::Group(group)),
    });
    Ok(nominees.collect())
}

/// What links after this one were left behind by, and the last of these links; `None` at the end.
pub(crate) async fn page_orphans(
    planner: &Planner,
    kind: ObjectKind,
    after: Option<LinkId>,
    size: u64,
) -> Result<Option<(Vec<Nominee>, LinkId)>, EngineError> {
    let links = planner.store().list_orphan_links(planner.job(), kind, after, size).await;
    let links = links.doing("read the links left behind")?;
    let Some(last) = links.last().map(|link| link.id) else { return Ok(None) };
    let nominee = |source| Nominee { id: ObjectId::new(kind, source), cause: Cause::Orphan, source: None };
    Ok(Some((links.iter().map(|link| nominee(link.source)).collect(), last)))
}

/// Those of the objects that the directory has.
pub(crate) async fn load_sources(
    planner: &Planner,
    objects: &[ObjectId],
) -> Result<HashMap<ObjectId, Entry>, EngineError> {
    let mut found = HashMap::with_capacity(objects.len());
    let users: Vec<UserId> = objects.iter().filter_map(|object| object.user()).collect();
    if !users.is_empty() {
        let users = planner.store().load_users(&users).await.doing("read people")?;
        found.extend(users.into_iter().map(|user| (ObjectId::User(user.id), Entry::Person(user))));
    }
    let groups = members::groups_of(objects);
    if !groups.is_empty() {
        let groups = planner.store().find_groups(&groups).await.doing("read groups")?;
        found.extend(groups.into_iter().map(|(id, group)| (ObjectId::Group(id), Entry::Group(group))));
    }
    Ok(found)
}
