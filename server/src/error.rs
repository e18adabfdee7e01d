//! What can keep the binary from doing what it was told.

use std::{io, net::SocketAddr, path::PathBuf};

use purser_connectors::{ConnectorError, GalleryError};
use purser_contract::problem::Problem;
use purser_service::ServiceError;
use purser_store::StoreError;

use crate::{key_file::KeyError, settings::SettingsError};

/// Why a command stopped.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The settings.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The master key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The data folder.
    #[error("The data folder {} can't be used.", path.display())]
    DataDir {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Another process serves this data folder.
    #[error("Another Purser already serves the data folder {}. Stop it first, or choose another folder with --data DIR.", path.display())]
    InUse {
        /// The folder.
        path: PathBuf,
    },
    /// The database.
    #[error("The database {url} can't be opened.")]
    Database {
        /// Its address.
        url: String,
        /// Why.
        #[source]
        source: StoreError,
    },
    /// The schema.
    #[error(
        "The database could not be brought to this release's schema; nothing of the failed step was kept."
    )]
    Migrate(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The gallery's files.
    #[error("The gallery can't be read.")]
    Gallery(#[source] GalleryError),
    /// The way out to applications.
    #[error("The HTTP client for applications can't be set up.")]
    HttpKit(#[source] ConnectorError),
    /// The queue of background work.
    #[error("The queue of background work can't be used.")]
    Queue(#[source] StoreError),
    /// The address to listen on.
    #[error("Purser can't listen on {address}. If the port is taken, choose another with --listen ADDR.")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A part that has to run for ever stopped.
    #[error("Purser stopped, because {part} failed.")]
    Background {
        /// Which.
        part: &'static str,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A use-case said no.
    #[error("{0}")]
    Refused(Box<Problem>),
    /// Standard input or output.
    #[error("{doing} failed.")]
    Terminal {
        /// What was tried.
        doing: &'static str,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The log settings.
    #[error("The log level {level:?} can't be read: write error, warn, info, debug or trace, or a filter.")]
    LogLevel {
        /// What was given.
        level: String,
    },
    /// The runtime.
    #[error("The asynchronous runtime can't be started.")]
    Runtime(#[source] io::Error),
}

impl From<ServiceError> for ServerError {
    fn from(error: ServiceError) -> Self {
        Self::Refused(Box::new(error.problem()))
    }
}

/// An error with everything behind it, one cause a line.
pub fn describe(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str("\n  because: ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
