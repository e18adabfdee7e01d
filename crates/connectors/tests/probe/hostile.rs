//! Servers that mean no good, or have a bad day.
use anyhow::{Context, Result, ensure};
use purser_connectors::ErrorKind;
use purser_connectors::probe::ProbeStep;
use purser_testkit::{Fault, FaultRule, PatchStyle, TargetOptions};
use serde_json::json;

use crate::support::{Probed, ask, settings, silent};

/// A server that answers each create with what has this name.
async fn impostor(name: &str) -> Result<Probed> {
    let mut odd = silent();
    odd.answers.created_as = Some(name.to_owned());
    Probed::start(odd).await
}

#[tokio::test]
async fn an_object_that_comes_back_in_place_of_the_probes_is_never_written_to() -> Result<()> {
    let probed = impostor("ann@x.org").await?;
    let told = match ask(&probed, false, &|_| ()).await {
        Ok(report) => format!("{:?}", report.left_behind),
        Err(error) => error.message().to_owned(),
    };
    ensure!(probed.is_untouched(), "a stranger was written to: {:?}", probed.journal());
    ensure!(probed.writes_to_strangers().is_empty(), "{:?}", probed.writes_to_strangers());
    // What was made all the same is found by its name.
    let left = probed.leftovers();
    ensure!(left.is_empty() || told.contains("purser-probe-"), "{told}: {left:?}");
    Ok(())
}

#[tokio::test]
async fn a_group_that_comes_back_in_place_of_the_probes_is_never_written_to() -> Result<()> {
    // No user has that name, so that the answer to the user's create holds nothing.
    let probed = impostor("Staff").await?;
    // How it ends is nothing to this test.
    let _ = ask(&probed, false, &|_| ()).await;
    ensure!(probed.target.counts().post > 1, "no group was made: {:?}", probed.journal());
    ensure!(probed.is_untouched(), "a stranger was written to: {:?}", probed.journal());
    ensure!(probed.writes_to_strangers().is_empty(), "{:?}", probed.writes_to_strangers());
    Ok(())
}

#[tokio::test]
async fn a_user_that_is_never_shown_is_said_and_cleaned_up_as_far_as_it_goes() -> Result<()> {
    let probed = Probed::start(silent()).await?;
    probed.target.break_with(FaultRule::always(Fault::Status(404)).at("/Users/"));
    let report = ask(&probed, false, &|_| ()).await?;
    ensure!(settings(&report).is_empty(), "{:?}", report.overrides);
    ensure!(report.remarks.iter().any(|remark| remark.contains("can't be read")), "{:?}", report.remarks);
    ensure!(report.left_behind.iter().any(|line| line.contains("purser-probe-")), "{:?}", report.left_behind);
    Ok(())
}

#[tokio::test]
async fn what_a_server_makes_twice_is_deleted_twice() -> Result<()> {
    let probed = Probed::start(TargetOptions { creates_twice: true, ..silent() }).await?;
    let report = ask(&probed, false, &|_| ()).await?;
    ensure!(probed.target.counts().delete > 3, "nothing was made twice: {:?}", probed.journal());
    ensure!(probed.leftovers().is_empty(), "{:?}, told: {:?}", probed.leftovers(), report.left_behind);
    Ok(())
}

#[tokio::test]
async fn a_server_that_ignores_all_changes_gets_no_settings_but_a_remark() -> Result<()> {
    let kept = ["displayName", "title", "name", "active", "members"];
    let put_ignores = kept.map(str::to_owned).to_vec();
    let odd = TargetOptions { patch: PatchStyle::Ignored, put_ignores, ..silent() };
    let probed = Probed::start(odd).await?;
    let report = ask(&probed, false, &|_| ()).await?;
    let settings = settings(&report);
    ensure!(!settings.iter().any(|setting| setting.starts_with("patch")), "{settings:?}");
    ensure!(report.remarks.iter().any(|remark| remark.contains("can't be changed")), "{:?}", report.remarks);
    ensure!(probed.leftovers().is_empty(), "{:?}", probed.leftovers());
    Ok(())
}

#[tokio::test]
async fn a_target_that_answers_200_to_everything_is_no_scim_endpoint() -> Result<()> {
    let probed = Probed::start(silent()).await?;
    probed.target.break_with(FaultRule::always(Fault::Status(200)));
    let error = ask(&probed, false, &|_| ()).await.err().context("must be refused")?;
    ensure!(*error.kind() == ErrorKind::Misconfigured, "{error:?}");
    ensure!(probed.journal().iter().all(|asked| asked.method == "GET"), "nothing is written there");
    Ok(())
}

#[tokio::test]
async fn whatever_breaks_and_when_what_was_made_is_deleted_or_named() -> Result<()> {
    let faults = [
        Fault::Unauthorized,
        Fault::TooManyRequests { retry_after: 0 },
        Fault::Unavailable { retry_after: 0 },
        Fault::Status(500),
        Fault::DropAfter,
    ];
    for fault in faults {
        // Every third request is once the first that fails; cleaning up works again.
        for at in (4..70).step_by(3) {
            let probed = Probed::start(silent()).await?;
            probed.target.break_with(FaultRule::always(fault).after(at).until("DELETE"));
            let outcome = ask(&probed, false, &|_| ()).await;
            let told = match &outcome {
                Ok(report) => format!("{:?}", report.left_behind),
                Err(error) => error.message().to_owned(),
            };
            ensure!(probed.is_untouched(), "{fault:?} from {at}");
            ensure!(
                probed.leftovers().is_empty() || told.contains("purser-probe-"),
                "{fault:?} from {at}: {:?} is left and nobody is told: {told}",
                probed.leftovers()
            );
            if let Ok(report) = outcome {
                let wrong = settings(&report);
                let says_nothing = !matches!(fault, Fault::Status(500) | Fault::DropAfter);
                ensure!(
                    !says_nothing || wrong.is_empty(),
                    "{fault:?} from {at} is taken for a finding: {wrong:?}"
                );
            }
            ensure!(probed.journal().len() <= 200, "{} requests", probed.journal().len());
        }
    }
    Ok(())
}

#[tokio::test]
async fn too_many_requests_are_waited_for_and_are_no_finding() -> Result<()> {
    let probed = Probed::start(silent()).await?;
    // At each step some requests are too many, and not only the first of it.
    let busy = FaultRule::times(Fault::TooManyRequests { retry_after: 0 }, 2).after(1);
    let progress = |_: ProbeStep| probed.target.break_with(busy);
    let report = ask(&probed, false, &progress).await?;
    let refused = probed.journal().into_iter().filter(|asked| asked.status == 429).count();
    ensure!(refused >= 12, "{refused}");
    ensure!(settings(&report).is_empty(), "{:?}", report.overrides);
    ensure!(probed.leftovers().is_empty(), "{:?}", probed.leftovers());
    Ok(())
}

#[tokio::test]
async fn a_probe_that_is_dropped_half_way_cleans_up_all_the_same() -> Result<()> {
    let probed = Probed::start(silent()).await?;
    let begun = tokio::sync::Notify::new();
    {
        let progress = |step: ProbeStep| {
            if step.done == 4 {
                begun.notify_one();
            }
        };
        let asked = ask(&probed, false, &progress);
        tokio::select! {
            _ = asked => anyhow::bail!("it was to be dropped"),
            () = begun.notified() => {}
        }
    }
    ensure!(!probed.leftovers().is_empty(), "there is something to clean up");
    while !probed.leftovers().is_empty() {
        let answered =
            tokio::time::timeout(std::time::Duration::from_secs(10), probed.target.answered()).await;
        ensure!(answered.is_ok(), "left: {:?}", probed.leftovers());
    }
    Ok(())
}

#[tokio::test]
async fn what_an_earlier_probe_left_is_named_and_not_touched() -> Result<()> {
    let probed = Probed::start(silent()).await?;
    let name = "purser-probe-0123456789abcdef0123456789abcdef@example.invalid";
    let old = probed.target.insert(json!({"userName": name, "displayName": "Purser Probe"}));
    let report = ask(&probed, false, &|_| ()).await?;
    ensure!(
        report.left_behind.iter().any(|line| line.contains(name) && line.contains("earlier")),
        "{:?}",
        report.left_behind
    );
    ensure!(probed.leftovers() == [old.context("was not inserted")?], "{:?}", probed.leftovers());
    Ok(())
}
