//! Each oddity gives exactly the proposals that it should.
use std::sync::Mutex;

use anyhow::{Context, Result, ensure};

use crate::fake::{Fake, Oddities};
use crate::support::{ask, settings};

#[tokio::test]
async fn each_oddity_is_found_and_nothing_else_is_proposed() -> Result<()> {
    let odd = Oddities::default;
    let cases: Vec<(Oddities, &[&str])> = vec![
        (odd(), &[]),
        (Oddities { no_patch: true, ..odd() }, &["patch=false"]),
        (Oddities { capitals: true, ..odd() }, &["capitalised_operations=true"]),
        (Oddities { pathless: true, ..odd() }, &["pathless_replace=true"]),
        (Oddities { text_booleans: true, ..odd() }, &["booleans_as_text=true"]),
        (Oddities { clear: "emptyText", ..odd() }, &["clear=\"emptyText\""]),
        (Oddities { clear: "null", ..odd() }, &["clear=\"null\""]),
        (Oddities { element_filter: "outside", ..odd() }, &["element_filter=\"outside\""]),
        (Oddities { element_filter: "plain", ..odd() }, &["element_filter=\"plain\""]),
        (
            Oddities { filters: Some(vec!["userName", "displayName", "id"]), ..odd() },
            &["filterable_groups=[\"displayName\"]", "filterable_users=[\"userName\"]"],
        ),
        (
            Oddities { filters: Some(vec!["userName", "externalId", "displayName", "id"]), ..odd() },
            &["filterable_users=[\"userName\",\"externalId\"]"],
        ),
        (Oddities { filters: Some(vec![]), ..odd() }, &["filterable_groups=[]", "filterable_users=[]"]),
        (Oddities { paging: "cursor", ..odd() }, &["paging=\"cursor\""]),
        (Oddities { paging: "none", ..odd() }, &["paging=\"none\""]),
        (Oddities { empty_is_404: true, ..odd() }, &["empty_result_is_404=true"]),
        (Oddities { members_read: "onRequest", ..odd() }, &["members_read=\"onRequest\""]),
        (Oddities { members_read: "byFilter", ..odd() }, &["members_read=\"byFilter\""]),
        (Oddities { members_read: "never", ..odd() }, &["members_read=\"never\""]),
        (Oddities { member_removal: "filteredPath", ..odd() }, &[]),
        (Oddities { member_removal: "valueArray", ..odd() }, &["member_removal=\"valueArray\""]),
        (Oddities { member_removal: "replace", ..odd() }, &["member_removal=\"replace\""]),
        (Oddities { member_removal: "put", ..odd() }, &["member_removal=\"put\""]),
        (Oddities { id_is_name: true, ..odd() }, &["id_attribute=\"userName\""]),
        (Oddities { keeps_users: true, ..odd() }, &["deletes_users=false"]),
        (Oddities { json_only: true, ..odd() }, &["content_type=\"application/json\""]),
        (Oddities { silent_create: true, ..odd() }, &[]),
        (
            Oddities { silent_create: true, filters: Some(vec![]), ..odd() },
            &["filterable_groups=[]", "filterable_users=[]"],
        ),
        (Oddities { id_prefix: "a/b?c#", ..odd() }, &[]),
    ];
    for (odd, expected) in cases {
        let name = format!("{odd:?}");
        let keeps = odd.keeps_users;
        let fake = Fake::start(odd).await?;
        let report = ask(&fake, false, &|_| ()).await.with_context(|| name.clone())?;
        ensure!(settings(&report) == expected, "{name}\n{:#?}\n{:#?}", report.overrides, report.remarks);
        ensure!(fake.is_untouched(), "{name}: somebody else's object was changed");
        ensure!(report.left_behind.is_empty() != keeps, "{name}: {:?}", report.left_behind);
        ensure!(fake.leftovers().is_empty() != keeps, "{name}: {:?}", fake.leftovers());
        let shows = |proposal: &purser_connectors::probe::Proposal| {
            !proposal.evidence.is_empty() && !proposal.why.is_empty()
        };
        ensure!(report.proposals.iter().all(shows), "{name}: a proposal without evidence");
        ensure!(fake.journal().len() <= 160, "{name}: {} requests", fake.journal().len());
    }
    Ok(())
}

#[tokio::test]
async fn reading_only_sends_nothing_but_get() -> Result<()> {
    let fake = Fake::start(Oddities { filters: Some(vec!["userName"]), ..Oddities::default() }).await?;
    let steps = Mutex::new(Vec::new());
    let report = ask(&fake, true, &|step| steps.lock().unwrap().push(step)).await?;
    ensure!(fake.journal().iter().all(|asked| asked.method == "GET"), "{:?}", fake.journal());
    ensure!(
        settings(&report).contains(&"filterable_users=[\"userName\"]".to_owned()),
        "{:?}",
        report.overrides
    );
    ensure!(report.remarks.iter().any(|remark| remark.contains("Only reading")), "{:?}", report.remarks);
    let done: Vec<u32> = steps.lock().unwrap().iter().map(|step| step.done).collect();
    ensure!(done.is_sorted() && done.len() >= 3, "{done:?}");
    Ok(())
}

#[tokio::test]
async fn progress_is_told_step_by_step_and_no_secret_is_in_the_report() -> Result<()> {
    let fake = Fake::start(Oddities::default()).await?;
    let steps = Mutex::new(Vec::new());
    let report = ask(&fake, false, &|step| steps.lock().unwrap().push(step)).await?;
    let steps = steps.lock().unwrap().clone();
    ensure!(steps.iter().map(|step| step.done).eq(0..7), "{steps:?}");
    ensure!(steps.iter().all(|step| step.total == 7 && !step.doing.is_empty()), "{steps:?}");
    ensure!(!format!("{report:?}").contains(crate::support::TOKEN), "the token is in the report");
    ensure!(report.exchanges.len() == fake.journal().len(), "every request is told");
    Ok(())
}
