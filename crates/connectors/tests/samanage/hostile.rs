//! A tenant with a bad day, and answers that nobody should send.
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, ensure};
use axum::Router;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use futures::FutureExt;
use purser_connectors::{Connector, Credentials, ErrorKind, Overrides, TargetConfig, connect};
use purser_domain::object::ObjectKind::{Group, User};
use purser_domain::plan::ChangeKind;
use purser_domain::secret::Secret;
use purser_testkit::{Fault, FaultRule, FieldType, Kind, ResetStyle, SamanageOptions, SamanageTarget};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::support::{kit, members, open, open_with, person, query, set, template, write};

type Asked = Arc<Mutex<Vec<String>>>;

/// Answers everything as it is told.
struct Liar {
    address: SocketAddr,
    asked: Asked,
    listener: JoinHandle<()>,
}

impl Liar {
    async fn start(
        says: impl Fn(&Method, &Uri) -> (u16, Vec<(&'static str, String)>, Value) + Send + Sync + 'static,
    ) -> Result<Self> {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
        let address = listener.local_addr()?;
        let asked = Asked::default();
        let (says, journal) = (Arc::new(says), Arc::clone(&asked));
        let router = Router::new().fallback(move |method: Method, uri: Uri| {
            journal.lock().unwrap_or_else(PoisonError::into_inner).push(format!("{method} {uri}"));
            let (status, headers, body) = says(&method, &uri);
            let pair = |(name, value): (&'static str, String)| {
                Some((axum::http::HeaderName::from_static(name), value.parse().ok()?))
            };
            let headers: HeaderMap = headers.into_iter().filter_map(pair).collect();
            async move { answer(status, headers, &body) }.boxed()
        });
        let listener = tokio::spawn(async move {
            // Ends when it is aborted.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { address, asked, listener })
    }

    fn open(&self) -> Result<Arc<dyn Connector>> {
        let overrides = Overrides(serde_json::from_value(json!({"limits": []}))?);
        let credentials = Credentials::token(Secret::new("t0ken"));
        let target = TargetConfig { tenant_url: format!("http://{}", self.address), credentials, overrides };
        Ok(connect(&template()?, &target, &kit()?)?)
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Liar {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

fn answer(status: u16, headers: HeaderMap, body: &Value) -> Response {
    (StatusCode::from_u16(status).unwrap_or(StatusCode::IM_A_TEAPOT), headers, body.to_string())
        .into_response()
}

async fn count_pages(connector: &dyn Connector) -> Result<usize> {
    let (mut page, mut count) = (None, 0);
    loop {
        count += 1;
        page = connector.list(User, page.as_ref()).await?.value.next;
        if page.is_none() || count > 50 {
            return Ok(count);
        }
    }
}

#[tokio::test]
async fn a_page_that_is_repeated_for_ever_ends_the_list() -> Result<()> {
    for headers in [vec![], vec![("x-total-pages", u64::MAX.to_string())]] {
        let liar =
            Liar::start(move |_, _| (200, headers.clone(), json!([{"id": 1, "email": "a@x.org"}]))).await?;
        let pages = count_pages(&*liar.open()?).await?;
        ensure!(pages == 2, "{pages} pages");
        let found = liar.open()?.find(User, &query("email", "b@x.org")?).await?;
        ensure!(found.value.is_empty(), "{found:?}");
    }
    Ok(())
}

#[tokio::test]
async fn the_link_header_alone_leads_through_all_pages() -> Result<()> {
    let liar = Liar::start(|_, uri| {
        let page = uri
            .query()
            .unwrap_or_default()
            .split('&')
            .find_map(|part| part.strip_prefix("page=")?.parse::<u64>().ok());
        let page = page.unwrap_or(1);
        let mut links = vec![("link", "<https://x/users.json?page=1>; rel=\"first\"".to_owned())];
        if page < 3 {
            links.push(("link", format!("<https://x/users.json?page={}>; rel=\"next\"", page + 1)));
        }
        (200, links, json!([{"id": page, "email": format!("p{page}@x.org")}]))
    })
    .await?;
    // The two lines may come as two headers.
    let pages = count_pages(&*liar.open()?).await?;
    ensure!(pages <= 4, "{pages} pages");
    ensure!(liar.asked().iter().any(|asked| asked.contains("page=3&")), "{:?}", liar.asked());
    Ok(())
}

#[tokio::test]
async fn records_that_are_none_of_ours_are_no_match_and_no_panic() -> Result<()> {
    let mut deep = json!("x");
    for _ in 0..300 {
        deep = json!([deep]);
    }
    for id in [json!(null), json!(-1), json!("../1"), json!(1.5), json!(1e300), json!([1]), json!("")] {
        let liar = Liar::start(move |_, _| (200, vec![], json!([{"id": id, "email": "a@x.org"}]))).await?;
        let found = liar.open()?.find(User, &query("email", "a@x.org")?).await?;
        ensure!(found.value.is_empty(), "{found:?}");
    }
    for body in [json!({"error": "no"}), json!([null]), json!([[1]]), json!("x"), json!(null), deep] {
        let liar = Liar::start(move |_, _| (200, vec![], body.clone())).await?;
        let error = liar.open()?.find(User, &query("email", "a@x.org")?).await.err().context("no list")?;
        ensure!(*error.kind() == ErrorKind::Misconfigured, "{error:?}");
    }
    let liar = Liar::start(|_, _| {
        (200, vec![], json!([{"id": 1, "email": null, "name": null, "role": {"name": null}}]))
    })
    .await?;
    ensure!(liar.open()?.find(User, &query("email", "a@x.org")?).await?.value.is_empty(), "null is no match");
    Ok(())
}

#[tokio::test]
async fn somebody_elses_record_in_the_answer_to_a_create_is_not_written_to() -> Result<()> {
    let liar =
        Liar::start(|_, _| (200, vec![], json!({"id": 1, "email": "boss@x.org", "name": "Boss"}))).await?;
    let error = liar.open()?.create(User, &write(&person("ann@x.org"))?).await.err().context("must fail")?;
    ensure!(*error.kind() == ErrorKind::Ambiguous, "{error:?}");
    ensure!(!liar.asked().iter().any(|asked| asked.starts_with("PUT")), "{:?}", liar.asked());
    Ok(())
}

#[tokio::test]
async fn of_two_names_that_differ_in_case_only_the_one_that_was_meant_is_taken() -> Result<()> {
    let target = SamanageTarget::start(SamanageOptions::default()).await?;
    for name in ["Paris", "PARIS", "paris"] {
        target.insert(Kind::Sites, json!({ "name": name })).context("site")?;
    }
    let mut values = person("ann@x.org");
    values.push(("site", json!("PARIS")));
    open(&target)?.create(User, &write(&values)?).await?;
    ensure!(target.user("ann@x.org").context("gone")?["site"]["name"] == "PARIS", "another one");
    Ok(())
}

#[tokio::test]
async fn a_department_that_is_missing_does_not_use_up_the_calls() -> Result<()> {
    let target = SamanageTarget::start(SamanageOptions::default()).await?;
    let connector = open(&target)?;
    target.keep_journal(true);
    for at in 0..10 {
        let address = format!("p{at}@x.org");
        let mut values = person(&address);
        values.push(("department", json!("Nowhere")));
        ensure!(connector.create(User, &write(&values)?).await.is_err(), "there is none");
    }
    ensure!(target.journal().len() <= 2, "{} requests", target.journal().len());
    Ok(())
}

#[tokio::test]
async fn ten_people_of_a_missing_department_make_it_once_also_when_the_answer_is_lost() -> Result<()> {
    let target = SamanageTarget::start(SamanageOptions::default()).await?;
    let settings = json!({"create_missing": ["department"]});
    let connector = open_with(&target, Credentials::token(Secret::new(target.token())), settings)?;
    target.break_with(FaultRule::times(Fault::DropAfter, 1).on("POST").at("/departments"));
    let mut writes = Vec::new();
    for at in 0..10 {
        let address = format!("p{at}@x.org");
        let mut values = person(&address);
        values.push(("department", json!("New")));
        writes.push(write(&values)?);
    }
    let made = futures::future::join_all(writes.iter().map(|write| connector.create(User, write))).await;
    let failed: Vec<_> = made.into_iter().filter_map(Result::err).collect();
    ensure!(failed.len() == 1, "{failed:?}");
    ensure!(matches!(failed[0].kind(), ErrorKind::Transient { .. }), "nobody was made: {failed:?}");
    ensure!(target.records(Kind::Departments).len() == 1, "{:?}", target.records(Kind::Departments));
    Ok(())
}

#[tokio::test]
async fn a_site_that_may_not_be_made_is_the_persons_trouble_and_not_everybodys() -> Result<()> {
    let target = SamanageTarget::start(SamanageOptions::default()).await?;
    let settings = json!({"create_missing": ["site"]});
    let connector = open_with(&target, Credentials::token(Secret::new(target.token())), settings)?;
    target.break_with(FaultRule::always(Fault::Status(403)).on("POST").at("/sites"));
    let mut values = person("ann@x.org");
    values.push(("site", json!("Oslo")));
    let error = connector.create(User, &write(&values)?).await.err().context("must fail")?;
    ensure!(*error.kind() == ErrorKind::Rejected { attribute: Some("site".to_owned()) }, "{error:?}");
    Ok(())
}

/// A group, and people who are no members yet.
async fn desk(target: &SamanageTarget, people: usize) -> Result<(u64, Vec<String>)> {
    let group = target.insert(Kind::Groups, json!({"name": "Desk"})).context("group")?;
    let mut ids = Vec::new();
    for at in 0..people {
        let user = json!({"email": format!("p{at}@x.org"), "name": "P"});
        ids.push(target.insert(Kind::Users, user).context("user")?.to_string());
    }
    Ok((group, ids))
}

fn generous() -> SamanageOptions {
    SamanageOptions { calls: None, ..SamanageOptions::default() }
}

#[tokio::test]
async fn a_thousand_members_come_and_go_in_chunks() -> Result<()> {
    let target = SamanageTarget::start(generous()).await?;
    let (group, people) = desk(&target, 1_000).await?;
    let connector = open(&target)?;
    connector.update(Group, &group.to_string(), &[members(ChangeKind::Add, &people)?]).await?;
    ensure!(target.members(group).len() == 1_000, "{}", target.members(group).len());
    connector.update(Group, &group.to_string(), &[members(ChangeKind::Set, &people[..990])?]).await?;
    ensure!(target.members(group).len() == 990, "{}", target.members(group).len());
    Ok(())
}

#[tokio::test]
async fn whatever_breaks_in_the_middle_of_the_members_the_same_again_completes_it() -> Result<()> {
    for fault in [
        Fault::DropAfter,
        Fault::DropBefore,
        Fault::StatusAfter(502),
        Fault::Status(503),
        Fault::TooManyRequests { retry_after: 1 },
        Fault::Garbage,
    ] {
        let target = SamanageTarget::start(generous()).await?;
        let (group, people) = desk(&target, 250).await?;
        let connector = open(&target)?;
        let change = [members(ChangeKind::Add, &people)?];
        target.break_with(FaultRule::times(fault, 1).on("POST").at("/memberships").after(1));
        match connector.update(Group, &group.to_string(), &change).await {
            Ok(_) => ensure!(fault == Fault::Garbage, "{fault:?} passes for a success"),
            Err(error) => {
                ensure!(matches!(error.kind(), ErrorKind::Transient { .. }), "{fault:?}: {error:?}");
            }
        }
        connector.update(Group, &group.to_string(), &change).await?;
        ensure!(target.members(group).len() == 250, "{fault:?}: {}", target.members(group).len());
    }
    Ok(())
}

#[tokio::test]
async fn a_web_page_in_place_of_new_members_is_no_success() -> Result<()> {
    let target = SamanageTarget::start(generous()).await?;
    let (group, people) = desk(&target, 2).await?;
    target.break_with(FaultRule::always(Fault::Html).on("POST"));
    let error = open(&target)?.update(Group, &group.to_string(), &[members(ChangeKind::Add, &people)?]).await;
    ensure!(error.is_err(), "nobody was added");
    Ok(())
}

#[tokio::test]
async fn one_user_who_is_gone_does_not_keep_the_others_out_nor_pass_for_a_group_that_is_gone() -> Result<()> {
    let target = SamanageTarget::start(generous()).await?;
    let (group, mut people) = desk(&target, 20).await?;
    people.insert(7, "999999".to_owned());
    let error = open(&target)?.update(Group, &group.to_string(), &[members(ChangeKind::Add, &people)?]).await;
    let error = error.err().context("one is not there")?;
    ensure!(*error.kind() == ErrorKind::Rejected { attribute: Some("members".to_owned()) }, "{error:?}");
    ensure!(error.message().contains("999999"), "{error}");
    ensure!(target.members(group).len() == 20, "{:?}", target.members(group).len());
    Ok(())
}

#[tokio::test]
async fn a_group_whose_members_fail_is_found_again_and_not_made_twice() -> Result<()> {
    let target = SamanageTarget::start(generous()).await?;
    let (_, people) = desk(&target, 2).await?;
    let connector = open(&target)?;
    target.break_with(FaultRule::times(Fault::TooManyRequests { retry_after: 1 }, 1).at("/memberships"));
    let list: Vec<Value> = people.iter().map(|id| json!({ "value": id })).collect();
    let wanted = write(&[("name", json!("Service")), ("members", json!(list))])?;
    let error = connector.create(Group, &wanted).await.err().context("must fail")?;
    ensure!(*error.kind() == ErrorKind::Ambiguous, "first look, then make: {error:?}");
    ensure!(connector.find(Group, &query("name", "Service")?).await?.value.len() == 1, "it is there");
    Ok(())
}

#[tokio::test]
async fn people_are_found_by_other_attributes_too() -> Result<()> {
    let target = SamanageTarget::start(SamanageOptions { max_page: 2, ..generous() }).await?;
    let mut last = 0;
    for at in 0..7 {
        let user = json!({"email": format!("p{at}@x.org"), "name": "P", "phone": format!("{at}")});
        last = target.insert(Kind::Users, user).context("user")?;
    }
    let connector = open(&target)?;
    for wanted in [query("phone", "6")?, query("id", &last.to_string())?] {
        let found = connector.find(User, &wanted).await?.value;
        ensure!(found.len() == 1 && found[0].id == last.to_string(), "{wanted:?}: {found:?}");
    }
    Ok(())
}

#[tokio::test]
async fn dates_and_people_in_custom_fields_read_as_they_were_written() -> Result<()> {
    let target = SamanageTarget::start(generous()).await?;
    target.insert_custom_field("Start", FieldType::Date);
    target.insert_custom_field("Owner", FieldType::User);
    let connector = open(&target)?;
    let mut values = person("ann@x.org");
    values.push(("custom_fields[name eq \"Start\"].value", json!("2026-01-15")));
    let id = connector.create(User, &write(&values)?).await?.value.id;
    let owner = set("custom_fields[name eq \"Owner\"].user_value", json!("ann@x.org"))?;
    connector.update(User, &id, std::slice::from_ref(&owner)).await?;
    let body = connector.read(User, &id).await?.value.context("gone")?.body;
    let start = purser_domain::path::TargetPath::parse("custom_fields[name eq \"Start\"].value")?;
    ensure!(start.find(&body) == Some(&json!("2026-01-15")), "{body}");
    ensure!(owner.path.find(&body) == Some(&json!("ann@x.org")), "{body}");
    Ok(())
}

#[tokio::test]
async fn the_time_to_wait_is_understood_as_an_instant_too() -> Result<()> {
    let options = SamanageOptions {
        calls: Some(1),
        retry_after: false,
        rate_headers: Some(ResetStyle::Epoch),
        ..SamanageOptions::default()
    };
    let dates = options.clone();
    let target = SamanageTarget::start(dates).await?;
    let connector = open(&target)?;
    let mut told = None;
    for _ in 0..3 {
        if let Err(error) = connector.find(User, &query("email", "a@x.org")?).await {
            told = Some(error);
        }
    }
    let told = told.context("too many")?;
    ensure!(matches!(told.kind(), ErrorKind::Transient { .. }), "{told:?}");
    Ok(())
}

#[tokio::test]
async fn digest_survives_a_long_list_whose_nonces_go_stale() -> Result<()> {
    let options =
        SamanageOptions { bearer: false, digest: true, nonce_uses: Some(3), max_page: 2, ..generous() };
    let target = SamanageTarget::start(options.clone()).await?;
    for at in 0..40 {
        target.insert(Kind::Users, json!({"email": format!("p{at}@x.org"), "name": "P"})).context("user")?;
    }
    let values = [("UserName", options.username.as_str()), ("Password", options.password.as_str())];
    let values = values.into_iter().map(|(key, value)| (key.to_owned(), Secret::new(value))).collect();
    let credentials = Credentials { method: "adminCredentials".to_owned(), values, vault: None };
    let connector = open_with(&target, credentials, json!({}))?;
    ensure!(count_pages(&*connector).await? >= 20, "every page");
    let queries: Vec<_> = (0..8).map(|at| query("email", &format!("p{at}@x.org"))).collect::<Result<_>>()?;
    for found in futures::future::join_all(queries.iter().map(|query| connector.find(User, query))).await {
        ensure!(found?.value.len() == 1, "eight at a time");
    }
    Ok(())
}
