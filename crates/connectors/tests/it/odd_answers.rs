//! Small fakes that answer in ways that were met in the wild.
use std::sync::Arc;

use anyhow::{Context, Result};
use axum::Router;
use axum::body::Body;
use axum::http::{Response, StatusCode};
use axum::response::IntoResponse;
use axum::routing::get;
use purser_connectors::{Connector, ConnectorError, Deleted, ErrorKind, Profile};
use purser_domain::object::ObjectKind::User;
use serde_json::json;

use crate::support::{change, kit, open, query, slim};

/// A target that answers everything with this.
async fn fake(
    status: u16,
    headers: &'static [(&str, &str)],
    body: &'static str,
) -> Result<Arc<dyn Connector>> {
    let answer = move || async move {
        let mut answer = Response::new(Body::from(body));
        *answer.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        for (name, value) in headers {
            answer.headers_mut().insert(*name, axum::http::HeaderValue::from_static(value));
        }
        answer
    };
    serve(Router::new().fallback(answer)).await
}

async fn serve(router: Router) -> Result<Arc<dyn Connector>> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/scim/", listener.local_addr()?);
    tokio::spawn(async move { axum::serve(listener, router).await });
    open(&kit()?, Profile::default(), &url, "s3cret-t0ken")
}

async fn check_error(
    status: u16,
    headers: &'static [(&str, &str)],
    body: &'static str,
) -> Result<ConnectorError> {
    fake(status, headers, body).await?.check(&[User]).await.err().context("the check must fail")
}

#[tokio::test]
async fn the_check_tells_what_it_met() -> Result<()> {
    for (status, headers, body, part) in [
        (200, &[("content-type", "text/html")][..], "<h1>Welcome</h1>", "web page"),
        (200, &[], "\n<!DOCTYPE html>", "web page"),
        (200, &[], "{\"Resources\":", "not JSON"),
        (200, &[], "{\"users\": []}", "not what SCIM prescribes"),
        (204, &[], "", "204"),
        (302, &[("location", "https://login.example.com/?state=1")], "", "https://login.example.com/"),
        (404, &[], "", "nothing at this address"),
        (404, &[("content-type", "text/html")], "<h1>Not found</h1>", "nothing at this address"),
        (
            400,
            &[],
            r#"{"detail":"userName is not filterable","scimType":"invalidFilter"}"#,
            "because of userName",
        ),
        (501, &[], "", "cannot do what was asked"),
    ] {
        let error = check_error(status, headers, body).await?;
        assert_eq!(*error.kind(), ErrorKind::Misconfigured, "{status} {body}");
        assert!(error.message().contains(part), "{status} {body}: {error}");
        assert!(!error.message().contains("state=1") && error.advice().ends_with('.'), "{error:?}");
    }
    Ok(())
}

#[tokio::test]
async fn lists_from_careless_servers_are_understood() -> Result<()> {
    for body in [
        r#"{"totalResults":1,"Resources":[{"id":7,"userName":"Kim@x"}]}"#,
        r#"{"resources":[{"ID":"7","USERNAME":"kim@X"}]}"#,
        "\u{feff}{\"totalResults\":\"1\",\"Resources\":[{\"id\":\"7\",\"userName\":\"kim@x\",\"emails\":null}]}",
    ] {
        let connector = fake(200, &[("content-type", "text/plain")], body).await?;
        let found = connector.find(User, &query("userName", "kim@x")?).await?.value;
        assert_eq!(found.len(), 1, "{body}");
        assert_eq!(found[0].id, "7", "{body}");
    }
    Ok(())
}

#[tokio::test]
async fn a_page_that_says_not_found_does_not_count_as_an_account_that_is_gone() -> Result<()> {
    let page = fake(404, &[("content-type", "text/html")], "<h1>Not found</h1>").await?;
    assert_eq!(*page.delete(User, "7").await.err().context("must fail")?.kind(), ErrorKind::Misconfigured);
    assert_eq!(*page.read(User, "7").await.err().context("must fail")?.kind(), ErrorKind::Misconfigured);
    let changes = [change("title", None, Some(json!("x")))?];
    assert_eq!(
        *page.update(User, "7", &changes).await.err().context("must fail")?.kind(),
        ErrorKind::Misconfigured
    );
    let scim = fake(404, &[], "").await?;
    assert_eq!(scim.delete(User, "7").await?.value, Deleted::WasGone);
    assert!(scim.read(User, "7").await?.value.is_none());
    Ok(())
}

/// Every Django server answers a DELETE so.
#[tokio::test]
async fn an_answer_without_a_body_is_no_web_page_whatever_its_header_says() -> Result<()> {
    let html: &[(&str, &str)] = &[("content-type", "text/html; charset=utf-8")];
    let changes = [change("title", None, Some(json!("x")))?];
    for status in [200, 202, 204] {
        let connector = fake(status, html, "").await?;
        assert_eq!(connector.delete(User, "7").await?.value, Deleted::Gone, "{status}");
        connector.update(User, "7", &changes).await?;
        let list = connector.check(&[User]).await.err().context("nothing is no list")?;
        let account = connector.read(User, "7").await.err().context("nothing is no account")?;
        for error in [list, account] {
            assert!(!error.message().contains("web page"), "{status}: {error}");
            assert!(status != 200 || error.message().contains("with nothing where SCIM"), "{error}");
        }
    }
    let gone = fake(404, html, "").await?;
    assert_eq!(gone.delete(User, "7").await?.value, Deleted::WasGone);
    assert!(gone.read(User, "7").await?.value.is_none());
    let made = &[("content-type", "text/html"), ("location", "https://x/scim/Users/42")];
    assert_eq!(fake(201, made, "").await?.create(User, &slim("kim@x")?).await?.value.id, "42");
    Ok(())
}

#[tokio::test]
async fn an_error_blames_the_attribute_that_the_target_named_also_when_it_was_not_sent() -> Result<()> {
    for (body, attribute) in [
        (
            r#"{"detail":"Required attribute name.familyName is missing","scimType":"invalidValue"}"#,
            "name.familyName",
        ),
        (r#"{"errors":[{"field":"familyName","message":"is required"}]}"#, "name.familyName"),
        (r#"{"detail":"userName must not be so short"}"#, "userName"),
    ] {
        let error = fake(400, &[], body).await?.create(User, &slim("kim@x")?).await.err();
        let error = error.context("must fail")?;
        let blamed = ErrorKind::Rejected { attribute: Some(attribute.to_owned()) };
        assert_eq!(*error.kind(), blamed, "{body}: {error}");
        assert!(error.message().contains(&format!("because of {attribute}")), "{error}");
    }
    Ok(())
}

#[tokio::test]
async fn a_delete_may_be_answered_with_the_account_and_a_create_with_200() -> Result<()> {
    let connector = fake(200, &[], r#"{"id":"7","userName":"kim@x"}"#).await?;
    assert_eq!(connector.delete(User, "7").await?.value, Deleted::Gone);
    assert_eq!(connector.create(User, &slim("kim@x")?).await?.value.id, "7");
    Ok(())
}

#[tokio::test]
async fn a_created_account_may_be_known_by_its_location_alone() -> Result<()> {
    let connector = fake(201, &[("location", "https://x/scim/Users/42")], "").await?;
    assert_eq!(connector.create(User, &slim("kim@x")?).await?.value.id, "42");
    let connector = fake(201, &[], "{}").await?;
    let error = connector.create(User, &slim("kim@x")?).await.err().context("must fail")?;
    assert_eq!(*error.kind(), ErrorKind::Ambiguous);
    Ok(())
}

#[tokio::test]
async fn ids_never_lead_a_request_to_another_place() -> Result<()> {
    let connector = fake(204, &[], "").await?;
    for id in ["", ".", ".."] {
        assert!(connector.delete(User, id).await.is_err(), "{id:?}");
    }
    let path = connector.delete(User, "../Groups/1?a=b#c").await?.exchange.path;
    assert_eq!(path, "/scim/Users/..%2FGroups%2F1%3Fa%3Db%23c");
    Ok(())
}

#[tokio::test]
async fn answers_without_end_are_cut_off() -> Result<()> {
    let endless = || async {
        let chunks = futures::stream::repeat_with(|| Ok::<_, std::io::Error>(vec![b' '; 64 * 1024]));
        Body::from_stream(chunks).into_response()
    };
    let connector = serve(Router::new().fallback(endless)).await?;
    let error = connector.check(&[User]).await.err().context("must fail")?;
    assert!(error.message().contains("more than 4096 KiB"), "{error}");
    Ok(())
}

#[tokio::test]
async fn what_an_error_quotes_never_holds_the_token() -> Result<()> {
    let body = r#"{"detail":"Bearer s3cret-t0ken is not known"}"#;
    let error = check_error(401, &[], body).await?;
    assert_eq!(error.body_excerpt(), Some(r#"{"detail":"Bearer *** is not known"}"#));
    assert!(!format!("{error:?}").contains("s3cret-t0ken"), "{error:?}");
    Ok(())
}

#[tokio::test]
async fn complaints_are_quoted_in_the_shapes_that_servers_use() -> Result<()> {
    for body in [
        r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"detail":"title is too long."}"#,
        r#"{"Errors":[{"description":"title is too long","code":400}]}"#,
        r#"{"message":"title is too long"}"#,
        r#"{"error":{"message":"title is too long"}}"#,
        r#"{"error":"title is too long"}"#,
    ] {
        let connector = fake(400, &[], body).await?;
        let changes = [
            change("title", Some(json!("a")), Some(json!("b")))?,
            change("userName", None, Some(json!("c")))?,
        ];
        let error = connector.update(User, "7", &changes).await.err().context("must fail")?;
        assert_eq!(*error.kind(), ErrorKind::Rejected { attribute: Some("title".to_owned()) }, "{body}");
        assert!(
            error.message().ends_with("because of title (400 Bad Request): title is too long."),
            "{error}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_target_tells_about_itself_as_far_as_it_can() -> Result<()> {
    let core = "urn:ietf:params:scim:schemas:core:2.0:User";
    let schema = json!([{"id": core, "attributes": [{"name": "badge", "type": "integer"}]}]).to_string();
    let told = Router::new()
        .route("/scim/ServiceProviderConfig", get(|| async { r#"{"patch":{"supported":false}}"# }))
        .route("/scim/Schemas", get(|| async { schema }))
        .route("/scim/ResourceTypes", get(|| async { "\"nonsense\"" }));
    let found = serve(told).await?.discover().await?;
    assert_eq!(found.settings.0.get("patch"), Some(&json!(false)));
    assert_eq!(found.attributes[0].1[0].name, "badge");
    assert_eq!((found.remarks.len(), found.exchanges.len()), (1, 3));
    let found = fake(404, &[], "{}").await?.discover().await?;
    assert_eq!((found.attributes.len(), found.remarks.len()), (0, 3));
    Ok(())
}
