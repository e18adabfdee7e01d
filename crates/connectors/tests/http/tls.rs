//! Own authorities, and HTTP/2.
use std::io::Write;
use std::sync::Arc;

use anyhow::Result;
use http_body_util::Full;
use hyper::body::Bytes;
use hyper_util::rt::{TokioExecutor, TokioIo};
use purser_connectors::{EgressPolicy, ErrorKind, HttpKit, Unreachable};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::support::{fail, open, policy, read};

/// A server with a certificate of its own making for `localhost`; its port and the certificate in PEM. It answers with
/// a user whose id is the version of HTTP that was spoken.
pub(crate) async fn serve_tls(protocols: &[&[u8]]) -> Result<(u16, String)> {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()])?;
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let provider = Arc::new(tokio_rustls::rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)?;
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(socket) = acceptor.accept(socket).await else { return };
                let http2 = socket.get_ref().1.alpn_protocol() == Some(b"h2");
                let service =
                    hyper::service::service_fn(|request: hyper::Request<hyper::body::Incoming>| async move {
                        let body = format!("{{\"id\":\"{:?}\",\"userName\":\"ann\"}}", request.version());
                        let mut answer = hyper::Response::new(Full::new(Bytes::from(body)));
                        let json = hyper::header::HeaderValue::from_static("application/scim+json");
                        answer.headers_mut().insert(hyper::header::CONTENT_TYPE, json);
                        Ok::<_, std::convert::Infallible>(answer)
                    });
                let io = TokioIo::new(socket);
                if http2 {
                    let server = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
                    let _ = server.serve_connection(io, service).await;
                } else {
                    let _ = hyper::server::conn::http1::Builder::new().serve_connection(io, service).await;
                }
            });
        }
    });
    Ok((port, made.cert.pem()))
}

pub(crate) fn trusting(pem: &str) -> Result<(EgressPolicy, tempfile::NamedTempFile)> {
    let mut file = tempfile::NamedTempFile::new()?;
    file.write_all(pem.as_bytes())?;
    Ok((EgressPolicy { ca_file: Some(file.path().to_owned()), ..policy()? }, file))
}

#[tokio::test]
async fn a_certificate_of_an_own_authority_is_trusted_when_the_ca_file_has_it_and_only_then() -> Result<()> {
    let (port, pem) = serve_tls(&[]).await?;
    let url = format!("https://localhost:{port}/scim");
    let error = fail(policy()?, &url).await?;
    assert_eq!(*error.kind(), ErrorKind::Unreachable(Unreachable::Tls), "{error:?}");
    let (policy, _file) = trusting(&pem)?;
    let (id, _) = read(open(policy.clone(), &url)?.as_ref()).await?;
    assert_eq!(id.as_deref(), Some("HTTP/1.1"));
    let error = fail(policy, &format!("https://127.0.0.1:{port}/scim")).await?;
    assert_eq!(*error.kind(), ErrorKind::Unreachable(Unreachable::Tls), "the name must be right: {error:?}");
    Ok(())
}

#[tokio::test]
async fn http2_is_spoken_where_the_server_offers_it() -> Result<()> {
    for (protocols, version) in
        [(&[b"h2" as &[u8], b"http/1.1"][..], "HTTP/2.0"), (&[b"http/1.1"], "HTTP/1.1")]
    {
        let (port, pem) = serve_tls(protocols).await?;
        let (policy, _file) = trusting(&pem)?;
        let connector = open(policy, &format!("https://localhost:{port}/scim"))?;
        for _ in 0..2 {
            assert_eq!(read(connector.as_ref()).await?.0.as_deref(), Some(version));
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_ca_file_that_cannot_be_used_is_told_with_its_path() -> Result<()> {
    let garbage = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for text in ["", "no certificate at all", "-----BEGIN CERTIFICATE-----\n!!\n", garbage] {
        let (policy, file) = trusting(text)?;
        let error = HttpKit::new(policy).err().unwrap();
        assert_eq!(*error.kind(), ErrorKind::Misconfigured);
        let path = file.path().display().to_string();
        assert!(error.message().contains(&path), "{text:?}: {error}");
    }
    let missing = EgressPolicy { ca_file: Some("/nowhere/at/all.pem".into()), ..policy()? };
    let error = HttpKit::new(missing).err().unwrap();
    assert!(error.message().contains("/nowhere/at/all.pem"), "{error}");
    Ok(())
}
