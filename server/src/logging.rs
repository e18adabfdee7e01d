//! Where log lines go and how they look.
//!
//! To standard error, so that standard output stays for answers (`token create` prints a token and
//! nothing else). Secrets never get here: types that hold one print `***`, and request spans have the
//! path without its query.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

use crate::{
    error::ServerError,
    settings::{LogFormat, Settings},
};

/// Libraries that talk more than they say. What the operator asks for comes behind and wins.
const QUIET: &str = "sqlx=warn,sqlx::pool::acquire=error,sea_orm=warn,sea_orm_migration=warn,\
                     apalis=warn,apalis_core=warn,apalis_sql=warn,apalis_sqlite=warn,hyper=warn,h2=warn,\
                     tower_sessions=error,tower_sessions_core=error";

/// Starts logging. A second call (in tests) changes nothing.
pub(crate) fn start(settings: &Settings) -> Result<(), ServerError> {
    let filter = EnvFilter::try_new(format!("{QUIET},{}", settings.log_level))
        .map_err(|_| ServerError::LogLevel { level: settings.log_level.clone() })?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        // Colours are for people; a file or another program gets plain lines.
        .with_ansi(std::io::stderr().is_terminal());
    let started = match settings.log_format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    if started.is_err() {
        tracing::debug!("logging was started before");
    }
    Ok(())
}
