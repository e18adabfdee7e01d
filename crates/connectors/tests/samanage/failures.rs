//! What goes wrong on the way.
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use purser_connectors::ErrorKind;
use purser_domain::object::ObjectKind::User;
use purser_testkit::{Fault, FaultRule, ResetStyle, SamanageOptions, SamanageTarget};
use serde_json::json;

use crate::support::{open, person, query, set, write};

#[tokio::test]
async fn too_many_requests_are_told_with_the_time_to_wait() -> Result<()> {
    for (retry_after, rate_headers) in [(true, None), (false, Some(ResetStyle::Seconds)), (false, None)] {
        let options =
            SamanageOptions { calls: Some(3), retry_after, rate_headers, ..SamanageOptions::default() };
        let target = SamanageTarget::start(options).await?;
        let connector = open(&target)?;
        let error = loop {
            if let Err(error) = connector.find(User, &query("email", "a@x.org")?).await {
                break error;
            }
        };
        let ErrorKind::Transient { retry_after: wait } = error.kind() else { anyhow::bail!("{error:?}") };
        let told = retry_after || rate_headers.is_some();
        ensure!(wait.is_some_and(|wait| wait <= Duration::from_secs(60)) == told, "{wait:?}");
        target.pass_time(Duration::from_secs(61));
        connector.find(User, &query("email", "a@x.org")?).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_lost_answer_to_a_create_is_ambiguous_and_to_anything_else_it_is_not() -> Result<()> {
    let target = SamanageTarget::start(SamanageOptions::default()).await?;
    let connector = open(&target)?;
    let id = connector.create(User, &write(&person("ann@x.org"))?).await?.value.id;
    target.break_with(FaultRule::times(Fault::DropAfter, 1));
    let error = connector.create(User, &write(&person("bo@x.org"))?).await.err().context("lost")?;
    ensure!(*error.kind() == ErrorKind::Ambiguous, "{error:?}");
    ensure!(connector.find(User, &query("email", "bo@x.org")?).await?.value.len() == 1, "it was made");
    target.break_with(FaultRule::times(Fault::DropAfter, 1));
    let error = connector.update(User, &id, &[set("title", json!("x"))?]).await.err().context("lost")?;
    ensure!(matches!(error.kind(), ErrorKind::Transient { .. }), "{error:?}");
    Ok(())
}

#[tokio::test]
async fn web_pages_garbage_and_statuses_are_told_apart() -> Result<()> {
    type Expected = fn(&ErrorKind) -> bool;
    let cases: [(Fault, Expected); 7] = [
        (Fault::Html, |kind| *kind == ErrorKind::Misconfigured),
        (Fault::Garbage, |kind| *kind == ErrorKind::Misconfigured),
        (Fault::Unauthorized, |kind| *kind == ErrorKind::Auth),
        (Fault::Status(403), |kind| *kind == ErrorKind::Auth),
        (Fault::Status(406), |kind| *kind == ErrorKind::Misconfigured),
        (Fault::Status(500), |kind| matches!(kind, ErrorKind::Transient { .. })),
        (Fault::Status(503), |kind| matches!(kind, ErrorKind::Transient { .. })),
    ];
    for (fault, expected) in cases {
        let target = SamanageTarget::start(SamanageOptions::default()).await?;
        target.break_with(FaultRule::always(fault));
        let error =
            open(&target)?.find(User, &query("email", "a@x.org")?).await.err().context("must fail")?;
        ensure!(expected(error.kind()), "{fault:?}: {error:?}");
        ensure!(!error.advice().is_empty(), "{fault:?} says what to do");
    }
    Ok(())
}

#[tokio::test]
async fn a_person_without_an_address_is_refused_by_name() -> Result<()> {
    let target = SamanageTarget::start(SamanageOptions::default()).await?;
    let values = [("name", json!("Nobody")), ("email", json!(""))];
    let error = open(&target)?.create(User, &write(&values)?).await.err().context("must be refused")?;
    ensure!(*error.kind() == ErrorKind::Rejected { attribute: Some("email".to_owned()) }, "{error:?}");
    Ok(())
}

#[tokio::test]
async fn an_id_that_is_no_number_leads_no_request_anywhere() -> Result<()> {
    let target = SamanageTarget::start(SamanageOptions::default()).await?;
    let connector = open(&target)?;
    target.keep_journal(true);
    for id in ["", "0/../1", "../groups/1", "1.json?x=", "１"] {
        ensure!(connector.delete(User, id).await.is_err(), "{id}");
    }
    ensure!(target.journal().is_empty(), "{:?}", target.journal());
    Ok(())
}
