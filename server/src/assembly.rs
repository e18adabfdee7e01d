//! Puts the rooms together: store, engine, queue, use-cases, router.

use std::{path::Path, sync::Arc, time::Duration};

use axum::Router;
use purser_connectors::{EgressPolicy, Gallery, HttpKit, Network, Proxy};
use purser_engine::{Engine, EngineDeps, EngineSettings};
use purser_service::{ImportTask, Portal, PortalDeps};
use purser_store::{Clock, Store, StoreConfig, SystemClock, TaskQueue};
use tokio_util::sync::CancellationToken;

use crate::{
    error::ServerError,
    key_file,
    settings::{Settings, SettingsError},
    web::{WebParts, build_router, session_store::SessionLimits},
};

/// Name of the queue of imports.
const IMPORTS: &str = "imports";

/// Everything that runs, put together and not started yet.
pub struct Assembly {
    /// The database.
    pub store: Store,
    /// The engine; `run` starts it.
    pub engine: Engine,
    /// The use-cases.
    pub portal: Portal,
    /// Cancelled to stop everything.
    pub shutdown: CancellationToken,
    clock: Arc<dyn Clock>,
    settings: Settings,
}

impl std::fmt::Debug for Assembly {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Assembly").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// Opens the data folder and its database, which both get made if they are not there. Does not migrate.
pub async fn open_store(settings: &Settings) -> Result<Store, ServerError> {
    make_data_dir(&settings.data_dir)?;
    let master_key = key_file::load_or_create(settings)?;
    if settings.database_url.is_none() {
        // After the key: a database without one is taken for a lost key.
        let file = settings.database_file();
        make_database_file(&file).map_err(|source| ServerError::DataDir { path: file, source })?;
    }
    let database_url = settings.database_url();
    Store::open(&StoreConfig { database_url: database_url.clone(), master_key })
        .await
        .map_err(|source| ServerError::Database { url: database_url, source })
}

/// Brings the database to this release's schema, the queue's tables included.
pub async fn migrate(store: &Store) -> Result<(), ServerError> {
    purser_migrations::migrate(store.connection())
        .await
        .map_err(|error| ServerError::Migrate(Box::new(error)))?;
    TaskQueue::<ImportTask>::new(store, IMPORTS).setup().await.map_err(ServerError::Queue)
}

/// Opens, migrates and puts together, by the system's clock.
pub(crate) async fn open(settings: Settings) -> Result<Assembly, ServerError> {
    assemble(settings, Arc::new(SystemClock)).await
}

/// Opens, migrates and puts together.
pub async fn assemble(settings: Settings, clock: Arc<dyn Clock>) -> Result<Assembly, ServerError> {
    let store = open_store(&settings).await?;
    migrate(&store).await?;
    let gallery = Arc::new(open_gallery(&settings)?);
    let kit = HttpKit::new(egress_policy(&settings)?).map_err(ServerError::HttpKit)?;
    let engine = Engine::new(EngineDeps {
        store: store.clone(),
        clock: Arc::clone(&clock),
        kit: kit.clone(),
        gallery: Arc::clone(&gallery),
        settings: EngineSettings {
            concurrency: usize::from(settings.concurrency),
            default_domain: settings.default_domain.clone(),
            ..EngineSettings::default()
        },
    });
    let portal = Portal::new(PortalDeps {
        store: store.clone(),
        engine: engine.clone(),
        imports: TaskQueue::new(&store, IMPORTS),
        kit,
        gallery,
        clock: Arc::clone(&clock),
        default_domain: settings.default_domain.clone(),
    });
    Ok(Assembly { store, engine, portal, shutdown: CancellationToken::new(), clock, settings })
}

/// The gallery with the data folder's own files.
pub(crate) fn open_gallery(settings: &Settings) -> Result<Gallery, ServerError> {
    let built_in = Gallery::load().map_err(ServerError::Gallery)?;
    Ok(built_in.with_folder(settings.data_dir.join("gallery")))
}

impl Assembly {
    /// The settings it was made from.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The router over these parts.
    pub fn router(&self) -> Router {
        let settings = &self.settings;
        build_router(WebParts {
            portal: self.portal.clone(),
            store: self.store.clone(),
            clock: Arc::clone(&self.clock),
            session_limits: SessionLimits {
                idle: Duration::from_secs(u64::from(settings.session_idle_minutes) * 60),
                absolute: Duration::from_secs(u64::from(settings.session_max_hours) * 3600),
            },
            public_url: settings.public_url.clone(),
            behind_tls: settings.behind_tls,
            shutdown: self.shutdown.clone(),
        })
    }
}

/// The way out that the settings describe.
pub(crate) fn egress_policy(settings: &Settings) -> Result<EgressPolicy, SettingsError> {
    let proxy = settings.proxy.as_ref().map(|proxy| Proxy::parse(&proxy.0, &settings.no_proxy)).transpose();
    Ok(EgressPolicy {
        allowed_networks: parse_networks(&settings.egress_allow)?,
        ca_file: settings.ca_file.clone(),
        proxy: proxy
            .map_err(|error| SettingsError::Unusable { name: "proxy", reason: format!("{error}.") })?,
        ..EgressPolicy::default()
    })
}

fn parse_networks(texts: &[String]) -> Result<Vec<Network>, SettingsError> {
    texts
        .iter()
        .map(|text| {
            text.parse().map_err(|error| SettingsError::Unusable {
                name: "egress_allow",
                reason: format!("{error}."),
            })
        })
        .collect()
}

/// Only its owner has business in it: it holds the key and everybody's data.
pub(crate) fn make_data_dir(path: &Path) -> Result<(), ServerError> {
    if path.is_dir() {
        return Ok(());
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|source| ServerError::DataDir { path: path.to_path_buf(), source })
}

/// The database is its owner's alone also in a folder that others may read, which an administrator may have
/// made. SQLite gives its side files the mode of this one.
fn make_database_file(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_database_is_its_owners_alone_also_in_a_folder_that_others_may_read() -> std::io::Result<()> {
        let folder = tempfile::tempdir()?;
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755))?;
        let file = folder.path().join("purser.db");
        make_database_file(&file)?;
        assert_eq!(std::fs::metadata(&file)?.permissions().mode() & 0o777, 0o600);
        std::fs::write(&file, b"kept")?;
        make_database_file(&file)?;
        assert_eq!(std::fs::read(&file)?, b"kept", "an existing database is not touched");
        Ok(())
    }
}
