//! What rows of the log say: only what Purser has seen, and from where it knows it.
use anyhow::{Context, Result};
use purser_domain::{
    ids::UserId,
    log::{LogAction, LogStatus},
    mapping::{AttributeMapping, FlowType, MappingSource},
};
use purser_store::LogEntry;
use serde_json::json;

use crate::world::{World, upn};

impl World {
    async fn last_row(&self, user: UserId) -> Result<LogEntry> {
        self.logs_of(user).await?.pop().context("no row")
    }

    async fn look_at_everybody(&self) -> Result<()> {
        self.configure(|spec| spec.mapping_generation += 1).await?;
        self.run().await?;
        Ok(())
    }
}

fn ending(row: &LogEntry) -> &str {
    row.detail.steps.last().map_or("", |step| step.description.as_str())
}

#[tokio::test]
async fn a_row_of_success_says_in_a_sentence_what_was_done() -> Result<()> {
    let world = World::new().await?;
    let people = world.hire_many(3).await?;
    world.run().await?;
    let row = world.last_row(people[0].id).await?;
    assert!(
        row.summary.starts_with("Created with ") && row.summary.contains(": userName, "),
        "{}",
        row.summary
    );
    assert!(row.summary.ends_with('.'), "{}", row.summary);

    world
        .edit(people[0].id, |user| {
            user.attributes.job_title = Some("Boss".to_owned());
            user.attributes.city = Some("Bern".to_owned());
        })
        .await?;
    world.unassign(people[1].id).await?;
    world.edit(people[2].id, |user| user.account_enabled = false).await?;
    world.run().await?;
    let row = world.last_row(people[0].id).await?;
    assert!(row.summary.starts_with("Changed 2 attributes: title, "), "{}", row.summary);
    let row = world.last_row(people[1].id).await?;
    assert_eq!(row.summary, "Disabled, since it is not assigned with a role that counts any more.");
    assert!(ending(&row).starts_with("User 'Person p1' was disabled in Contoso, since it is not assigned"));
    let row = world.last_row(people[2].id).await?;
    assert_eq!(row.summary, "Disabled, since its account is not enabled in the directory.");

    world.hard_delete(people[0].id).await?;
    world.run().await?;
    let row = world.last_row(people[0].id).await?;
    assert_eq!(
        (row.action, row.summary.as_str()),
        (LogAction::Delete, "Deleted, since it is gone from the directory.")
    );
    for row in world.logs().await? {
        assert!(!row.summary.is_empty(), "{row:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_match_says_what_was_there_and_whether_anything_was_changed() -> Result<()> {
    let world = World::new().await?;
    world.target.insert(json!({"userName": upn("p0"), "active": true, "displayName": "Old"}));
    let people = world.hire_many(1).await?;
    world.run().await?;
    let row = world.last_row(people[0].id).await?;
    assert!(row.summary.starts_with("Matched with an account; changed "), "{}", row.summary);

    // With Update not ticked nobody may say that the account is right.
    let world = World::new().await?;
    world.map(|mapping| mapping.actions.update = false).await?;
    world.target.insert(json!({"userName": upn("p0"), "active": true, "displayName": "Old"}));
    let people = world.hire_many(1).await?;
    world.run().await?;
    let row = world.last_row(people[0].id).await?;
    assert_eq!(row.summary, "Matched with an account; nothing was changed.");
    assert!(ending(&row).ends_with("Update is not ticked, so nothing was changed."), "{}", ending(&row));
    Ok(())
}

#[tokio::test]
async fn nothing_to_change_says_whether_the_application_was_asked() -> Result<()> {
    let world = World::new().await?;
    let people = world.hire_many(1).await?;
    world.run().await?;
    let before = world.target.counts().total();
    world.edit(people[0].id, |user| user.attributes.extension_attribute9 = Some("x".to_owned())).await?;
    world.run().await?;
    let row = world.last_row(people[0].id).await?;
    assert_eq!(row.status, LogStatus::Skipped);
    assert_eq!(world.target.counts().total(), before);
    assert_eq!(
        row.summary,
        "The attribute mapping gives what Purser exported last, so no change needs to be made. The application was not asked."
    );

    world.look_at_everybody().await?;
    let row = world.last_row(people[0].id).await?;
    assert!(world.target.counts().total() > before);
    assert_eq!(
        row.summary,
        "The state of the entry in both the source and target systems already match, as the application has just answered. No change currently needs to be made."
    );
    assert_eq!(ending(&row), row.summary);
    Ok(())
}

#[tokio::test]
async fn a_value_that_has_gone_is_named_when_its_clear_flow_is_off() -> Result<()> {
    let world = World::new().await?;
    let people = world.hire_many(1).await?;
    world.run().await?;
    world.edit(people[0].id, |user| user.attributes.job_title = None).await?;
    world.run().await?;
    let row = world.last_row(people[0].id).await?;
    assert!(
        row.summary.ends_with(
            "title has no value in the directory any more. Clear flow is off for it, so the application keeps what it has."
        ),
        "{}",
        row.summary
    );
    assert_eq!(world.account("p0")?["title"], "Clerk");
    // Where something else is changed, the row says so all the same.
    world.edit(people[0].id, |user| user.attributes.department = Some("Law".to_owned())).await?;
    world.run().await?;
    let row = world.last_row(people[0].id).await?;
    assert_eq!(row.status, LogStatus::Success);
    assert!(ending(&row).contains("title has no value in the directory any more."), "{}", ending(&row));
    assert!(row.detail.modified.iter().all(|property| property.name != "title"));
    // With clear flow it goes, and there is nothing to explain.
    world
        .map(|mapping| {
            let title = mapping.attributes.iter_mut().find(|row| row.target == "title");
            title.into_iter().for_each(|row| row.clear = true);
        })
        .await?;
    world.run().await?;
    let row = world.last_row(people[0].id).await?;
    assert_eq!(row.summary, "Changed 1 attribute: title.");
    assert!(world.account("p0")?["title"].is_null());
    Ok(())
}

#[tokio::test]
async fn groups_managers_and_members_are_named_and_not_numbered() -> Result<()> {
    let world = World::with_groups().await?;
    let boss = world.hire_unassigned("boss").await?;
    let worker = world.hire_unassigned("worker").await?;
    world.edit(worker.id, |user| user.manager = Some(boss.id)).await?;
    let team = world.team("Sales", &[worker.id]).await?;
    let mixed = world.team("Mixed", &[boss.id, worker.id]).await?;
    world.edit(boss.id, |user| user.account_enabled = false).await?;
    world.run().await?;

    let row = world.last_row(worker.id).await?;
    let scoping = row.detail.steps.iter().find(|step| step.name == "EntrySynchronizationScoping");
    let scoping = scoping.context("no scoping step")?;
    // Of two that count the one with the lower id is named; made at one instant, either may have it.
    let (group, name) = [(team, "Sales"), (mixed, "Mixed")].into_iter().min().context("no group")?;
    assert!(scoping.details.contains(&("Assigned".to_owned(), format!("By group {name}"))), "{scoping:?}");
    assert_eq!((scoping.objects[0].id, scoping.objects[0].name.as_str()), (group.as_uuid(), name));
    let manager = row.detail.steps.iter().find(|step| step.name.starts_with("UnableToResolve"));
    let manager = manager.context("no reference step")?;
    assert_eq!(manager.details, [("manager".to_owned(), "Person boss".to_owned())]);
    assert_eq!(manager.objects[0].id, boss.id.as_uuid());

    let rows = world.logs().await?;
    let row = rows.iter().rfind(|row| row.source_id == mixed.as_uuid()).context("no row")?;
    let members = row.detail.steps.iter().find(|step| step.name.starts_with("UnableToResolve"));
    assert_eq!(
        members.context("no reference step")?.details,
        [("members".to_owned(), "Person boss".to_owned())]
    );
    Ok(())
}

#[tokio::test]
async fn ignore_object_flow_leaves_the_whole_object_as_it_is_and_the_log_says_so() -> Result<()> {
    let world = World::new().await?;
    let rule = r#"IIF([employeeType]="Contractor", IgnoreObjectFlow, [employeeType])"#;
    let row = AttributeMapping::new(MappingSource::Expression(rule.to_owned()), "userType");
    world.map(|mapping| mapping.attributes.push(row)).await?;
    let people = world.hire_many(2).await?;
    world.edit(people[0].id, |user| user.attributes.employee_type = Some("Contractor".to_owned())).await?;
    world.run().await?;
    assert!(world.target.account(&upn("p0")).is_none() && world.target.account(&upn("p1")).is_some());
    let row = world.last_row(people[0].id).await?;
    assert_eq!(row.status, LogStatus::Skipped);
    assert_eq!(
        row.summary,
        "An expression of the attribute mapping gives IgnoreObjectFlow, so this object is left as it is."
    );
    let code =
        row.detail.steps.iter().flat_map(|step| &step.details).find(|(label, _)| label == "SkipReason");
    assert_eq!(code.map(|(_, code)| code.as_str()), Some("ObjectFlowIgnored"));

    // An account that is there already is left alone, too.
    world
        .edit(people[1].id, |user| {
            user.attributes.employee_type = Some("Contractor".to_owned());
            user.attributes.job_title = Some("Boss".to_owned());
        })
        .await?;
    world.run().await?;
    assert_eq!(world.account("p1")?["title"], "Clerk");
    Ok(())
}

#[tokio::test]
async fn ignore_attribute_flow_keeps_what_the_target_has() -> Result<()> {
    let world = World::new().await?;
    let rule = r#"IIF([jobTitle]="Secret", IgnoreAttributeFlow, [jobTitle])"#;
    world
        .map(|mapping| {
            let title = mapping.attributes.iter_mut().find(|row| row.target == "title");
            if let Some(row) = title {
                row.source = MappingSource::Expression(rule.to_owned());
                (row.clear, row.flow_type) = (true, FlowType::Always);
            }
        })
        .await?;
    let people = world.hire_many(1).await?;
    world.run().await?;
    assert_eq!(world.account("p0")?["title"], "Clerk");
    world.edit(people[0].id, |user| user.attributes.job_title = Some("Secret".to_owned())).await?;
    world.run().await?;
    assert_eq!(world.account("p0")?["title"], "Clerk");
    Ok(())
}

#[tokio::test]
async fn a_mapping_that_is_switched_off_need_not_make_sense() -> Result<()> {
    let world = World::with_groups().await?;
    let people = world.hire_many(2).await?;
    world
        .map_groups(|groups| {
            groups.enabled = false;
            groups.attributes.clear();
        })
        .await?;
    let outcome = world.run().await?;
    assert_eq!((outcome.end, outcome.counts.created), (purser_engine::CycleEnd::Finished, 2));
    world
        .map(|mapping| {
            mapping.enabled = false;
            mapping
                .attributes
                .push(AttributeMapping::new(MappingSource::Expression("Lefft(".to_owned()), "x"));
        })
        .await?;
    let outcome = world.run().await?;
    assert_eq!(outcome.end, purser_engine::CycleEnd::Finished, "it is no reason for a quarantine");
    assert!(world.last_row(people[0].id).await?.summary.contains("not enabled"));
    Ok(())
}
