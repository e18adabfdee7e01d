//! One suite for every profile: a target that really has the profile's deviations must end up with the right
//! accounts.
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use purser_connectors::{Connector, ConnectorKind, Deleted, ErrorKind, Gallery, Profile, Template};
use purser_domain::mapping::MatchQuery;
use purser_domain::mapping::ObjectKind::User;
use purser_domain::plan::Change;
use purser_testkit::{PatchStyle, ScimTarget, TargetOptions};
use serde_json::{Value, json};

use crate::support::{ENTERPRISE, change, everything, kit, open, path, query, slim, write};

const WORK_ADDRESS: &str = "emails[type eq \"work\"].value";

#[tokio::test]
async fn every_gallery_application_passes_against_a_target_with_its_profile() -> Result<()> {
    let gallery = Gallery::load()?;
    let scim = |template: &Arc<Template>| template.connector == ConnectorKind::Scim;
    for template in gallery.templates().into_iter().filter(scim) {
        let options = options_of(&template.profile);
        run(&template.profile, options).await.with_context(|| template.name.clone())?;
    }
    Ok(())
}

#[tokio::test]
async fn every_deviation_that_a_profile_can_declare_passes() -> Result<()> {
    let default = Profile::default;
    for profile in [
        Profile { booleans_as_text: true, capitalised_operations: true, ..default() },
        Profile { patch: false, ..default() },
        Profile { content_type: "application/json".to_owned(), ..default() },
    ] {
        run(&profile, options_of(&profile)).await.with_context(|| format!("{profile:?}"))?;
    }
    Ok(())
}

#[tokio::test]
async fn targets_that_answer_patch_without_a_body_or_not_at_all_pass_undeclared() -> Result<()> {
    for patch in [PatchStyle::NoContent, PatchStyle::Missing] {
        let options = TargetOptions { patch, ..TargetOptions::default() };
        run(&Profile::default(), options).await.with_context(|| format!("{patch:?}"))?;
    }
    Ok(())
}

#[tokio::test]
async fn a_target_without_patch_is_asked_for_it_only_once() -> Result<()> {
    let target =
        ScimTarget::start(TargetOptions { patch: PatchStyle::Missing, ..TargetOptions::default() }).await?;
    let connector = open(&kit()?, Profile::default(), &target.base_url(), target.token())?;
    let id = connector.create(User, &slim("kim@x")?).await?.value.id;
    for title in ["a", "b", "c"] {
        connector.update(User, &id, &[change("title", None, Some(json!(title)))?]).await?;
    }
    ensure!(target.counts().patch == 1 && target.counts().put == 3, "{:?}", target.counts());
    Ok(())
}

fn options_of(profile: &Profile) -> TargetOptions {
    TargetOptions {
        text_booleans: profile.booleans_as_text,
        patch: if profile.patch { PatchStyle::Resource } else { PatchStyle::Missing },
        ..TargetOptions::default()
    }
}

async fn run(profile: &Profile, options: TargetOptions) -> Result<()> {
    let target = ScimTarget::start(options).await?;
    let connector = open(&kit()?, profile.clone(), &target.base_url(), target.token())?;
    let stranger = target.insert(json!({"userName": "stranger@x", "title": "Old"})).context("stranger")?;
    let before = target.account("stranger@x");

    connector.check(&[User]).await?;
    ensure!(target.count() == 1, "a connection test leaves no trace");

    let user_name = "o'brien+\"zoë\"\\&=#/?@example.com";
    let wanted = query("userName", user_name)?;
    ensure!(connector.find(User, &wanted).await?.value.is_empty(), "nobody is there yet");
    let made = connector.create(User, &write(&everything(user_name, "one"))?).await?;
    ensure!(made.exchange.status == Some(201) && made.exchange.method == "POST", "{:?}", made.exchange);
    let id = made.value.id;
    ensure!(id != stranger, "an id of its own");
    expect(&target, user_name, &everything(user_name, "one"), profile)?;

    let found = connector.find(User, &query("userName", &user_name.to_uppercase())?).await?.value;
    ensure!(found.len() == 1 && found[0].id == id, "found whatever its case: {found:?}");
    let address = value_of(&everything(user_name, "one"), WORK_ADDRESS);
    let by_mail =
        MatchQuery { path: path(WORK_ADDRESS)?, value: address.context("no address")?, redacted: false };
    let by_mail = connector.find(User, &by_mail).await?.value;
    ensure!(by_mail.len() == 1, "found by the work address: {by_mail:?}");
    ensure!(connector.read(User, &id).await?.value.is_some_and(|object| object.id == id), "read by id");

    let duplicate =
        connector.create(User, &slim(user_name)?).await.err().context("a duplicate must be refused")?;
    ensure!(*duplicate.kind() == ErrorKind::Conflict, "{duplicate:?}");

    change_everything(&connector, &target, &id, user_name, profile).await?;

    let off = change("active", Some(json!(true)), Some(json!(false)))?;
    connector.update(User, &id, &[off]).await?;
    let active = target.account(user_name).context("gone")?["active"].clone();
    ensure!(active == spelled(&json!(false), profile), "disabled: {active}");

    ensure!(connector.delete(User, &id).await?.value == Deleted::Gone, "deleted");
    ensure!(connector.delete(User, &id).await?.value == Deleted::WasGone, "deleted twice");
    ensure!(connector.read(User, &id).await?.value.is_none(), "gone");
    let gone = connector
        .update(User, &id, &[change("title", None, Some(json!("x")))?])
        .await
        .err()
        .context("gone")?;
    ensure!(*gone.kind() == ErrorKind::NotFound, "{gone:?}");
    ensure!(target.account("stranger@x") == before, "the account that was there before is untouched");
    Ok(())
}

/// Replaces every value, clears every one, and fills every one again.
async fn change_everything(
    connector: &Arc<dyn Connector>,
    target: &ScimTarget,
    id: &str,
    user_name: &str,
    profile: &Profile,
) -> Result<()> {
    let (one, two) = (everything(user_name, "one"), everything(user_name, "two"));
    let steps = |old: Option<&[(String, Value)]>, new: Option<&[(String, Value)]>| -> Result<Vec<Change>> {
        let keeps = |attribute: &str| ["userName", "active"].contains(&attribute);
        let at =
            |values: Option<&[(String, Value)]>, index: usize| values.map(|values| values[index].1.clone());
        (0..one.len())
            .filter(|index| !keeps(&one[*index].0))
            .map(|index| change(&one[index].0, at(old, index), at(new, index)))
            .collect()
    };
    connector.update(User, id, &steps(Some(&one), Some(&two))?).await?;
    expect(target, user_name, &two, profile)?;

    connector.update(User, id, &steps(Some(&two), None)?).await?;
    let kept: Vec<_> = two[..2].to_vec();
    expect(target, user_name, &kept, profile)?;

    connector.update(User, id, &steps(None, Some(&one))?).await?;
    expect(target, user_name, &one, profile)?;

    // The target lost some of what we exported: the change must get there all the same.
    for attribute in [WORK_ADDRESS, "addresses[type eq \"work\"].locality"] {
        connector.update(User, id, &[change(attribute, value_of(&one, attribute), None)?]).await?;
    }
    connector.update(User, id, &steps(Some(&one), Some(&two))?).await?;
    expect(target, user_name, &two, profile)?;
    let body = target.account(user_name).context("gone")?;
    for list in ["emails", "addresses"] {
        ensure!(body[list].as_array().is_some_and(|list| list.len() == 1), "one element only: {body}");
    }
    // Cleared twice, which the second time finds nothing.
    for _ in 0..2 {
        connector.update(User, id, &steps(Some(&two), None)?).await?;
    }
    expect(target, user_name, &kept, profile)
}

/// The account has these values and no others of the default mapping.
fn expect(target: &ScimTarget, user_name: &str, values: &[(String, Value)], profile: &Profile) -> Result<()> {
    let body = target.account(user_name).context("the account is gone")?;
    for (attribute, _) in everything(user_name, "") {
        let wanted =
            values.iter().find(|(name, _)| *name == attribute).map(|(_, value)| spelled(value, profile));
        let found = path(&attribute)?.read(&body);
        ensure!(found == wanted, "{attribute}: {found:?} instead of {wanted:?} in {body}");
    }
    if values.iter().any(|(attribute, _)| attribute.starts_with("urn:")) {
        let schemas = body["schemas"].as_array().context("no schemas")?;
        ensure!(schemas.contains(&json!(ENTERPRISE)) || profile.patch, "schemas: {schemas:?}");
    }
    Ok(())
}

fn value_of(values: &[(String, Value)], attribute: &str) -> Option<Value> {
    values.iter().find(|(name, _)| name == attribute).map(|(_, value)| value.clone())
}

fn spelled(value: &Value, profile: &Profile) -> Value {
    match value {
        Value::Bool(boolean) if profile.booleans_as_text => json!(if *boolean { "True" } else { "False" }),
        other => other.clone(),
    }
}
