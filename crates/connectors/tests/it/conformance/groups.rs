//! A group and its members, in requests that the target bears.
use anyhow::{Context, Result, ensure};
use purser_connectors::{Deleted, MembersRead};
use purser_domain::object::ObjectKind::Group;
use purser_domain::plan::ChangeKind::{Add, Remove, Set};
use serde_json::{Value, json};

use super::subject::{Subject, members};
use super::users::text_query;
use crate::support::{change, write};

/// The whole life of a group; nothing where the template has none.
pub(super) async fn run(subject: &Subject) -> Result<()> {
    if subject.template.group.is_none() {
        return Ok(());
    }
    let (fake, connector, name) = (&subject.fake, &subject.connector, subject.names().group_name);
    let people: Vec<String> =
        (0..24).map(|at| fake.insert_user(&format!("p{at}@example.com"), "P")).collect::<Result<_>>()?;
    let stranger = fake.insert_group("Strangers")?;
    let sales = "Sales \\ é+&=#/? 'x'";

    let nobody = connector.find(Group, &text_query(name, sales)?).await.context("find no group")?.value;
    ensure!(nobody.is_empty(), "no group must be found before it is made: {nobody:?}");
    let id = connector
        .create(Group, &write(&[(name.to_owned(), json!(sales))])?)
        .await
        .context("create")?
        .value
        .id;
    ensure!(id != stranger, "a new group must have an id of its own");
    let found = connector.find(Group, &text_query(name, sales)?).await.context("find the group")?.value;
    ensure!(found.len() == 1 && found[0].id == id, "the group must be found by its name: {found:?}");

    fill_and_empty(subject, &id, &people).await?;
    let with = [
        (name.to_owned(), json!("Full")),
        ("members".to_owned(), people[..16].iter().map(|id| json!({ "value": id })).collect::<Value>()),
    ];
    let full = connector.create(Group, &write(&with)?).await.context("create with members")?.value.id;
    ensure!(
        fake.members(&full)? == sorted(&people[..16]),
        "a group must be made with all its members: {:?}",
        fake.members(&full)?
    );

    let renamed = [change(name, Some(json!(sales)), Some(json!("Marketing")))?];
    let before = fake.members(&id)?;
    if subject.can_change_groups() {
        connector.update(Group, &id, &renamed).await.context("rename")?;
        ensure!(
            fake.groups().contains(&"Marketing".to_owned()),
            "a group must be renamed: {:?}",
            fake.groups()
        );
        ensure!(fake.members(&id)? == before, "a rename must leave the members: {:?}", fake.members(&id)?);
    }

    ensure!(
        connector.delete(Group, &full).await.context("delete")?.value == Deleted::Gone,
        "a group must be deleted"
    );
    ensure!(
        connector.delete(Group, &full).await?.value == Deleted::WasGone,
        "deleting a group must be safe to repeat"
    );
    ensure!(connector.read(Group, &full).await?.value.is_none(), "a group that is gone must read as none");
    ensure!(fake.members(&stranger)?.is_empty(), "a group that was there before must stay untouched");
    ensure!(fake.groups().contains(&"Strangers".to_owned()), "a group that was there before must stay");
    Ok(())
}

async fn fill_and_empty(subject: &Subject, id: &str, people: &[String]) -> Result<()> {
    let (fake, connector) = (&subject.fake, &subject.connector);
    let step = async |what: &str, change, expected: &[String]| -> Result<()> {
        connector.update(Group, id, &[change]).await.with_context(|| what.to_owned())?;
        let there = fake.members(id)?;
        ensure!(
            there == sorted(expected),
            "{what}: {} members must be {}: {there:?}",
            there.len(),
            expected.len()
        );
        Ok(())
    };
    if !subject.can_change_groups() {
        return Ok(());
    }
    step("members must come in parts", members(Add, &[], &people[..20])?, &people[..20]).await?;
    if subject.tells_members() {
        step("nobody must be a member twice", members(Add, &[], &people[..20])?, &people[..20]).await?;
    }
    step("members must go in parts", members(Remove, &people[..9], &[])?, &people[9..20]).await?;
    step("who is gone already must do no harm", members(Remove, &people[..9], &[])?, &people[9..20]).await?;
    let set = members(Set, &people[9..20], &people[12..])?;
    step("members must be brought to what they should be", set, &people[12..]).await?;
    let set = members(Set, &people[12..], &people[..1])?;
    step("one member must be left", set, &people[..1]).await?;
    step("the last member must go", members(Remove, &people[..1], &[])?, &[]).await?;
    step("members must come again", members(Add, &[], &people[..3])?, &people[..3]).await?;
    step("all members must go", members(Set, &people[..3], &[])?, &[]).await?;
    step("and come", members(Add, &[], &people[..5])?, &people[..5]).await
}

fn sorted(ids: &[String]) -> Vec<String> {
    let mut ids = ids.to_vec();
    ids.sort();
    ids
}

impl Subject {
    fn tells_members(&self) -> bool {
        matches!(self.profile().scim.members_read, MembersRead::Returned | MembersRead::OnRequest)
    }

    /// Members that nobody sees can't be put back with the group.
    fn can_change_groups(&self) -> bool {
        use purser_connectors::MemberRemoval::{Put, Replace};
        self.tells_members() || !matches!(self.profile().scim.member_removal, Put | Replace)
    }
}

/// What a cycle does with one group, which may fail at each step. Success must be true.
pub(super) async fn survive(subject: &Subject) -> Result<()> {
    let (fake, connector, name) = (&subject.fake, &subject.connector, subject.names().group_name);
    let people: Vec<String> =
        (0..12).map(|at| fake.insert_user(&format!("p{at}@example.com"), "P")).collect::<Result<_>>()?;
    let stranger = fake.insert_group("Strangers")?;
    let id = connector.create(Group, &write(&[(name.to_owned(), json!("Sales"))])?).await?.value.id;
    for (kind, before, after) in
        [(Add, &[][..], &people[..8]), (Remove, &people[..2], &[][..]), (Set, &people[2..8], &people[4..])]
    {
        let (there, change) = (fake.members(&id)?, members(kind, before, after)?);
        let wanted: Vec<String> = match kind {
            Add => there.iter().chain(after).cloned().collect(),
            Remove => there.iter().filter(|id| !before.contains(id)).cloned().collect(),
            Set => after.to_vec(),
        };
        let told = connector.update(Group, &id, &[change]).await;
        let there = fake.members(&id)?;
        match told {
            Ok(_) => ensure!(
                there == sorted(&wanted),
                "what a change of members says must be true ({kind:?}): {there:?}"
            ),
            Err(error) => {
                ensure!(error.advice().ends_with('.'), "a refusal must come with advice: {error:?}");
                // Parts may have been made; what is there must still be people that were named.
                ensure!(
                    there.iter().all(|id| people.contains(id)),
                    "nobody else may become a member: {there:?}"
                );
            }
        }
    }
    let expected = fake.members(&id)?;
    let renamed =
        connector.update(Group, &id, &[change(name, Some(json!("Sales")), Some(json!("Marketing")))?]).await;
    let is_renamed = fake.groups().contains(&"Marketing".to_owned());
    ensure!(renamed.is_ok() == is_renamed, "what a rename says must be true: {renamed:?}");
    ensure!(fake.members(&id)? == expected, "a rename must leave the members");
    ensure!(fake.members(&stranger)?.is_empty(), "a group that was there before must stay untouched");
    Ok(())
}
