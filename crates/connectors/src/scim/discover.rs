//! What a target tells about itself.
use super::ScimConnector;
use crate::connector::{Discovery, Result};

impl ScimConnector {
    #[expect(clippy::unused_async, reason = "asks in the next step")]
    pub(super) async fn discover(&self) -> Result<Discovery> {
        Ok(Discovery::default())
    }
}
