//! A Samanage for trying out by hand: a fake of the service with a few records in it.
//!
//! Not a part of the product. Everything is in memory, and gone when it stops.
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};

use anyhow::{Context, Result};
use clap::Parser;
use purser_testkit::{FieldType, Kind, SamanageOptions, SamanageTarget};
use serde_json::json;

/// A fake Samanage (SolarWinds Service Desk) on the loopback interface, with a few roles, sites, departments, users
/// and groups.
#[derive(Debug, Parser)]
struct Arguments {
    /// Port to listen on; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Token that is accepted; without it one is made and shown.
    #[arg(long, env = "SAMPLE_SAMANAGE_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// Also accepts HTTP Basic and Digest, for admin@example.com with this password.
    #[arg(long, env = "SAMPLE_SAMANAGE_PASSWORD", hide_env_values = true)]
    password: Option<String>,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let defaults = SamanageOptions::default();
    let with_password = arguments.password.is_some();
    let is_shown = arguments.token.is_none();
    let options = SamanageOptions {
        token: arguments.token.unwrap_or(defaults.token),
        password: arguments.password.unwrap_or(defaults.password),
        basic: with_password,
        digest: with_password,
        ..SamanageOptions::default()
    };
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, arguments.port));
    let target = SamanageTarget::bind(address, options)
        .await
        .with_context(|| format!("could not listen on {address}"))?;
    fill(&target);
    // Programs that start this one read the address from the first line.
    let mut output = std::io::stdout().lock();
    writeln!(output, "Listening on {}/", target.base_url())?;
    if is_shown {
        writeln!(output, "Secret token: {}", target.token())?;
    }
    output.flush()?;
    drop(output);

    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        result = tokio::signal::ctrl_c() => result?,
        _ = terminate.recv() => {}
    }
    Ok(())
}

/// Records to look at. None of them can be refused: the server is new, and their names differ.
fn fill(target: &SamanageTarget) {
    for (name, description) in
        [("Service Agent User", "Works on tickets"), ("Service Task User", "Works on tasks")]
    {
        target.insert(Kind::Roles, json!({"name": name, "description": description}));
    }
    for (name, location) in [("Headquarters", "Berlin"), ("Plant", "Brno")] {
        target.insert(Kind::Sites, json!({"name": name, "location": location}));
    }
    for name in ["Finance", "Information Technology", "Production"] {
        target.insert(Kind::Departments, json!({"name": name}));
    }
    target.insert_custom_field("Badge number", FieldType::Text);
    target.insert_custom_field("Start date", FieldType::Date);
    let people = [
        ("Noor Haddad", "noor.haddad@example.com", "Service desk lead", "Information Technology"),
        ("Tomás Novák", "tomas.novak@example.com", "Shift supervisor", "Production"),
        ("Wanjiru Mwangi", "wanjiru.mwangi@example.com", "Accountant", "Finance"),
    ];
    let users: Vec<_> = people
        .into_iter()
        .filter_map(|(name, email, title, department)| {
            let user = json!({
                "name": name, "email": email, "title": title,
                "department": {"name": department}, "site": {"name": "Headquarters"},
            });
            target.insert(Kind::Users, user)
        })
        .collect();
    if let Some(group) = target.insert(Kind::Groups, json!({"name": "Service desk"})) {
        for user in users.into_iter().take(2) {
            target.insert_member(group, user);
        }
    }
}
