//! Redirects.
use anyhow::Result;
use purser_connectors::ErrorKind;

use crate::support::{USER, answer, fail, open, policy, read, send, serve, serve_bytes};

#[tokio::test]
async fn a_get_follows_a_redirect_on_the_same_host_with_its_credentials() -> Result<()> {
    let (address, asked) = serve(|request, socket| async move {
        let moved = request.starts_with("GET /scim/");
        assert!(request.to_lowercase().contains("authorization: bearer"), "{request}");
        let bytes = if moved {
            answer("301 Moved Permanently", "Location: /v2/Users/1\r\n", b"")
        } else {
            answer("200 OK", "", USER.as_bytes())
        };
        send(socket, &bytes).await;
    })
    .await?;
    let (id, exchange) = read(open(policy()?, &format!("http://{address}/scim"))?.as_ref()).await?;
    assert_eq!(id.as_deref(), Some("1"));
    assert_eq!(exchange.path, "/scim/Users/1");
    assert_eq!(*asked.lock().unwrap(), ["GET /scim/Users/1 HTTP/1.1", "GET /v2/Users/1 HTTP/1.1"]);
    Ok(())
}

#[tokio::test]
async fn redirects_in_a_circle_end() -> Result<()> {
    let (address, asked) = serve_bytes(answer("302 Found", "Location: /scim/Users/1\r\n", b"")).await?;
    let error = fail(policy()?, &format!("http://{address}/scim")).await?;
    assert_eq!(*error.kind(), ErrorKind::Misconfigured);
    assert_eq!(asked.lock().unwrap().len(), 4);
    Ok(())
}

#[tokio::test]
async fn a_redirect_to_another_host_port_or_scheme_is_not_followed() -> Result<()> {
    let (other, asked) = serve_bytes(answer("200 OK", "", USER.as_bytes())).await?;
    let port = other.rsplit(':').next().unwrap_or_default();
    for location in [format!("http://{other}/x"), format!("http://localhost:{port}/x"), "https:/x".to_owned()]
    {
        let location = format!("Location: {location}\r\n");
        let (address, _) = serve_bytes(answer("302 Found", &location, b"")).await?;
        let error = fail(policy()?, &format!("http://{address}/scim")).await?;
        assert_eq!(*error.kind(), ErrorKind::Misconfigured);
        assert!(error.advice().contains("redirect"), "{error:?}");
    }
    assert!(asked.lock().unwrap().is_empty());
    Ok(())
}

#[tokio::test]
async fn only_a_get_follows_a_redirect() -> Result<()> {
    let (address, asked) = serve_bytes(answer("307 Temporary Redirect", "Location: /x\r\n", b"")).await?;
    let connector = open(policy()?, &format!("http://{address}/scim"))?;
    connector.delete(purser_domain::object::ObjectKind::User, "1").await.unwrap_err();
    assert_eq!(*asked.lock().unwrap(), ["DELETE /scim/Users/1 HTTP/1.1"]);
    Ok(())
}
