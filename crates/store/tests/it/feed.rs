//! The change feed.

use crate::support::{Bench, later, now, person};
use purser_domain::{
    group::Group,
    ids::{AppId, AssignmentId, CycleId, GroupId, UserId},
    scope::ScopeMode,
    user::User,
};
use purser_store::{
    Assignment, ChangeKind, CycleCounts, CycleKind, ObjectId, ObservedGenerations, Principal, Reads,
    RunningCycle, Tx, new_id,
};
use std::collections::BTreeSet;

/// Two people, a group of the first, who reports to the second, and an application that the group is assigned to. It has
/// everything in scope.
struct Scene {
    app: AppId,
    ada: User,
    boss: User,
    group: Group,
    assignment: Assignment,
    new_user: User,
    new_group: Group,
    new_assignment: Assignment,
}

impl Scene {
    async fn new(bench: &Bench) -> anyhow::Result<Self> {
        let mut spec = bench.add_application("Promapp").await?;
        let app = spec.application_id;
        let boss = bench.add_user("boss@contoso.com", "Boss").await?;
        let mut ada = bench.add_user("ada@contoso.com", "Ada").await?;
        let group = bench.add_group("Engineers", &[ada.id]).await?;
        let assignment = bench.assign(app, Principal::Group(group.id)).await?;
        let tx = bench.store.begin().await?;
        spec.scope = ScopeMode::All;
        tx.update_spec(&spec, spec.generation).await?;
        ada.manager = Some(boss.id);
        tx.update_user(&ada, 1).await?;
        ada.generation = 2;
        tx.commit().await?;
        let new_id = || new_id(&bench.clock);
        let principal = Principal::User(ada.id);
        let new_assignment = Assignment { id: AssignmentId::from_uuid(new_id()), principal, ..assignment };
        Ok(Self {
            new_user: person(UserId::from_uuid(new_id()), "new@contoso.com", "New"),
            new_group: Group { id: GroupId::from_uuid(new_id()), ..group.clone() },
            new_assignment,
            app,
            ada,
            boss,
            group,
            assignment,
        })
    }
}

/// What changes the directory, each method of [`Tx`] with what it says in the feed.
const METHODS: &[(&str, &[(&str, ChangeKind)])] = &[
    ("insert_user", &[("new user", ChangeKind::Created)]),
    ("update_user", &[("ada", ChangeKind::Updated)]),
    ("soft_delete_user", &[("ada", ChangeKind::SoftDeleted)]),
    ("restore_user", &[("ada", ChangeKind::SoftDeleted), ("ada", ChangeKind::Restored)]),
    (
        "hard_delete_user",
        &[("ada", ChangeKind::Reference), ("group", ChangeKind::Membership), ("boss", ChangeKind::Deleted)],
    ),
    ("insert_group", &[("new group", ChangeKind::Created)]),
    ("update_group", &[("group", ChangeKind::Updated)]),
    ("delete_group", &[("ada", ChangeKind::Assignment), ("group", ChangeKind::Deleted)]),
    ("add_members", &[("boss", ChangeKind::Membership), ("group", ChangeKind::Membership)]),
    ("remove_member", &[("ada", ChangeKind::Membership), ("group", ChangeKind::Membership)]),
    ("insert_assignment", &[("ada", ChangeKind::Assignment)]),
    ("delete_assignment", &[("ada", ChangeKind::Assignment), ("group", ChangeKind::Assignment)]),
];

async fn call(tx: &Tx, method: &str, scene: &Scene) -> anyhow::Result<()> {
    match method {
        "insert_user" => tx.insert_user(&scene.new_user).await?,
        "update_user" => tx.update_user(&scene.ada, scene.ada.generation).await?,
        "soft_delete_user" => tx.soft_delete_user(scene.ada.id, now()).await?,
        "restore_user" => {
            tx.soft_delete_user(scene.ada.id, now()).await?;
            tx.restore_user(scene.ada.id, now()).await?;
        }
        "hard_delete_user" => tx.hard_delete_user(scene.boss.id, now()).await?,
        "insert_group" => tx.insert_group(&scene.new_group).await?,
        "update_group" => tx.update_group(&scene.group, scene.group.generation).await?,
        "delete_group" => tx.delete_group(scene.group.id, now()).await?,
        "add_members" => {
            tx.add_members(scene.group.id, &[scene.ada.id, scene.boss.id], now()).await?;
        }
        "remove_member" => assert!(tx.remove_member(scene.group.id, scene.ada.id, now()).await?),
        "insert_assignment" => tx.insert_assignment(&scene.new_assignment).await?,
        "delete_assignment" => {
            tx.delete_assignment(scene.assignment.id, now()).await?;
        }
        _ => anyhow::bail!("{method} is not called here"),
    }
    Ok(())
}

async fn rows_after(
    reads: &Reads,
    seq: i64,
    scene: &Scene,
) -> anyhow::Result<Vec<(&'static str, ChangeKind)>> {
    let rows = reads.list_changes(seq, scene.app, 100).await?;
    let name = |object: ObjectId| match object {
        ObjectId::User(id) if id == scene.ada.id => "ada",
        ObjectId::User(id) if id == scene.boss.id => "boss",
        ObjectId::User(_) => "new user",
        ObjectId::Group(id) if id == scene.group.id => "group",
        ObjectId::Group(_) => "new group",
    };
    Ok(rows.into_iter().map(|row| (name(row.object), row.kind)).collect())
}

#[tokio::test]
async fn whatever_changes_the_directory_says_so_in_the_feed_in_its_own_transaction() -> anyhow::Result<()> {
    for (method, expected) in METHODS {
        let bench = Bench::new().await?;
        let scene = Scene::new(&bench).await?;
        if *method == "hard_delete_user" {
            let tx = bench.store.begin().await?;
            tx.add_members(scene.group.id, &[scene.boss.id], now()).await?;
            tx.commit().await?;
        }
        let before = bench.store.last_change_seq().await?;
        let tx = bench.store.begin().await?;
        call(&tx, method, &scene).await?;
        assert_eq!(rows_after(&tx, before, &scene).await?, *expected, "{method}");
        drop(tx);
        assert_eq!(bench.store.last_change_seq().await?, before, "{method} was rolled back");
        let tx = bench.store.begin().await?;
        call(&tx, method, &scene).await?;
        tx.commit().await?;
        assert_eq!(rows_after(&bench.store, before, &scene).await?, *expected, "{method}");
    }
    Ok(())
}

#[test]
fn no_method_that_changes_the_directory_is_missing_above() {
    let sources = [
        include_str!("../../src/users.rs"),
        include_str!("../../src/groups.rs"),
        include_str!("../../src/assignments.rs"),
    ];
    let mut listed: Vec<&str> = METHODS.iter().map(|(method, _)| *method).collect();
    let mut written = Vec::new();
    for source in sources {
        for body in source.split("\nimpl Tx {").skip(1) {
            let body = body.split("\n}\n").next().unwrap();
            written.extend(body.split("pub async fn ").skip(1).map(|rest| rest.split('(').next().unwrap()));
        }
    }
    listed.sort_unstable();
    written.sort_unstable();
    assert_eq!(listed, written);
}

#[tokio::test]
async fn what_changes_nothing_says_nothing() -> anyhow::Result<()> {
    let bench = Bench::new().await?;
    let scene = Scene::new(&bench).await?;
    let tx = bench.store.begin().await?;
    tx.soft_delete_user(scene.boss.id, now()).await?;
    let before = tx.last_change_seq().await?;
    tx.soft_delete_user(scene.boss.id, now()).await?;
    tx.restore_user(scene.ada.id, now()).await?;
    assert!(tx.add_members(scene.group.id, &[scene.ada.id, scene.new_user.id], now()).await?.is_empty());
    assert!(!tx.remove_member(scene.group.id, scene.boss.id, now()).await?);
    assert_eq!(tx.delete_assignment(scene.new_assignment.id, now()).await?, None);
    assert!(tx.update_user(&scene.ada, 1).await.is_err(), "stale");
    assert!(tx.delete_group(scene.new_group.id, now()).await.is_err(), "not there");
    assert!(tx.hard_delete_user(scene.new_user.id, now()).await.is_err(), "not there");
    assert_eq!(tx.last_change_seq().await?, before);
    Ok(())
}

#[tokio::test]
async fn a_group_change_reaches_each_member_of_the_one_application() -> anyhow::Result<()> {
    let bench = Bench::new().await?;
    let app = bench.add_application("Promapp").await?.application_id;
    let other = bench.add_application("Airstack").await?.application_id;
    let ada = bench.add_user("ada@contoso.com", "Ada").await?;
    let bob = bench.add_user("bob@contoso.com", "Bob").await?;
    let group = bench.add_group("Engineers", &[ada.id, bob.id]).await?;
    let before = bench.store.last_change_seq().await?;
    bench.assign(app, Principal::Group(group.id)).await?;
    let seen = bench.store.list_changes(before, app, 10).await?;
    let objects: BTreeSet<ObjectId> = seen.iter().map(|row| row.object).collect();
    assert_eq!(objects, BTreeSet::from([ada.id.into(), bob.id.into(), ObjectId::Group(group.id)]));
    assert!(seen.iter().all(|row| (row.kind, row.at) == (ChangeKind::Assignment, now())));
    assert_eq!(bench.store.list_changes(before, other, 10).await?, []);
    assert_eq!(bench.store.list_changes(seen[1].seq, app, 10).await?, seen[2..]);
    assert_eq!(bench.store.last_change_seq().await?, seen[2].seq);
    Ok(())
}

#[tokio::test]
async fn purging_keeps_what_a_job_has_yet_to_consume() -> anyhow::Result<()> {
    let bench = Bench::new().await?;
    let spec = bench.add_application("Promapp").await?;
    let user = bench.add_user("ada@contoso.com", "Ada").await?;
    let tx = bench.store.begin().await?;
    for second in 1..4 {
        let changed = User { updated_at: later(second), ..user.clone() };
        tx.update_user(&changed, second).await?;
    }
    tx.commit().await?;
    let owner = new_id(&bench.clock);
    assert!(bench.store.acquire_lease(spec.job_id, owner, later(60), now()).await?);
    let cycle = RunningCycle {
        id: CycleId::from_uuid(new_id(&bench.clock)),
        kind: CycleKind::Initial,
        cursor: None,
        start_seq: 2,
        started_at: now(),
        processed: 0,
        total: 1,
        processed_groups: 0,
        total_groups: 0,
        counts: CycleCounts::default(),
    };
    bench
        .store
        .begin_cycle(spec.job_id, owner, &cycle, ObservedGenerations { generation: 1, mapping_generation: 1 })
        .await?;
    let tx = bench.store.begin().await?;
    assert_eq!(tx.purge_changes(later(1)).await?, 1, "only the old");
    assert_eq!(tx.purge_changes(later(100)).await?, 1, "only up to where the cycle began");
    tx.commit().await?;
    bench.store.finish_cycle(spec.job_id, owner, 2, now(), None).await?;
    assert_eq!(bench.store.backlog(spec.job_id).await?, 2);
    assert_eq!(bench.store.count_changed(spec.job_id).await?, (1, 0));
    Ok(())
}

#[tokio::test]
async fn a_place_in_the_feed_is_never_given_twice() -> anyhow::Result<()> {
    let bench = Bench::new().await?;
    bench.add_user("ada@contoso.com", "Ada").await?;
    let tx = bench.store.begin().await?;
    let before = tx.last_change_seq().await?;
    assert_eq!(tx.purge_changes(later(1)).await?, 1);
    tx.insert_user(&person(bench.user_id(), "bob@contoso.com", "Bob")).await?;
    assert!(tx.last_change_seq().await? > before);
    Ok(())
}
