//! How many connections there may be, and how long each wait for a client may last.

use std::time::Duration;

/// Connections that are worth having: a portal for administrators and scripts has no use for more.
const MOST: usize = 2_048;
/// Fewer make no sense, whatever the system allows.
const FEWEST: usize = 64;
/// Descriptors that are left for the database, files and calls to applications.
const RESERVED: u64 = 256;

/// Bounds of connections.
#[derive(Debug, Clone, Copy)]
pub struct ConnectionLimits {
    /// Connections in all.
    pub total: usize,
    /// Connections of one client ([`purser_service::throttle_key`]); `None` where all come through one proxy.
    pub by_client: Option<usize>,
    /// From the first byte of a request (or from the connection's beginning) to the end of its head.
    pub head: Duration,
    /// Between two pieces of a body. What a body may take in all is bounded in `web::limits`, with a sentence.
    pub body: Duration,
    /// Between two requests. Longer than proxies keep a connection, so that it is theirs to close.
    pub idle: Duration,
    /// How long a client may leave an answer untaken.
    pub untaken: Duration,
}

impl ConnectionLimits {
    /// What a process with this many descriptors can afford.
    pub fn for_process(descriptors: u64, behind_proxy: bool) -> Self {
        let affordable = usize::try_from(descriptors.saturating_sub(RESERVED)).unwrap_or(MOST);
        let total = affordable.clamp(FEWEST, MOST);
        Self {
            total,
            by_client: (!behind_proxy).then_some(total / 4),
            head: Duration::from_secs(10),
            body: Duration::from_secs(40),
            idle: Duration::from_secs(75),
            untaken: Duration::from_secs(60),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_as_many_connections_as_descriptors_allow() {
        assert_eq!(ConnectionLimits::for_process(20_000, false).total, 2_048);
        assert_eq!(ConnectionLimits::for_process(1_024, false).total, 768);
        assert_eq!(ConnectionLimits::for_process(16, false).total, 64);
    }

    #[test]
    fn behind_a_proxy_the_proxys_address_is_nobodys_own() {
        assert_eq!(ConnectionLimits::for_process(20_000, false).by_client, Some(512));
        assert_eq!(ConnectionLimits::for_process(20_000, true).by_client, None);
    }
}
