//! What the command line's commands do, one file each.

use std::process::ExitCode;

use crate::{
    assembly::{migrate, open_store},
    cli::{AdminCommand, Cli, Command, GalleryCommand, SettingsArguments, TokenCommand},
    error::ServerError,
    logging,
    settings::Settings,
};

mod admin;
mod chores;
mod console;
mod doctor;
pub mod eval;
mod gallery;
mod password;
mod serve;
mod token;

use console::say;

/// Does what the command line says. The status is not zero when `doctor`, `eval` or `gallery` found something wrong.
pub async fn run(cli: Cli) -> Result<ExitCode, ServerError> {
    if let Command::Eval(arguments) = &cli.command {
        // Before the settings: it needs none, and works where there is no installation.
        return eval::eval(arguments);
    }
    let SettingsArguments { config, flags } = cli.command.settings().cloned().unwrap_or_default();
    let settings = Settings::load(config.as_deref(), &flags, &|name| std::env::var(name).ok())?;
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
        Command::Doctor(_) => {
            let healthy = doctor::examine(&settings).await?;
            return Ok(if healthy { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
        Command::Gallery(GalleryCommand::List { .. }) => return gallery::list(&settings),
        Command::Gallery(GalleryCommand::Check { files, .. }) => return gallery::check(&settings, &files),
        // Done above.
        Command::Eval(arguments) => return eval::eval(&arguments),
    }
    Ok(ExitCode::SUCCESS)
}
