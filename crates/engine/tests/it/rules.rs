//! What the job's schema says, from directory to target: filters, clear flows, random, unique and redacted values.
use std::collections::HashSet;

use anyhow::{Context, Result};
use purser_domain::{
    ids::GroupId,
    log::{LogAction, LogStatus},
    mapping::{AttributeMapping, FlowType, MappingSource, ObjectMapping},
    plan::LinkState,
    scope::{Clause, ClauseGroup, MEMBER_OF, Operator, ScopingFilter},
};
use purser_engine::CycleEnd;
use purser_store::{CycleKind, new_id};
use serde_json::json;

use crate::world::World;

fn expression(text: &str, target: &str) -> AttributeMapping {
    AttributeMapping::new(MappingSource::Expression(text.to_owned()), target)
}

fn filter(attribute: &str, operator: Operator, value: &str) -> ScopingFilter {
    let clause = Clause {
        attribute: attribute.to_owned(),
        operator,
        values: vec![value.to_owned()],
        extra: serde_json::Map::new(),
    };
    let group =
        ClauseGroup { name: "Staff".to_owned(), clauses: vec![clause], extra: serde_json::Map::new() };
    ScopingFilter { groups: vec![group], extra: serde_json::Map::new() }
}

#[tokio::test]
async fn a_group_that_a_scoping_filter_asks_for_is_told_by_its_name() -> Result<()> {
    let world = World::new().await?;
    let team = world.unassigned_team("Sales", &[]).await?;
    let id = team.to_string();
    world.map(|mapping| mapping.scope = filter("memberOf", Operator::IsMemberOf, &id)).await?;
    let people = world.hire_many(1).await?;
    world.run().await?;
    let row = world.logs_of(people[0].id).await?.pop().context("no row")?;
    assert!(row.summary.contains("Sales"), "{}", row.summary);
    let said = serde_json::to_string(&row.detail)?;
    assert!(said.contains("Staff memberOf IsMemberOf Sales") && !said.contains(&id), "{said}");
    Ok(())
}

#[tokio::test]
async fn who_fails_a_scoping_filter_is_disabled_and_the_log_says_which_clause() -> Result<()> {
    let world = World::new().await?;
    world.map(|mapping| mapping.scope = filter("department", Operator::Equals, "Sales")).await?;
    let people = world.hire_many(2).await?;
    world.run().await?;
    assert!(world.is_active("p0")? && world.is_active("p1")?);
    world.edit(people[0].id, |user| user.attributes.department = Some("IT".to_owned())).await?;
    let outcome = world.run().await?;
    assert_eq!(outcome.counts.disabled, 1);
    assert!(!world.is_active("p0")? && world.is_active("p1")?);
    let row = world.logs_of(people[0].id).await?.pop().context("no row")?;
    assert_eq!(row.action, LogAction::Disable);
    let step = row.detail.steps.iter().find(|step| step.name == "EntrySynchronizationScoping");
    let details = &step.context("no scoping step")?.details;
    let clause = details.iter().find(|(label, _)| label == "Scoping filter clause that failed");
    let (_, clause) = clause.context("no clause")?;
    assert!(clause.contains("Staff") && clause.contains("department EQUALS Sales"), "{clause}");
    assert!(details.contains(&("Scoping filter evaluation passed".to_owned(), "False".to_owned())));
    // Whoever never had an account is skipped with the same clause.
    let new = world.hire(["p9".to_owned()]).await?;
    world.edit(new[0].id, |user| user.attributes.department = None).await?;
    world.run().await?;
    let row = world.logs_of(new[0].id).await?.pop().context("no row")?;
    assert!(row.summary.contains("did not pass a scoping filter: "), "{}", row.summary);
    assert!(world.target.account("p9@contoso.example").is_none());
    Ok(())
}

#[tokio::test]
async fn a_filter_on_groups_follows_their_memberships() -> Result<()> {
    let world = World::new().await?;
    let group = GroupId::from_uuid(new_id(&*world.clock));
    let in_group = filter(MEMBER_OF, Operator::IsMemberOf, &group.to_string());
    world.map(|mapping| mapping.scope = in_group).await?;
    let people = world.hire_many(2).await?;
    let now = world.now();
    let tx = world.store.begin().await?;
    tx.insert_group(&purser_domain::group::Group {
        id: group,
        display_name: "Staff".to_owned(),
        description: None,
        mail_nickname: None,
        generation: 1,
        created_at: now,
        updated_at: now,
    })
    .await?;
    tx.add_members(group, &[people[0].id], now).await?;
    tx.commit().await?;
    world.run().await?;
    assert!(world.is_active("p0")?);
    assert!(world.target.account("p1@contoso.example").is_none());
    let tx = world.store.begin().await?;
    tx.remove_member(group, people[0].id, now).await?;
    tx.commit().await?;
    world.run().await?;
    assert!(!world.is_active("p0")?);
    Ok(())
}

#[tokio::test]
async fn a_lost_value_stays_in_the_target_unless_the_row_clears() -> Result<()> {
    for clear in [false, true] {
        let world = World::new().await?;
        world.map(|mapping| mapping.attributes[3].clear = clear).await?;
        let people = world.hire_many(1).await?;
        world.run().await?;
        assert_eq!(world.account("p0")?["title"], json!("Clerk"));
        world.edit(people[0].id, |user| user.attributes.job_title = None).await?;
        let outcome = world.run().await?;
        assert_eq!(outcome.counts.updated, u64::from(clear));
        assert_eq!(world.account("p0")?["title"].is_null(), clear);
        assert_eq!(world.run().await?.counts.updated, 0);
    }
    Ok(())
}

#[tokio::test]
async fn a_random_value_is_drawn_once_and_for_each_person_anew() -> Result<()> {
    let world = World::new().await?;
    world.map(|mapping| mapping.attributes.push(expression("Guid()", "nickName"))).await?;
    let people = world.hire_many(2).await?;
    world.run().await?;
    let nick = |name: &str| Ok::<_, anyhow::Error>(world.account(name)?["nickName"].clone());
    let (first, second) = (nick("p0")?, nick("p1")?);
    assert!(first.is_string() && first != second, "{first} {second}");
    world.edit(people[0].id, |user| user.attributes.city = Some("Bonn".to_owned())).await?;
    world.run().await?;
    assert_eq!(nick("p0")?, first);
    // A new initial cycle changes nothing either.
    world.configure(|spec| spec.mapping_generation += 1).await?;
    let outcome = world.run().await?;
    assert_eq!((outcome.end, outcome.counts.updated), (CycleEnd::Finished, 0));
    assert_eq!((nick("p0")?, nick("p1")?), (first, second));
    Ok(())
}

#[tokio::test]
async fn people_of_one_page_never_get_the_same_unique_value() -> Result<()> {
    let world = World::new().await?;
    let choose = r#"SelectUniqueValue([givenName], Append([givenName], "2"), Append([givenName], "3"))"#;
    let unique = AttributeMapping { flow_type: FlowType::ObjectAddOnly, ..expression(choose, "nickName") };
    world.map(|mapping| mapping.attributes.push(unique)).await?;
    let people = world.hire_many(4).await?;
    let outcome = world.run().await?;
    // Everybody's given name is the same, and there are three values for four people.
    assert_eq!((outcome.counts.created, outcome.counts.failed), (3, 1));
    let mut names = HashSet::new();
    for name in ["p0", "p1", "p2", "p3"] {
        if let Ok(account) = world.account(name) {
            names.insert(account["nickName"].as_str().context("no name")?.to_owned());
        }
    }
    assert_eq!(names, ["Person", "Person2", "Person3"].map(str::to_owned).into());
    // They have the same rank: which of them is the last is not told beforehand.
    let first_had_none = world.account("p0").is_err();
    let mut refused = 0;
    for person in &people {
        let row = world.logs_of(person.id).await?.pop().context("no row")?;
        if row.status == LogStatus::Failure {
            refused += 1;
            assert_eq!(row.detail.error.context("no error")?.code, "NoUniqueValue");
        }
    }
    assert_eq!((refused, world.store.count_escrows(world.job).await?), (1, 1));
    // Somebody hired later finds the names taken in the target.
    world.edit(people[0].id, |user| user.attributes.given_name = Some("Kim".to_owned())).await?;
    let late = world.hire(["late".to_owned()]).await?;
    world.edit(late[0].id, |user| user.attributes.given_name = Some("Lee".to_owned())).await?;
    world.run().await?;
    assert_eq!(world.account("late")?["nickName"], json!("Lee"));
    // Whoever had found no free name is made with the new one; an account that is there keeps its own.
    let nick = world.account("p0")?["nickName"].as_str().context("no name")?.to_owned();
    assert!(if first_had_none { nick == "Kim" } else { names.contains(&nick) }, "{nick}");
    Ok(())
}

#[tokio::test]
async fn who_is_gone_before_the_disable_was_sent_ends_disabled_where_nothing_is_deleted() -> Result<()> {
    let world = World::new().await?;
    world.map(|mapping: &mut ObjectMapping| mapping.actions.delete = false).await?;
    let people = world.hire_many(2).await?;
    world.run().await?;
    world.soft_delete(people[0].id).await?;
    world.hard_delete(people[0].id).await?;
    let outcome = world.run().await?;
    assert_eq!((outcome.end, outcome.counts.disabled), (CycleEnd::Finished, 1));
    assert!(!world.is_active("p0")? && world.is_active("p1")?);
    let link = world.store.find_links(world.job, &[people[0].id]).await?.remove(&people[0].id);
    assert_eq!(link.context("no link")?.state, LinkState::Disabled);
    // The next initial cycle finds the link left behind, and nothing more to do about it.
    world.configure(|spec| spec.mapping_generation += 1).await?;
    let outcome = world.run().await?;
    assert_eq!((outcome.end, outcome.counts.disabled, outcome.counts.deleted), (CycleEnd::Finished, 0, 0));
    assert!(!world.is_active("p0")?);
    Ok(())
}

#[tokio::test]
async fn redacted_values_reach_the_target_and_no_log() -> Result<()> {
    let world = World::new().await?;
    world
        .map(|mapping| {
            mapping.attributes.push(expression("Redact([extensionAttribute1])", "nickName"));
            mapping.attributes[1] = expression("Redact([extensionAttribute2])", "active");
        })
        .await?;
    let people = world.hire_many(2).await?;
    for (person, active) in people.iter().zip(["True", "s3cret and no boolean"]) {
        world
            .edit(person.id, |user| {
                user.attributes.extension_attribute1 = Some("s3cret".to_owned());
                user.attributes.extension_attribute2 = Some(active.to_owned());
            })
            .await?;
    }
    world.run().await?;
    assert_eq!(world.account("p0")?["nickName"], json!("s3cret"));
    let row = world.logs_of(people[0].id).await?.pop().context("no row")?;
    let shown =
        row.detail.modified.iter().find(|property| property.name == "nickName").context("not shown")?;
    assert_eq!(shown.new.as_deref(), Some("[Redact]"));
    world
        .edit(people[0].id, |user| user.attributes.extension_attribute1 = Some("s3cret 2".to_owned()))
        .await?;
    world.run().await?;
    assert_eq!(world.account("p0")?["nickName"], json!("s3cret 2"));
    assert_eq!(world.logs_of(people[1].id).await?.pop().context("no row")?.status, LogStatus::Failure);
    let rows = world.logs().await?;
    assert!(rows.len() >= 3);
    for row in rows {
        let text = format!("{:?} {}", row.detail, row.summary);
        assert!(!text.contains("s3cret"), "{text}");
    }
    Ok(())
}

#[tokio::test]
async fn rules_that_read_the_clock_look_at_everybody_again_once_a_day() -> Result<()> {
    let world = World::new().await?;
    let day = r#"FormatDateTime(Now(), , "M/d/yyyy h:mm:ss tt", "yyyy-MM-dd")"#;
    world.map(|mapping| mapping.attributes.push(expression(day, "nickName"))).await?;
    world.hire_many(2).await?;
    world.run().await?;
    let first = world.account("p0")?["nickName"].clone();
    assert!(first.is_string(), "{first}");
    let day_long = 24 * 60 * 60;
    world.advance(day_long - 60);
    assert_eq!(world.run().await?.processed, 0, "the periodic cycles before look at nobody");
    world.advance(120);
    assert!(!world.has_work().await?, "the next periodic cycle looks at everybody");
    world.advance(40 * 60);
    assert!(world.has_work().await?);
    let outcome = world.run().await?;
    assert_eq!(outcome.counts.updated, 2);
    assert_eq!(world.status().await?.finished.last.map(|cycle| cycle.kind), Some(CycleKind::Initial));
    assert_ne!(world.account("p0")?["nickName"], first);
    assert!(!world.has_work().await?);
    // Rules that don't read it leave everybody alone.
    world.map(|_| ()).await?;
    world.run().await?;
    assert_eq!(world.status().await?.finished.look_again_at, None);
    Ok(())
}

#[tokio::test]
async fn a_missing_value_is_filled_in_after_a_look_at_the_account() -> Result<()> {
    let world = World::new().await?;
    let fill = AttributeMapping {
        flow_type: FlowType::ValueAddOnly,
        ..AttributeMapping::new(MappingSource::Direct("extensionAttribute1".to_owned()), "nickName")
    };
    world.map(|mapping| mapping.attributes.push(fill)).await?;
    let people = world.hire_many(1).await?;
    world.run().await?;
    assert!(world.account("p0")?["nickName"].is_null());
    world.edit(people[0].id, |user| user.attributes.extension_attribute1 = Some("Kimmy".to_owned())).await?;
    world.run().await?;
    assert_eq!(world.account("p0")?["nickName"], json!("Kimmy"));
    world.edit(people[0].id, |user| user.attributes.extension_attribute1 = Some("Other".to_owned())).await?;
    assert_eq!(world.run().await?.counts.updated, 0);
    assert_eq!(world.account("p0")?["nickName"], json!("Kimmy"));
    Ok(())
}
