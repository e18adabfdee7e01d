//! How many files and connections the process may have open.

/// Enough for everything that Purser does; more costs the system memory for nothing.
#[cfg(unix)]
const WANTED: u64 = 65_536;

/// Raises the process's own limit as far as the system lets it and says what it is now; `None` where systems
/// have no such limit.
#[cfg(unix)]
pub fn raise() -> Option<u64> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let current = limit.current?;
    let wanted = limit.maximum.map_or(WANTED, |maximum| maximum.min(WANTED));
    if current >= wanted {
        return Some(current);
    }
    match setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum: limit.maximum }) {
        Ok(()) => Some(wanted),
        Err(error) => {
            tracing::warn!(%error, current, "the limit of open files stays as it is");
            Some(current)
        }
    }
}

/// Raises nothing.
#[cfg(not(unix))]
pub fn raise() -> Option<u64> {
    None
}
