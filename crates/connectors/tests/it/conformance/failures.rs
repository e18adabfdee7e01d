//! A target that fails: each way must come out as trouble that the engine can act on, and leave nothing behind.
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use purser_connectors::{ConnectorError, ConnectorKind, Deleted, ErrorKind, Unreachable};
use purser_domain::log::Cure;
use purser_domain::object::ObjectKind::User;
use purser_domain::plan::{Change, NewObject};
use purser_testkit::{Fault, FaultRule};
use serde_json::json;

use super::subject::Subject;
use super::users::text_query;
use crate::support::{change, impatient_kit, kit, write};

/// What kinds of trouble are right for a fault.
type Right = fn(&ErrorKind) -> bool;

const AUTH: Right = |kind| *kind == ErrorKind::Auth;
const CONFIGURATION: Right = |kind| *kind == ErrorKind::Misconfigured;
const CONFLICT: Right = |kind| *kind == ErrorKind::Conflict;
const REFUSED: Right = |kind| matches!(kind, ErrorKind::Rejected { .. } | ErrorKind::Auth);
const PASSING: Right = |kind| *kind == ErrorKind::Transient { retry_after: None };
const WAIT_SEVEN: Right = |kind| *kind == ErrorKind::Transient { retry_after: Some(Duration::from_secs(7)) };
/// A success that can't be read leaves open what was done.
const UNREADABLE: Right = |kind| matches!(kind, ErrorKind::Misconfigured | ErrorKind::Ambiguous);
/// A gateway's error leaves open what was done, except for reads.
const IN_DOUBT: Right = |kind| matches!(kind, ErrorKind::Ambiguous | ErrorKind::Transient { .. });
const ANY: Right = |_| true;

pub(super) async fn run(subject: &Subject) -> Result<()> {
    refusals(subject).await?;
    cures(subject).await.context("cures")?;
    lost_answers(subject).await.context("lost answers")?;
    silence(subject).await.context("silence")
}

async fn refusals(subject: &Subject) -> Result<()> {
    let (fake, connector, names) = (&subject.fake, &subject.connector, subject.names());
    let id = connector.create(User, &slim(subject, "kept")?).await?.value.id;
    let (count, kept) = (fake.users().len(), fake.users());
    let wanted = text_query(names.user_name, &name_of(subject, "kept"))?;
    let title = [title(subject, "Chef")?];
    let too_many = Fault::TooManyRequests { retry_after: 7 };
    for (fault, on_create, on_find, on_update) in [
        (Fault::Unauthorized, AUTH, AUTH, AUTH),
        (Fault::Status(403), REFUSED, AUTH, REFUSED),
        (Fault::Status(404), CONFIGURATION, CONFIGURATION, ANY),
        (Fault::Status(409), CONFLICT, ANY, CONFLICT),
        (Fault::Status(422), REFUSED, ANY, REFUSED),
        (too_many, WAIT_SEVEN, WAIT_SEVEN, WAIT_SEVEN),
        (Fault::Status(429), PASSING, PASSING, PASSING),
        (Fault::Status(500), IN_DOUBT, PASSING, PASSING),
        (Fault::Status(503), IN_DOUBT, PASSING, PASSING),
        (Fault::Status(504), IN_DOUBT, PASSING, PASSING),
        (Fault::Html, CONFIGURATION, CONFIGURATION, CONFIGURATION),
        (Fault::WrongShape, UNREADABLE, ANY, ANY),
        (Fault::WrongType, UNREADABLE, CONFIGURATION, ANY),
        (Fault::Huge, UNREADABLE, CONFIGURATION, ANY),
        (Fault::Redirect, CONFIGURATION, CONFIGURATION, CONFIGURATION),
    ] {
        fake.break_with(FaultRule::always(fault));
        let error = connector.create(User, &slim(subject, "new")?).await.err();
        check(&error, on_create, &format!("create with {fault:?}"))?;
        let found = connector.find(User, &wanted).await;
        let told_as_nobody = subject.profile().scim.empty_result_is_404 && fault == Fault::Status(404);
        if !told_as_nobody {
            check(&found.err(), on_find, &format!("find with {fault:?}"))?;
        }
        // A PATCH may be answered with anything, so that only what is certainly wrong is an error.
        match connector.update(User, &id, &title).await.err() {
            error @ Some(_) => check(&error, on_update, &format!("update with {fault:?}"))?,
            None => ensure!(
                matches!(fault, Fault::WrongShape | Fault::WrongType | Fault::Huge),
                "update with {fault:?} must fail"
            ),
        }
        ensure!(
            connector.check(&subject.kinds()).await.is_err() || told_as_nobody,
            "Test Connection with {fault:?} must fail"
        );
        ensure!(fake.users().len() == count, "{fault:?} must leave nothing behind");
        fake.heal();
    }
    ensure!(fake.users() == kept, "nobody may be changed by requests that failed");
    let found = connector.find(User, &wanted).await.context("after the trouble")?.value;
    ensure!(
        found.len() == 1 && found[0].id == id,
        "once the target is well again, all must go on: {found:?}"
    );
    connector.update(User, &id, &title).await.context("after the trouble")?;
    let user = fake.user(&name_of(subject, "kept")).context("the account is gone")?;
    ensure!(
        fake.value(&user, names.title)? == Some(json!("Chef")),
        "the update must be made at last: {user}"
    );
    Ok(())
}

/// What a probe would find out is told with the way to it, wherever it shows; what it would not is not.
async fn cures(subject: &Subject) -> Result<()> {
    let (fake, names) = (&subject.fake, subject.names());
    let id = subject.connector.create(User, &slim(subject, "curable")?).await?.value.id;
    let wanted = text_query(names.user_name, &name_of(subject, "curable"))?;
    let title = [title(subject, "Cook")?];
    let is_scim = subject.template.connector == ConnectorKind::Scim;
    for (fault, on_update, dialect) in [
        (Fault::Status(405), true, true),
        (Fault::Status(406), true, true),
        (Fault::Status(415), true, true),
        (Fault::Status(501), true, true),
        (Fault::WrongShape, false, true),
        (Fault::WrongType, false, true),
        (Fault::Html, true, false),
        (Fault::Status(401), true, false),
        (Fault::Status(409), true, false),
        (Fault::Status(500), true, false),
    ] {
        // What a connector learns from one fault must not hide the next.
        let connector = subject.through(&kit()?)?;
        fake.break_with(FaultRule::always(fault));
        let mut errors = vec![
            ("find", connector.find(User, &wanted).await.err()),
            ("Test Connection", connector.check(&subject.kinds()).await.err()),
        ];
        if on_update {
            errors.push(("update", connector.update(User, &id, &title).await.err()));
        }
        fake.heal();
        for (what, error) in errors {
            let error = error.with_context(|| format!("{what} with {fault:?} must fail"))?;
            let says_so = error.advice().contains("capability probe");
            let expected = (dialect && is_scim).then_some(Cure::Probe);
            ensure!(
                error.cure() == expected && says_so == expected.is_some(),
                "{what} with {fault:?} must have the cure {expected:?}: {error:?}"
            );
        }
    }
    Ok(())
}

async fn lost_answers(subject: &Subject) -> Result<()> {
    let (fake, connector, names) = (&subject.fake, &subject.connector, subject.names());
    for (fault, name, made) in
        [(Fault::DropAfter, "lost", 1), (Fault::DropBefore, "unsent", 0), (Fault::Garbage, "garbled", 1)]
    {
        fake.break_with(FaultRule::times(fault, 1).on("POST"));
        let error = connector.create(User, &slim(subject, name)?).await.err();
        check(&error, |kind| *kind == ErrorKind::Ambiguous, &format!("create with {fault:?}"))?;
        fake.heal();
        let wanted = text_query(names.user_name, &name_of(subject, name))?;
        let found = connector.find(User, &wanted).await?.value;
        ensure!(found.len() == made, "a find must settle what {fault:?} left open: {found:?}");
    }
    let name = name_of(subject, "lost");
    let found = connector.find(User, &text_query(names.user_name, &name)?).await?.value;
    let id = found.first().context("the account is gone")?.id.clone();
    let title = [title(subject, "Chef")?];
    fake.break_with(FaultRule::times(Fault::DropAfter, 1).on(fake.update_method(subject.profile())));
    check(&connector.update(User, &id, &title).await.err(), PASSING, "an update whose answer got lost")?;
    connector.update(User, &id, &title).await.context("an update must be safe to repeat")?;
    let user = fake.user(&name).context("the account is gone")?;
    ensure!(
        fake.value(&user, names.title)? == Some(json!("Chef")),
        "an update must be made in the end: {user}"
    );
    if subject.profile().common.deletes_users {
        fake.break_with(FaultRule::times(Fault::DropAfter, 1).on("DELETE"));
        check(&connector.delete(User, &id).await.err(), PASSING, "a delete whose answer got lost")?;
        let again = connector.delete(User, &id).await.context("a delete must be safe to repeat")?.value;
        ensure!(again == Deleted::WasGone, "a delete that was made must be told as such: {again:?}");
    }
    Ok(())
}

async fn silence(subject: &Subject) -> Result<()> {
    let (fake, names) = (&subject.fake, subject.names());
    let connector = subject.through(&impatient_kit()?)?;
    let wanted = text_query(names.user_name, &name_of(subject, "kept"))?;
    fake.break_with(FaultRule::always(Fault::Hang));
    let late: Right = |kind| *kind == ErrorKind::Unreachable(Unreachable::Timeout);
    check(&connector.find(User, &wanted).await.err(), late, "find without an answer")?;
    // Another find that is under way may come first; then it is certain that nothing was sent.
    let open: Right =
        |kind| matches!(kind, ErrorKind::Ambiguous | ErrorKind::Unreachable(Unreachable::Timeout));
    let error = connector.create(User, &slim(subject, "silent")?).await.err();
    check(&error, open, "create without an answer")?;
    fake.heal();
    ensure!(
        connector.find(User, &wanted).await?.value.len() == 1,
        "all must go on once the target answers again"
    );
    Ok(())
}

/// The error is there, is of the right kind, and speaks to an administrator.
fn check(error: &Option<ConnectorError>, right: Right, what: &str) -> Result<()> {
    let error = error.as_ref().with_context(|| format!("{what} must fail"))?;
    ensure!(right(error.kind()), "{what} must be told as another kind of trouble: {error:?}");
    ensure!(
        error.message().ends_with('.') && error.advice().ends_with('.'),
        "{what} must be told in sentences: {error:?}"
    );
    ensure!(!format!("{error:?}").contains("t0ken"), "{what} must not show the token: {error:?}");
    ensure!(!error.message().contains("state=1"), "{what} must not show a query's secrets: {error:?}");
    Ok(())
}

/// A name of at most 21 characters, since some take no more.
pub(super) fn name_of(_subject: &Subject, name: &str) -> String {
    format!("{name}@example.com")
}

/// The whole mapping, so that nothing that is required is missing.
pub(super) fn slim(subject: &Subject, name: &str) -> Result<NewObject> {
    write(&subject.values(&name_of(subject, name), name)?)
}

pub(super) fn title(subject: &Subject, text: &str) -> Result<Change> {
    change(subject.names().title, Some(json!("before")), Some(json!(text)))
}
