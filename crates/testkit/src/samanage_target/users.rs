//! Users.
use hyper::StatusCode;
use serde_json::{Map, Value, json};

use super::answers::{NOT_FOUND, Refusal, Reply, deleted};
use super::call::Call;
use super::input::{self, BLANK, INVALID, Sought, TAKEN, bad};
use super::options::SamanageOptions;
use super::page::Page;
use super::store::{Named, Store, User, time_at};
use super::words::Mail;
use super::{custom_fields, groups, named};

pub(super) const WORD: &str = "user";

pub(super) fn list(call: &Call<'_>, store: &Store) -> Reply {
    let hits: Vec<_> = store.users.iter().filter(|(_, user)| matches(call, user)).collect();
    let page = Page::of(&call.query, call.options, hits.len());
    let records = page.cut(hits.into_iter()).into_iter().map(|(id, user)| write(store, *id, user)).collect();
    Reply::List(WORD, records, page)
}

/// The filters, which are not exact: a part of the text, in any case, will do.
fn matches(call: &Call<'_>, user: &User) -> bool {
    let text = |name, value: &str| call.query.find(name).is_none_or(|part| input::has(value, part));
    let one_of = |name, value: Option<u64>| {
        let mut wanted = call.query.all(name).peekable();
        wanted.peek().is_none() || wanted.any(|id| value.is_some_and(|value| id == value.to_string()))
    };
    let enabled = {
        let mut wanted = call.query.all("enabled").peekable();
        wanted.peek().is_none() || wanted.any(|word| matches!(word, "1" | "true") != user.disabled)
    };
    enabled
        && text("email", &user.email)
        && text("name", &user.name)
        && one_of("role", user.role)
        && one_of("site", user.site)
        && one_of("department", user.department)
}

pub(super) fn read(store: &Store, id: u64) -> Result<Reply, Refusal> {
    let user = store.users.get(&id).ok_or(NOT_FOUND)?;
    Ok(Reply::One(WORD, write(store, id, user)))
}

pub(super) fn create(call: &Call<'_>, store: &mut Store) -> Result<Reply, Refusal> {
    let sent = call.unwrap(WORD)?;
    let id = insert(store, &sent, call.options)?;
    send_mail(store, id);
    call.audit(store, "Create", WORD, id, &sent);
    let user = store.users.get(&id).ok_or(NOT_FOUND)?;
    Ok(Reply::Created(WORD, write(store, id, user)))
}

/// Stores a new user, without anything that somebody could notice.
pub(super) fn insert(
    store: &mut Store,
    sent: &Map<String, Value>,
    options: &SamanageOptions,
) -> Result<u64, Refusal> {
    let role = options.default_role.as_deref().and_then(|name| named::find(&store.roles, Sought::Key(name)));
    let user = changed(store, None, User { role, ..User::default() }, sent, options)?;
    Ok(store.insert_user(user))
}

pub(super) fn update(call: &Call<'_>, store: &mut Store, id: u64) -> Result<Reply, Refusal> {
    let old = store.users.get(&id).ok_or(NOT_FOUND)?.clone();
    let resends = call.query.find("send_activation_email") == Some("1");
    // Sending the mail again takes no body.
    if !(resends && call.body.is_empty()) {
        let sent = call.unwrap(WORD)?;
        let user = changed(store, Some(id), old, &sent, call.options)?;
        store.replace_user(id, user);
        call.audit(store, "Update", WORD, id, &sent);
    }
    if resends {
        send_mail(store, id);
    }
    read(store, id)
}

pub(super) fn delete(call: &Call<'_>, store: &mut Store, id: u64) -> Result<Reply, Refusal> {
    if id == 0 {
        return Err(bad("Invalid request."));
    }
    let name = store.users.get(&id).map(|user| user.email.clone()).ok_or(NOT_FOUND)?;
    store.remove_user(id);
    store.next_time();
    store.append_audit(call.caller, "Destroy", WORD, id, name);
    Ok(deleted(WORD))
}

fn send_mail(store: &mut Store, id: u64) {
    if let Some(user) = store.users.get(&id) {
        let mail = Mail { to: user.email.clone(), user: id };
        store.mails.push(mail);
    }
}

/// The user with what the request says, if all of it is in order.
fn changed(
    store: &mut Store,
    id: Option<u64>,
    mut user: User,
    sent: &Map<String, Value>,
    options: &SamanageOptions,
) -> Result<User, Refusal> {
    input::put_text(sent, "name", &mut user.name);
    input::put_text(sent, "email", &mut user.email);
    input::put_text(sent, "title", &mut user.title);
    input::put_text(sent, "phone", &mut user.phone);
    input::put_text(sent, "mobile_phone", &mut user.mobile_phone);
    input::put_flag(sent, "disabled", &mut user.disabled);

    let mut complaints = Vec::new();
    if user.name.trim().is_empty() {
        complaints.push(("name", BLANK));
    }
    if user.email.trim().is_empty() {
        complaints.push(("email", BLANK));
    } else if !is_address(&user.email) {
        complaints.push(("email", INVALID));
    } else if store.find_by_email(&user.email).is_some_and(|holder| Some(holder) != id) {
        complaints.push(("email", TAKEN));
    }
    let find_user = |sought: Sought<'_>| match sought {
        Sought::Key(email) => store.find_by_email(email),
        Sought::Id(id) => store.users.contains_key(&id).then_some(id),
    };
    let references = [
        input::put_reference(sent, "role", &mut user.role, "name", |sought| {
            named::find(&store.roles, sought)
        }),
        input::put_reference(sent, "site", &mut user.site, "name", |sought| {
            named::find(&store.sites, sought)
        }),
        input::put_reference(sent, "department", &mut user.department, "name", |sought| {
            named::find(&store.departments, sought)
        }),
        input::put_reference(sent, "reports_to", &mut user.reports_to, "email", find_user),
    ];
    complaints.extend(references.into_iter().filter_map(Result::err));
    if !complaints.is_empty() {
        return Err(Refusal::Invalid(complaints));
    }
    custom_fields::apply(store, &mut user.custom, sent, options)?;
    Ok(user)
}

fn is_address(text: &str) -> bool {
    let whole = !text.contains(char::is_whitespace);
    whole && text.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty())
}

/// The user as he is told of.
pub(super) fn write(store: &Store, id: u64, user: &User) -> Value {
    let reference = |all: &std::collections::BTreeMap<u64, Named>, id: Option<u64>, word| {
        id.and_then(|id| all.get(&id).map(|record| named::write(word, id, record)))
    };
    json!({
        "id": id,
        "name": user.name,
        "email": user.email,
        "title": user.title,
        "disabled": user.disabled,
        "phone": user.phone,
        "mobile_phone": user.mobile_phone,
        "role": reference(&store.roles, user.role, "role"),
        "site": reference(&store.sites, user.site, "site"),
        "department": reference(&store.departments, user.department, "department"),
        "reports_to": groups::write_superior(store, user.reports_to),
        "group_ids": user.groups,
        "custom_fields_values": custom_fields::write(store, &user.custom),
        "avatar": {"type": "initials", "color": "#00bcd4", "initials": initials(&user.name)},
        "created_at": time_at(user.created),
        "updated_at": time_at(user.updated),
        "last_login": null,
        "provider": null,
        "available_for_assignment": true,
        "can_be_available_for_assignment": true,
        "mfa_enabled": false,
        "salt": salt(id),
    })
}

fn initials(name: &str) -> String {
    name.split_whitespace().filter_map(|word| word.chars().next()).take(2).collect()
}

/// What no answer should have, and answers once had.
pub(super) fn salt(id: u64) -> String {
    format!("{:016x}{:016x}", id.wrapping_mul(0x9e37_79b9_7f4a_7c15), id.wrapping_mul(0xc2b2_ae3d_27d4_eb4f))
}

/// Who calls.
pub(super) fn profile(call: &Call<'_>, store: &Store) -> Result<Reply, Refusal> {
    read(store, call.caller).map_err(|_| Refusal::Status(StatusCode::UNAUTHORIZED, "You must sign in first."))
}
