//! The main line with groups: make, find, members, rename, delete.
use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use purser_connectors::Deleted;
use purser_domain::object::ObjectKind::Group;
use serde_json::Value;

use crate::configured::{Configured, Row};
use crate::counterpart::Counterpart;
use crate::users;
use crate::values::{
    Sample, Valued, add_members, changes, expect_values, query, remove_members, row, sample, write,
};

const NAME: &str = "Sales & Marketing (Zürich)";
const NEW_NAME: &str = "Sales";

/// Goes through it against a server that is empty.
pub(crate) async fn run(counterpart: &Counterpart, configured: &Configured) -> Result<()> {
    let (connector, rows) = (&configured.connector, configured.rows(Group));
    connector.check(&[Group]).await.context("testing the connection for groups")?;
    let display_name = row(rows, "displayName")?;
    let mut people = Vec::new();
    for name in ["ann@example.com", "ben@example.com", "eve@example.com"] {
        people.push(users::create(configured, name, name, "nobody-at-all").await?);
    }
    let [ann, ben, eve] = people.as_slice() else { unreachable!("three people") };

    let nobody = connector.find(Group, &query(display_name, NAME)).await.context("finding")?;
    ensure!(nobody.value.is_empty(), "no group is there yet: {nobody:?}");
    let before = sample(rows, "displayName", Sample { name: NAME, mark: "first", other: ann });
    let id = connector.create(Group, &write(&before)).await.context("creating")?.value.id;
    expect_values(&load(counterpart, &id).await?, &shown(counterpart, &before)).context("after creating")?;
    let found = connector.find(Group, &query(display_name, NAME)).await.context("finding")?;
    ensure!(matches!(&*found.value, [one] if one.id == id), "found by its name: {found:?}");

    let members = Row::members()?;
    let add = add_members(&members, &[ann, ben, eve]);
    connector.update(Group, &id, &[add]).await.context("adding three members")?;
    expect_members(counterpart, configured, &id, &[ann, ben, eve]).await.context("after adding")?;

    let remove = remove_members(&members, &[ben]);
    connector.update(Group, &id, &[remove]).await.context("removing a member")?;
    expect_members(counterpart, configured, &id, &[ann, eve]).await.context("after removing")?;

    let after = sample(rows, "displayName", Sample { name: NEW_NAME, mark: "then", other: ann });
    connector.update(Group, &id, &changes(&before, &after)).await.context("renaming")?;
    let held = load(counterpart, &id).await?;
    expect_values(&held, &shown(counterpart, &after)).context("after renaming")?;
    expect_members(counterpart, configured, &id, &[ann, eve]).await.context("after renaming")?;

    ensure!(connector.delete(Group, &id).await.context("deleting")?.value == Deleted::Gone, "deleted");
    ensure!(counterpart.find("Groups", &id).await?.is_none(), "it is gone");
    let again = connector.delete(Group, &id).await.context("deleting again")?.value;
    ensure!(again == Deleted::WasGone, "deleting twice is no error");
    ensure!(counterpart.count("Users").await? == 3, "its members are still there");
    Ok(())
}

/// Those of the values that the server keeps.
fn shown(counterpart: &Counterpart, values: &[Valued]) -> Vec<Valued> {
    let keeps = |valued: &&Valued| {
        counterpart.shows.external_groups || !valued.row.path.attribute().eq_ignore_ascii_case("externalId")
    };
    values.iter().filter(keeps).cloned().collect()
}

async fn load(counterpart: &Counterpart, id: &str) -> Result<Value> {
    counterpart.find("Groups", id).await?.with_context(|| format!("the server has no group {id}"))
}

/// Fails unless the group has these members and no others, each once.
async fn expect_members(
    counterpart: &Counterpart,
    configured: &Configured,
    id: &str,
    wanted: &[&String],
) -> Result<()> {
    if !counterpart.shows.members {
        // All that can be seen is that the server took the change.
        return Ok(());
    }
    let wanted: BTreeSet<&str> = wanted.iter().map(|id| id.as_str()).collect();
    let read = configured.connector.read(Group, id).await.context("reading")?.value.context("not there")?;
    for (who, held) in [("the server", load(counterpart, id).await?), ("the connector", read.body)] {
        let members = held["members"].as_array().map_or(&[][..], Vec::as_slice);
        let ids: BTreeSet<&str> = members.iter().filter_map(|member| member["value"].as_str()).collect();
        ensure!(ids == wanted && members.len() == ids.len(), "{who} shows other members: {held}");
    }
    Ok(())
}
