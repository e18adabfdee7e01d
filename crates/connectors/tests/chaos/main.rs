//! A server that answers anything at all: statuses, headers and bodies drawn by lot, from what is right to what is
//! malicious.
//!
//! Nothing can be said about what a connector should make of it, but much about what it must never do: panic, go on for
//! ever, hold more than a bounded answer, leave the Tenant URL, take a stranger for a match, or tell a secret.
mod answers;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use purser_connectors::probe::{ProbeOptions, probe};
use purser_connectors::{
    Connector, Credentials, EgressPolicy, Gallery, HttpKit, Overrides, TargetConfig, Template, connect,
};
use purser_domain::object::ObjectKind::{self, Group, User};
use purser_domain::path::TargetPath;
use purser_domain::plan::{Change, ChangeKind, MatchQuery, NewObject, WriteValue};
use purser_domain::secret::Secret;
use serde_json::{Value, json};

const TOKEN: &str = "s3cret-t0ken";
/// Most requests that one verb may take, whatever the server answers.
const MOST_REQUESTS: u64 = 2_500;

/// The server and what it was asked.
struct Chaos {
    base: String,
    asked: Arc<Asked>,
    listener: tokio::task::JoinHandle<()>,
}

struct Asked {
    lot: AtomicU64,
    count: AtomicU64,
    strayed: Mutex<Vec<String>>,
}

impl Chaos {
    async fn start(seed: u64) -> Result<Self> {
        let asked = Arc::new(Asked {
            lot: AtomicU64::new(seed),
            count: AtomicU64::new(0),
            strayed: Mutex::default(),
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let base = format!("http://{}/tenant", listener.local_addr()?);
        let router = Router::new().fallback(answer).with_state(Arc::clone(&asked));
        let listener = tokio::spawn(async move {
            // Ends when it is aborted.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { base, asked, listener })
    }

    fn count(&self) -> u64 {
        self.asked.count.swap(0, Ordering::Relaxed)
    }
}

impl Drop for Chaos {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

async fn answer(State(asked): State<Arc<Asked>>, request: Request) -> Response {
    asked.count.fetch_add(1, Ordering::Relaxed);
    let path = request.uri().path().to_owned();
    // A redirect within the host may lead out of the tenant's path; nothing else may.
    if !path.starts_with("/tenant/") && !path.starts_with("/elsewhere") {
        asked.strayed.lock().unwrap_or_else(PoisonError::into_inner).push(path.clone());
    }
    let seed = asked.lot.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed);
    answers::draw(seed, request.method(), &path)
}

fn open(template: &Template, base: &str, settings: Value) -> Result<Arc<dyn Connector>> {
    Ok(connect(template, &target(base, settings), &kit()?)?)
}

fn target(base: &str, settings: Value) -> TargetConfig {
    TargetConfig {
        tenant_url: base.to_owned(),
        credentials: Credentials::token(Secret::new(TOKEN)),
        overrides: Overrides(settings.as_object().cloned().unwrap_or_default()),
    }
}

fn kit() -> Result<HttpKit> {
    let allowed_networks = vec!["127.0.0.0/8".parse()?];
    let policy = EgressPolicy {
        allowed_networks,
        request_timeout: Duration::from_secs(2),
        max_body: 256 * 1024,
        ..EgressPolicy::default()
    };
    Ok(HttpKit::new(policy)?)
}

fn template(name: &str) -> Result<Template> {
    let gallery = Gallery::load()?;
    let found = gallery.templates().into_iter().find(|template| template.name == name);
    Ok(Template::clone(&*found.context("not in the gallery")?))
}

fn path(text: &str) -> Result<Arc<TargetPath>> {
    Ok(Arc::new(TargetPath::parse(text)?))
}

/// Every verb once, in the words of this template; gives what it said, errors included, as text.
async fn every_verb(
    chaos: &Chaos,
    connector: &dyn Connector,
    kind: ObjectKind,
    named: &str,
) -> Result<String> {
    let query = MatchQuery { path: path(named)?, value: json!("ann@x.org"), redacted: false };
    let write = NewObject {
        values: vec![
            WriteValue::new(path(named)?, json!("ann@x.org")),
            WriteValue::new(path("title")?, json!("Chef")),
        ],
    };
    let members = |kind| -> Result<Change> {
        let list: Vec<Value> = (0..7).map(|id| json!({ "value": id.to_string() })).collect();
        let (old, new) =
            if kind == ChangeKind::Remove { (Some(json!(list)), None) } else { (None, Some(json!(list))) };
        Ok(Change { kind, ..Change::set(path("members")?, old, new) })
    };
    let mut changes = vec![
        Change::set(path("title")?, Some(json!("Cook")), Some(json!("Chef"))),
        Change::set(path("nickName")?, Some(json!("x")), None),
    ];
    if kind == Group {
        changes.extend([members(ChangeKind::Add)?, members(ChangeKind::Remove)?]);
    }
    let mut said = String::new();
    let mut note = |verb: &str, text: String| -> Result<()> {
        let count = chaos.count();
        ensure!(count <= MOST_REQUESTS, "{verb} of {kind} took {count} requests");
        said.push_str(&text);
        Ok(())
    };
    note("check", format!("{:?}", connector.check(&[kind]).await))?;
    note("discover", format!("{:?}", connector.discover().await))?;
    let found = connector.find(kind, &query).await;
    if let Ok(reply) = &found {
        for object in &reply.value {
            // Some servers put a single value into a list.
            let found = query.path.find(&object.body);
            let found =
                found.and_then(|value| value.as_array().and_then(|list| list.first()).or(Some(value)));
            let named = found.and_then(Value::as_str).unwrap_or_default();
            ensure!(named.eq_ignore_ascii_case("ann@x.org"), "a stranger for a match: {object:?}");
            ensure!(!object.id.is_empty(), "a match without an id: {object:?}");
        }
    }
    note("find", format!("{found:?}"))?;
    let (mut page, mut pages) = (None, 0);
    while let Ok(reply) = connector.list(kind, page.as_ref()).await {
        pages += 1;
        page = reply.value.next;
        if page.is_none() || pages == 50 {
            break;
        }
    }
    note("list", String::new())?;
    for id in ["7", "a/b?c#d", ".."] {
        note("read", format!("{:?}", connector.read(kind, id).await))?;
        note("update", format!("{:?}", connector.update(kind, id, &changes).await))?;
        note("delete", format!("{:?}", connector.delete(kind, id).await))?;
    }
    let made = connector.create(kind, &write).await;
    if let Ok(reply) = &made {
        ensure!(!reply.value.id.is_empty(), "made without an id");
    }
    note("create", format!("{made:?}"))?;
    Ok(said)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_answer_makes_a_connector_do_what_it_must_never_do() -> Result<()> {
    let scim = template("SCIM application")?;
    let samanage = template("Samanage")?;
    let settings = [
        json!({"limits": []}),
        json!({"limits": [], "patch": false, "member_removal": "put", "filterable_users": [], "filterable_groups": []}),
        json!({"limits": [], "paging": "cursor", "members_read": "byFilter", "member_removal": "valueArray", "read_back": true}),
        json!({"limits": [], "paging": "none", "members_read": "onRequest", "member_removal": "replace", "members_per_request": 2}),
    ];
    let begun = Instant::now();
    for seed in 0..60_u64 {
        let own = settings[usize::try_from(seed % 4)?].clone();
        for (template, user, group) in [(&scim, "userName", "displayName"), (&samanage, "email", "name")] {
            let chaos = Chaos::start(seed.wrapping_mul(7_919)).await?;
            let connector = open(template, &chaos.base, own.clone())?;
            for (kind, named) in [(User, user), (Group, group)] {
                let said = every_verb(&chaos, &*connector, kind, named)
                    .await
                    .with_context(|| format!("seed {seed}, {} with {own}", template.name))?;
                ensure!(!said.contains(TOKEN), "seed {seed}: the token is told");
            }
            let strayed = chaos.asked.strayed.lock().unwrap_or_else(PoisonError::into_inner).clone();
            ensure!(strayed.is_empty(), "seed {seed}: {strayed:?} is outside of the Tenant URL");
        }
        // The whole is bounded: on a slow machine fewer seeds are drawn, and never fewer than eight.
        if seed >= 8 && begun.elapsed() > Duration::from_secs(40) {
            break;
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_probe_comes_to_an_end_and_tells_no_secret() -> Result<()> {
    let scim = template("SCIM application")?;
    let options = ProbeOptions { read_only: false, kinds: vec![User, Group] };
    for seed in 0..10_u64 {
        let chaos = Chaos::start(seed.wrapping_mul(104_729)).await?;
        let target = target(&chaos.base, json!({"limits": []}));
        let kit = kit()?;
        // It waits where it is told to, up to a bound that a test can't afford.
        let report =
            tokio::time::timeout(Duration::from_secs(20), probe(&scim, &target, &kit, &options, &|_| ()));
        if let Ok(report) = report.await {
            ensure!(!format!("{report:?}").contains(TOKEN), "seed {seed}: the token is told");
        }
        ensure!(chaos.count() < 300, "seed {seed}: too many requests");
    }
    Ok(())
}
