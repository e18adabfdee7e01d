//! Planning without carrying out: it writes nothing anywhere, and what it says is what a cycle then does.
use std::collections::HashMap;

use anyhow::{Context, Result, ensure};
use purser_domain::{
    log::{LogAction, LogStatus, ModifiedProperty},
    mapping::{AttributeMapping, FlowType, MappingSource},
    plan::{Decision, Note, Write},
    scope::{Clause, ClauseGroup, Operator, ScopeMode, ScopingFilter},
    user::User,
};
use purser_engine::{EngineError, PlannedObject, Prospect};
use purser_store::{CycleKind, LogEntry, ObjectId};
use serde_json::json;

use crate::{
    crash::small_pages,
    world::{World, upn},
};

/// Everything that is planned, page by page.
async fn plan(world: &World) -> Result<Vec<Vec<PlannedObject>>> {
    let mut planning = world.engine_with(small_pages()).plan(world.job).await?;
    let mut pages = Vec::new();
    while let Some(page) = planning.next_page().await? {
        pages.push(page);
    }
    Ok(pages)
}

/// A directory of four pages under a new mapping. Ten people have accounts, of which one is gone and one is to be
/// disabled; sixteen have none. Among these the first and the last want the same unique value, the second and the
/// last but one match the same account, and the third and the last but two would be found by the same name.
async fn compete() -> Result<(World, Vec<User>)> {
    let world = World::new().await?;
    world.hire_many(10).await?;
    let mut people = Vec::new();
    for number in 0..16 {
        world.advance(1);
        people.push(world.hire_unassigned(&format!("q{number}")).await?);
    }
    for (at, person) in people.iter().enumerate() {
        world
            .edit(person.id, |user| {
                let attributes = &mut user.attributes;
                attributes.given_name = match at {
                    0 | 15 => Some("Twin".to_owned()),
                    _ => attributes.surname.clone(),
                };
                match at {
                    1 | 14 => attributes.display_name = Some("Old Hand".to_owned()),
                    2 | 13 => attributes.display_name = Some("Same Name".to_owned()),
                    5 => attributes.department = Some("IT".to_owned()),
                    _ => {}
                }
            })
            .await?;
    }
    let outcome = world.engine_with(small_pages()).run_cycle(world.job).await?;
    ensure!(outcome.counts.created == 10, "{outcome:?}");
    let gone = world.account("p2")?["id"].as_str().context("an id")?.to_owned();
    ensure!(world.target.remove(&gone), "nobody was there");
    let old_hand = json!({"userName": "hand@old.example", "displayName": "Old Hand", "active": true});
    world.target.insert(old_hand).context("the account was refused")?;
    world
        .map(|mapping| {
            mapping.attributes[2].matching_priority = Some(2);
            let source = r#"SelectUniqueValue([givenName], Append([givenName], "2"))"#;
            let source = MappingSource::Expression(source.to_owned());
            mapping.attributes.push(AttributeMapping {
                flow_type: FlowType::ObjectAddOnly,
                ..AttributeMapping::new(source, "nickName")
            });
            // `p3` has another name for what they do, `q5` another department.
            mapping.scope = all_of(&[("department", "Sales"), ("surname", "p3")]);
        })
        .await?;
    world.configure(|spec| spec.scope = ScopeMode::All).await?;
    Ok((world, people))
}

/// The first attribute has its value, the second has not.
fn all_of([(is, value), (is_not, other)]: &[(&str, &str); 2]) -> ScopingFilter {
    let clause = |attribute: &str, operator, value: &str| Clause {
        attribute: attribute.to_owned(),
        operator,
        values: vec![value.to_owned()],
        extra: serde_json::Map::new(),
    };
    let clauses = vec![clause(is, Operator::Equals, value), clause(is_not, Operator::NotEquals, other)];
    let group = ClauseGroup { name: "Staff".to_owned(), clauses, extra: serde_json::Map::new() };
    ScopingFilter { groups: vec![group], extra: serde_json::Map::new() }
}

#[tokio::test]
async fn planning_alone_writes_nothing_to_no_table_and_no_target() -> Result<()> {
    let (world, _) = compete().await?;
    let (database, accounts) = (world.database()?, world.target.accounts());
    world.target.keep_journal(true);
    let pages = plan(&world).await?;
    assert!(pages.len() >= 4, "{} pages", pages.len());
    let writes: Vec<_> = pages.iter().flatten().filter(|planned| sends(planned).is_some()).collect();
    assert!(writes.len() > 10, "{writes:?}");
    let journal = world.target.journal();
    assert!(journal.len() >= 26, "the target was asked");
    let sent: Vec<_> = journal.iter().filter(|entry| entry.method != "GET").collect();
    assert!(sent.is_empty(), "{sent:?}");
    assert_eq!(world.target.accounts(), accounts);
    // Not one page of the database has changed, so no row of any table has.
    assert_eq!(world.database()?, database);
    Ok(())
}

#[tokio::test]
async fn planning_and_then_carrying_out_gives_what_planning_said() -> Result<()> {
    let (world, people) = compete().await?;
    let planned: Vec<PlannedObject> = plan(&world).await?.into_iter().flatten().collect();
    assert_eq!(planned.len(), 26);
    assert_eq!(planned, plan(&world).await?.concat(), "planning again says the same");

    let outcome = world.engine_with(small_pages()).run_cycle(world.job).await?;
    let mut rows: HashMap<ObjectId, Vec<LogEntry>> = HashMap::new();
    for row in world.logs().await?.into_iter().filter(|row| Some(row.cycle) == outcome.cycle) {
        rows.entry(ObjectId::new(row.kind, row.source_id)).or_default().push(row);
    }
    for planned in &planned {
        let rows = rows.remove(&planned.object).unwrap_or_default();
        let [row] = rows.as_slice() else { panic!("{} rows for {planned:?}", rows.len()) };
        let code = row.detail.error.as_ref().map(|error| error.code.as_str());
        let done = (row.action, row.status, row.detail.modified.clone(), code);
        assert_eq!(done, expect(planned)?, "{planned:?}");
    }
    assert!(rows.is_empty(), "not planned: {rows:?}");

    // What they competed for went to the first of them, and was planned so.
    let of = |at: usize| {
        let id = people.get(at).map(|person| ObjectId::from(person.id));
        planned.iter().find(|planned| Some(planned.object) == id).context("not planned")
    };
    for (at, nick) in [(0, "Twin"), (15, "Twin2")] {
        let write = sends(of(at)?).context("nothing to send")?;
        let chosen = write.modified().into_iter().find(|modified| modified.name == "nickName");
        assert_eq!(chosen.and_then(|modified| modified.new).as_deref(), Some(nick));
    }
    assert!(matches!(sends(of(1)?), Some(Write::Update { adopt: true, .. })));
    assert!(matches!(sends(of(2)?), Some(Write::Create(_))));
    for at in [13, 14] {
        let Prospect::Decided(Decision::Note(Note::Refuse(refusal))) = &of(at)?.prospect else {
            panic!("{:?}", of(at)?)
        };
        assert_eq!(refusal.code, "DuplicateSourceEntries");
    }
    assert_eq!(world.status().await?.cycle.map(|running| running.kind), None::<CycleKind>);
    assert_eq!(outcome.counts.disabled, 1);
    Ok(())
}

#[tokio::test]
async fn a_target_that_does_not_work_ends_the_plan_with_its_reason() -> Result<()> {
    let world = World::new().await?;
    world.hire_many(3).await?;
    world.configure(|spec| spec.tenant_url = "http://127.0.0.1:1/scim".to_owned()).await?;
    let mut planning = world.engine().plan(world.job).await?;
    let ended = planning.next_page().await;
    assert!(matches!(ended, Err(EngineError::Target(_))), "{ended:?}");
    assert!(world.status().await?.quarantine.is_none(), "a plan judges nobody");
    assert!(world.target.account(&upn("p0")).is_none());
    Ok(())
}

/// What would be sent.
fn sends(planned: &PlannedObject) -> Option<&Write> {
    match &planned.prospect {
        Prospect::Decided(Decision::Send(write)) => Some(write),
        _ => None,
    }
}

/// How the log tells what was planned.
fn expect(
    planned: &PlannedObject,
) -> Result<(LogAction, LogStatus, Vec<ModifiedProperty>, Option<&'static str>)> {
    let Prospect::Decided(decision) = &planned.prospect else { anyhow::bail!("{planned:?}") };
    Ok(match decision {
        Decision::Send(write) => (write.log_action(), LogStatus::Success, write.modified(), None),
        Decision::Note(Note::Link { .. }) => (LogAction::Other, LogStatus::Success, Vec::new(), None),
        Decision::Note(Note::Skip(_) | Note::Remember { .. }) => {
            (LogAction::Other, LogStatus::Skipped, Vec::new(), None)
        }
        Decision::Note(Note::Refuse(refusal)) => {
            (LogAction::Other, LogStatus::Failure, Vec::new(), Some(refusal.code))
        }
    })
}
