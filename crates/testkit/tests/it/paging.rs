//! Pages of lists.
use purser_testkit::SamanageOptions;
use serde_json::json;

use crate::support::Desk;

/// With the administrator, so many users.
async fn desk_of(users: usize) -> Desk {
    let desk = Desk::open().await;
    for at in 1..users {
        desk.seat(&format!("User {at:03}"));
    }
    desk
}

#[tokio::test]
async fn fifty_are_on_a_page_unless_the_client_says_otherwise() {
    let desk = desk_of(60).await;
    assert_eq!(desk.get("/users.json").await.body.as_array().unwrap().len(), 50);
    assert_eq!(desk.get("/users.json?page=2").await.body.as_array().unwrap().len(), 10);
    assert_eq!(desk.get("/users.json?per_page=60").await.body.as_array().unwrap().len(), 60);
}

#[tokio::test]
async fn headers_tell_where_the_page_is() {
    let desk = desk_of(25).await;
    let heard = desk.get("/users.json?page=2&per_page=10").await;
    let told =
        ["x-per-page", "x-current-page", "x-total-count", "x-total-pages"].map(|name| heard.header(name));
    assert_eq!(told, [Some("10"), Some("2"), Some("25"), Some("3")]);
}

#[tokio::test]
async fn a_page_may_be_smaller_than_asked_for_and_not_be_the_last() {
    let desk = desk_of(120).await;
    let heard = desk.get("/users.json?per_page=500").await;
    assert_eq!(heard.body.as_array().unwrap().len(), 100);
    assert_eq!((heard.header("x-per-page"), heard.header("x-total-pages")), (Some("100"), Some("2")));
    let small = Desk::open_with(SamanageOptions { page: 1, max_page: 1, ..Default::default() }).await;
    small.seat("Kim Ito");
    assert_eq!(small.get("/users.json?per_page=50").await.header("x-total-pages"), Some("2"));
}

#[tokio::test]
async fn links_are_absolute_and_keep_the_filters() {
    let desk = desk_of(25).await;
    let heard = desk.get("/users.json?page=2&per_page=10&email=%40example.com&enabled%5B%5D=1").await;
    let base = desk.target.base_url();
    let url =
        |page: u32| format!("{base}/users.json?email=%40example.com&enabled%5B%5D=1&page={page}&per_page=10");
    let expected = format!(
        "<{}>; rel=\"first\", <{}>; rel=\"prev\", <{}>; rel=\"next\", <{}>; rel=\"last\"",
        url(1),
        url(1),
        url(3),
        url(3)
    );
    assert_eq!(heard.header("link"), Some(expected.as_str()));
}

#[tokio::test]
async fn the_first_page_has_none_before_and_the_last_none_after() {
    let desk = desk_of(25).await;
    let first = desk.get("/users.json?per_page=20").await;
    let last = desk.get("/users.json?per_page=20&page=2").await;
    let (first, last) = (first.header("link").unwrap(), last.header("link").unwrap());
    assert!(!first.contains("prev") && first.contains("next"), "{first}");
    assert!(last.contains("prev") && !last.contains("next"), "{last}");
}

#[tokio::test]
async fn links_lead_to_everybody_once() {
    let desk = desk_of(25).await;
    let mut path = "/users.json?per_page=7".to_owned();
    let mut seen = Vec::new();
    loop {
        let heard = desk.get(&path).await;
        seen.extend(heard.texts("email").into_iter().map(str::to_owned));
        let link = heard.header("link").unwrap().split(", ").find(|link| link.contains("rel=\"next\""));
        let Some(link) = link else { break };
        let url = link.split('>').next().unwrap().trim_start_matches('<');
        path = url.strip_prefix(&desk.target.base_url()).unwrap().to_owned();
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 25);
}

#[tokio::test]
async fn past_the_end_and_in_an_empty_list_there_is_nothing() {
    let desk = Desk::open().await;
    let past = desk.get("/users.json?page=9").await;
    assert_eq!((past.status, past.body), (200, json!([])));
    let empty = desk.get("/sites.json").await;
    assert_eq!(empty.header("x-total-count"), Some("0"));
    assert_eq!((empty.header("x-total-pages"), &empty.body), (Some("1"), &json!([])));
}

#[tokio::test]
async fn pages_that_are_no_numbers_are_the_first() {
    let desk = desk_of(3).await;
    for query in ["page=0", "page=-1", "page=x", "per_page=0", "per_page=x", "page="] {
        assert_eq!(desk.get(&format!("/users.json?{query}")).await.texts("email").len(), 3, "{query}");
    }
}
