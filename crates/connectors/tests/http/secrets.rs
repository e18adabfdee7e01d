//! Credentials that a target echoes, and rate limits that many connectors share.
use std::time::{Duration, Instant};

use anyhow::Result;
use purser_connectors::{Counted, HttpKit, RateLimit};

use crate::support::{TOKEN, answer, open, open_with, policy, read, send, serve, serve_bytes};

#[tokio::test]
async fn a_target_that_echoes_the_request_does_not_bring_the_token_into_a_transcript() -> Result<()> {
    for status in ["200 OK", "400 Bad Request", "401 Unauthorized", "500 Internal Server Error"] {
        let (address, _) = serve(move |request, socket| async move {
            let escaped = serde_json::to_string(&request).unwrap_or_default().replace('/', "\\/");
            let body = format!(
                "{{\"detail\":{escaped},\"id\":\"1\",\"userName\":\"a\",\"other\":\"{TOKEN}\",\"password\":\"hunter2\"}}"
            );
            send(socket, &answer(status, "", body.as_bytes())).await;
        })
        .await?;
        let connector = open(policy()?, &format!("http://{address}/scim?key={}", TOKEN.replace('/', "%2F")))?;
        let seen = match read(connector.as_ref()).await {
            Ok((_, exchange)) => format!("{exchange:?}"),
            Err(error) => format!("{error} {} {error:?}", error.advice()),
        };
        assert!(seen.contains("***"), "{status}: {seen}");
        assert!(!seen.contains("t0ken") && !seen.contains("hunter2"), "{status}: {seen}");
    }
    Ok(())
}

#[tokio::test]
async fn requests_are_held_back_to_the_profiles_limits_across_connectors() -> Result<()> {
    let (address, asked) = serve_bytes(answer("404 Not Found", "", b"{}")).await?;
    let kit = HttpKit::new(policy()?)?;
    let limit = RateLimit { requests: Counted::Reads, count: 2, seconds: 1, burst: None };
    let open = || {
        let limits = vec![limit.clone()];
        open_with(&kit, &format!("http://{address}/scim"), move |template| {
            template.profile.common.limits.clone_from(&limits);
        })
    };
    let (one, other) = (open()?, open()?);
    let started = Instant::now();
    for _ in 0..2 {
        read(one.as_ref()).await?;
        let (_, exchange) = read(other.as_ref()).await?;
        assert!(exchange.duration < Duration::from_millis(900), "waiting is no part of the request");
    }
    read(one.as_ref()).await?;
    assert!(started.elapsed() >= Duration::from_secs(2), "{:?}", started.elapsed());
    assert_eq!(asked.lock().unwrap().len(), 5);
    Ok(())
}
