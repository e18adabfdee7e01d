//! Who calls, and whether that one may.
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::StatusCode;
use hyper::header::{AUTHORIZATION, HeaderValue, WWW_AUTHENTICATE};
use hyper::http::request::Parts;

use super::answers::{self, Refusal};
use super::digest::{Proof, REALM};
use super::state::State;
use super::store::Store;
use crate::connections::Answer;

/// Why somebody is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stranger {
    Unknown,
    /// Known, with a nonce that is not good any more.
    Stale,
}

/// The user who calls.
pub(super) fn find_caller(state: &State, head: &Parts) -> Result<u64, Stranger> {
    let options = &state.options;
    let header = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(token) = header("x-samanage-authorization").and_then(|text| scheme(text, "bearer")) {
        let user = state.store().find_by_token(token).filter(|_| options.bearer);
        return user.ok_or(Stranger::Unknown);
    }
    let text = header(AUTHORIZATION.as_str()).ok_or(Stranger::Unknown)?;
    if let Some(pair) = scheme(text, "basic").filter(|_| options.basic) {
        let pair = STANDARD.decode(pair).ok().and_then(|pair| String::from_utf8(pair).ok());
        let pair = pair.as_deref().and_then(|pair| pair.split_once(':'));
        let (name, password) = pair.ok_or(Stranger::Unknown)?;
        let right = name == options.username && password == options.password;
        return find_by_name(state, name).filter(|_| right).ok_or(Stranger::Unknown);
    }
    let proof = scheme(text, "digest").filter(|_| options.digest).map(Proof::parse);
    let proof = proof.ok_or(Stranger::Unknown)?;
    let target = head.uri.path_and_query().map_or("", |target| target.as_str());
    let name = proof.part("username");
    if name != options.username || !proof.proves(REALM, &options.password, head.method.as_str(), target) {
        return Err(Stranger::Unknown);
    }
    let user = find_by_name(state, name).ok_or(Stranger::Unknown)?;
    if state.nonces.accept(&proof, options.nonce_uses) { Ok(user) } else { Err(Stranger::Stale) }
}

/// 401, with the challenges of the ways that are open.
pub(super) fn refuse(state: &State, why: Stranger) -> Answer {
    let refusal =
        Refusal::Status(StatusCode::UNAUTHORIZED, "You must sign in first, or your token is not valid.");
    let mut answer = answers::write_refusal(&state.options, &refusal);
    let digest = state.options.digest.then(|| state.nonces.challenge(why == Stranger::Stale));
    let basic = state.options.basic.then(|| format!("Basic realm=\"{REALM}\""));
    for challenge in [digest, basic].into_iter().flatten() {
        if let Ok(challenge) = HeaderValue::try_from(challenge) {
            answer.headers_mut().append(WWW_AUTHENTICATE, challenge);
        }
    }
    answer
}

/// Whether the caller's role has this service. Only administrators administer; everybody may see himself.
pub(super) fn may(store: &Store, caller: u64, service: &str) -> bool {
    if store.forbidden.contains(service) {
        return false;
    }
    matches!(service, "api" | "profile") || store.role_of(caller) == Some("Administrator")
}

/// What follows the scheme's name, which is the same in capitals.
fn scheme<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (scheme, rest) = text.split_once(' ')?;
    scheme.eq_ignore_ascii_case(name).then(|| rest.trim())
}

/// The user with this address, if he may sign in.
fn find_by_name(state: &State, name: &str) -> Option<u64> {
    let store = state.store();
    let id = store.find_by_email(name)?;
    store.users.get(&id).filter(|user| !user.disabled).map(|_| id)
}
