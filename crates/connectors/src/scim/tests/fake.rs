//! A small SCIM server with the habits that a test asks for.
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use purser_domain::object::ObjectKind;
use purser_domain::path::TargetPath;
use purser_domain::plan::Change;
use purser_domain::secret::Secret;
use serde_json::{Map, Value, json};

use crate::connector::Connector;
use crate::scim::body;
use crate::{
    Credentials, EgressPolicy, Gallery, HttpKit, Overrides, Profile, TargetConfig, Template, connect,
};

/// What the server does otherwise than the RFC says.
#[derive(Debug, Clone, Default)]
pub(super) struct Habits {
    /// Filters are ignored, or refused with this status.
    pub(super) ignores_filters: bool,
    pub(super) refuses_filters: Option<u16>,
    /// Largest page.
    pub(super) page: Option<usize>,
    /// `totalResults` is the length of the page.
    pub(super) total_is_page: bool,
    pub(super) ignores_start: bool,
    /// Cursors instead of indexes.
    pub(super) cursors: bool,
    /// What PATCH is answered with.
    pub(super) patch_status: Option<u16>,
    pub(super) patch_is_empty: bool,
    /// PATCH with more members is answered with 413.
    pub(super) max_members: Option<usize>,
    /// 429 after so many writes.
    pub(super) busy_after: Option<usize>,
    pub(super) appends_blindly: bool,
    pub(super) refuses_to_remove_absent: bool,
    pub(super) ignores_filtered_removal: bool,
    /// Versions; somebody else changes the object before the first PUT.
    pub(super) versions: bool,
    pub(super) meddles: bool,
    /// Attributes that are never shown, or never taken.
    pub(super) hides: Vec<&'static str>,
    pub(super) ignores: Vec<&'static str>,
    /// The id is the user name.
    pub(super) id_is_name: bool,
    pub(super) no_groups: bool,
    pub(super) refuses_exclusion: bool,
    /// 400 to whoever asks for more at once, 415 to `application/scim+json`.
    pub(super) refuses_count: bool,
    pub(super) wants_plain_json: bool,
    /// Errors come with status 200.
    pub(super) masks_errors: bool,
    pub(super) delete_status: Option<u16>,
    /// Each page is empty and has another one behind it.
    pub(super) endless: bool,
    /// Answers to other addresses.
    pub(super) pages: Vec<(&'static str, Value)>,
}

#[derive(Debug, Default)]
pub(super) struct Fake {
    pub(super) habits: Habits,
    pub(super) objects: Mutex<Vec<Value>>,
    /// Method and path with query of each request.
    pub(super) requests: Mutex<Vec<String>>,
    pub(super) bodies: Mutex<Vec<Value>>,
    made: Mutex<u32>,
    meddled: Mutex<bool>,
}

pub(super) async fn open(habits: Habits, profile: Profile) -> (Arc<Fake>, Arc<dyn Connector>) {
    let fake = Arc::new(Fake { habits, ..Fake::default() });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/scim", listener.local_addr().unwrap());
    let router = Router::new().fallback(answer).with_state(Arc::clone(&fake));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let gallery = Gallery::load().unwrap();
    let template =
        gallery.templates().into_iter().find(|template| template.name == "SCIM application").unwrap();
    let template = Template { profile, ..Template::clone(&template) };
    let allowed_networks = vec!["127.0.0.0/8".parse().unwrap()];
    let kit = HttpKit::new(EgressPolicy { allowed_networks, ..EgressPolicy::default() }).unwrap();
    let target = TargetConfig {
        tenant_url: url,
        credentials: Credentials::token(Secret::new("t0ken")),
        overrides: Overrides::default(),
    };
    (fake, connect(&template, &target, &kit).unwrap())
}

impl Fake {
    pub(super) fn objects(&self) -> MutexGuard<'_, Vec<Value>> {
        self.objects.lock().unwrap()
    }

    pub(super) fn insert(&self, mut object: Value) -> String {
        let id = {
            let mut made = self.made.lock().unwrap();
            *made += 1;
            if self.habits.id_is_name {
                object["userName"].as_str().unwrap().to_owned()
            } else {
                format!("id{made}")
            }
        };
        object["id"] = json!(id);
        self.objects().push(object);
        id
    }

    pub(super) fn get(&self, id: &str) -> Value {
        self.objects().iter().find(|object| object["id"] == id).cloned().unwrap_or_default()
    }

    /// The ids of a group's members.
    pub(super) fn members(&self, id: &str) -> Vec<String> {
        let group = self.get(id);
        let members = group["members"].as_array().cloned().unwrap_or_default();
        members.iter().map(|member| member["value"].as_str().unwrap().to_owned()).collect()
    }

    /// How many requests of this method there were.
    pub(super) fn count(&self, method: &str) -> usize {
        self.requests.lock().unwrap().iter().filter(|request| request.starts_with(method)).count()
    }

    fn show(&self, object: &Value) -> Value {
        let mut object = object.clone();
        for name in &self.habits.hides {
            object.as_object_mut().unwrap().shift_remove(*name);
        }
        object
    }

    fn write(&self, object: &mut Value, name: &str, value: Value) {
        if !self.habits.ignores.contains(&name) {
            TargetPath::parse(name).unwrap().write(object, value);
        }
    }

    fn patch(&self, object: &mut Value, operation: &Value) -> Result<(), (u16, &'static str)> {
        let verb = operation["op"].as_str().unwrap().to_lowercase();
        let value = operation["value"].clone();
        let Some(path) = operation["path"].as_str() else {
            for (name, value) in value.as_object().unwrap() {
                self.write(object, name, value.clone());
            }
            return Ok(());
        };
        if let Some(rest) = path.strip_prefix("members") {
            let mut members = object["members"].as_array().cloned().unwrap_or_default();
            let many = value.as_array().cloned().unwrap_or_default();
            let is = |member: &Value, ids: &[Value]| ids.iter().any(|id| id["value"] == member["value"]);
            match verb.as_str() {
                "add" => {
                    let (blind, before) = (self.habits.appends_blindly, members.clone());
                    members.extend(many.into_iter().filter(|one| blind || !is(one, &before)));
                }
                "replace" => members = many,
                _ if !rest.is_empty() => {
                    let id: Value = serde_json::from_str(&rest[10..rest.len() - 1]).unwrap();
                    let gone = [json!({ "value": id })];
                    if self.habits.refuses_to_remove_absent && !members.iter().any(|member| is(member, &gone))
                    {
                        return Err((400, "noTarget"));
                    }
                    if !self.habits.ignores_filtered_removal {
                        members.retain(|member| !is(member, &gone));
                    }
                }
                _ if value.is_null() => members.clear(),
                _ => members.retain(|member| !is(member, &many)),
            }
            if self
                .habits
                .max_members
                .is_some_and(|most| value.as_array().is_some_and(|all| all.len() > most))
            {
                return Err((413, ""));
            }
            object["members"] = Value::Array(members);
        } else if verb == "remove" {
            let path = Arc::new(TargetPath::parse(path).unwrap());
            *object = body::replaced(
                ObjectKind::User,
                object,
                &[Change::set(path, None, None)],
                &Profile::default(),
            );
        } else {
            self.write(object, path, value);
        }
        Ok(())
    }
}

fn refuse(status: u16, scim_type: &str) -> Response {
    let body = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "scimType": scim_type, "status": status.to_string()});
    (StatusCode::from_u16(status).unwrap(), body.to_string()).into_response()
}

async fn answer(
    State(fake): State<Arc<Fake>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    fake.requests.lock().unwrap().push(format!("{method} {uri}"));
    let sent: Value = serde_json::from_slice(&body).unwrap_or_default();
    if !sent.is_null() {
        fake.bodies.lock().unwrap().push(sent.clone());
    }
    let habits = &fake.habits;
    let path = uri.path().strip_prefix("/scim").unwrap();
    let writes = fake.bodies.lock().unwrap().len();
    if !sent.is_null() && habits.busy_after.is_some_and(|after| writes > after) {
        return refuse(429, "");
    }
    let is_scim = headers.get("content-type").is_some_and(|kind| kind == "application/scim+json");
    if habits.wants_plain_json && is_scim {
        return refuse(415, "");
    }
    if let Some((_, page)) = habits.pages.iter().find(|(at, _)| *at == path) {
        return page.to_string().into_response();
    }
    let mut parts = path.trim_start_matches('/').splitn(2, '/');
    let (collection, id) = (parts.next().unwrap(), parts.next());
    if !["Users", "Groups"].contains(&collection) || (collection == "Groups" && habits.no_groups) {
        return refuse(404, "");
    }
    let Some(id) = id else {
        return match method {
            Method::GET => list(&fake, collection, uri.query().unwrap_or_default()),
            _ => create(&fake, collection, sent),
        };
    };
    let mut objects = fake.objects();
    let id = percent_encoding::percent_decode_str(id).decode_utf8().unwrap();
    let Some(at) = objects.iter().position(|object| object["id"] == *id) else { return refuse(404, "") };
    match method {
        Method::GET => {
            let mut shown = fake.show(&objects[at]);
            if habits.versions {
                shown["meta"] = json!({"version": objects[at]["v"]});
            }
            shown.to_string().into_response()
        }
        Method::DELETE => {
            if let Some(status) = habits.delete_status {
                return refuse(status, "");
            }
            objects.remove(at);
            StatusCode::NO_CONTENT.into_response()
        }
        Method::PATCH => {
            if let Some(status) = habits.patch_status {
                let mut answer = refuse(status, "");
                if habits.masks_errors {
                    *answer.status_mut() = StatusCode::OK;
                }
                return answer;
            }
            let mut object = objects[at].clone();
            for operation in sent["Operations"].as_array().unwrap() {
                if let Err((status, why)) = fake.patch(&mut object, operation) {
                    return refuse(status, why);
                }
            }
            if habits.id_is_name {
                object["id"] = object["userName"].clone();
            }
            objects[at] = object.clone();
            if habits.patch_is_empty {
                StatusCode::NO_CONTENT.into_response()
            } else {
                object.to_string().into_response()
            }
        }
        _ => {
            if habits.meddles && !std::mem::replace(&mut *fake.meddled.lock().unwrap(), true) {
                objects[at]["v"] = json!("W/\"2\"");
                objects[at]["nickName"] = json!("meddled");
            }
            if habits.versions
                && headers.get("if-match").is_none_or(|tag| tag.to_str().unwrap() != objects[at]["v"])
            {
                return refuse(412, "");
            }
            let mut object = sent;
            for name in &habits.ignores {
                object[*name] = objects[at][*name].clone();
            }
            object["id"] = objects[at]["id"].clone();
            objects[at] = object.clone();
            object.to_string().into_response()
        }
    }
}

fn create(fake: &Fake, collection: &str, mut sent: Value) -> Response {
    sent["in"] = json!(collection);
    for name in &fake.habits.ignores {
        sent.as_object_mut().unwrap().shift_remove(*name);
    }
    let id = fake.insert(sent);
    (StatusCode::CREATED, fake.show(&fake.get(&id)).to_string()).into_response()
}

fn list(fake: &Fake, collection: &str, query: &str) -> Response {
    let query: Map<String, Value> = url::form_urlencoded::parse(query.as_bytes())
        .map(|(name, value)| (name.into(), json!(value)))
        .collect();
    let habits = &fake.habits;
    if habits.endless {
        let next = fake.requests.lock().unwrap().len().to_string();
        return json!({"Resources": [], "nextCursor": next}).to_string().into_response();
    }
    if habits.refuses_count && query.contains_key("count") {
        return refuse(400, "");
    }
    if habits.refuses_exclusion && query.contains_key("excludedAttributes") {
        return refuse(400, "");
    }
    let default = if collection == "Groups" { "displayName" } else { "userName" };
    let mut all: Vec<Value> = fake
        .objects()
        .iter()
        .filter(|object| object.get("in").map_or(object.get(default).is_some(), |own| own == collection))
        .cloned()
        .collect();
    if let Some(filter) = query.get("filter").and_then(Value::as_str) {
        if let Some(status) = habits.refuses_filters {
            return refuse(status, "invalidFilter");
        }
        if let Some((id, member)) = filter.split_once(" and members eq ") {
            let id: Value = serde_json::from_str(id.strip_prefix("id eq ").unwrap()).unwrap();
            let member: Value = serde_json::from_str(member).unwrap();
            all.retain(|group| {
                let members = group["members"].as_array().cloned().unwrap_or_default();
                group["id"] == id && members.iter().any(|one| one["value"] == member)
            });
            return json!({"totalResults": all.len(), "Resources": all}).to_string().into_response();
        }
        let (path, value) = filter.split_once(" eq ").unwrap();
        let value: Value = serde_json::from_str(value).unwrap();
        let same = |object: &Value| {
            object[path].as_str().unwrap_or_default().eq_ignore_ascii_case(value.as_str().unwrap())
        };
        all.retain(|object| habits.ignores_filters || same(object));
    }
    let number =
        |name: &str| query.get(name).and_then(Value::as_str).and_then(|text| text.parse::<usize>().ok());
    let cursor = number("cursor").unwrap_or(0);
    let start = if habits.cursors { cursor } else { number("startIndex").unwrap_or(1).max(1) - 1 };
    let start = if habits.ignores_start { 0 } else { start };
    let count = number("count").unwrap_or(100).min(habits.page.unwrap_or(100));
    let page: Vec<Value> = all.iter().skip(start).take(count).map(|object| fake.show(object)).collect();
    let total = if habits.total_is_page { page.len() } else { all.len() };
    let mut answer = json!({"totalResults": total, "Resources": page});
    if habits.cursors && start + count < all.len() {
        answer["nextCursor"] = json!((start + count).to_string());
    }
    answer.to_string().into_response()
}
