//! Groups and their memberships.
use anyhow::{Context, Result, ensure};
use purser_connectors::{Credentials, Deleted};
use purser_domain::object::ObjectKind::{Group, User};
use purser_domain::plan::ChangeKind;
use purser_domain::secret::Secret;
use purser_testkit::{Kind, SamanageTarget};
use serde_json::json;

use crate::support::{members, open_with, person, query, set, styles, write};

#[tokio::test]
async fn a_group_comes_gains_and_loses_members_is_renamed_and_goes_in_every_style() -> Result<()> {
    for options in styles() {
        let style = format!("{options:?}");
        line(SamanageTarget::start(options).await?).await.with_context(|| style)?;
    }
    Ok(())
}

async fn line(target: SamanageTarget) -> Result<()> {
    // Three at a time, so that a few members are several requests.
    let settings = json!({"members_per_request": 3});
    let connector = open_with(&target, Credentials::token(Secret::new(target.token())), settings)?;
    connector.check(&[User, Group]).await?;
    let mut people = Vec::new();
    for at in 0..8 {
        let email = format!("p{at}@x.org");
        people.push(connector.create(User, &write(&person(&email))?).await?.value.id);
    }
    // A person's own group has the person's name, and is none of ours.
    let own = query("name", "Ann Example")?;
    ensure!(connector.find(Group, &own).await?.value.is_empty(), "personal groups do not exist for us");
    target.insert(Kind::Groups, json!({"name": "Service Desk 2"})).context("stranger")?;

    let wanted = query("name", "Service Desk")?;
    ensure!(connector.find(Group, &wanted).await?.value.is_empty(), "a longer name is another one");
    let values = [("name", json!("Service Desk")), ("description", json!("Helps"))];
    let id = connector.create(Group, &write(&values)?).await?.value.id;
    let found = connector.find(Group, &wanted).await?.value;
    ensure!(found.len() == 1 && found[0].id == id, "{found:?}");

    target.keep_journal(true);
    connector.update(Group, &id, &[members(ChangeKind::Add, &people[..7])?]).await?;
    let number: u64 = id.parse()?;
    ensure!(target.members(number).len() == 7, "{:?}", target.members(number));
    let posts = target.journal().iter().filter(|entry| entry.method == "POST").count();
    ensure!(posts == 3, "seven in chunks of three: {posts}");
    // The same again adds nobody twice.
    connector.update(Group, &id, &[members(ChangeKind::Add, &people[..7])?]).await?;
    ensure!(target.members(number).len() == 7, "nobody twice");

    let changes = [
        members(ChangeKind::Remove, &people[..2])?,
        members(ChangeKind::Add, &people[7..])?,
        set("name", json!("Desk"))?,
    ];
    connector.update(Group, &id, &changes).await?;
    ensure!(target.members(number).len() == 6, "{:?}", target.members(number));
    connector.update(Group, &id, &[members(ChangeKind::Remove, &people[..2])?]).await?;
    let body = connector.read(Group, &id).await?.value.context("gone")?.body;
    ensure!(
        body["name"] == "Desk" && body["members"].as_array().is_some_and(|list| list.len() == 6),
        "{body}"
    );

    connector.update(Group, &id, &[members(ChangeKind::Set, &people[..1])?]).await?;
    ensure!(target.members(number) == ["p0@x.org"], "{:?}", target.members(number));
    ensure!(connector.delete(Group, &id).await?.value == Deleted::Gone, "deleted");
    ensure!(connector.delete(Group, &id).await?.value == Deleted::WasGone, "deleted twice");
    ensure!(target.group("Service Desk 2").is_some(), "the other group is untouched");
    Ok(())
}
