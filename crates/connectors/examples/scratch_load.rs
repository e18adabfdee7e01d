//! scratch
#![allow(missing_docs, clippy::all, clippy::allow_attributes, clippy::allow_attributes_without_reason)]
#[path = "../tests/it/support.rs"]
#[allow(dead_code)]
mod support;
use support::*;
use futures::StreamExt;
use std::time::Instant;
use purser_testkit::*;
#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let target = ScimTarget::start(TargetOptions::default()).await?;
    let c = open_target(&target)?;
    let n = 20000;
    let writes: Vec<_> = (0..n).map(|i| write(&everything(&format!("user{i}@example.com"), "one")).unwrap()).collect();
    let queries: Vec<_> = (0..n).map(|i| query("userName", &format!("user{i}@example.com")).unwrap()).collect();
    let t = Instant::now();
    futures::stream::iter(&queries).map(|q| c.find(q)).buffer_unordered(32).for_each(|r| async { r.unwrap(); }).await;
    println!("find(none) {:.0}/s", n as f64 / t.elapsed().as_secs_f64());
    let t = Instant::now();
    let ids: Vec<String> = futures::stream::iter(&writes).map(|w| c.create(w)).buffer_unordered(32).map(|r| r.unwrap().value.id).collect().await;
    println!("create {:.0}/s", n as f64 / t.elapsed().as_secs_f64());
    let t = Instant::now();
    futures::stream::iter(&queries).map(|q| c.find(q)).buffer_unordered(32).for_each(|r| async { assert_eq!(r.unwrap().value.len(), 1); }).await;
    println!("find(one) {:.0}/s", n as f64 / t.elapsed().as_secs_f64());
    let ch = [change("title", Some("a".into()), Some("b".into()))?];
    let t = Instant::now();
    futures::stream::iter(&ids).map(|id| c.update(id, &ch)).buffer_unordered(32).for_each(|r| async { r.unwrap(); }).await;
    println!("patch {:.0}/s", n as f64 / t.elapsed().as_secs_f64());
    Ok(())
}
