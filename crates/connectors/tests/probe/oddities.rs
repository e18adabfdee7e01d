//! Each oddity gives exactly the proposals that it should.
use std::sync::Mutex;

use anyhow::{Context, Result, ensure};
use purser_testkit::{
    ClearStyle, DeleteStyle, ElementForm, FilterStyle, IdStyle, MembersChange, MembersShown, PageStyle,
    PatchPaths, PatchStyle, TargetOptions,
};

use crate::support::{Probed, ask, settings, silent};

type Oddity = fn(&mut TargetOptions);

/// In what a server is odd, and what is proposed for it.
const CASES: &[(&str, Oddity, &[&str])] = &[
    ("nothing", |_| {}, &[]),
    ("a server that describes itself", |odd| odd.discovery = TargetOptions::default().discovery, &[]),
    (
        "no PATCH of users",
        |odd| {
            odd.patch = PatchStyle::Missing;
            odd.groups.patch = Some(PatchStyle::Resource);
        },
        &["patch=false"],
    ),
    ("capitals", |odd| odd.patching.capitalised = true, &["capitalised_operations=true"]),
    (
        "capitals, small letters ignored",
        |odd| (odd.patching.capitalised, odd.patching.shrugs) = (true, true),
        &["capitalised_operations=true"],
    ),
    ("pathless", |odd| odd.patching.paths = PatchPaths::Pathless, &["pathless_replace=true"]),
    (
        "pathless, paths ignored",
        |odd| (odd.patching.paths, odd.patching.shrugs) = (PatchPaths::Pathless, true),
        &["pathless_replace=true"],
    ),
    ("booleans as texts", |odd| odd.text_booleans = true, &["booleans_as_text=true"]),
    ("cleared by an empty text", |odd| odd.patching.clear = ClearStyle::EmptyText, &["clear=\"emptyText\""]),
    ("cleared by null", |odd| odd.patching.clear = ClearStyle::Null, &["clear=\"null\""]),
    (
        "filters outside of brackets",
        |odd| odd.user_filters.element = Some(ElementForm::Outside),
        &["element_filter=\"outside\""],
    ),
    (
        "filters outside of brackets, others ignored",
        |odd| {
            odd.user_filters.element = Some(ElementForm::Outside);
            odd.user_filters.shrugs = true;
        },
        &["element_filter=\"outside\""],
    ),
    (
        "plain filters, others ignored",
        |odd| {
            odd.user_filters.element = Some(ElementForm::Plain);
            odd.user_filters.shrugs = true;
        },
        &["element_filter=\"plain\""],
    ),
    (
        "filters by names only, others ignored",
        |odd| {
            filter_by(odd, &["userName"], &["displayName", "id", "members"]);
        },
        &["filterable_groups=[\"displayName\"]", "filterable_users=[\"userName\"]"],
    ),
    (
        "no filters by address, which are ignored",
        |odd| filter_by(odd, &["userName", "externalId"], &["externalId", "displayName", "id", "members"]),
        &["filterable_users=[\"userName\",\"externalId\"]"],
    ),
    (
        "filters ignored",
        |odd| odd.filter = FilterStyle::Ignored,
        &["filterable_groups=[]", "filterable_users=[]"],
    ),
    ("cursors", |odd| odd.paging.style = PageStyle::Cursor, &["paging=\"cursor\""]),
    ("no pages", |odd| odd.paging.style = PageStyle::Whole, &["paging=\"none\""]),
    (
        "404 for nobody",
        |odd| (odd.user_filters.empty_is_404, odd.group_filters.empty_is_404) = (true, true),
        &["empty_result_is_404=true"],
    ),
    ("members on request", |odd| odd.groups.read = MembersShown::OnRequest, &["members_read=\"onRequest\""]),
    ("members by filter", |odd| odd.groups.read = MembersShown::ByFilter, &["members_read=\"byFilter\""]),
    ("members never", |odd| odd.groups.read = MembersShown::Never, &["members_read=\"never\""]),
    ("members go by path only", |odd| odd.groups.change = MembersChange::FilteredPath, &[]),
    (
        "members go with a value only",
        |odd| odd.groups.change = MembersChange::ValueArray,
        &["member_removal=\"valueArray\""],
    ),
    (
        "members go by a replacement only",
        |odd| odd.groups.change = MembersChange::GoneByReplace,
        &["member_removal=\"replace\""],
    ),
    (
        "members are neither added nor removed",
        |odd| odd.groups.change = MembersChange::Replace,
        &["member_removal=\"put\""],
    ),
    ("no PATCH of groups", |odd| odd.groups.patch = Some(PatchStyle::Missing), &["member_removal=\"put\""]),
    ("names as ids", |odd| odd.ids = IdStyle::UserName, &["id_attribute=\"userName\""]),
    ("users stay", |odd| odd.deletes = DeleteStyle::Refused(405), &["deletes_users=false"]),
    (
        "plain JSON only",
        |odd| odd.requests.content_type = Some("application/json".to_owned()),
        &["content_type=\"application/json\""],
    ),
    ("silent about what was made", |odd| odd.answers.created_body = false, &[]),
    (
        "silent, and filters ignored",
        |odd| (odd.answers.created_body, odd.filter) = (false, FilterStyle::Ignored),
        &["filterable_groups=[]", "filterable_users=[]"],
    ),
    ("ids that lead elsewhere", |odd| odd.ids = IdStyle::Odd, &[]),
];

/// Filters by these attributes work, others are ignored.
fn filter_by(odd: &mut TargetOptions, users: &[&str], groups: &[&str]) {
    for (rules, names) in [(&mut odd.user_filters, users), (&mut odd.group_filters, groups)] {
        rules.attributes = Some(names.iter().map(|name| (*name).to_owned()).collect());
        rules.shrugs = true;
    }
}

#[tokio::test]
async fn each_oddity_is_found_and_nothing_else_is_proposed() -> Result<()> {
    for (name, oddity, expected) in CASES {
        let mut odd = silent();
        oddity(&mut odd);
        let keeps = odd.deletes != DeleteStyle::NoContent;
        let probed = Probed::start(odd).await?;
        let report = ask(&probed, false, &|_| ()).await.context(*name)?;
        ensure!(settings(&report) == *expected, "{name}\n{:#?}\n{:#?}", report.overrides, report.remarks);
        ensure!(probed.is_untouched(), "{name}: somebody else's object was changed");
        ensure!(report.left_behind.is_empty() != keeps, "{name}: {:?}", report.left_behind);
        ensure!(probed.leftovers().is_empty() != keeps, "{name}: {:?}", probed.leftovers());
        let shows = |proposal: &purser_connectors::probe::Proposal| {
            !proposal.evidence.is_empty() && !proposal.why.is_empty()
        };
        ensure!(report.proposals.iter().all(shows), "{name}: a proposal without evidence");
        ensure!(probed.journal().len() <= 160, "{name}: {} requests", probed.journal().len());
    }
    Ok(())
}

#[tokio::test]
async fn reading_only_sends_nothing_but_get() -> Result<()> {
    let mut odd = silent();
    filter_by(&mut odd, &["userName"], &["displayName"]);
    let probed = Probed::start(odd).await?;
    let steps = Mutex::new(Vec::new());
    let report = ask(&probed, true, &|step| steps.lock().unwrap().push(step)).await?;
    ensure!(probed.journal().iter().all(|asked| asked.method == "GET"), "{:?}", probed.journal());
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
    let mut options = silent();
    options.token = "t0p-s3cret".to_owned();
    let probed = Probed::start(options).await?;
    let steps = Mutex::new(Vec::new());
    let report = ask(&probed, false, &|step| steps.lock().unwrap().push(step)).await?;
    let steps = steps.lock().unwrap().clone();
    ensure!(steps.iter().map(|step| step.done).eq(0..7), "{steps:?}");
    ensure!(steps.iter().all(|step| step.total == 7 && !step.doing.is_empty()), "{steps:?}");
    ensure!(!format!("{report:?}").contains(probed.target.token()), "the token is in the report");
    ensure!(report.exchanges.len() == probed.journal().len(), "every request is told");
    Ok(())
}
