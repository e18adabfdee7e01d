//! Requests that got no complete answer: which step failed, in words.
use std::error::Error;
use std::io;
use std::net::IpAddr;

use super::resolver::ResolveError;
use crate::error::{ConnectorError, ErrorKind, Unreachable};

/// Why there is no complete answer.
pub(crate) enum Failed {
    /// Nothing of an answer came.
    Request(reqwest::Error),
    /// The answer broke off.
    Answer(reqwest::Error),
    /// The answer is larger than allowed.
    TooLarge { limit: usize },
    /// The host's name may not be called; nothing was sent.
    Name(ResolveError),
    /// There were no credentials to send it with.
    Refused(ConnectorError),
}

/// The error for `failed`. `proxy`: its host, if there is one. `posts`: the request creates something, so that sending
/// it again is not harmless.
pub(super) fn explain(failed: Failed, host: &str, proxy: Option<&str>, posts: bool) -> ConnectorError {
    match failed {
        Failed::Refused(error) => error,
        Failed::Name(error) => explain_name(&error),
        Failed::Request(error) if error.is_connect() || find::<ResolveError>(&error).is_some() => {
            explain_connect(&error, host, proxy)
        }
        Failed::Request(error) if error.is_builder() => ConnectorError::new(
            ErrorKind::Misconfigured,
            format!("The request to {host} could not be built: {}.", root_cause(&error)),
            "Check the Tenant URL.",
        ),
        Failed::Request(error) | Failed::Answer(error) if error.is_timeout() => ConnectorError::new(
            if posts { ErrorKind::Ambiguous } else { ErrorKind::Unreachable(Unreachable::Timeout) },
            format!("{host} did not answer in time."),
            "See whether the application is up and how busy it is. Purser tries again by itself.",
        ),
        Failed::Request(error) | Failed::Answer(error) => ConnectorError::new(
            if posts { ErrorKind::Ambiguous } else { ErrorKind::Transient { retry_after: None } },
            format!(
                "The connection to {host} broke before the answer was complete ({}).",
                root_cause(&error)
            ),
            "Purser looks up what became of the request and tries again by itself.",
        ),
        Failed::TooLarge { limit } => ConnectorError::new(
            if posts { ErrorKind::Ambiguous } else { ErrorKind::Misconfigured },
            format!("{host} sent an answer of more than {} KiB, which no account needs.", limit / 1024),
            "Check that the Tenant URL is the address of a SCIM endpoint.",
        ),
    }
}

fn explain_name(error: &ResolveError) -> ConnectorError {
    match error {
        ResolveError::Unknown { name, .. } => ConnectorError::new(
            ErrorKind::Unreachable(Unreachable::Dns),
            format!("The host name {name} was not found."),
            "Check the Tenant URL for a typing mistake, and that this machine can resolve names.",
        ),
        ResolveError::Refused { name, address, named_only } => refused_address(name, *address, *named_only),
    }
}

fn explain_connect(error: &reqwest::Error, host: &str, proxy: Option<&str>) -> ConnectorError {
    if let Some(error) = find::<ResolveError>(error) {
        return explain_name(error);
    }
    let cause = root_cause(error);
    if error.is_timeout() {
        return ConnectorError::new(
            ErrorKind::Unreachable(Unreachable::Timeout),
            format!("{host} could not be connected in time."),
            "Check host and port of the Tenant URL, and whether a firewall lies in between.",
        );
    }
    // The TLS layer reports what it dislikes as invalid data, and a hang-up in the middle of the handshake as
    // an unexpected end.
    let broken_tls = causes(error)
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|error| matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof));
    if broken_tls {
        return ConnectorError::new(
            ErrorKind::Unreachable(Unreachable::Tls),
            format!("No trusted TLS connection to {host} could be made ({cause})."),
            "Check that the address really speaks https, that its certificate is valid for this host name, and that this machine trusts its authority.",
        );
    }
    if let Some(proxy) = proxy {
        return ConnectorError::new(
            ErrorKind::Unreachable(Unreachable::Connect),
            format!("{host} could not be reached through the proxy {proxy} ({cause})."),
            "Check host and port of the Tenant URL, and with the operator of Purser that the proxy of the setting proxy is running and lets requests to this host through.",
        );
    }
    ConnectorError::new(
        ErrorKind::Unreachable(Unreachable::Connect),
        format!("Nothing answers at {host} ({cause})."),
        "Check host and port of the Tenant URL, and that the application is running.",
    )
}

/// The error for an address that the policy does not allow.
pub(super) fn refused_address(host: &str, address: IpAddr, named_only: bool) -> ConnectorError {
    if named_only && super::network::is_public(address) {
        return ConnectorError::new(
            ErrorKind::Misconfigured,
            format!("{host} may not be called unencrypted: the Secret Token would travel in clear text."),
            "Use an address that begins with https://.",
        );
    }
    let which = if host == address.to_string() { host.to_owned() } else { format!("{host} ({address})") };
    ConnectorError::new(
        ErrorKind::Misconfigured,
        format!("{which} may not be called: it lies in a private or reserved network."),
        format!(
            "If the application really runs there, have the operator of Purser allow its network: purser serve --egress-allow {address}/{} or the variable PURSER_EGRESS_ALLOW.",
            if address.is_ipv4() { 32 } else { 128 }
        ),
    )
}

/// The first error of type `E` in the chain.
fn find<E: Error + 'static>(error: &reqwest::Error) -> Option<&E> {
    causes(error).find_map(|cause| cause.downcast_ref::<E>())
}

/// The errors below `error`, from the outermost to the innermost.
fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    std::iter::successors(error.source(), |error| next_cause(*error))
}

fn next_cause<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>() {
        // An IO error that wraps another error names that one's source as its own, and leaves the wrapped one out.
        Some(io) => io.get_ref().map(|inner| inner as &(dyn Error + 'static)),
        None => error.source(),
    }
}

/// The innermost error's words, which name no URL and no header.
pub(super) fn root_cause(error: &reqwest::Error) -> String {
    let text = causes(error).last().map_or_else(|| error.to_string(), ToString::to_string);
    text.trim_end_matches('.').chars().take(200).collect()
}
