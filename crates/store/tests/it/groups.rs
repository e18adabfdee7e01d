//! Groups as objects of provisioning: links, the feed, members.

use crate::support::{Bench, later, now};
use purser_domain::{
    ids::{GroupId, JobId, LinkId},
    object::ObjectKind,
    plan::{Link, LinkState, Origin},
    scope::ScopeMode,
};
use purser_store::{Batch, ChangeKind, Escrow, EscrowKind, Member, ObjectId, Principal, StoreError, new_id};
use uuid::Uuid;

fn link(bench: &Bench, job: JobId, object: ObjectId, target: &str) -> Link {
    Link {
        id: LinkId::from_uuid(new_id(&bench.clock)),
        job,
        kind: object.kind(),
        source: object.as_uuid(),
        target_id: target.to_owned(),
        state: LinkState::Active,
        origin: Origin::Created,
        exported: serde_json::Map::new(),
        cause: None,
        display_name: String::new(),
    }
}

async fn commit(bench: &Bench, job: JobId, batch: Batch) -> Result<(), StoreError> {
    let owner = Uuid::from_u128(1);
    assert!(bench.store.acquire_lease(job, owner, later(600), now()).await?);
    bench.store.commit_batch(job, owner, batch).await
}

#[tokio::test]
async fn an_account_and_a_group_may_have_the_same_id_in_the_target() -> anyhow::Result<()> {
    let bench = Bench::new().await?;
    let job = bench.add_application("Promapp").await?.job_id;
    let ada = bench.add_user("ada@contoso.com", "Ada").await?;
    let group = bench.add_group("Engineers", &[ada.id]).await?;
    let other = bench.add_group("Cooks", &[]).await?;
    let links_upsert = vec![link(&bench, job, ada.id.into(), "7"), link(&bench, job, group.id.into(), "7")];
    commit(&bench, job, Batch { links_upsert, ..Batch::default() }).await?;

    let store = &bench.store;
    for (kind, source) in [(ObjectKind::User, ada.id.as_uuid()), (ObjectKind::Group, group.id.as_uuid())] {
        let found = store.find_links_by_target(job, kind, &["7".to_owned()]).await?;
        assert_eq!((found["7"].kind, found["7"].source), (kind, source));
        assert_eq!(store.count_links(job, kind).await?, 1);
    }
    let links_upsert = vec![link(&bench, job, other.id.into(), "7")];
    let twice = commit(&bench, job, Batch { links_upsert, ..Batch::default() }).await;
    assert!(matches!(twice, Err(StoreError::Taken { .. })), "{twice:?}");

    let both: [ObjectId; 2] = [ada.id.into(), group.id.into()];
    assert_eq!(store.find_links(job, &both).await?.len(), 2);
    assert_eq!(store.find_links(job, &[group.id]).await?[&group.id].target_id, "7");
    Ok(())
}

#[tokio::test]
async fn members_come_with_the_accounts_that_are_enabled() -> anyhow::Result<()> {
    let bench = Bench::new().await?;
    let job = bench.add_application("Promapp").await?.job_id;
    let mut people = Vec::new();
    for name in ["ada", "bob", "cleo"] {
        people.push(bench.add_user(&format!("{name}@contoso.com"), name).await?.id);
    }
    let group = bench.add_group("Engineers", &people).await?;
    let empty = bench.add_group("Nobody", &[]).await?;
    let disabled = Link { state: LinkState::Disabled, ..link(&bench, job, people[1].into(), "b") };
    let links_upsert = vec![link(&bench, job, people[0].into(), "a"), disabled];
    commit(&bench, job, Batch { links_upsert, ..Batch::default() }).await?;

    let found = bench.store.find_members(job, &[group.id, empty.id]).await?;
    let member =
        |at: usize, account: Option<&str>| Member { user: people[at], account: account.map(str::to_owned) };
    assert_eq!(found.len(), 1);
    let mut members = found[&group.id].clone();
    members.sort_by_key(|found| people.iter().position(|id| *id == found.user));
    assert_eq!(members, [member(0, Some("a")), member(1, None), member(2, None)]);
    let counts = bench.store.count_members_of(&[group.id, empty.id]).await?;
    assert_eq!(counts.into_iter().collect::<Vec<_>>(), [(group.id, 3)]);
    Ok(())
}

#[tokio::test]
async fn groups_to_be_completed_are_those_with_an_active_link_and_nothing_to_wait_for() -> anyhow::Result<()>
{
    let bench = Bench::new().await?;
    let job = bench.add_application("Promapp").await?.job_id;
    let ada = bench.add_user("ada@contoso.com", "Ada").await?.id;
    let mut groups = Vec::new();
    for name in ["linked", "released", "waiting", "unlinked"] {
        groups.push(bench.add_group(name, &[ada]).await?.id);
    }
    let released = Link { state: LinkState::Disabled, ..link(&bench, job, groups[1].into(), "2") };
    let waiting = Escrow {
        object: groups[2].into(),
        kind: EscrowKind::Failure,
        code: String::new(),
        message: String::new(),
        attempts: 1,
        since: now(),
        due_at: later(9),
    };
    let batch = Batch {
        links_upsert: vec![
            link(&bench, job, groups[0].into(), "1"),
            released,
            link(&bench, job, groups[2].into(), "3"),
        ],
        escrows_upsert: vec![waiting.clone()],
        ..Batch::default()
    };
    commit(&bench, job, batch).await?;
    let found = bench.store.find_linked_groups_of(job, &[ada]).await?;
    assert_eq!(found.into_iter().collect::<Vec<_>>(), [groups[0]]);
    assert_eq!(bench.store.list_due_escrows(job, later(9), 5).await?, [waiting]);
    Ok(())
}

#[tokio::test]
async fn what_happens_to_a_group_reaches_the_applications_that_it_concerns() -> anyhow::Result<()> {
    let bench = Bench::new().await?;
    let assigned = bench.add_application("Assigned").await?;
    let linked = bench.add_application("Linked").await?;
    let neither = bench.add_application("Neither").await?;
    let mut all = bench.add_application("All").await?;
    let ada = bench.add_user("ada@contoso.com", "Ada").await?.id;
    let group = bench.add_group("Engineers", &[ada]).await?;
    let links_upsert = vec![link(&bench, linked.job_id, group.id.into(), "1")];
    commit(&bench, linked.job_id, Batch { links_upsert, ..Batch::default() }).await?;
    bench.assign(assigned.application_id, Principal::Group(group.id)).await?;
    let tx = bench.store.begin().await?;
    all.scope = ScopeMode::All;
    tx.update_spec(&all, all.generation).await?;
    let before = tx.last_change_seq().await?;
    tx.update_group(&group, group.generation).await?;
    tx.hard_delete_user(ada, now()).await?;
    tx.commit().await?;
    for (app, reached) in [(assigned, true), (linked, true), (all, true), (neither, false)] {
        let rows = bench.store.list_changes(before, app.application_id, 100).await?;
        let of_group = rows.into_iter().filter(|row| row.object == group.id.into());
        let kinds: Vec<ChangeKind> = of_group.map(|row| row.kind).collect();
        let expected = [ChangeKind::Updated, ChangeKind::Membership];
        assert_eq!(kinds, if reached { &expected[..] } else { &[] });
    }
    Ok(())
}

#[tokio::test]
async fn links_left_behind_are_found_for_each_kind() -> anyhow::Result<()> {
    let bench = Bench::new().await?;
    let job = bench.add_application("Promapp").await?.job_id;
    let ada = bench.add_user("ada@contoso.com", "Ada").await?.id;
    let group = bench.add_group("Engineers", &[]).await?.id;
    let (nobody, nothing) = (bench.user_id(), GroupId::from_uuid(new_id(&bench.clock)));
    let objects: [ObjectId; 4] = [ada.into(), group.into(), nobody.into(), nothing.into()];
    let links_upsert =
        (1..).zip(objects).map(|(number, object)| link(&bench, job, object, &format!("{number}")));
    commit(&bench, job, Batch { links_upsert: links_upsert.collect(), ..Batch::default() }).await?;
    for (kind, source) in [(ObjectKind::User, nobody.as_uuid()), (ObjectKind::Group, nothing.as_uuid())] {
        let left = bench.store.list_orphan_links(job, kind, None, 10).await?;
        assert_eq!(left.iter().map(|link| link.source).collect::<Vec<_>>(), [source]);
    }
    Ok(())
}
