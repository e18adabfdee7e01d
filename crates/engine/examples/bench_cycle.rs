//! How fast an initial cycle is, against a fast target in the same process.
//!
//! ```text
//! cargo run --release -p purser-engine --example bench_cycle -- --users 10000
//! ```
//!
//! Everybody is looked for (one GET) and created (one POST). Afterwards a plain HTTP client sends the same requests
//! to a fresh target of the same kind, as many at once, so that the share of what the target can take is known.
#![expect(clippy::print_stdout, reason = "its output is the result")]

#[expect(dead_code, reason = "a bench does not do all that tests do")]
#[path = "../tests/it/world.rs"]
mod world;

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use futures::{StreamExt, stream};
use jiff::Timestamp;
use purser_domain::{
    expression,
    mapping::{CompiledMapping, default_user_mapping},
    plan::{Decision, Observed, References, Source, Step, Subject, Write, plan_object},
    scope::Scope,
    target_schema::TargetSchema,
};
use purser_engine::EngineSettings;
use purser_store::ManualClock;
use purser_testkit::{ScimTarget, TargetOptions};
use world::World;

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<()> {
    let users = read_users()?;
    let world = World::new().await?;
    println!("hiring {users} people …");
    for start in (0..users).step_by(5000) {
        world.hire((start..users.min(start + 5000)).map(|number| format!("person{number}"))).await?;
    }
    let before = read_memory();
    let begun = Instant::now();
    let outcome = world.engine().run_cycle(world.job).await?;
    let took = begun.elapsed();
    let peak = read_memory();
    ensure!(outcome.counts.created == users as u64, "created {} of {users}", outcome.counts.created);
    ensure!(world.target.count() == users, "the target holds {} of {users}", world.target.count());
    let requests = world.target.counts().total();
    let rate = per_second(users, took);
    println!("initial cycle:        {users} objects in {:.2} s", took.as_secs_f64());
    println!("objects per second:   {rate:.0}");
    println!("requests per object:  {:.3}", requests as f64 / users as f64);
    if let (Some(before), Some(peak)) = (before, peak) {
        println!(
            "peak memory:          {peak:.0} MiB (the target and its accounts included; {before:.0} MiB before the cycle)"
        );
    }
    let plain = per_second(users, run_plain_client(users).await?);
    println!("plain client:         {plain:.0} objects per second with the same requests");
    println!("share of plain:       {:.0} %", 100.0 * rate / plain);
    Ok(())
}

/// `--users N`, 10,000 without.
fn read_users() -> Result<usize> {
    let mut arguments = std::env::args().skip(1);
    let mut users = 10_000;
    while let Some(argument) = arguments.next() {
        ensure!(argument == "--users", "usage: bench_cycle [--users N]");
        users =
            arguments.next().context("--users wants a number")?.parse().context("--users wants a number")?;
    }
    Ok(users)
}

/// Peak resident memory of this process in MiB, where the system tells.
fn read_memory() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse::<f64>().ok().map(|kilobytes| kilobytes / 1024.0)
}

fn per_second(objects: usize, took: Duration) -> f64 {
    objects as f64 / took.as_secs_f64()
}

#[expect(clippy::disallowed_methods, reason = "the plain client that the engine is compared with")]
async fn run_plain_client(users: usize) -> Result<Duration> {
    let target = ScimTarget::start(TargetOptions::default()).await?;
    let client = reqwest::Client::builder().build()?;
    let clock = ManualClock::new("2026-11-21T08:00:00Z".parse()?);
    let mapping = CompiledMapping::compile(&default_user_mapping(), TargetSchema::scim_user())
        .map_err(|errors| anyhow::anyhow!("{errors:?}"))?;
    let context = expression::Context::at(Timestamp::UNIX_EPOCH);
    let url = format!("{}/Users", target.base_url());
    let scope = Scope {
        in_scope: true,
        reasons: Vec::new(),
        failed_clauses: Vec::new(),
        assignment: None,
        undecided: None,
    };
    let concurrency = EngineSettings::default().concurrency;
    let begun = Instant::now();
    let mut sent = stream::iter(0..users)
        .map(|number| {
            let user = world::person(&clock, &format!("person{number}"));
            let subject = Subject {
                source: Source::User(&user),
                scope: &scope,
                references: References::default(),
                roles: &[],
                context: &context,
            };
            let body = match plan_object(&mapping, subject, None, &Observed::None) {
                Step::Decided(Decision::Send(Write::Create(object))) => {
                    serde_json::to_vec(&object.body()).unwrap_or_default()
                }
                _ => Vec::new(),
            };
            let filter =
                format!("userName eq \"{}\"", user.attributes.user_principal_name.unwrap_or_default());
            let find = client.get(&url).query(&[("filter", filter)]).bearer_auth(target.token());
            let create = client
                .post(&url)
                .header("content-type", "application/scim+json")
                .body(body)
                .bearer_auth(target.token());
            async move {
                find.send().await?.error_for_status()?.bytes().await?;
                create.send().await?.error_for_status()?.bytes().await
            }
        })
        .buffer_unordered(concurrency);
    while let Some(answer) = sent.next().await {
        answer?;
    }
    let took = begun.elapsed();
    ensure!(target.count() == users, "the plain client made {} of {users}", target.count());
    Ok(took)
}
