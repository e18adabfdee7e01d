//! One suite for every profile: a target that really has the profile's deviations must end up with the right accounts
//! and groups, and one that fails must be told so.
//!
//! What is asserted is what the seam promises (`connector.rs`); each message says which rule was broken.
//!
//! To run it against another kind of target: an arm for its fake everywhere in [`subject`], and in `users.rs` the
//! values of its accounts.
mod failures;
mod groups;
mod lists;
mod options;
mod subject;
mod undeclared;
mod users;

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use purser_connectors::{Connector, Gallery, Overrides, Profile, Template};
use purser_domain::object::ObjectKind::User;
use purser_testkit::{PatchStyle, RequestRate, RequestRules, ScimTarget, TargetOptions};
use serde_json::{Value, json};

use crate::support::{change, generic_template, kit, open, slim};
use options::options_of;
use subject::Subject;

#[tokio::test]
async fn every_gallery_application_has_its_accounts_made_changed_and_deleted() -> Result<()> {
    let mut broken = Broken::default();
    for template in Gallery::load()?.templates().iter() {
        broken.note(&template.name, users::run(&Subject::of(template).await?).await);
    }
    broken.into_result()
}

#[tokio::test]
async fn every_gallery_application_has_its_groups_filled_and_emptied() -> Result<()> {
    let mut broken = Broken::default();
    for template in Gallery::load()?.templates().iter() {
        broken.note(&template.name, groups::run(&Subject::of(template).await?).await);
    }
    broken.into_result()
}

#[tokio::test]
async fn every_gallery_application_lists_everything_while_the_list_changes() -> Result<()> {
    let mut broken = Broken::default();
    for template in Gallery::load()?.templates().iter() {
        broken.note(&template.name, lists::run(&Subject::of(template).await?).await);
    }
    broken.into_result()
}

#[tokio::test]
async fn every_gallery_application_that_fails_is_told_so_in_the_right_words() -> Result<()> {
    let mut broken = Broken::default();
    for template in Gallery::load()?.templates().iter() {
        broken.note(&template.name, failures::run(&Subject::of(template).await?).await);
    }
    broken.into_result()
}

/// What was broken, so that one failure does not hide the others.
#[derive(Default)]
struct Broken(Vec<String>);

impl Broken {
    fn note(&mut self, what: &str, outcome: Result<()>) {
        if let Err(why) = outcome {
            self.0.push(format!("{what}: {why:#}"));
        }
    }

    fn into_result(self) -> Result<()> {
        ensure!(self.0.is_empty(), "{} broken:\n{}", self.0.len(), self.0.join("\n"));
        Ok(())
    }
}

/// Settings and values for each: every deviation alone.
fn deviations() -> Vec<(&'static str, Vec<Value>)> {
    vec![
        ("content_type", vec![json!("application/json")]),
        ("headers", vec![json!({"X-Api-Version": "2"})]),
        ("booleans_as_text", vec![json!(true)]),
        ("capitalised_operations", vec![json!(true)]),
        ("patch", vec![json!(false)]),
        ("pathless_replace", vec![json!(true)]),
        ("clear", vec![json!("emptyText"), json!("null")]),
        ("manager", vec![json!("text"), json!("array")]),
        ("roles", vec![json!("legacy")]),
        ("always_schemas", vec![json!(["urn:example:2.0:User"])]),
        ("element_filter", vec![json!("outside"), json!("plain")]),
        ("filterable_users", vec![json!([]), json!(["userName"]), json!(["externalId", "emails.value"])]),
        ("filterable_groups", vec![json!([]), json!(["displayName"]), json!(["externalId"])]),
        ("empty_result_is_404", vec![json!(true)]),
        ("paging", vec![json!("cursor"), json!("none")]),
        ("page_size", vec![json!(1), json!(2), json!(7)]),
        ("member_removal", vec![json!("valueArray"), json!("replace"), json!("put")]),
        ("members_per_request", vec![json!(0), json!(1), json!(3)]),
        ("members_on_create", vec![json!(true)]),
        ("members_read", vec![json!("onRequest"), json!("byFilter"), json!("never")]),
        ("id_attribute", vec![json!("userName")]),
        ("read_back", vec![json!(true)]),
        ("deletes_users", vec![json!(false)]),
        ("create_missing", vec![json!(["site", "department"])]),
        (
            "value_rules",
            vec![
                json!([{"attribute": "*", "forbidden": "\"<>;:%", "no_control": true}]),
                json!([{"attribute": "userName", "max_length": 21}]),
            ],
        ),
        ("limits", vec![json!([{"requests": "all", "count": 100_000, "seconds": 1}])]),
        ("concurrency", vec![json!(1)]),
    ]
}

fn template_with(settings: Value) -> Result<Template> {
    let template = users::with_groups(&generic_template()?)?;
    let Value::Object(settings) = settings else { anyhow::bail!("settings are an object") };
    let profile = Profile::default().with(&Overrides(settings)).map_err(anyhow::Error::msg)?;
    Ok(Template { profile, ..template })
}

#[test]
fn every_setting_of_a_profile_is_among_the_deviations() -> Result<()> {
    let Value::Object(settings) = serde_json::to_value(Profile::default())? else {
        anyhow::bail!("no object")
    };
    let known: BTreeSet<String> = settings.keys().cloned().collect();
    let tried: BTreeSet<String> = deviations().iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(known, tried);
    Ok(())
}

#[tokio::test]
async fn every_deviation_that_a_profile_can_declare_passes() -> Result<()> {
    let mut broken = Broken::default();
    for (setting, values) in deviations() {
        for value in values {
            let template = template_with(json!({ setting: value }))?;
            broken.note(&format!("{setting} = {value}"), pass(&template).await);
        }
    }
    broken.into_result()
}

/// Otherwise passing would prove nothing. (What the connector finds out by itself is not among these.)
#[tokio::test]
async fn a_fake_that_deviates_without_its_profile_saying_so_does_not_pass() -> Result<()> {
    let default = template_with(json!({}))?;
    let mut passed = Vec::new();
    for settings in [
        json!({"headers": {"X-Api-Version": "2"}}),
        json!({"booleans_as_text": true}),
        json!({"capitalised_operations": true}),
        json!({"pathless_replace": true}),
        json!({"clear": "emptyText"}),
        json!({"clear": "null"}),
        json!({"manager": "text"}),
        json!({"manager": "array"}),
        json!({"always_schemas": ["urn:example:2.0:User"]}),
        json!({"member_removal": "valueArray"}),
        json!({"member_removal": "replace"}),
        json!({"members_per_request": 3}),
        json!({"deletes_users": false}),
        json!({"value_rules": [{"attribute": "*", "forbidden": "\"<>;:%"}]}),
    ] {
        let fake = options_of(&template_with(settings.clone())?.profile);
        let users = users::run(&Subject::undeclared(&default, fake.clone()).await?).await;
        let groups = groups::run(&Subject::undeclared(&default, fake).await?).await;
        if users.is_ok() && groups.is_ok() {
            passed.push(settings.to_string());
        }
    }
    ensure!(passed.is_empty(), "these make no difference: {}", passed.join(", "));
    Ok(())
}

#[tokio::test]
async fn deviations_that_come_together_pass_together() -> Result<()> {
    let mut broken = Broken::default();
    for settings in [
        // As AWS IAM Identity Center.
        json!({"paging": "cursor", "members_read": "byFilter", "members_per_request": 5,
            "value_rules": [{"attribute": "*", "forbidden": "\"<>;:%", "no_control": true}]}),
        // As Entra ID without aadOptscim062020 is answered.
        json!({"capitalised_operations": true, "booleans_as_text": true, "member_removal": "valueArray",
            "roles": "legacy", "manager": "array"}),
        // As Entra ID with it.
        json!({"pathless_replace": true, "element_filter": "outside"}),
        json!({"pathless_replace": true, "clear": "null", "manager": "text"}),
        json!({"patch": false, "member_removal": "put", "filterable_users": [], "filterable_groups": []}),
        json!({"patch": false, "member_removal": "put", "members_read": "onRequest", "booleans_as_text": true}),
        json!({"patch": false, "clear": "emptyText", "manager": "text", "id_attribute": "userName"}),
        json!({"filterable_users": [], "paging": "none", "read_back": true, "member_removal": "replace"}),
        json!({"members_read": "never", "member_removal": "valueArray", "members_per_request": 2}),
        json!({"filterable_users": [], "paging": "cursor", "page_size": 3, "empty_result_is_404": true}),
    ] {
        broken.note(&settings.to_string(), pass(&template_with(settings.clone())?).await);
    }
    broken.into_result()
}

/// The whole suite but for failures.
async fn pass(template: &Template) -> Result<()> {
    users::run(&Subject::of(template).await?).await.context("users")?;
    groups::run(&Subject::of(template).await?).await.context("groups")?;
    lists::run(&Subject::of(template).await?).await.context("lists")
}

#[tokio::test]
async fn roles_are_changed_as_the_target_wants_them() -> Result<()> {
    for settings in [json!({}), json!({"roles": "legacy"})] {
        let subject = Subject::of(&template_with(settings.clone())?).await?;
        let connector = &subject.connector;
        let id = connector.create(User, &slim("kim@example.com")?).await?.value.id;
        let role = "roles[primary eq \"True\"].value";
        for (old, new) in [(None, "Admin"), (Some("Admin"), "User")] {
            let changes = [change(role, old.map(|old| json!(old)), Some(json!(new)))?];
            connector.update(User, &id, &changes).await.with_context(|| settings.to_string())?;
            let user = subject.fake.user("kim@example.com").context("gone")?;
            ensure!(
                user["roles"][0]["value"] == new && user["roles"][1].is_null(),
                "one role, {new}: {user}"
            );
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_target_without_patch_is_asked_for_it_only_once() -> Result<()> {
    let target =
        ScimTarget::start(TargetOptions { patch: PatchStyle::Missing, ..TargetOptions::default() }).await?;
    let connector: Arc<dyn Connector> =
        open(&kit()?, Profile::default(), &target.base_url(), target.token())?;
    let id = connector.create(User, &slim("kim@x")?).await?.value.id;
    for title in ["a", "b", "c"] {
        connector.update(User, &id, &[change("title", None, Some(json!(title)))?]).await?;
    }
    ensure!(target.counts().patch == 1 && target.counts().put == 3, "{:?}", target.counts());
    Ok(())
}

#[tokio::test]
async fn a_target_that_counts_requests_says_how_long_to_wait_or_not() -> Result<()> {
    for retry_after in [true, false] {
        let rate = RequestRate { count: 2, span: std::time::Duration::from_secs(3600), retry_after };
        let requests = RequestRules { rate: Some(rate), ..RequestRules::default() };
        let target = ScimTarget::start(TargetOptions { requests, ..TargetOptions::default() }).await?;
        let connector = open(&kit()?, Profile::default(), &target.base_url(), target.token())?;
        connector.create(User, &slim("a@x")?).await?;
        connector.create(User, &slim("b@x")?).await?;
        let error = connector.create(User, &slim("c@x")?).await.err().context("one too many")?;
        let wait = match error.kind() {
            purser_connectors::ErrorKind::Transient { retry_after } => *retry_after,
            other => anyhow::bail!("{other:?}"),
        };
        ensure!(wait.is_some() == retry_after && target.count() == 2, "{wait:?}");
    }
    Ok(())
}
