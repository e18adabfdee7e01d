//! Servers that mean no good, or have a bad day.
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, ensure};
use axum::http::HeaderMap;
use purser_connectors::ErrorKind;
use serde_json::json;

use crate::fake::{Fake, Oddities};
use crate::support::{ask, settings};

#[tokio::test]
async fn an_object_that_comes_back_in_place_of_the_probes_is_never_written_to() -> Result<()> {
    let fake = Fake::start(Oddities { answers_with: Some("ann@x.org"), ..Oddities::default() }).await?;
    let told = match ask(&fake, false, &|_| ()).await {
        Ok(report) => format!("{:?}", report.left_behind),
        Err(error) => error.message().to_owned(),
    };
    ensure!(fake.is_untouched(), "a stranger was written to: {:?}", fake.journal());
    let written =
        fake.journal().into_iter().filter(|asked| asked.method != "GET" && asked.path.contains("ann"));
    ensure!(written.count() == 0, "a stranger was written to: {:?}", fake.journal());
    // What was made all the same is found by its name.
    ensure!(fake.leftovers().is_empty() || told.contains("purser-probe-"), "{told}: {:?}", fake.leftovers());
    Ok(())
}

#[tokio::test]
async fn a_group_that_comes_back_in_place_of_the_probes_is_never_written_to() -> Result<()> {
    // `g` is no user, so that the answer to the user's create holds nothing.
    let fake = Fake::start(Oddities { answers_with: Some("g"), ..Oddities::default() }).await?;
    let _ = ask(&fake, false, &|_| ()).await;
    ensure!(fake.is_untouched(), "a stranger was written to: {:?}", fake.journal());
    let written =
        fake.journal().into_iter().filter(|asked| asked.method != "GET" && asked.path.ends_with("/Groups/g"));
    ensure!(written.count() == 0, "a stranger was written to: {:?}", fake.journal());
    Ok(())
}

#[tokio::test]
async fn a_user_that_is_never_shown_is_said_and_cleaned_up_as_far_as_it_goes() -> Result<()> {
    let fake = Fake::start(Oddities { hides: true, ..Oddities::default() }).await?;
    let report = ask(&fake, false, &|_| ()).await?;
    ensure!(settings(&report).is_empty(), "{:?}", report.overrides);
    ensure!(report.remarks.iter().any(|remark| remark.contains("can't be read")), "{:?}", report.remarks);
    ensure!(report.left_behind.iter().any(|line| line.contains("purser-probe-")), "{:?}", report.left_behind);
    Ok(())
}

#[tokio::test]
async fn what_a_server_makes_twice_is_deleted_twice() -> Result<()> {
    let fake = Fake::start(Oddities { duplicates: true, ..Oddities::default() }).await?;
    let report = ask(&fake, false, &|_| ()).await?;
    ensure!(fake.leftovers().is_empty(), "{:?}, told: {:?}", fake.leftovers(), report.left_behind);
    Ok(())
}

#[tokio::test]
async fn a_server_that_ignores_all_changes_gets_no_settings_but_a_remark() -> Result<()> {
    let fake = Fake::start(Oddities { ignores_changes: true, ..Oddities::default() }).await?;
    let report = ask(&fake, false, &|_| ()).await?;
    let settings = settings(&report);
    ensure!(!settings.iter().any(|setting| setting.starts_with("patch")), "{settings:?}");
    ensure!(report.remarks.iter().any(|remark| remark.contains("can't be changed")), "{:?}", report.remarks);
    ensure!(fake.leftovers().is_empty(), "{:?}", fake.leftovers());
    Ok(())
}

#[tokio::test]
async fn a_target_that_answers_200_to_everything_is_no_scim_endpoint() -> Result<()> {
    let fake = Fake::start(Oddities::default()).await?;
    fake.intercept(|_, _, _| Some((200, HeaderMap::new())));
    let error = ask(&fake, false, &|_| ()).await.err().context("must be refused")?;
    ensure!(*error.kind() == ErrorKind::Misconfigured, "{error:?}");
    ensure!(fake.journal().iter().all(|asked| asked.method == "GET"), "nothing is written there");
    Ok(())
}

#[tokio::test]
async fn whatever_breaks_and_when_what_was_made_is_deleted_or_named() -> Result<()> {
    for status in [401, 429, 500, 503, 0] {
        // Every third request is once the first that fails; cleaning up works again.
        for at in (4..70).step_by(3) {
            let fake = Fake::start(Oddities::default()).await?;
            let deleting = Arc::new(AtomicBool::new(false));
            let seen = Arc::clone(&deleting);
            fake.intercept(move |before, method, _| {
                if method == "DELETE" {
                    seen.store(true, Ordering::Relaxed);
                }
                let now = HeaderMap::from_iter([(axum::http::header::RETRY_AFTER, 0.into())]);
                (before >= at && !seen.load(Ordering::Relaxed)).then_some((status, now))
            });
            let outcome = ask(&fake, false, &|_| ()).await;
            let told = match &outcome {
                Ok(report) => format!("{:?}", report.left_behind),
                Err(error) => error.message().to_owned(),
            };
            ensure!(fake.is_untouched(), "{status} from {at}");
            ensure!(
                fake.leftovers().is_empty() || told.contains("purser-probe-"),
                "{status} from {at}: {:?} is left and nobody is told: {told}",
                fake.leftovers()
            );
            if let Ok(report) = outcome {
                let wrong: Vec<String> = settings(&report);
                let busy = matches!(status, 401 | 429 | 503);
                ensure!(!busy || wrong.is_empty(), "{status} from {at} is taken for a finding: {wrong:?}");
            }
            ensure!(fake.journal().len() <= 200, "{} requests", fake.journal().len());
        }
    }
    Ok(())
}

#[tokio::test]
async fn too_many_requests_are_waited_for_and_are_no_finding() -> Result<()> {
    let fake = Fake::start(Oddities::default()).await?;
    // Every other request is one too many.
    fake.intercept(|before, _, _| {
        let now = HeaderMap::from_iter([(axum::http::header::RETRY_AFTER, 0.into())]);
        (before % 2 == 1).then_some((429, now))
    });
    let report = ask(&fake, false, &|_| ()).await?;
    ensure!(settings(&report).is_empty(), "{:?}", report.overrides);
    ensure!(fake.leftovers().is_empty(), "{:?}", fake.leftovers());
    Ok(())
}

#[tokio::test]
async fn a_probe_that_is_dropped_half_way_cleans_up_all_the_same() -> Result<()> {
    let fake = Fake::start(Oddities::default()).await?;
    let begun = Arc::new(tokio::sync::Notify::new());
    let tell = Arc::clone(&begun);
    {
        let progress = move |step: purser_connectors::probe::ProbeStep| {
            if step.done == 4 {
                tell.notify_one();
            }
        };
        let asked = ask(&fake, false, &progress);
        tokio::select! {
            _ = asked => anyhow::bail!("it was to be dropped"),
            () = begun.notified() => {}
        }
    }
    while !fake.leftovers().is_empty() {
        let deleted = tokio::time::timeout(std::time::Duration::from_secs(10), fake.deleted()).await;
        ensure!(deleted.is_ok(), "left: {:?}", fake.leftovers());
    }
    Ok(())
}

#[tokio::test]
async fn what_an_earlier_probe_left_is_named_and_not_touched() -> Result<()> {
    let fake = Fake::start(Oddities::default()).await?;
    let name = "purser-probe-0123456789abcdef0123456789abcdef@example.invalid";
    fake.store()
        .users
        .insert("old".to_owned(), json!({"id": "old", "userName": name, "displayName": "Purser Probe"}));
    let report = ask(&fake, false, &|_| ()).await?;
    ensure!(
        report.left_behind.iter().any(|line| line.contains(name) && line.contains("earlier")),
        "{:?}",
        report.left_behind
    );
    ensure!(fake.leftovers() == ["old"], "{:?}", fake.leftovers());
    Ok(())
}
