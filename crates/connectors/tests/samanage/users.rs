//! People.
use anyhow::{Context, Result, ensure};
use purser_connectors::{Credentials, Deleted, ErrorKind};
use purser_domain::object::ObjectKind::User;
use purser_domain::secret::Secret;
use purser_testkit::{FieldType, Kind, SamanageOptions, SamanageTarget};
use serde_json::json;

use crate::support::{open, open_with, person, query, set, styles, write};

#[tokio::test]
async fn a_person_comes_changes_leaves_returns_and_goes_in_every_style_of_answer() -> Result<()> {
    for options in styles() {
        let style = format!("{options:?}");
        line(options).await.with_context(|| style)?;
    }
    Ok(())
}

async fn line(options: SamanageOptions) -> Result<()> {
    let target = SamanageTarget::start(options).await?;
    let connector = open(&target)?;
    connector.check(&[User]).await?;
    let site = target.insert(Kind::Sites, json!({"name": "Paris"})).context("site")?;
    target.insert(Kind::Departments, json!({"name": "Sales"})).context("department")?;
    target.insert_custom_field("Cost centre", FieldType::Text);
    target.insert_custom_field("Start", FieldType::Date);
    let stranger =
        target.insert(Kind::Users, json!({"email": "xann+1@x.org", "name": "X"})).context("stranger")?;
    let before = target.user("xann+1@x.org");

    let wanted = query("email", "Ann+1@x.org")?;
    ensure!(connector.find(User, &wanted).await?.value.is_empty(), "a longer address is another one");
    let boss = connector.create(User, &write(&person("boss@x.org"))?).await?.value.id;
    let mut values = person("ann+1@x.org");
    values.extend([
        ("title", json!("Chef")),
        ("phone", json!("1")),
        ("mobile_phone", json!("2")),
        ("roles", json!("{\"displayName\":\"requester\"}")),
        ("site", json!("paris")),
        ("department", json!("Sales")),
        ("reports_to", json!({"value": boss})),
        ("custom_fields[name eq \"Cost centre\"].value", json!("42")),
        ("custom_fields[name eq \"Start\"].value", json!("2026-01-15")),
    ]);
    let made = connector.create(User, &write(&values)?).await?;
    let id = made.value.id.clone();
    let user = target.user("ann+1@x.org").context("not made")?;
    ensure!(user["role"]["name"] == "Requester" && user["site"]["id"] == site, "{user}");
    ensure!(user["department"]["name"] == "Sales" && user["title"] == "Chef", "{user}");
    ensure!(user["reports_to"]["id"] == json!(boss.parse::<u64>()?), "{user}");
    ensure!(target.mails().len() == 2, "the mail that the gallery file warns of");

    let found = connector.find(User, &wanted).await?.value;
    ensure!(found.len() == 1 && found[0].id == id, "found whatever its case: {found:?}");
    let body = &found[0].body;
    ensure!(body["roles"] == "Requester" && body["site"] == "Paris", "{body}");
    ensure!(body["reports_to"]["value"] == json!(boss) && body.get("salt").is_none(), "{body}");
    let salt = user["salt"].as_str().context("the real one shows a salt, so this one must")?;
    ensure!(!format!("{made:?}").contains(salt), "no salt in what is kept of the answers: {made:?}");

    let conflict = connector.create(User, &write(&values)?).await.err().context("a duplicate")?;
    ensure!(*conflict.kind() == ErrorKind::Conflict, "{conflict:?}");

    let changes = [
        set("title", json!("Head chef"))?,
        set("phone", json!(null))?,
        set("roles", json!("Administrator"))?,
        set("site", json!(null))?,
        set("reports_to", json!(null))?,
        set("custom_fields[name eq \"Cost centre\"].value", json!("43"))?,
    ];
    connector.update(User, &id, &changes).await?;
    let body = connector.read(User, &id).await?.value.context("gone")?.body;
    ensure!(body["title"] == "Head chef" && body["roles"] == "Administrator", "{body}");
    for gone in ["phone", "site", "reports_to"] {
        ensure!(body.get(gone).is_none(), "{gone} was cleared: {body}");
    }
    ensure!(body["mobile_phone"] == "2" && body["department"] == "Sales", "the rest stays: {body}");
    let fields = body["custom_fields"].as_array().context("no fields")?;
    ensure!(fields.contains(&json!({"name": "Cost centre", "value": "43"})), "{body}");

    for disabled in [true, true, false] {
        connector.disable(User, &id, &[set("disabled", json!(disabled))?]).await?;
        ensure!(target.user("ann+1@x.org").context("gone")?["disabled"] == json!(disabled), "{disabled}");
    }
    ensure!(connector.delete(User, &id).await?.value == Deleted::Gone, "deleted");
    ensure!(connector.delete(User, &id).await?.value == Deleted::WasGone, "deleted twice");
    ensure!(connector.read(User, &id).await?.value.is_none(), "gone");
    let late = connector.update(User, &id, &[set("title", json!("x"))?]).await.err().context("gone")?;
    ensure!(*late.kind() == ErrorKind::NotFound, "{late:?}");
    ensure!(target.user("xann+1@x.org") == before, "stranger {stranger} is untouched");
    Ok(())
}

#[tokio::test]
async fn every_page_is_read_however_short_the_pages_are() -> Result<()> {
    for options in styles() {
        let target = SamanageTarget::start(options).await?;
        for at in 0..120 {
            target
                .insert(Kind::Users, json!({"email": format!("p{at}@x.org"), "name": "P"}))
                .context("insert")?;
        }
        let connector = open(&target)?;
        let (mut page, mut seen) = (None, std::collections::HashSet::new());
        loop {
            let list = connector.list(User, page.as_ref()).await?.value;
            seen.extend(list.objects.into_iter().map(|object| object.id));
            ensure!(list.total == Some(121), "{:?}", list.total);
            page = list.next;
            if page.is_none() {
                break;
            }
        }
        ensure!(seen.len() == 121, "{} of 121", seen.len());
    }
    Ok(())
}

#[tokio::test]
async fn a_name_that_the_tenant_does_not_have_is_refused_before_anything_is_written() -> Result<()> {
    for (attribute, advice) in
        [("roles", "Refresh roles"), ("site", "create_missing"), ("department", "Create it")]
    {
        let target = SamanageTarget::start(SamanageOptions::default()).await?;
        let mut values = person("ann@x.org");
        values.push((attribute, json!("Nowhere")));
        let error = open(&target)?.create(User, &write(&values)?).await.err().context(attribute)?;
        ensure!(*error.kind() == ErrorKind::Rejected { attribute: Some(attribute.to_owned()) }, "{error:?}");
        ensure!(error.message().contains("\"Nowhere\"") && error.advice().contains(advice), "{error:?}");
        ensure!(target.user("ann@x.org").is_none() && target.mails().is_empty(), "nothing was written");
    }
    Ok(())
}

#[tokio::test]
async fn a_missing_site_is_made_once_where_the_job_allows_it_and_a_role_never() -> Result<()> {
    let target = SamanageTarget::start(SamanageOptions::default()).await?;
    let settings = json!({"create_missing": ["site", "department", "role"]});
    let connector = open_with(&target, Credentials::token(Secret::new(target.token())), settings)?;
    let addresses: Vec<String> = (0..5).map(|at| format!("p{at}@x.org")).collect();
    let mut writes = Vec::new();
    for address in &addresses {
        let mut values = person(address);
        values.push(("site", json!("Oslo")));
        writes.push(write(&values)?);
    }
    let made = futures::future::join_all(writes.iter().map(|write| connector.create(User, write))).await;
    for reply in made {
        reply?;
    }
    ensure!(target.records(Kind::Sites).len() == 1, "{:?}", target.records(Kind::Sites));
    let mut values = person("late@x.org");
    values.push(("roles", json!("Wizard")));
    ensure!(connector.create(User, &write(&values)?).await.is_err(), "a role gives rights");
    Ok(())
}

#[tokio::test]
async fn what_the_api_accepts_and_ignores_is_an_error_that_names_the_attribute() -> Result<()> {
    let target = SamanageTarget::start(SamanageOptions::default()).await?;
    let connector = open(&target)?;
    let id = connector.create(User, &write(&person("ann@x.org"))?).await?.value.id;
    // A custom field that the tenant does not have.
    let change = set("custom_fields[name eq \"Badge\"].value", json!("7"))?;
    let error = connector.update(User, &id, &[change]).await.err().context("must not pass for success")?;
    ensure!(
        *error.kind() == ErrorKind::Rejected { attribute: Some("custom_fields".to_owned()) },
        "{error:?}"
    );
    Ok(())
}

#[tokio::test]
async fn roles_are_imported_with_their_descriptions() -> Result<()> {
    let target = SamanageTarget::start(SamanageOptions { max_page: 2, ..SamanageOptions::default() }).await?;
    for at in 0..5 {
        let role = json!({"name": format!("Role {at}"), "description": format!("Does {at}.")});
        target.insert(Kind::Roles, role).context("role")?;
    }
    let roles = open(&target)?.discover().await?.roles.context("no roles")?;
    ensure!(roles.len() == 7, "Administrator, Requester and five: {roles:?}");
    let role = roles.iter().find(|role| role.value == "Role 3").context("Role 3")?;
    ensure!(role.display_name == "Role 3" && role.description == "Does 3.", "{role:?}");
    Ok(())
}
