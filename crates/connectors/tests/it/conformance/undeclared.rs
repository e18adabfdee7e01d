//! Deviations that no profile declares.
use anyhow::{Context, Result, ensure};
use purser_connectors::{CommonProfile, Profile, ScimProfile, Template};
use purser_domain::object::ObjectKind::User;
use purser_testkit::{
    AnswerStyle, DeleteStyle, DiscoveryStyle, ErrorStyle, FilterStyle, Filtering, GroupRules, IdStyle,
    Meanwhile, MembersChange, PageStyle, Pages, PatchStyle, Patching, ScimTarget, TargetOptions, TotalStyle,
    VersionStyle,
};
use serde_json::json;

use super::Broken;
use super::failures::{name_of, slim, title};
use super::subject::Subject;
use super::users::{text_query, with_groups};
use super::{groups, lists, users};
use crate::support::{generic_template, kit, open};

fn template(profile: Profile) -> Result<Template> {
    Ok(Template { profile, ..with_groups(&generic_template()?)? })
}

fn with_pages(pages: Pages) -> TargetOptions {
    TargetOptions { paging: pages, ..TargetOptions::default() }
}

fn with_answers(answers: AnswerStyle) -> TargetOptions {
    TargetOptions { answers, ..TargetOptions::default() }
}

#[tokio::test]
async fn what_a_target_does_otherwise_in_small_things_makes_no_difference() -> Result<()> {
    let base = TargetOptions::default;
    let right = AnswerStyle::default;
    let mut broken = Broken::default();
    let mut cases: Vec<(String, TargetOptions)> = Vec::new();
    for patch in [
        PatchStyle::NoContent,
        PatchStyle::Empty,
        PatchStyle::Garbage,
        PatchStyle::Missing,
        PatchStyle::NotAllowed,
        PatchStyle::NotFound,
    ] {
        cases.push((format!("PATCH: {patch:?}"), TargetOptions { patch, ..base() }));
    }
    for errors in [ErrorStyle::Message, ErrorStyle::Empty] {
        cases.push((format!("errors: {errors:?}"), with_answers(AnswerStyle { errors, ..right() })));
    }
    for filter in [FilterStyle::Ignored, FilterStyle::Refused(400), FilterStyle::Refused(501)] {
        cases.push((format!("filters: {filter:?}"), TargetOptions { filter, ..base() }));
    }
    cases.extend([
        ("no Location".to_owned(), with_answers(AnswerStyle { location: false, ..right() })),
        ("no meta".to_owned(), with_answers(AnswerStyle { meta: false, ..right() })),
        ("no schemas".to_owned(), with_answers(AnswerStyle { schemas: false, ..right() })),
        ("only a Location".to_owned(), with_answers(AnswerStyle { created_body: false, ..right() })),
        ("plain JSON".to_owned(), with_answers(AnswerStyle { content_type: "application/json", ..right() })),
        ("text".to_owned(), with_answers(AnswerStyle { content_type: "text/plain", ..right() })),
        ("numbers as ids".to_owned(), TargetOptions { ids: IdStyle::Number, ..base() }),
        ("DELETE with a body".to_owned(), TargetOptions { deletes: DeleteStyle::Resource, ..base() }),
        ("versions".to_owned(), TargetOptions { versions: VersionStyle::Honoured, ..base() }),
        (
            "versions wanted, no PATCH".to_owned(),
            TargetOptions { versions: VersionStyle::Required, patch: PatchStyle::Missing, ..base() },
        ),
        ("no discovery".to_owned(), TargetOptions { discovery: DiscoveryStyle::Absent, ..base() }),
        (
            "members appended blindly".to_owned(),
            TargetOptions { groups: GroupRules { blind_append: true, ..GroupRules::default() }, ..base() },
        ),
        (
            "413 for seven members".to_owned(),
            TargetOptions {
                groups: GroupRules { max_changes: Some(3), too_many: 413, ..GroupRules::default() },
                ..base()
            },
        ),
        (
            "one title to filter by".to_owned(),
            TargetOptions {
                user_filters: Filtering {
                    attributes: Some(vec!["title".to_owned()]),
                    ..Filtering::default()
                },
                ..base()
            },
        ),
    ]);
    for (name, options) in cases {
        let subject = Subject::undeclared(&template(Profile::default())?, options).await?;
        broken.note(&name, users::run(&subject).await);
        broken.note(&name, groups::run(&subject).await);
    }
    broken.into_result()
}

#[tokio::test]
async fn lists_come_whole_whatever_the_target_says_about_them() -> Result<()> {
    let pages = Pages::default;
    let mut broken = Broken::default();
    for total in [
        TotalStyle::Right,
        TotalStyle::PageLength,
        TotalStyle::TooHigh,
        TotalStyle::Text,
        TotalStyle::Missing,
    ] {
        for max in [1000, 10, 7, 1] {
            let options = with_pages(Pages { total, max, ..pages() });
            let subject = Subject::undeclared(&template(Profile::default())?, options).await?;
            broken.note(&format!("{total:?}, {max} on a page"), lists::run(&subject).await);
        }
    }
    let options = with_pages(Pages { style: PageStyle::Whole, ..pages() });
    let subject = Subject::undeclared(&template(Profile::default())?, options).await?;
    broken.note("everything at once", lists::run(&subject).await);
    broken.into_result()
}

#[tokio::test]
async fn a_target_that_misbehaves_is_told_so_or_gets_the_right_accounts_and_nothing_else() -> Result<()> {
    let base = TargetOptions::default;
    let pages = Pages::default;
    let read_back = Profile {
        common: CommonProfile { read_back: true, ..CommonProfile::default() },
        ..Profile::default()
    };
    let mut broken = Broken::default();
    for (name, profile, options) in [
        (
            "always the first page, filters ignored",
            Profile::default(),
            TargetOptions {
                filter: FilterStyle::Ignored,
                paging: Pages { style: PageStyle::First, size: 5, ..pages() },
                ..base()
            },
        ),
        (
            "filters ignored, totals of the page, pages of three",
            Profile::default(),
            TargetOptions {
                filter: FilterStyle::Ignored,
                paging: Pages { total: TotalStyle::PageLength, max: 3, ..pages() },
                ..base()
            },
        ),
        (
            "filters refused with 403",
            Profile::default(),
            TargetOptions { filter: FilterStyle::Refused(403), ..base() },
        ),
        (
            "filters with regard to case",
            Profile::default(),
            TargetOptions { user_filters: Filtering { exact_case: true, ..Filtering::default() }, ..base() },
        ),
        (
            "nothing found is 404",
            Profile::default(),
            TargetOptions {
                user_filters: Filtering { empty_is_404: true, ..Filtering::default() },
                ..base()
            },
        ),
        ("ids that change", Profile::default(), TargetOptions { ids: IdStyle::UserName, ..base() }),
        (
            "user names that can't change",
            Profile::default(),
            TargetOptions { immutable_user_name: true, ..base() },
        ),
        (
            "titles that are ignored",
            read_back.clone(),
            TargetOptions {
                patching: Patching { ignores: vec!["title".to_owned()], ..Patching::default() },
                ..base()
            },
        ),
        (
            "titles that are ignored by PUT",
            Profile { scim: ScimProfile { patch: false, ..read_back.scim }, ..read_back },
            TargetOptions { put_ignores: vec!["title".to_owned()], ..base() },
        ),
        (
            "capital letters wanted",
            Profile::default(),
            TargetOptions { patching: Patching { capitalised: true, ..Patching::default() }, ..base() },
        ),
        ("text booleans wanted", Profile::default(), TargetOptions { text_booleans: true, ..base() }),
        (
            // A page that says 404 in plain text may come from anywhere.
            "errors in plain text",
            Profile::default(),
            with_answers(AnswerStyle { errors: ErrorStyle::Text, ..AnswerStyle::default() }),
        ),
        ("no deletes", Profile::default(), TargetOptions { deletes: DeleteStyle::Refused(405), ..base() }),
    ] {
        let subject = Subject::undeclared(&template(profile)?, options).await?;
        broken.note(name, survive(&subject).await);
    }
    broken.into_result()
}

/// What a cycle does with one person, which may fail at each step. Success must be true, and nobody else be touched.
async fn survive(subject: &Subject) -> Result<()> {
    let (fake, connector, names) = (&subject.fake, &subject.connector, subject.names());
    for at in 0..12 {
        fake.insert_user(&format!("stranger{at}@example.com"), "Nobody")?;
    }
    let strangers = fake.users();
    let mut name = name_of(subject, "kim");
    let wanted = text_query(names.user_name, &name)?;
    for _ in 0..3 {
        let Ok(found) = connector.find(User, &wanted).await else {
            ensure!(fake.users().len() <= strangers.len() + 1, "who can't be looked for must not be made");
            break;
        };
        let Some(object) = found.value.first() else {
            ensure!(
                fake.user(&name).is_none(),
                "who is there must be found, or it must be said that this can't be told"
            );
            let made = connector.create(User, &slim(subject, "kim")?).await;
            ensure!(made.is_ok() == fake.user(&name).is_some(), "what a create says must be true: {made:?}");
            if made.is_err() {
                break;
            }
            continue;
        };
        let mut id = object.id.clone();
        let updated = connector.update(User, &id, &[title(subject, "Chef")?]).await;
        let user = fake.user(&name).context("the account is gone")?;
        let is_made = fake.value(&user, names.title)? == Some(json!("Chef"));
        ensure!(updated.is_ok() == is_made, "what an update says must be true: {updated:?} in {user}");
        let new = name_of(subject, "lee");
        let rename = crate::support::change(names.user_name, Some(json!(name)), Some(json!(new)))?;
        if let Ok(reply) = connector.update(User, &id, &[rename]).await {
            ensure!(fake.user(&new).is_some(), "what a rename says must be true");
            name = new;
            id = reply.value.new_id.unwrap_or(id);
            let there = connector.read(User, &id).await?.value;
            ensure!(there.is_some(), "an id that changed must be told: {id}");
        }
        if let Ok(reply) = connector.delete(User, &id).await {
            ensure!(fake.user(&name).is_none(), "what a delete says must be true: {reply:?}");
        }
        break;
    }
    let others: Vec<_> =
        fake.users().into_iter().filter(|user| user[names.user_name] != json!(name)).collect();
    ensure!(others == strangers, "strangers must stay untouched, and nobody be made twice");
    Ok(())
}

#[tokio::test]
async fn a_group_is_never_told_to_be_right_when_it_is_not() -> Result<()> {
    let rules = GroupRules::default;
    let read_back = Profile {
        common: CommonProfile { read_back: true, ..CommonProfile::default() },
        ..Profile::default()
    };
    let mut broken = Broken::default();
    for (name, rules) in [
        ("removal by path ignored", GroupRules { change: MembersChange::FilteredPathIgnored, ..rules() }),
        ("no removal by path", GroupRules { change: MembersChange::ValueArray, ..rules() }),
        ("members only as a whole", GroupRules { change: MembersChange::Replace, ..rules() }),
        ("no members in a PATCH", GroupRules { change: MembersChange::Refused, ..rules() }),
        ("no renaming", GroupRules { rename: false, ..rules() }),
        ("400 for three members", GroupRules { max_changes: Some(3), ..rules() }),
    ] {
        let options = TargetOptions { groups: rules, ..TargetOptions::default() };
        let subject = Subject::undeclared(&template(read_back.clone())?, options).await?;
        broken.note(name, groups::survive(&subject).await);
    }
    broken.into_result()
}

#[tokio::test]
async fn who_is_looked_for_without_a_filter_is_found_while_others_come_and_go() -> Result<()> {
    let target = ScimTarget::start(TargetOptions {
        filter: FilterStyle::Refused(501),
        paging: Pages { max: 5, ..Pages::default() },
        ..TargetOptions::default()
    })
    .await?;
    let ids: Vec<String> = (0..40)
        .map(|at| {
            target.insert(json!({"userName": format!("p{at}@example.com")})).context("the fake is full")
        })
        .collect::<Result<_>>()?;
    let connector = open(&kit()?, Profile::default(), &target.base_url(), target.token())?;
    for wanted in [16, 21, 26, 39] {
        // After each of the first pages, some who were listed already go, and others come.
        let gone = ids.iter().filter(|id| target.accounts().iter().any(|user| user["id"] == **id)).take(4);
        let steps: Vec<_> = gone
            .enumerate()
            .map(|(at, id)| {
                let name = format!("new{wanted}-{at}@example.com");
                vec![Meanwhile::Remove(id.clone()), Meanwhile::Insert(json!({ "userName": name }))]
            })
            .collect();
        target.meanwhile(steps);
        let name = format!("p{wanted}@example.com");
        let found =
            connector.find(User, &text_query("userName", &name)?).await.with_context(|| name.clone())?;
        ensure!(found.value.len() == 1, "{name} was there all the time and must be found: {:?}", found.value);
    }
    Ok(())
}

#[tokio::test]
async fn what_a_target_tells_about_itself_is_read_and_never_needed() -> Result<()> {
    for discovery in
        [DiscoveryStyle::Rfc, DiscoveryStyle::Odd, DiscoveryStyle::Garbage, DiscoveryStyle::Absent]
    {
        let extra = json!({
            "id": "urn:example:payroll:2.0:User", "name": "Payroll",
            "attributes": [{"name": "costUnit", "type": "string", "multiValued": false, "required": true}],
        });
        let options = TargetOptions {
            discovery,
            extra_schemas: vec![extra],
            patch: PatchStyle::Missing,
            paging: Pages { max: 17, ..Pages::default() },
            ..TargetOptions::default()
        };
        let subject = Subject::undeclared(&template(Profile::default())?, options).await?;
        let told = subject.connector.discover().await.with_context(|| format!("{discovery:?}"))?;
        ensure!(subject.fake.users().is_empty(), "{discovery:?}: discovery must only read");
        if discovery == DiscoveryStyle::Rfc {
            let names: Vec<&str> =
                told.attributes.iter().flat_map(|(_, list)| list).map(|known| known.name.as_str()).collect();
            ensure!(
                names.contains(&"urn:example:payroll:2.0:User:costUnit"),
                "attributes of extensions must be found: {names:?}"
            );
            ensure!(told.settings.0.get("patch") == Some(&json!(false)), "no PATCH: {:?}", told.settings);
        }
        users::run(&subject).await.with_context(|| format!("{discovery:?}"))?;
    }
    Ok(())
}
