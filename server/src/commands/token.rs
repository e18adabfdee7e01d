//! `purser token create`.

use purser_service::Caller;

use super::console::say;
use crate::{assembly::open, error::ServerError, settings::Settings};

/// Prints the token alone on standard output, so that a script can take it with `$(…)`.
pub(super) async fn create(settings: Settings, name: &str) -> Result<(), ServerError> {
    let assembly = open(settings).await?;
    let (_view, token) = assembly.portal.create_token(&Caller::System, name).await?;
    say(&token)
}
