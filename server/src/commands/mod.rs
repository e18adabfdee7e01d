//! What the command line's commands do, one file each.

use std::io::Write;
use std::sync::Arc;

use purser_store::SystemClock;

use crate::{
    assembly::{Assembly, assemble, migrate, open_store},
    cli::{AdminCommand, Cli, Command, TokenCommand},
    error::ServerError,
    logging,
    settings::Settings,
};

mod admin;
mod doctor;
mod password;
mod serve;
mod token;

/// Does what the command line says. True when all is well; `doctor` answers false when it is not.
pub async fn run(cli: Cli) -> Result<bool, ServerError> {
    let (config, overrides) = cli.command.settings_arguments();
    let settings = Settings::load(config.as_deref(), &overrides, &|name| std::env::var(name).ok())?;
    logging::start(&settings)?;
    match cli.command {
        Command::Serve(_) => serve::serve(settings).await?,
        Command::Admin(AdminCommand::Create { email, name, .. }) => {
            admin::create(settings, &email, name.as_deref()).await?;
        }
        Command::Admin(AdminCommand::ResetPassword { email, .. }) => {
            admin::reset_password(settings, &email).await?
        }
        Command::Token(TokenCommand::Create { name, .. }) => token::create(settings, &name).await?,
        Command::Migrate(_) => {
            let store = open_store(&settings).await?;
            migrate(&store).await?;
            say(&format!("The database {} has this release's schema.", settings.database_url()))?;
        }
        Command::Doctor(_) => return doctor::examine(&settings).await,
    }
    Ok(true)
}

/// The rooms, for a command that does one thing and ends.
async fn open(settings: Settings) -> Result<Assembly, ServerError> {
    assemble(settings, Arc::new(SystemClock)).await
}

/// One line on standard output.
fn say(line: &str) -> Result<(), ServerError> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")
        .and_then(|()| out.flush())
        .map_err(|source| ServerError::Terminal { doing: "Writing to standard output", source })
}
