//! A target that fails: each way must come out as the kind of trouble that the engine can act on.
use std::time::Duration;

use anyhow::{Context, Result};
use purser_connectors::{ConnectorError, ErrorKind, Profile, Unreachable};
use purser_domain::object::ObjectKind::User;
use purser_testkit::{Fault, FaultRule, FilterStyle, ScimTarget, TargetOptions};
use serde_json::json;

use crate::support::{change, impatient_kit, open, open_target, query, slim};

const TRANSIENT: ErrorKind = ErrorKind::Transient { retry_after: None };

async fn target() -> Result<ScimTarget> {
    Ok(ScimTarget::start(TargetOptions::default()).await?)
}

fn assert_speaks(error: &ConnectorError) {
    assert!(error.message().ends_with('.') && error.advice().ends_with('.'), "{error:?}");
    assert!(!format!("{error:?}").contains("t0ken"), "{error:?}");
}

#[tokio::test]
async fn too_many_requests_tell_how_long_to_wait() -> Result<()> {
    let target = target().await?;
    let connector = open_target(&target)?;
    target.break_with(FaultRule::times(Fault::TooManyRequests { retry_after: 7 }, 1));
    let error = connector.create(User, &slim("kim@x")?).await.err().context("must fail")?;
    assert_eq!(*error.kind(), ErrorKind::Transient { retry_after: Some(Duration::from_secs(7)) });
    assert_eq!(error.exchange().and_then(|exchange| exchange.status), Some(429));
    assert_speaks(&error);
    connector.create(User, &slim("kim@x")?).await?;
    Ok(())
}

#[tokio::test]
async fn statuses_become_kinds() -> Result<()> {
    let target = target().await?;
    let connector = open_target(&target)?;
    let rejected = ErrorKind::Rejected { attribute: None };
    for (status, on_create, on_find) in [
        (400, rejected.clone(), rejected.clone()),
        (401, ErrorKind::Auth, ErrorKind::Auth),
        (402, rejected.clone(), rejected.clone()),
        (403, rejected.clone(), ErrorKind::Auth),
        (404, ErrorKind::Misconfigured, ErrorKind::Misconfigured),
        (405, ErrorKind::Misconfigured, ErrorKind::Misconfigured),
        (408, TRANSIENT, TRANSIENT),
        (409, ErrorKind::Conflict, ErrorKind::Conflict),
        (413, rejected.clone(), rejected.clone()),
        (415, ErrorKind::Misconfigured, ErrorKind::Misconfigured),
        (418, rejected.clone(), rejected.clone()),
        (500, TRANSIENT, TRANSIENT),
        (501, ErrorKind::Misconfigured, ErrorKind::Misconfigured),
        (502, ErrorKind::Ambiguous, TRANSIENT),
        (503, TRANSIENT, TRANSIENT),
        (504, ErrorKind::Ambiguous, TRANSIENT),
        (599, TRANSIENT, TRANSIENT),
        (999, TRANSIENT, TRANSIENT),
    ] {
        target.break_with(FaultRule::always(Fault::Status(status)));
        let error = connector.create(User, &slim("kim@x")?).await.err().context("must fail")?;
        assert_eq!(*error.kind(), on_create, "POST {status}");
        assert_speaks(&error);
        let error = connector.find(User, &query("userName", "kim@x")?).await.err().context("must fail")?;
        assert_eq!(*error.kind(), on_find, "GET {status}");
        assert_speaks(&error);
    }
    assert_eq!(target.count(), 0);
    Ok(())
}

#[tokio::test]
async fn a_revoked_token_is_told_as_such_by_every_verb() -> Result<()> {
    let target = target().await?;
    let connector = open_target(&target)?;
    let id = connector.create(User, &slim("kim@x")?).await?.value.id;
    target.break_with(FaultRule::always(Fault::Unauthorized));
    let changes = [change("title", None, Some(json!("x")))?];
    let errors = [
        connector.check(&[User]).await.err(),
        connector.find(User, &query("userName", "kim@x")?).await.err(),
        connector.read(User, &id).await.err(),
        connector.create(User, &slim("lee@x")?).await.err(),
        connector.update(User, &id, &changes).await.err(),
        connector.delete(User, &id).await.err(),
    ];
    for error in errors {
        let error = error.context("must fail")?;
        assert_eq!(*error.kind(), ErrorKind::Auth);
        assert!(error.concerns_whole_target());
    }
    Ok(())
}

#[tokio::test]
async fn an_answer_that_got_lost_leaves_a_create_in_doubt_and_a_find_settles_it() -> Result<()> {
    let target = target().await?;
    let connector = open_target(&target)?;
    for (fault, made) in [(Fault::DropAfter, 1), (Fault::DropBefore, 0), (Fault::Garbage, 1)] {
        let name = format!("{fault:?}@x");
        target.break_with(FaultRule::times(fault, 1).on("POST"));
        let error = connector.create(User, &slim(&name)?).await.err().context("must fail")?;
        assert_eq!(*error.kind(), ErrorKind::Ambiguous, "{fault:?}");
        assert_speaks(&error);
        assert_eq!(connector.find(User, &query("userName", &name)?).await?.value.len(), made, "{fault:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_lost_answer_to_what_may_be_repeated_is_passing_trouble() -> Result<()> {
    let target = target().await?;
    let connector = open_target(&target)?;
    let id = connector.create(User, &slim("kim@x")?).await?.value.id;
    let changes = [change("title", None, Some(json!("Chef")))?];
    target.break_with(FaultRule::times(Fault::DropAfter, 1).on("PATCH"));
    assert_eq!(*connector.update(User, &id, &changes).await.err().context("must fail")?.kind(), TRANSIENT);
    connector.update(User, &id, &changes).await?;
    target.break_with(FaultRule::times(Fault::DropAfter, 1).on("DELETE"));
    assert_eq!(*connector.delete(User, &id).await.err().context("must fail")?.kind(), TRANSIENT);
    assert_eq!(connector.delete(User, &id).await?.value, purser_connectors::Deleted::WasGone);
    Ok(())
}

#[tokio::test]
async fn a_target_that_hangs_is_given_up_on() -> Result<()> {
    let target = target().await?;
    let connector = open(&impatient_kit()?, Profile::default(), &target.base_url(), target.token())?;
    target.break_with(FaultRule::always(Fault::Hang));
    let error = connector.find(User, &query("userName", "kim@x")?).await.err().context("must fail")?;
    assert_eq!(*error.kind(), ErrorKind::Unreachable(Unreachable::Timeout));
    assert_speaks(&error);
    let error = connector.create(User, &slim("kim@x")?).await.err().context("must fail")?;
    assert_eq!(*error.kind(), ErrorKind::Ambiguous);
    target.heal();
    connector.check(&[User]).await?;
    Ok(())
}

#[tokio::test]
async fn a_web_page_is_never_taken_for_an_answer() -> Result<()> {
    let target = target().await?;
    let connector = open_target(&target)?;
    let id = connector.create(User, &slim("kim@x")?).await?.value.id;
    target.break_with(FaultRule::always(Fault::Html));
    let changes = [change("title", None, Some(json!("x")))?];
    for error in [
        connector.check(&[User]).await.err(),
        connector.find(User, &query("userName", "kim@x")?).await.err(),
        connector.read(User, &id).await.err(),
        connector.create(User, &slim("lee@x")?).await.err(),
        connector.update(User, &id, &changes).await.err(),
        connector.delete(User, &id).await.err(),
    ] {
        let error = error.context("must fail")?;
        assert_eq!(*error.kind(), ErrorKind::Misconfigured);
        assert!(error.message().contains("web page"), "{error}");
    }
    Ok(())
}

#[tokio::test]
async fn a_target_that_ignores_filters_never_gets_an_account_twice() -> Result<()> {
    let target =
        ScimTarget::start(TargetOptions { filter: FilterStyle::Ignored, ..TargetOptions::default() }).await?;
    let connector = open_target(&target)?;
    target.insert(json!({"userName": "one@x"}));
    target.insert(json!({"userName": "three@x"}));
    // It can't filter, so that everybody is listed and compared.
    let report = connector.check(&[User]).await?;
    assert!(report.value.contains("can't filter"), "{report:?}");
    assert!(connector.find(User, &query("userName", "two@x")?).await?.value.is_empty());
    // Among strangers, the one that was asked for is still found.
    assert_eq!(connector.find(User, &query("userName", "one@x")?).await?.value.len(), 1);
    connector.create(User, &slim("two@x")?).await?;
    assert_eq!(connector.find(User, &query("userName", "two@x")?).await?.value.len(), 1);
    assert_eq!(target.count(), 3);
    Ok(())
}
