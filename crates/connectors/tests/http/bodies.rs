//! Answers that are packed, endless, slow or huge.
use std::io::Write;
use std::time::Duration;

use anyhow::Result;
use flate2::{Compression, write::GzEncoder};
use purser_connectors::{EgressPolicy, ErrorKind, Unreachable};
use tokio::io::AsyncWriteExt;

use crate::support::{USER, answer, fail, open, policy, read, serve, serve_bytes};

fn pack(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(bytes)?;
    Ok(packer.finish()?)
}

#[tokio::test]
async fn a_packed_answer_is_unpacked() -> Result<()> {
    let bytes = answer("200 OK", "Content-Encoding: gzip\r\n", &pack(USER.as_bytes())?);
    let (address, _) = serve_bytes(bytes).await?;
    let (id, exchange) = read(open(policy()?, &format!("http://{address}/scim"))?.as_ref()).await?;
    assert_eq!(id.as_deref(), Some("1"));
    assert_eq!(exchange.response_body.as_deref(), Some(USER));
    Ok(())
}

#[tokio::test]
async fn a_small_answer_that_unfolds_into_a_large_one_is_refused() -> Result<()> {
    let packed = pack(&vec![b' '; 64 * 1024 * 1024])?;
    assert!(packed.len() < 100_000);
    let (address, _) = serve_bytes(answer("200 OK", "Content-Encoding: gzip\r\n", &packed)).await?;
    let error = fail(policy()?, &format!("http://{address}/scim")).await?;
    assert!(error.message().contains("more than 4096 KiB"), "{error}");
    Ok(())
}

#[tokio::test]
async fn an_answer_that_is_announced_or_grows_too_large_is_refused() -> Result<()> {
    let announced = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nx".to_vec();
    let endless = [b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".to_vec(), vec![b'x'; 8 << 20]].concat();
    for bytes in [announced, endless] {
        let (address, _) = serve_bytes(bytes).await?;
        let error = fail(policy()?, &format!("http://{address}/scim")).await?;
        assert!(error.message().contains("more than"), "{error}");
    }
    Ok(())
}

#[tokio::test]
async fn a_broken_packing_is_an_error_and_no_panic() -> Result<()> {
    let (address, _) =
        serve_bytes(answer("200 OK", "Content-Encoding: gzip\r\n", b"this was never packed")).await?;
    let error = fail(policy()?, &format!("http://{address}/scim")).await?;
    assert!(matches!(error.kind(), ErrorKind::Transient { .. }), "{error:?}");
    Ok(())
}

#[tokio::test]
async fn an_answer_that_stops_coming_ends_at_the_read_timeout() -> Result<()> {
    let (address, _) = serve(|_, mut socket| async move {
        let _ = socket.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{").await;
        std::future::pending::<()>().await;
    })
    .await?;
    let policy = EgressPolicy { read_timeout: Duration::from_millis(100), ..policy()? };
    let error = fail(policy, &format!("http://{address}/scim")).await?;
    assert_eq!(*error.kind(), ErrorKind::Unreachable(Unreachable::Timeout), "{error:?}");
    assert_eq!(error.exchange().and_then(|exchange| exchange.status), Some(200));
    Ok(())
}

#[tokio::test]
async fn an_answer_that_trickles_for_ever_ends_at_the_total_timeout() -> Result<()> {
    let (address, _) = serve(|_, mut socket| async move {
        let _ = socket.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n").await;
        let mut tick = tokio::time::interval(Duration::from_millis(20));
        while socket.write_all(b" ").await.is_ok() {
            tick.tick().await;
        }
    })
    .await?;
    let request_timeout = Duration::from_millis(300);
    let error =
        fail(EgressPolicy { request_timeout, ..policy()? }, &format!("http://{address}/scim")).await?;
    assert_eq!(*error.kind(), ErrorKind::Unreachable(Unreachable::Timeout), "{error:?}");
    Ok(())
}

#[tokio::test]
async fn a_header_without_end_is_an_error() -> Result<()> {
    let head = format!("HTTP/1.1 200 OK\r\nX-Long: {}\r\n\r\n", "x".repeat(4 << 20));
    let (address, _) = serve_bytes(head.into_bytes()).await?;
    let error = fail(policy()?, &format!("http://{address}/scim")).await?;
    assert!(matches!(error.kind(), ErrorKind::Transient { .. }), "{error:?}");
    Ok(())
}

#[tokio::test]
async fn a_picture_is_only_counted_in_the_transcript() -> Result<()> {
    let (address, _) = serve_bytes(answer("404 Not Found", "", &[0x89, b'P', b'N', b'G', 0, 0])).await?;
    let error = fail(policy()?, &format!("http://{address}/scim")).await?;
    let transcript = error.exchange().and_then(|exchange| exchange.response_body.as_deref());
    assert_eq!(transcript, Some("(6 bytes that are no text)"));
    Ok(())
}
