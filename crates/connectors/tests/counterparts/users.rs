//! The main line with users: make, find, change, clear, disable, enable, delete.
use anyhow::{Context, Result, bail, ensure};
use purser_connectors::{Deleted, Reply};
use purser_domain::mapping::MatchQuery;
use purser_domain::object::ObjectKind::User;
use purser_domain::plan::{Change, TargetObject};
use serde_json::{Value, json};
use std::sync::Arc;

use crate::configured::{Configured, Row};
use crate::counterpart::Counterpart;
use crate::values::{Sample, changes, expect_values, query, row, sample, write};

/// Goes through it against a server that is empty.
pub(crate) async fn run(counterpart: &Counterpart, configured: &Configured) -> Result<()> {
    let (connector, rows) = (&configured.connector, configured.rows(User));
    let name = "zoe.o'brien+one@example.com";
    let wanted = query(row(rows, "userName")?, name);
    ensure!(find(configured, &wanted).await?.value.is_empty(), "nobody is there yet");

    let boss = create(configured, "boss@example.com", "boss", "nobody-at-all").await?;
    let deputy = create(configured, "deputy@example.com", "deputy", &boss).await?;
    let before = sample(rows, "userName", Sample { name, mark: "first", other: &boss });
    let id = connector.create(User, &write(&before)).await.context("creating")?.value.id;
    expect_values(&load(counterpart, &id).await?, &before).context("after creating")?;
    ensure!(counterpart.count("Users").await? == 3, "three accounts, each made once");

    let found = find(configured, &wanted).await?;
    ensure!(matches!(&*found.value, [one] if one.id == id), "found by its userName: {found:?}");
    let read = connector.read(User, &id).await.context("reading")?.value.context("not there")?;
    ensure!(read.id == id, "read by its id");
    expect_values(&read.body, &before).context("as the connector reads it")?;
    ensure!(list(configured).await?.iter().filter(|object| object.id == id).count() == 1, "listed once");

    let after = sample(rows, "userName", Sample { name, mark: "then", other: &deputy });
    connector.update(User, &id, &changes(&before, &after)).await.context("updating")?;
    expect_values(&load(counterpart, &id).await?, &after).context("after updating")?;

    let title = row(rows, "title")?;
    let old = after.iter().find(|valued| valued.row.path == title.path).map(|valued| valued.value.clone());
    let clear = Change::set(Arc::clone(&title.path), old, None);
    connector.update(User, &id, &[clear]).await.context("clearing the title")?;
    let held = load(counterpart, &id).await?;
    // RFC 7643, section 2.5: absent, null and empty say the same.
    let is_empty = |value: &Value| value.as_str() == Some("");
    ensure!(title.path.find(&held).is_none_or(is_empty), "the title is cleared: {held}");
    let kept: Vec<_> = after.into_iter().filter(|valued| valued.row.path != title.path).collect();
    expect_values(&held, &kept).context("after clearing")?;

    let active = row(rows, "active")?;
    connector.disable(User, &id, &[switch(active, false)]).await.context("disabling")?;
    expect_active(counterpart, &id, active, false).await.context("after disabling")?;
    connector.disable(User, &id, &[switch(active, false)]).await.context("disabling again")?;
    connector.update(User, &id, &[switch(active, true)]).await.context("enabling")?;
    expect_active(counterpart, &id, active, true).await.context("after enabling")?;
    expect_values(&load(counterpart, &id).await?, &kept).context("after enabling")?;

    ensure!(connector.delete(User, &id).await.context("deleting")?.value == Deleted::Gone, "deleted");
    ensure!(counterpart.find("Users", &id).await?.is_none(), "it is gone");
    let again = connector.delete(User, &id).await.context("deleting again")?.value;
    ensure!(again == Deleted::WasGone, "deleting twice is no error");
    ensure!(connector.read(User, &id).await.context("reading what is gone")?.value.is_none(), "not read");
    ensure!(find(configured, &wanted).await?.value.is_empty(), "nobody is found any more");
    ensure!(counterpart.count("Users").await? == 2, "the others are still there");
    Ok(())
}

/// Makes a user; answers its id.
pub(crate) async fn create(configured: &Configured, name: &str, mark: &str, other: &str) -> Result<String> {
    let values = sample(configured.rows(User), "userName", Sample { name, mark, other });
    let made = configured.connector.create(User, &write(&values)).await;
    Ok(made.with_context(|| format!("creating {name}"))?.value.id)
}

async fn find(configured: &Configured, query: &MatchQuery) -> Result<Reply<Vec<TargetObject>>> {
    configured.connector.find(User, query).await.context("finding by userName")
}

/// Everybody, page by page.
async fn list(configured: &Configured) -> Result<Vec<TargetObject>> {
    let (mut all, mut page) = (Vec::new(), None);
    for _ in 0..10 {
        let answer = configured.connector.list(User, page.as_ref()).await.context("listing")?.value;
        all.extend(answer.objects);
        page = answer.next;
        if page.is_none() {
            return Ok(all);
        }
    }
    bail!("a list of three accounts does not end")
}

async fn load(counterpart: &Counterpart, id: &str) -> Result<Value> {
    counterpart.find("Users", id).await?.with_context(|| format!("the server has no user {id}"))
}

fn switch(active: &Row, on: bool) -> Change {
    Change::set(Arc::clone(&active.path), Some(json!(!on)), Some(json!(on)))
}

async fn expect_active(counterpart: &Counterpart, id: &str, active: &Row, on: bool) -> Result<()> {
    let held = load(counterpart, id).await?;
    let found = active.path.find(&held);
    ensure!(found.is_some_and(|found| active.rule.matches(&json!(on), found)), "active is {found:?}");
    Ok(())
}
