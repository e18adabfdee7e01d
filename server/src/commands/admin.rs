//! `purser admin create` and `purser admin reset-password`.

use purser_service::Caller;

use super::{console::say, password::read_new_password};
use crate::{assembly::open, error::ServerError, settings::Settings};

pub(super) async fn create(settings: Settings, email: &str, name: Option<&str>) -> Result<(), ServerError> {
    let assembly = open(settings).await?;
    let password = read_new_password()?;
    let name = name.unwrap_or(email);
    let view = assembly.portal.create_administrator(&Caller::System, email, name, &password).await?;
    say(&format!("Created the administrator {} ({}).", view.display_name, view.email))
}

pub(super) async fn reset_password(settings: Settings, email: &str) -> Result<(), ServerError> {
    let assembly = open(settings).await?;
    let password = read_new_password()?;
    let view = assembly.portal.reset_password(&Caller::System, email, &password).await?;
    say(&format!("Set a new password for {}. Sessions that were open have ended.", view.email))
}
