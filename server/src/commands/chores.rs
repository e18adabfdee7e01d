//! Everything that is done again and again while Purser serves, besides cycles and imports.
//!
//! To add a chore: a line in [`CHORES`]. Each runs at the start, and then whenever its time has passed; one that
//! fails is tried again at its next time.

use std::time::Duration;

use futures::future::BoxFuture;
use purser_service::Portal;
use purser_store::Store;
use tokio_util::sync::CancellationToken;

use crate::error::ServerError;

type Done = Result<(), Box<dyn std::error::Error + Send + Sync>>;

/// A chore.
pub(super) struct Chore {
    name: &'static str,
    every: Duration,
    work: fn(Portal, Store) -> BoxFuture<'static, Done>,
}

/// All of them.
pub(super) const CHORES: &[Chore] = &[
    Chore {
        name: "forget sessions that have ended",
        every: Duration::from_secs(60),
        work: |portal, store| {
            Box::pin(async move {
                store.purge_sessions(portal.clock().now()).await?;
                Ok(())
            })
        },
    },
    Chore {
        name: "keep house",
        every: Duration::from_secs(24 * 60 * 60),
        work: |portal, _| Box::pin(async move { Ok(portal.keep_house().await?) }),
    },
];

impl Chore {
    /// Does it until the shutdown.
    pub(super) async fn keep_doing(
        &self,
        portal: Portal,
        store: Store,
        shutdown: CancellationToken,
    ) -> Result<(), ServerError> {
        loop {
            if let Err(error) = (self.work)(portal.clone(), store.clone()).await {
                tracing::warn!(error, chore = self.name, "a chore was not done");
            }
            tokio::select! {
                () = shutdown.cancelled() => return Ok(()),
                () = tokio::time::sleep(self.every) => {}
            }
        }
    }
}
