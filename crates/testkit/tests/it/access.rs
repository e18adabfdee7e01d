//! Who is let in, to what, and in which version.
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use md5::{Digest as _, Md5};
use purser_testkit::{Kind, SamanageOptions};
use reqwest::Method;
use reqwest::header::{ACCEPT, AUTHORIZATION};
use serde_json::{Value, json};

use crate::support::{Desk, Heard, V2_1, hear};

#[tokio::test]
async fn the_entry_point_lists_the_services_and_where_they_are() {
    let desk = Desk::open().await;
    let heard = desk.get("/api.json").await;
    assert_eq!(heard.status, 200);
    let base = desk.target.base_url();
    for (name, path) in [
        ("Users", "users"),
        ("Groups", "groups"),
        ("Roles", "roles"),
        ("Sites", "sites"),
        ("Departments", "departments"),
    ] {
        let service = json!({"name": name, "href": format!("{base}/{path}.json")});
        assert!(heard.body.as_array().unwrap().contains(&service), "{name}: {}", heard.body);
    }
}

#[tokio::test]
async fn a_token_is_taken_from_its_own_header_only() {
    let desk = Desk::open().await;
    let token = desk.target.token();
    assert_eq!(hear(desk.ask_as(token, Method::GET, "/api.json")).await.status, 200);
    assert_eq!(hear(desk.ask_as("wrong", Method::GET, "/api.json")).await.status, 401);
    assert_eq!(hear(desk.ask(Method::GET, "/api.json")).await.status, 401);
    let elsewhere = desk.ask(Method::GET, "/api.json").header(AUTHORIZATION, format!("Bearer {token}"));
    assert_eq!(hear(elsewhere).await.status, 401);
}

#[tokio::test]
async fn a_token_says_whose_it_is_and_not_when_it_ends() {
    let desk = Desk::open().await;
    let payload = desk.target.token().split('.').nth(1).unwrap();
    let payload: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
    assert_eq!(payload["user_ic"], desk.target.admin());
    assert!(payload["generated_at"].is_string() && payload.get("exp").is_none());
    let heard = desk.get(&format!("/users/{}.json", payload["user_ic"])).await;
    assert_eq!(heard.body["email"], "admin@example.com");
}

#[tokio::test]
async fn a_token_dies_with_a_reset_and_when_its_user_is_disabled() {
    let desk = Desk::open().await;
    let kim = desk.seat("Kim Ito");
    let first = desk.target.reset_token(kim).unwrap();
    let second = desk.target.reset_token(kim).unwrap();
    let status = async |token: &str| hear(desk.ask_as(token, Method::GET, "/profile.json")).await.status;
    assert_eq!((status(&first).await, status(&second).await), (401, 200));
    desk.put(&format!("/users/{kim}.json"), json!({"user": {"disabled": true}})).await;
    assert_eq!(status(&second).await, 401);
    desk.put(&format!("/users/{kim}.json"), json!({"user": {"disabled": false}})).await;
    assert_eq!(status(&second).await, 401, "it does not come back with its user");
    assert_eq!(desk.target.reset_token(1), None);
}

#[tokio::test]
async fn a_token_of_somebody_whose_role_lacks_access_is_403() {
    let desk = Desk::open().await;
    let kim = desk.seat("Kim Ito");
    let token = desk.target.reset_token(kim).unwrap();
    assert_eq!(hear(desk.ask_as(&token, Method::GET, "/users.json")).await.status, 403);
    assert_eq!(hear(desk.ask_as(&token, Method::GET, "/api.json")).await.status, 200);
}

#[tokio::test]
async fn a_service_can_be_taken_from_every_role() {
    let desk = Desk::open().await;
    desk.target.forbid("roles");
    assert_eq!(desk.get("/roles.json").await.status, 403);
    assert_eq!(desk.get("/users.json").await.status, 200);
    desk.target.permit("roles");
    assert_eq!(desk.get("/roles.json").await.status, 200);
}

#[tokio::test]
async fn basic_is_accepted_where_it_is_switched_on() {
    let desk = Desk::open_with(SamanageOptions { basic: true, bearer: false, ..Default::default() }).await;
    let status = async |name: &str, password: &str| {
        let request = desk.ask(Method::GET, "/api.json").basic_auth(name, Some(password));
        hear(request).await.status
    };
    assert_eq!(status("admin@example.com", "pa55word").await, 200);
    assert_eq!(status("admin@example.com", "password").await, 401);
    assert_eq!(status("kim@example.com", "pa55word").await, 401);
    let heard = desk.get("/api.json").await;
    assert_eq!((heard.status, heard.header("www-authenticate")), (401, Some("Basic realm=\"Application\"")));

    let without = Desk::open().await;
    let request = without.ask(Method::GET, "/api.json").basic_auth("admin@example.com", Some("pa55word"));
    let heard = hear(request).await;
    assert_eq!((heard.status, heard.header("www-authenticate")), (401, None));
}

#[tokio::test]
async fn digest_is_accepted_after_its_challenge() {
    let desk = Desk::open_with(digest()).await;
    let path = "/users.json?per_page=1";
    let nonce = nonce_of(&hear(desk.ask(Method::GET, path)).await);
    assert_eq!(sign(&desk, path, &nonce, 1, "pa55word").await.status, 200);
    assert_eq!(sign(&desk, path, &nonce, 1, "pa55word").await.status, 401, "a proof is good once");
    assert_eq!(sign(&desk, path, &nonce, 2, "pa55word").await.status, 200);
    assert_eq!(sign(&desk, path, &nonce, 3, "password").await.status, 401);
    assert_eq!(sign(&desk, path, "bm9uY2U=,99", 1, "pa55word").await.status, 401);
}

#[tokio::test]
async fn a_used_up_nonce_is_told_to_be_stale() {
    let desk = Desk::open_with(SamanageOptions { nonce_uses: Some(1), ..digest() }).await;
    let nonce = nonce_of(&hear(desk.ask(Method::GET, "/api.json")).await);
    assert_eq!(sign(&desk, "/api.json", &nonce, 1, "pa55word").await.status, 200);
    let heard = sign(&desk, "/api.json", &nonce, 2, "pa55word").await;
    assert!(heard.status == 401 && heard.header("www-authenticate").unwrap().contains("stale=true"));
    let fresh = nonce_of(&heard);
    assert_eq!(sign(&desk, "/api.json", &fresh, 1, "pa55word").await.status, 200);
}

#[tokio::test]
async fn all_three_ways_in_can_be_open_at_once() {
    let desk = Desk::open_with(SamanageOptions { basic: true, bearer: true, ..digest() }).await;
    assert_eq!(desk.get("/api.json").await.status, 200);
    let heard = hear(desk.ask(Method::GET, "/api.json")).await;
    let challenges: Vec<_> = heard.headers.get_all("www-authenticate").iter().collect();
    assert_eq!(challenges.len(), 2, "{challenges:?}");
}

#[tokio::test]
async fn no_version_is_the_newest_and_an_unsupported_one_is_406() {
    let desk = Desk::open().await;
    let status = async |accept: Option<&str>| {
        let request = desk.ask_as(desk.target.token(), Method::GET, "/api.json");
        hear(match accept {
            None => request,
            Some(accept) => request.header(ACCEPT, accept),
        })
        .await
        .status
    };
    assert_eq!(status(None).await, 200);
    assert_eq!(status(Some(V2_1)).await, 200);
    assert_eq!(status(Some("application/json")).await, 200);
    for accept in ["application/vnd.samanage.v9.9+json", "application/vnd.samanage.v1.1+json", "text/html"] {
        assert_eq!(status(Some(accept)).await, 406, "{accept}");
    }
    let old = Desk::open_with(SamanageOptions { versions: vec!["1.1", "2.1"], ..Default::default() }).await;
    let request = old.ask_as(old.target.token(), Method::GET, "/api.json");
    assert_eq!(hear(request.header(ACCEPT, "application/vnd.samanage.v1.1+json")).await.status, 200);
}

#[tokio::test]
async fn paths_end_in_json() {
    let desk = Desk::open().await;
    for path in ["/users", "/", "/users/1003", "/nothing.json", "/users/kim.json"] {
        assert_eq!(desk.get(path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn the_profile_is_the_callers_own() {
    let desk = Desk::open().await;
    let heard = desk.get("/profile.json").await;
    assert_eq!((heard.status, heard.id()), (200, desk.target.admin()));
    let kim = desk.seat("Kim Ito");
    let token = desk.target.reset_token(kim).unwrap();
    assert_eq!(hear(desk.ask_as(&token, Method::GET, "/profile.json")).await.id(), kim);
}

#[tokio::test]
async fn audits_tell_who_changed_what_the_newest_first() {
    let desk = Desk::open().await;
    let site = desk.post("/sites.json", json!({"site": {"name": "Plant"}})).await.id();
    let body = json!({"user": {"name": "Kim", "email": "kim@example.com"}});
    let kim = desk.post("/users.json", body).await.id();
    desk.put(&format!("/users/{kim}.json"), json!({"user": {"title": "Clerk", "phone": "1"}})).await;
    desk.delete(&format!("/sites/{site}.json")).await;
    desk.target.insert(Kind::Sites, json!({"name": "Made by hand"})).unwrap();

    let heard = desk.get("/audits.json").await;
    assert_eq!(heard.texts("action"), ["Destroy", "Update", "Create", "Create"]);
    assert_eq!(heard.texts("message")[1], "title, phone");
    let update = &heard.body[1];
    assert_eq!((&update["item_type"], &update["item_id"]), (&json!("user"), &json!(kim)));
    assert_eq!(update["user"]["email"], "admin@example.com");
    assert_eq!(desk.get("/audits.json?per_page=1").await.header("x-total-count"), Some("4"));
}

fn digest() -> SamanageOptions {
    SamanageOptions { digest: true, bearer: false, ..SamanageOptions::default() }
}

fn nonce_of(heard: &Heard) -> String {
    assert_eq!(heard.status, 401);
    let challenge = heard.header("www-authenticate").unwrap();
    assert!(challenge.starts_with("Digest ") && challenge.contains("qop=\"auth\""), "{challenge}");
    challenge.split("nonce=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

/// Asks with a proof made by the book, RFC 7616 3.4.
async fn sign(desk: &Desk, path: &str, nonce: &str, count: u32, password: &str) -> Heard {
    let name = "admin@example.com";
    let count = format!("{count:08x}");
    let who = hash(&format!("{name}:Application:{password}"));
    let what = hash(&format!("GET:{path}"));
    let proof = hash(&format!("{who}:{nonce}:{count}:cafe:auth:{what}"));
    let header = format!(
        "Digest username=\"{name}\", realm=\"Application\", nonce=\"{nonce}\", uri=\"{path}\", algorithm=MD5, \
         qop=auth, nc={count}, cnonce=\"cafe\", response=\"{proof}\", opaque=\"b3BhcXVl\""
    );
    hear(desk.ask(Method::GET, path).header(AUTHORIZATION, header)).await
}

fn hash(text: &str) -> String {
    Md5::digest(text).iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    })
}

#[tokio::test]
async fn broken_credentials_are_401_and_nothing_worse() {
    let options = SamanageOptions { basic: true, digest: true, ..SamanageOptions::default() };
    let desk = Desk::open_with(options).await;
    let no_colon = format!("Basic {}", STANDARD.encode("admin"));
    for header in ["Basic !", &no_colon, "Digest", "Digest =,=\"", "Digest username=\"admin@example.com", ""]
    {
        let heard = hear(desk.ask(Method::GET, "/api.json").header(AUTHORIZATION, header)).await;
        assert_eq!(heard.status, 401, "{header}");
    }
}
