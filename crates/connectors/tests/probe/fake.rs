//! A SCIM server that does everything as RFC 7644 says, but for what it is told to do otherwise.
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State as Shared;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::changes::patch;
use crate::filters;

/// In what the server is odd. The default is in nothing.
#[derive(Debug, Clone, Default)]
pub(crate) struct Oddities {
    /// PATCH of users is answered with 501.
    pub(crate) no_patch: bool,
    /// Operations that begin with a small letter are accepted and ignored.
    pub(crate) capitals: bool,
    /// Replacing with a path is accepted and ignored.
    pub(crate) pathless: bool,
    /// Real booleans are refused.
    pub(crate) text_booleans: bool,
    /// How a value is taken away: `remove`, `emptyText`, `null`; empty: `remove`.
    pub(crate) clear: &'static str,
    /// The spelling of filters on elements; empty: all.
    pub(crate) element_filter: &'static str,
    /// Attributes that can be filtered by; `None`: any. By others the filter is ignored.
    pub(crate) filters: Option<Vec<&'static str>>,
    /// `cursor`, `none`; empty: by index.
    pub(crate) paging: &'static str,
    /// Empty results are 404.
    pub(crate) empty_is_404: bool,
    /// `onRequest`, `byFilter`, `never`; empty: members are returned.
    pub(crate) members_read: &'static str,
    /// The one form in which members go; empty: all.
    pub(crate) member_removal: &'static str,
    /// Ids are user names.
    pub(crate) id_is_name: bool,
    /// DELETE of users is answered with 405.
    pub(crate) keeps_users: bool,
    /// Bodies must be `application/json`.
    pub(crate) json_only: bool,
    /// Creating answers 201 with no body, and a `Location`.
    pub(crate) silent_create: bool,
    /// Creating answers with this object in place of the new one.
    pub(crate) answers_with: Option<&'static str>,
    /// What was made can't be read by its id.
    pub(crate) hides: bool,
    /// Every create makes two.
    pub(crate) duplicates: bool,
    /// Changes are accepted and ignored.
    pub(crate) ignores_changes: bool,
    /// What ids begin with.
    pub(crate) id_prefix: &'static str,
}

/// What was asked.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    pub(crate) path: String,
}

/// Answers a request itself, when it is to be answered otherwise; it is told how many came before. A status of 0 does
/// what was asked and hangs up.
pub(crate) type Interceptor = dyn Fn(usize, &Method, &str) -> Option<(u16, HeaderMap)> + Send + Sync;

pub(crate) struct Fake {
    state: Arc<State>,
    address: SocketAddr,
    listener: JoinHandle<()>,
}

struct State {
    odd: Oddities,
    intercept: Mutex<Option<Arc<Interceptor>>>,
    store: Mutex<Store>,
    deleted: Notify,
}

#[derive(Default)]
pub(crate) struct Store {
    count: u64,
    pub(crate) users: BTreeMap<String, Value>,
    pub(crate) groups: BTreeMap<String, Value>,
    journal: Vec<Asked>,
}

impl Fake {
    /// Starts with two users and a group of somebody else's.
    pub(crate) async fn start(odd: Oddities) -> Result<Self> {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
        let address = listener.local_addr()?;
        let mut store = Store::default();
        for name in ["ann@x.org", "bo@x.org"] {
            store.users.insert(
                name.to_owned(),
                json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": name, "userName": name,
                    "externalId": name, "displayName": name, "active": true, "title": "Boss",
                    "emails": [{"type": "work", "value": format!("mail-{name}")}]}),
            );
        }
        store
            .groups
            .insert("g".to_owned(), json!({"id": "g", "displayName": "Staff", "externalId": "staff"}));
        let state = Arc::new(State {
            odd,
            intercept: Mutex::default(),
            store: Mutex::new(store),
            deleted: Notify::new(),
        });
        let router = Router::new().fallback(answer).with_state(Arc::clone(&state));
        let listener = tokio::spawn(async move {
            // Ends when it is aborted.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { state, address, listener })
    }

    pub(crate) fn base_url(&self) -> String {
        format!("http://{}/scim", self.address)
    }

    pub(crate) fn intercept(
        &self,
        with: impl Fn(usize, &Method, &str) -> Option<(u16, HeaderMap)> + Send + Sync + 'static,
    ) {
        *self.state.intercept.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(with));
    }

    /// Waits for the next object to be deleted.
    pub(crate) async fn deleted(&self) {
        self.state.deleted.notified().await;
    }

    pub(crate) fn journal(&self) -> Vec<Asked> {
        self.state.store().journal.clone()
    }

    pub(crate) fn store(&self) -> MutexGuard<'_, Store> {
        self.state.store()
    }

    /// Users and groups that the probe left.
    pub(crate) fn leftovers(&self) -> Vec<String> {
        let store = self.state.store();
        let strangers = ["ann@x.org", "bo@x.org", "g"];
        store
            .users
            .keys()
            .chain(store.groups.keys())
            .filter(|id| !strangers.contains(&id.as_str()))
            .cloned()
            .collect()
    }

    /// Whether what was there from the start is as it was.
    pub(crate) fn is_untouched(&self) -> bool {
        let store = self.state.store();
        let users = ["ann@x.org", "bo@x.org"].iter().all(|name| {
            store.users.get(*name).is_some_and(|user| {
                user["displayName"] == *name && user["title"] == "Boss" && user["active"] == true
            })
        });
        users
            && store
                .groups
                .get("g")
                .is_some_and(|group| group["displayName"] == "Staff" && group.get("members").is_none())
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

impl State {
    fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn answer(
    Shared(state): Shared<Arc<State>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let place = uri.to_string();
    let before = {
        let mut store = state.store();
        store.journal.push(Asked { method: method.clone(), path: place.clone() });
        store.journal.len() - 1
    };
    if headers.get("authorization").is_none_or(|value| *value != "Bearer t0p-s3cret") {
        return refuse(401, "no");
    }
    let intercept = state.intercept.lock().unwrap_or_else(PoisonError::into_inner).clone();
    if let Some((status, headers)) = intercept.and_then(|intercept| intercept(before, &method, &place)) {
        if status != 0 {
            return (headers, refuse(status, "told to")).into_response();
        }
        let _ = serve(&state, &method, &uri, &headers, &body);
        // A body that breaks off is a hang-up.
        let broken = futures::stream::once(async { Err::<Bytes, _>(std::io::Error::other("gone")) });
        return Response::new(axum::body::Body::from_stream(broken));
    }
    serve(&state, &method, &uri, &headers, &body)
}

fn serve(state: &State, method: &Method, uri: &Uri, headers: &HeaderMap, body: &Bytes) -> Response {
    let odd = &state.odd;
    let path = uri.path().strip_prefix("/scim").unwrap_or(uri.path());
    let query: BTreeMap<String, String> =
        url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let body: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    let (kind, id) = match path.trim_start_matches('/').split_once('/') {
        Some((kind, id)) => (kind, percent_encoding::percent_decode_str(id).decode_utf8_lossy().into_owned()),
        None => (path.trim_start_matches('/'), String::new()),
    };
    if !matches!(kind, "Users" | "Groups") {
        return refuse(404, "nothing here");
    }
    let written =
        headers.get("content-type").is_some_and(|value| value.as_bytes().starts_with(b"application/json"));
    if odd.json_only && !body.is_null() && !written {
        return refuse(415, "application/json only");
    }
    let users = kind == "Users";
    let mut store = state.store();
    match (method.as_str(), id.as_str()) {
        ("GET", "") => list(&store, odd, users, &query),
        ("POST", "") => create(&mut store, odd, users, body),
        (_, id) if !store.all(users).contains_key(id) || (odd.hides && id.starts_with("new")) => {
            refuse(404, "no such object")
        }
        ("GET", id) => match store.all(users).get(id) {
            Some(object) => reply(200, &show(odd, object, users, &query)),
            None => refuse(404, "no such object"),
        },
        ("PUT", _) if odd.ignores_changes => reply(200, &json!({})),
        ("PUT", id) => {
            let mut body = body;
            body["id"] = json!(id);
            store.all(users).insert(id.to_owned(), body.clone());
            reply(200, &body)
        }
        ("PATCH", _) if users && odd.no_patch => refuse(501, "no PATCH"),
        ("PATCH", _) if !users && odd.member_removal == "put" => refuse(501, "no PATCH"),
        ("PATCH", _) if odd.ignores_changes => StatusCode::NO_CONTENT.into_response(),
        ("PATCH", id) => {
            let Some(object) = store.all(users).get_mut(id) else { return refuse(404, "no such object") };
            for operation in body["Operations"].as_array().cloned().unwrap_or_default() {
                if let Some(refusal) = patch(object, odd, users, &operation) {
                    return refusal;
                }
            }
            StatusCode::NO_CONTENT.into_response()
        }
        ("DELETE", _) if users && odd.keeps_users => refuse(405, "users stay"),
        ("DELETE", id) => {
            store.all(users).remove(id);
            state.deleted.notify_one();
            StatusCode::NO_CONTENT.into_response()
        }
        _ => refuse(405, "what?"),
    }
}

impl Store {
    fn all(&mut self, users: bool) -> &mut BTreeMap<String, Value> {
        if users { &mut self.users } else { &mut self.groups }
    }
}

fn list(store: &Store, odd: &Oddities, users: bool, query: &BTreeMap<String, String>) -> Response {
    let all: Vec<Value> = if users { &store.users } else { &store.groups }.values().cloned().collect();
    let found: Vec<Value> = match query.get("filter") {
        Some(filter) => all.into_iter().filter(|object| filters::matches(odd, filter, object)).collect(),
        None => all,
    };
    if found.is_empty() && odd.empty_is_404 {
        return refuse(404, "nobody");
    }
    let total = found.len();
    let count = query.get("count").and_then(|text| text.parse().ok()).unwrap_or(100);
    let number = |name: &str| query.get(name).and_then(|text| text.parse::<usize>().ok());
    let start = match odd.paging {
        "none" => 0,
        "cursor" => number("cursor").unwrap_or(0),
        _ => number("startIndex").unwrap_or(1).max(1) - 1,
    };
    let count = if odd.paging == "none" { total } else { count };
    let page: Vec<Value> =
        found.into_iter().skip(start).take(count).map(|object| show(odd, &object, users, query)).collect();
    let mut body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": total, "itemsPerPage": page.len(), "startIndex": start + 1,
    });
    if odd.paging == "cursor" && start + page.len() < total {
        body["nextCursor"] = json!((start + page.len()).to_string());
    }
    body["Resources"] = json!(page);
    reply(200, &body)
}

fn show(odd: &Oddities, object: &Value, users: bool, query: &BTreeMap<String, String>) -> Value {
    let mut shown = object.clone();
    let asked = query.get("attributes").is_some_and(|names| names.contains("members"));
    let hidden = match odd.members_read {
        "" => false,
        "onRequest" => !asked,
        _ => true,
    };
    if !users
        && hidden
        && let Some(shown) = shown.as_object_mut()
    {
        shown.remove("members");
    }
    shown
}

fn create(store: &mut Store, odd: &Oddities, users: bool, body: Value) -> Response {
    if odd.text_booleans && body.get("active").is_some_and(Value::is_boolean) {
        return refuse(400, "active must be a text");
    }
    let mut made = Vec::new();
    for _ in 0..if odd.duplicates { 2 } else { 1 } {
        store.count += 1;
        let name = body["userName"].as_str().filter(|_| odd.id_is_name && users);
        let id = name.map_or_else(|| format!("{}new{}", odd.id_prefix, store.count), str::to_owned);
        let mut object = body.clone();
        object["id"] = json!(id);
        store.all(users).insert(id.clone(), object.clone());
        made.push(object);
    }
    if let Some(stranger) = odd.answers_with {
        let object = store.all(users).get(stranger).cloned().unwrap_or_default();
        return reply(201, &object);
    }
    let Some(object) = made.pop() else { return refuse(500, "can't be") };
    if odd.silent_create {
        let kind = if users { "Users" } else { "Groups" };
        let place = format!("/scim/{kind}/{}", object["id"].as_str().unwrap_or_default());
        return (StatusCode::CREATED, [("location", place)]).into_response();
    }
    reply(201, &show(odd, &object, users, &BTreeMap::new()))
}

fn reply(status: u16, body: &Value) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [("content-type", "application/scim+json")], body.to_string()).into_response()
}

pub(crate) fn refuse(status: u16, detail: &str) -> Response {
    let mut body = Map::new();
    body.insert("detail".to_owned(), json!(detail));
    body.insert("status".to_owned(), json!(status.to_string()));
    reply(status, &Value::Object(body))
}
