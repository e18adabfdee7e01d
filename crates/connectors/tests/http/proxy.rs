//! A proxy between us and the target.
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use purser_connectors::{EgressPolicy, ErrorKind, Proxy, Unreachable};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};

use crate::support::{USER, answer, fail, open, policy, read, read_request, serve_bytes};
use crate::tls::{serve_tls, trusting};

/// A proxy that tunnels whatever it's asked for to `port` on this machine, if the password is right; its address and
/// the requests it got.
async fn serve_proxy(port: u16) -> Result<(String, Arc<Mutex<Vec<String>>>)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let journal = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let journal = Arc::clone(&journal);
            tokio::spawn(async move {
                let request = read_request(&mut socket).await;
                // user:pass word
                let known = request.contains("Basic dXNlcjpwYXNzIHdvcmQ=");
                let tunnels = request.starts_with("CONNECT ");
                journal.lock().unwrap_or_else(PoisonError::into_inner).push(request);
                if !known {
                    let _ = socket
                        .write_all(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
                        .await;
                } else if tunnels {
                    let Ok(mut target) = TcpStream::connect(("127.0.0.1", port)).await else { return };
                    let _ = socket.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
                    let _ = tokio::io::copy_bidirectional(&mut socket, &mut target).await;
                } else {
                    let _ = socket.write_all(&answer("200 OK", "", USER.as_bytes())).await;
                }
            });
        }
    });
    Ok((address, asked))
}

fn behind(proxy: &str, direct: &[&str], policy: EgressPolicy) -> Result<EgressPolicy> {
    let direct: Vec<String> = direct.iter().map(|text| (*text).to_owned()).collect();
    let proxy = Proxy::parse(&format!("http://user:pass%20word@{proxy}"), &direct)?;
    Ok(EgressPolicy { proxy: Some(proxy), ..policy })
}

#[tokio::test]
async fn requests_go_through_the_proxy_with_its_credentials_and_keep_the_targets_to_themselves() -> Result<()>
{
    let (port, pem) = serve_tls(&[b"h2"]).await?;
    let (proxy, asked) = serve_proxy(port).await?;
    let (policy, _file) = trusting(&pem)?;
    let connector = open(behind(&proxy, &[], policy)?, &format!("https://localhost:{port}/scim"))?;
    assert_eq!(read(connector.as_ref()).await?.0.as_deref(), Some("HTTP/2.0"));
    let asked = asked.lock().unwrap();
    assert!(asked[0].starts_with(&format!("CONNECT localhost:{port} HTTP/1.1")), "{asked:?}");
    assert!(!asked[0].contains("t0ken"), "the target's token is not the proxy's: {asked:?}");
    Ok(())
}

#[tokio::test]
async fn a_name_that_does_not_resolve_here_is_the_proxys_to_resolve() -> Result<()> {
    let (port, pem) = serve_tls(&[]).await?;
    let (proxy, asked) = serve_proxy(port).await?;
    let (policy, _file) = trusting(&pem)?;
    let url = format!("https://only-the-proxy-knows.invalid:{port}/scim");
    let error = fail(behind(&proxy, &[], policy)?, &url).await?;
    // The tunnel was made, and the certificate behind it is another name's.
    assert_eq!(*error.kind(), ErrorKind::Unreachable(Unreachable::Tls), "{error:?}");
    assert_eq!(asked.lock().unwrap().len(), 1);
    Ok(())
}

#[tokio::test]
async fn private_targets_are_refused_behind_a_proxy_too_while_the_proxy_itself_may_be_private() -> Result<()>
{
    let (proxy, asked) = serve_proxy(1).await?;
    for url in ["https://localhost/scim", "http://localhost/scim"] {
        let policy = behind(&proxy, &[], EgressPolicy::default())?;
        let error = fail(policy, url).await?;
        assert!(error.message().contains("private or reserved"), "{error}");
    }
    for url in ["https://127.0.0.1/scim", "https://169.254.169.254/scim", "https://[::1]/scim"] {
        assert!(open(behind(&proxy, &[], EgressPolicy::default())?, url).is_err(), "{url}");
    }
    // Without TLS a name that says nothing here is not enough.
    let error = fail(behind(&proxy, &[], EgressPolicy::default())?, "http://unknown.invalid/scim").await?;
    assert_eq!(*error.kind(), ErrorKind::Unreachable(Unreachable::Dns), "{error:?}");
    assert!(asked.lock().unwrap().is_empty(), "nothing was sent");
    // The proxy's own name is no way around it.
    let port = proxy.rsplit(':').next().unwrap_or_default();
    let policy = behind(&format!("localhost:{port}"), &["localhost"], EgressPolicy::default())?;
    let error = fail(policy, "https://localhost/scim").await?;
    assert!(error.message().contains("private or reserved"), "{error}");
    Ok(())
}

#[tokio::test]
async fn hosts_that_are_called_directly_do_not_go_through_the_proxy() -> Result<()> {
    let (address, _) = serve_bytes(answer("200 OK", "", USER.as_bytes())).await?;
    let (proxy, asked) = serve_proxy(1).await?;
    let policy = behind(&proxy, &["127.0.0.0/8"], policy()?)?;
    assert_eq!(
        read(open(policy, &format!("http://{address}/scim"))?.as_ref()).await?.0.as_deref(),
        Some("1")
    );
    assert!(asked.lock().unwrap().is_empty());
    Ok(())
}

#[tokio::test]
async fn a_proxy_that_refuses_or_is_not_there_is_told_as_such_without_its_password() -> Result<()> {
    let (proxy, _) = serve_proxy(1).await?;
    let stranger = Proxy::parse(&format!("http://user:wr0ng@{proxy}"), &[])?;
    let nobody = Proxy::parse("http://user:wr0ng@127.0.0.1:1", &[])?;
    for proxy in [stranger, nobody] {
        let policy = EgressPolicy { proxy: Some(proxy), ..policy()? };
        let error = fail(policy, "https://127.0.0.1:9/scim").await?;
        assert_eq!(*error.kind(), ErrorKind::Unreachable(Unreachable::Connect), "{error:?}");
        assert!(error.message().contains("through the proxy 127.0.0.1"), "{error}");
        assert!(!format!("{error:?}").contains("wr0ng"));
    }
    Ok(())
}
