//! The change feed.

use crate::support::{Bench, later, now};
use purser_domain::ids::CycleId;
use purser_store::{ChangeKind, CycleCounts, CycleKind, Observed, RunningCycle, new_id};

#[tokio::test]
async fn a_group_change_reaches_each_member_of_the_one_application() -> anyhow::Result<()> {
    let bench = Bench::new().await?;
    let app = bench.add_application("Promapp").await?.application_id;
    let other = bench.add_application("Airstack").await?.application_id;
    let ada = bench.add_user("ada@contoso.com", "Ada").await?;
    let bob = bench.add_user("bob@contoso.com", "Bob").await?;
    let group = bench.add_group("Engineers", &[ada.id, bob.id]).await?;
    let tx = bench.store.begin().await?;
    tx.append_change(ada.id, None, ChangeKind::Updated, now()).await?;
    let members =
        tx.append_changes_for_group_members(group.id, Some(app), ChangeKind::Assignment, now()).await?;
    assert_eq!(members, 2);
    tx.commit().await?;

    let seen = bench.store.list_changes(0, app, 10).await?;
    assert_eq!(seen.len(), 3);
    assert_eq!((seen[0].object, seen[0].kind, seen[0].at), (ada.id.into(), ChangeKind::Updated, now()));
    assert_eq!(bench.store.list_changes(0, other, 10).await?.len(), 1);
    assert_eq!(bench.store.list_changes(seen[1].seq, app, 10).await?, seen[2..]);
    assert_eq!(bench.store.last_change_seq().await?, seen[2].seq);
    Ok(())
}

#[tokio::test]
async fn a_change_of_a_manager_reaches_those_who_report_to_them() -> anyhow::Result<()> {
    let bench = Bench::new().await?;
    let app = bench.add_application("Promapp").await?.application_id;
    let boss = bench.add_user("boss@contoso.com", "Boss").await?;
    let mut ada = bench.add_user("ada@contoso.com", "Ada").await?;
    ada.manager = Some(boss.id);
    let tx = bench.store.begin().await?;
    tx.update_user(&ada, 1).await?;
    assert_eq!(tx.append_changes_for_reports(boss.id, now()).await?, 1);
    tx.hard_delete_user(boss.id).await?;
    tx.commit().await?;
    assert_eq!(bench.store.list_changes(0, app, 10).await?[0].object, ada.id.into());
    assert_eq!(bench.store.load_user(ada.id).await?.manager, None);
    Ok(())
}

#[tokio::test]
async fn purging_keeps_what_a_job_has_yet_to_consume() -> anyhow::Result<()> {
    let bench = Bench::new().await?;
    let spec = bench.add_application("Promapp").await?;
    let user = bench.add_user("ada@contoso.com", "Ada").await?;
    let tx = bench.store.begin().await?;
    for second in 0..4 {
        tx.append_change(user.id, None, ChangeKind::Updated, later(second)).await?;
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
        .begin_cycle(spec.job_id, owner, &cycle, Observed { generation: 1, mapping_generation: 1 })
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
    let user = bench.add_user("ada@contoso.com", "Ada").await?;
    let tx = bench.store.begin().await?;
    tx.append_change(user.id, None, ChangeKind::Created, now()).await?;
    let before = tx.last_change_seq().await?;
    assert_eq!(tx.purge_changes(later(1)).await?, 1);
    tx.append_change(user.id, None, ChangeKind::Updated, now()).await?;
    assert!(tx.last_change_seq().await? > before);
    Ok(())
}
