//! `purser serve`: everything that runs for ever, and how it ends.
//!
//! A first SIGTERM or SIGINT stops the listener, tells running cycles to stop at their next object and
//! waits for both, bounded by `shutdown_seconds`; a second one ends the process at once. Whatever the
//! moment, nothing is lost: that is the engine's promise for a crash, and a shutdown is only a kinder one.

use std::{future::Future, time::Duration};

use tokio::{net::TcpListener, task::JoinSet};
use tokio_util::sync::CancellationToken;

use super::{chores::CHORES, console::say};
use crate::{
    assembly::{make_data_dir, open},
    connections::{self, ConnectionLimits},
    data_lock, descriptors,
    error::ServerError,
    settings::Settings,
};

type Part = Result<(), ServerError>;

pub(super) async fn serve(settings: Settings) -> Result<(), ServerError> {
    make_data_dir(&settings.data_dir)?;
    let _lock = data_lock::acquire(&settings.data_dir)?;
    let assembly = open(settings).await?;
    let settings = assembly.settings();
    let listening = |source| ServerError::Listen { address: settings.listen, source };
    let listener = TcpListener::bind(settings.listen).await.map_err(listening)?;
    let bound = listener.local_addr().map_err(listening)?;
    let base_url = settings.base_url(bound);
    warn_about_missing_files();

    let shutdown = assembly.shutdown.clone();
    let mut parts = JoinSet::new();
    let limits = ConnectionLimits::for_process(descriptors::raise().unwrap_or(u64::MAX), settings.behind_tls);
    let (router, stop) = (assembly.router(), shutdown.clone());
    parts.spawn(async move {
        connections::serve(listener, router, limits, stop).await;
        Ok(())
    });
    let (engine, stop) = (assembly.engine.clone(), shutdown.clone());
    parts.spawn(async move { engine.run(stop).await.map_err(|error| background("the engine", error)) });
    let (portal, stop) = (assembly.portal.clone(), shutdown.clone());
    parts.spawn(async move {
        portal.work_imports(stop).await.map_err(|error| background("the import worker", error))
    });
    for chore in CHORES {
        parts.spawn(chore.keep_doing(assembly.portal.clone(), assembly.store.clone(), shutdown.clone()));
    }

    tracing::info!(address = %bound, data = %settings.data_dir.display(), "Purser is running");
    if let Some(token) = assembly.portal.issue_setup_link().await? {
        say(&format!("Open {base_url}/setup?token={token} to create the first administrator"))?;
    }
    // Programs that start this one wait for this line and read the address from it.
    say(&format!("Listening on http://{bound}"))?;
    run_until_signal(parts, shutdown, Duration::from_secs(u64::from(settings.shutdown_seconds))).await
}

async fn run_until_signal(mut parts: JoinSet<Part>, shutdown: CancellationToken, patience: Duration) -> Part {
    let mut outcome = Ok(());
    tokio::select! {
        name = wait_for_signal() => tracing::info!(signal = name, "shutting down"),
        ended = parts.join_next() => outcome = flatten(ended),
    }
    shutdown.cancel();
    let rest = async {
        let mut outcome = Ok(());
        while let Some(ended) = parts.join_next().await {
            outcome = outcome.and(flatten(Some(ended)));
        }
        outcome
    };
    tokio::select! {
        ended = tokio::time::timeout(patience, rest) => match ended {
            Ok(ended) => outcome = outcome.and(ended),
            Err(_elapsed) => tracing::warn!(
                seconds = patience.as_secs(),
                "not everything came to its end in time; what is open is taken up at the next start"
            ),
        },
        _name = wait_for_signal() => tracing::warn!("a second signal: ending at once"),
    }
    tracing::info!("stopped");
    outcome
}

fn flatten(ended: Option<Result<Part, tokio::task::JoinError>>) -> Part {
    match ended {
        Some(Ok(outcome)) => outcome,
        Some(Err(error)) if error.is_panic() => Err(background("a part of it", error)),
        Some(Err(_)) | None => Ok(()),
    }
}

fn background(part: &'static str, source: impl std::error::Error + Send + Sync + 'static) -> ServerError {
    ServerError::Background { part, source: Box::new(source) }
}

#[cfg(unix)]
fn wait_for_signal() -> impl Future<Output = &'static str> {
    use tokio::signal::unix::{SignalKind, signal};
    // Listening begins now, not when the future is first polled.
    let (terminate, interrupt) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()));
    async move {
        match (terminate, interrupt) {
            (Ok(mut terminate), Ok(mut interrupt)) => tokio::select! {
                _ = terminate.recv() => "SIGTERM",
                _ = interrupt.recv() => "SIGINT",
            },
            _ => {
                tracing::error!("signals can't be received; only a kill ends this process");
                std::future::pending().await
            }
        }
    }
}

#[cfg(not(unix))]
fn wait_for_signal() -> impl Future<Output = &'static str> {
    async {
        match tokio::signal::ctrl_c().await {
            Ok(()) => "Ctrl-C",
            Err(_) => std::future::pending().await,
        }
    }
}

fn warn_about_missing_files() {
    let missing = crate::web::assets::missing();
    if !missing.is_empty() {
        tracing::warn!(
            ?missing,
            "this binary was built without the browser's files: pages have no styles (run: cargo xtask start)"
        );
    }
}
