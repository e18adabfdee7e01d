//! Managers.
use anyhow::Result;
use purser_domain::user::User;
use serde_json::Value;

use crate::world::World;

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

fn manager_of(world: &World, name: &str) -> Result<Value> {
    Ok(world.account(name)?[ENTERPRISE]["manager"]["value"].clone())
}

async fn report(world: &World, user: &User, manager: &User) -> Result<()> {
    world.edit(user.id, |user| user.manager = Some(manager.id)).await
}

#[tokio::test]
async fn managers_are_set_whatever_order_people_are_created_in() -> Result<()> {
    let world = World::new().await?;
    let people = world.hire_many(30).await?;
    // Each reports to the next one: everybody's manager comes later.
    for pair in people.windows(2) {
        report(&world, &pair[0], &pair[1]).await?;
    }
    let settings = purser_engine::EngineSettings { page: 4, ..Default::default() };
    let outcome = world.engine_with(settings).run_cycle(world.job).await?;
    assert_eq!(outcome.counts.created, 30);
    for pair in (0..30).collect::<Vec<_>>().windows(2) {
        let manager = world.account(&format!("p{}", pair[1]))?["id"].clone();
        assert_eq!(manager_of(&world, &format!("p{}", pair[0]))?, manager, "p{}", pair[0]);
    }
    assert_eq!(world.store.count_escrows(world.job).await?, 0);
    Ok(())
}

#[tokio::test]
async fn a_manager_who_enters_the_scope_later_is_filled_in() -> Result<()> {
    let world = World::new().await?;
    let people = world.hire_many(1).await?;
    let boss = world.hire_unassigned("boss").await?;
    report(&world, &people[0], &boss).await?;
    world.run().await?;
    assert!(manager_of(&world, "p0")?.is_null());
    let row = world.logs_of(people[0].id).await?.pop().expect("a row");
    assert!(row.detail.steps.iter().any(|step| step.name == "UnableToResolveReferenceAttributeValue"));
    world.assign(boss.id, world.role).await?;
    world.run().await?;
    assert_eq!(manager_of(&world, "p0")?, world.account("boss")?["id"]);
    Ok(())
}

#[tokio::test]
async fn a_manager_who_goes_is_taken_out_where_the_row_clears() -> Result<()> {
    let world = World::new().await?;
    world.map(|mapping| mapping.attributes[21].clear = true).await?;
    let people = world.hire_many(2).await?;
    report(&world, &people[0], &people[1]).await?;
    world.run().await?;
    assert!(manager_of(&world, "p0")?.is_string());
    world.edit(people[0].id, |user| user.manager = None).await?;
    world.run().await?;
    assert!(manager_of(&world, "p0")?.is_null());
    Ok(())
}
