//! What commands say to the person who gave them.

use std::io::Write;

use crate::error::ServerError;

/// One line on standard output.
pub(super) fn say(line: &str) -> Result<(), ServerError> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")
        .and_then(|()| out.flush())
        .map_err(|source| ServerError::Terminal { doing: "Writing to standard output", source })
}
