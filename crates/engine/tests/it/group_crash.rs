//! Whatever instant a cycle with groups is cut off at: no group twice, no member too many, none missing.
use anyhow::Result;
use purser_domain::{ids::UserId, object::ObjectKind, user::User};
use purser_testkit::{Fault, FaultRule};

use crate::{
    crash::{Cut, Numbers, run_with_cuts, small_pages},
    teams::names,
    world::World,
};

fn ids(people: &[User]) -> Vec<UserId> {
    people.iter().map(|user| user.id).collect()
}

#[tokio::test]
async fn a_cut_between_any_two_polls_leaves_each_group_once_and_whole() -> Result<()> {
    for polls in (1..).step_by(3) {
        let world = World::with_groups().await?;
        let people = world.hire_many(4).await?;
        world.team("Cooks", &ids(&people)).await?;
        world.team("Pair", &ids(&people[..2])).await?;
        let interrupted = run_with_cuts(&world, [polls]).await?;
        assert_eq!(world.target.groups().len(), 2, "after {polls} polls");
        assert_eq!(world.members("Cooks")?.len(), 4, "after {polls} polls");
        assert_eq!(world.members("Pair")?.len(), 2, "after {polls} polls");
        assert_eq!(world.store.count_links(world.job, ObjectKind::Group).await?, 2);
        assert!(world.store.list_intents(world.job).await?.is_empty());
        if interrupted == 0 {
            assert!(polls > 20, "a cycle has more steps than {polls}");
            return Ok(());
        }
    }
    Ok(())
}

#[tokio::test]
async fn changes_of_groups_that_are_cut_off_again_and_again_arrive() -> Result<()> {
    let mut interrupted = 0;
    for seed in 0..8 {
        let world = World::with_groups().await?;
        let people = world.hire_many(8).await?;
        let cooks = world.team("Cooks", &ids(&people[..6])).await?;
        let gone = world.team("Gone", &ids(&people)).await?;
        let theirs = world.team("Left", &ids(&people[..2])).await?;
        world.run().await?;
        world.leave(cooks, people[0].id).await?;
        world.join(cooks, people[7].id).await?;
        world.soft_delete(people[1].id).await?;
        world.hard_delete(people[2].id).await?;
        world.rename_team(cooks, "Chefs").await?;
        world.disband(gone).await?;
        world.unassign_team(theirs).await?;
        let late = world.hire(["late".to_owned()]).await?;
        world.join(cooks, late[0].id).await?;
        world.team("New", &ids(&people[5..7])).await?;
        let mut numbers = Numbers(seed);
        let cuts: Vec<u32> = (0..16).map(|_| 1 + numbers.below(40) as u32).collect();
        interrupted += run_with_cuts(&world, cuts).await?;
        assert_eq!(world.members("Chefs")?, names(&["p3", "p4", "p5", "p7", "late"]), "seed {seed}");
        assert_eq!(world.members("New")?, names(&["p5", "p6"]), "seed {seed}");
        assert_eq!(world.target.groups().len(), 2, "seed {seed}");
    }
    assert!(interrupted > 20, "the cuts hit: {interrupted}");
    Ok(())
}

#[tokio::test]
async fn who_leaves_after_a_request_that_was_cut_off_is_taken_out_all_the_same() -> Result<()> {
    for polls in (10..90).step_by(2) {
        let world = World::with_groups().await?;
        let people = world.hire_many(3).await?;
        let cooks = world.team("Cooks", &ids(&people[..1])).await?;
        world.run().await?;
        world.join(cooks, people[1].id).await?;
        world.join(cooks, people[2].id).await?;
        let cut = Cut::after(polls, world.engine_with(small_pages()).run_cycle(world.job)).await;
        world.leave(cooks, people[2].id).await?;
        run_with_cuts(&world, []).await?;
        let after = format!("after {polls} polls, cut {}", cut.is_none());
        assert_eq!(world.members("Cooks")?, names(&["p0", "p1"]), "{after}");
    }
    Ok(())
}

#[tokio::test]
async fn a_change_of_members_that_fails_half_way_leaves_nobody_behind() -> Result<()> {
    let world = World::with_groups().await?;
    let people = world.hire_many(3).await?;
    let cooks = world.team("Cooks", &ids(&people[..1])).await?;
    world.run().await?;
    world.join(cooks, people[1].id).await?;
    world.leave(cooks, people[0].id).await?;
    // It is carried out, and nobody learns of it.
    world.target.break_with(FaultRule::always(Fault::StatusAfter(500)).on("PATCH").at("/Groups"));
    world.run().await?;
    world.target.heal();
    world.leave(cooks, people[1].id).await?;
    world.join(cooks, people[0].id).await?;
    world.advance(24 * 3600);
    world.run().await?;
    assert_eq!(world.members("Cooks")?, names(&["p0"]));
    let link = world.store.find_links(world.job, &[cooks]).await?.remove(&cooks).expect("a link");
    assert!(!link.exported.contains_key("@unsure"), "{:?}", link.exported);
    Ok(())
}

#[tokio::test]
async fn a_group_whose_create_lost_its_answer_is_found_again_and_completed() -> Result<()> {
    for fault in [Fault::DropAfter, Fault::DropBefore] {
        let world = World::with_groups().await?;
        let people = world.hire_many(3).await?;
        world.team("Cooks", &ids(&people)).await?;
        world.target.break_with(FaultRule::times(fault, 1).on("POST").at("/Groups"));
        world.run().await?;
        world.target.heal();
        for _ in 0..2 {
            world.advance(3600);
            world.run().await?;
        }
        assert_eq!(world.target.groups().len(), 1, "{fault:?}");
        assert_eq!(world.members("Cooks")?.len(), 3, "{fault:?}");
        assert!(world.store.list_intents(world.job).await?.is_empty());
    }
    Ok(())
}
