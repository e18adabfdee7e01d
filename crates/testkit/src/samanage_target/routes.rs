//! Where a request goes.
use hyper::header::ACCEPT;
use hyper::http::request::Parts;
use hyper::{Method, StatusCode};
use serde_json::json;

use super::answers::{NOT_FOUND, Refusal, Reply};
use super::call::Call;
use super::options::SamanageOptions;
use super::page::Page;
use super::store::Store;
use super::words::Kind;
use super::{auth, groups, named, users};

/// Serves a request. `base` is where this server is, for addresses in answers.
pub(super) fn serve(call: &Call<'_>, store: &mut Store, head: &Parts, base: &str) -> Result<Reply, Refusal> {
    check_version(head, call.options)?;
    let path = head.uri.path().strip_prefix('/').and_then(|path| path.strip_suffix(".json"));
    let path = path.ok_or(NOT_FOUND)?;
    let (service, id) = path.split_once('/').map_or((path, None), |(service, id)| (service, Some(id)));
    if !auth::may(store, call.caller, service) {
        return Err(Refusal::Status(StatusCode::FORBIDDEN, "Your role has no access to this."));
    }
    let id = id.map(str::parse::<u64>).transpose().map_err(|_| NOT_FOUND)?;
    let method = &head.method;
    match (service, id) {
        ("api", None) if method == Method::GET => Ok(services(base)),
        ("profile", None) if method == Method::GET => users::profile(call, store),
        ("audits", None) if method == Method::GET => Ok(audits(call, store)),
        ("memberships", None) if method == Method::POST => groups::add_members(call, store),
        ("memberships", Some(id)) if method == Method::DELETE => groups::remove_member(call, store, id),
        _ => {
            let kind = Kind::ALL.into_iter().find(|kind| kind.service() == service).ok_or(NOT_FOUND)?;
            serve_records(call, store, method, kind, id)
        }
    }
}

fn serve_records(
    call: &Call<'_>,
    store: &mut Store,
    method: &Method,
    kind: Kind,
    id: Option<u64>,
) -> Result<Reply, Refusal> {
    let method = method.as_str();
    match (kind, method, id) {
        (Kind::Users, "GET", None) => Ok(users::list(call, store)),
        (Kind::Users, "POST", None) => users::create(call, store),
        (Kind::Users, "GET", Some(id)) => users::read(store, id),
        (Kind::Users, "PUT", Some(id)) => users::update(call, store, id),
        (Kind::Users, "DELETE", Some(id)) => users::delete(call, store, id),
        (Kind::Groups, "GET", None) => Ok(groups::list(call, store)),
        (Kind::Groups, "POST", None) => groups::create(call, store),
        (Kind::Groups, "GET", Some(id)) => groups::read(call, store, id),
        (Kind::Groups, "PUT", Some(id)) => groups::update(call, store, id),
        (Kind::Groups, "DELETE", Some(id)) => groups::delete(call, store, id),
        (kind, "GET", None) => named::list(call, store, kind),
        (kind, "POST", None) => named::create(call, store, kind),
        (kind, "GET", Some(id)) => named::read(store, kind, id),
        (kind, "PUT", Some(id)) => named::update(call, store, kind, id),
        (kind, "DELETE", Some(id)) => named::delete(call, store, kind, id),
        _ => Err(NOT_FOUND),
    }
}

/// A version or format that is not served is 406; none is the newest one.
fn check_version(head: &Parts, options: &SamanageOptions) -> Result<(), Refusal> {
    let wanted: Vec<_> =
        head.headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect();
    let serves = |range: &str| {
        let range = range.split(';').next().unwrap_or_default().trim().to_lowercase();
        let version =
            range.strip_prefix("application/vnd.samanage.v").and_then(|rest| rest.strip_suffix("+json"));
        matches!(range.as_str(), "*/*" | "application/*" | "application/json")
            || version.is_some_and(|version| options.versions.contains(&version))
    };
    if wanted.is_empty() || wanted.iter().flat_map(|text| text.split(',')).any(serves) {
        return Ok(());
    }
    Err(Refusal::Status(StatusCode::NOT_ACCEPTABLE, "This version of the API is not supported."))
}

/// The entry point: what there is, and where.
fn services(base: &str) -> Reply {
    let write = |(name, path): (&str, &str)| json!({"name": name, "href": format!("{base}/{path}.json")});
    let kinds = Kind::ALL.into_iter().map(|kind| (kind.title(), kind.service()));
    Reply::Plain(kinds.chain([("Audits", "audits")]).map(write).collect())
}

/// The newest first.
fn audits(call: &Call<'_>, store: &Store) -> Reply {
    let page = Page::of(&call.query, call.options, store.audits.len());
    let records = page.cut(store.audits.iter().rev()).into_iter().map(|audit| store.write_audit(audit));
    Reply::List("audit", records.collect(), page)
}
