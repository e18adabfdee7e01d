//! One process serves a data folder at a time.
//!
//! SQLite would let two share the file, and then both would print set-up links, keep sessions and run the same
//! jobs. The lock is the system's: it ends with the process, however that ends, so nothing is ever left to
//! clean up.
//!
//! It is tempting to take the leases of jobs away from a process that is known to have ended. They are left to
//! run out: what that process had sent may still be on its way, and a target that is asked too early what
//! became of it says "nothing" (decision 6).

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use crate::error::ServerError;

/// Held for as long as the process serves.
#[derive(Debug)]
pub(crate) struct DataLock {
    _file: File,
}

/// Takes the lock of this data folder, which must exist.
pub(crate) fn acquire(data_dir: &Path) -> Result<DataLock, ServerError> {
    let path = data_dir.join("purser.lock");
    let failed = |source| ServerError::DataDir { path: data_dir.to_path_buf(), source };
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(DataLock { _file: file }),
        Err(TryLockError::WouldBlock) => Err(ServerError::InUse { path: data_dir.to_path_buf() }),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_process_is_refused_until_the_first_ends() {
        let folder = tempfile::tempdir().unwrap();
        let first = acquire(folder.path()).unwrap();
        assert!(matches!(acquire(folder.path()), Err(ServerError::InUse { .. })));
        drop(first);
        assert!(acquire(folder.path()).is_ok());
    }
}
