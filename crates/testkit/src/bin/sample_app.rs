//! The sample application of the demo: a SCIM server with a page that shows its accounts.
//!
//! Not a part of the product, and no example of how to write a SCIM server: it keeps everything in memory and
//! checks one token.
use std::io::{ErrorKind, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Parser;
use purser_testkit::{ScimTarget, TargetOptions};

/// A sample application with a SCIM 2.0 endpoint at /scim/v2 and a page of its accounts at /.
#[derive(Debug, Parser)]
struct Arguments {
    /// Address to listen on; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Bearer token that the endpoint accepts.
    #[arg(long, env = "SAMPLE_APP_TOKEN", hide_env_values = true)]
    token: String,
    /// File that the accounts are kept in from one run to the next.
    #[arg(long)]
    data: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let options = TargetOptions { token: arguments.token, ..TargetOptions::default() };
    let target = ScimTarget::bind(arguments.listen, options)
        .await
        .with_context(|| format!("could not listen on {}", arguments.listen))?;
    if let Some(file) = &arguments.data {
        load(&target, file).await?;
    }
    // Programs that start this one read the address from the first line.
    let mut output = std::io::stdout().lock();
    writeln!(output, "Listening on http://{}/", target.address())?;
    output.flush()?;
    drop(output);

    let mut stop = std::pin::pin!(stopped());
    let mut saved = target.counts().total();
    loop {
        let stopping = tokio::select! {
            result = &mut stop => { result?; true }
            () = tokio::time::sleep(Duration::from_secs(1)) => false,
        };
        let seen = target.counts().total();
        if let Some(file) = arguments.data.as_deref().filter(|_| seen != saved) {
            save(&target, file).await?;
            saved = seen;
        }
        if stopping {
            return Ok(());
        }
    }
}

async fn stopped() -> Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        result = tokio::signal::ctrl_c() => result?,
        _ = terminate.recv() => {}
    }
    Ok(())
}

/// One account a line.
async fn load(target: &ScimTarget, file: &Path) -> Result<()> {
    let text = match tokio::fs::read_to_string(file).await {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error).with_context(|| format!("could not read {}", file.display())),
    };
    for (at, line) in text.lines().enumerate() {
        let account = serde_json::from_str(line)
            .with_context(|| format!("line {} of {} is not an account", at + 1, file.display()))?;
        target.restore(&account);
    }
    Ok(())
}

async fn save(target: &ScimTarget, file: &Path) -> Result<()> {
    let mut text = String::new();
    for account in target.accounts() {
        text.push_str(&account.to_string());
        text.push('\n');
    }
    // Written beside it and moved, so that a crash leaves the old file or the new one.
    let fresh = file.with_extension("new");
    tokio::fs::write(&fresh, text).await.with_context(|| format!("could not write {}", fresh.display()))?;
    tokio::fs::rename(&fresh, file).await.with_context(|| format!("could not write {}", file.display()))?;
    Ok(())
}
