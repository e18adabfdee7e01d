//! The master key that secrets are encrypted under.
//!
//! It comes from `PURSER_MASTER_KEY`, or from `master.key` in the data folder, which the first start
//! makes with mode 0600. A lost key can't be replaced: a new one next to an old database would make
//! every stored secret unreadable, so that is refused instead.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

use crate::settings::Settings;

/// A master key.
pub(crate) type MasterKey = [u8; 32];

/// Why there is no master key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The text is no key.
    #[error("{origin} does not hold a master key: it must be exactly 64 hexadecimal digits.")]
    Malformed {
        /// `PURSER_MASTER_KEY` or the file's path.
        origin: String,
    },
    /// The file could be read by others.
    #[error(
        "The key file {} can be read by other users (mode {mode:03o}). Run: chmod 600 {}",
        path.display(), path.display()
    )]
    TooOpen {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// There is a database, but the key to its secrets is gone.
    #[error(
        "The key file {} is missing, but the database {} exists: its secrets can only be read with the \
         old key. Put the key file back, or set PURSER_MASTER_KEY.",
        key.display(), database.display()
    )]
    Lost {
        /// The key file.
        key: PathBuf,
        /// The database file.
        database: PathBuf,
    },
    /// The file system said no.
    #[error("The key file {} could not be {action}.", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// `read` or `written`.
        action: &'static str,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The operating system gave no random bytes.
    #[error("The operating system gave no random bytes for a new master key.")]
    NoRandomness,
}

/// The master key: the given one, the stored one, or for an empty data folder a new one.
pub(crate) fn load_or_create(settings: &Settings) -> Result<MasterKey, KeyError> {
    let path = settings.key_file();
    match load(settings)? {
        Some(key) => Ok(key),
        None if settings.database_url.is_none() && settings.database_file().exists() => {
            Err(KeyError::Lost { key: path, database: settings.database_file() })
        }
        None => create(&path),
    }
}

/// The given or stored master key, if there is one.
pub(crate) fn load(settings: &Settings) -> Result<Option<MasterKey>, KeyError> {
    if let Some(text) = &settings.master_key {
        let origin = || KeyError::Malformed { origin: "PURSER_MASTER_KEY".to_owned() };
        return parse(&text.0).map(Some).ok_or_else(origin);
    }
    let path = settings.key_file();
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(KeyError::Io { path, action: "read", source }),
    };
    let mode =
        mode_of(&path).map_err(|source| KeyError::Io { path: path.clone(), action: "read", source })?;
    if mode & 0o077 != 0 {
        return Err(KeyError::TooOpen { path, mode });
    }
    parse(&text).map(Some).ok_or_else(|| KeyError::Malformed { origin: path.display().to_string() })
}

fn create(path: &Path) -> Result<MasterKey, KeyError> {
    let mut key = MasterKey::default();
    getrandom::fill(&mut key).map_err(|_| KeyError::NoRandomness)?;
    let text: String = key.iter().map(|byte| format!("{byte:02x}")).chain(["\n".to_owned()]).collect();
    let failed = |source| KeyError::Io { path: path.to_path_buf(), action: "written", source };
    let mut options = std::fs::OpenOptions::new();
    // Never over an existing one: two first starts at once end with one key and one error.
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    file.sync_all().map_err(failed)?;
    Ok(key)
}

fn parse(text: &str) -> Option<MasterKey> {
    let text = text.trim();
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut key = MasterKey::default();
    for (index, byte) in key.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(index * 2..index * 2 + 2)?, 16).ok()?;
    }
    Some(key)
}

#[cfg(unix)]
fn mode_of(path: &Path) -> io::Result<u32> {
    Ok(std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(path)?.permissions()) & 0o777)
}

/// Where files have no mode, the folder's own protection has to do.
#[cfg(not(unix))]
fn mode_of(_path: &Path) -> io::Result<u32> {
    Ok(0o600)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Layer, SecretText};

    fn settings(folder: &Path) -> Settings {
        let overrides = Layer { data_dir: Some(folder.to_path_buf()), ..Layer::default() };
        Settings::load(None, &overrides, &|_| None).unwrap()
    }

    #[test]
    fn the_first_start_makes_a_key_that_only_its_owner_reads_and_later_ones_find_it() {
        let folder = tempfile::tempdir().unwrap();
        let settings = settings(folder.path());
        let made = load_or_create(&settings).unwrap();
        assert_eq!(mode_of(&settings.key_file()).unwrap(), 0o600);
        assert_eq!(load_or_create(&settings).unwrap(), made);
        assert_ne!(made, MasterKey::default());
    }

    #[test]
    fn a_database_without_its_key_is_refused_and_nothing_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let settings = settings(folder.path());
        std::fs::write(settings.database_file(), "x").unwrap();
        assert!(matches!(load_or_create(&settings), Err(KeyError::Lost { .. })));
        assert!(!settings.key_file().exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_key_file_that_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let settings = settings(folder.path());
        load_or_create(&settings).unwrap();
        std::fs::set_permissions(settings.key_file(), std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(load_or_create(&settings), Err(KeyError::TooOpen { .. })));
    }

    #[test]
    fn a_given_key_wins_and_nonsense_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = settings(folder.path());
        settings.master_key = Some(SecretText("aB".repeat(32)));
        assert_eq!(load_or_create(&settings).unwrap(), [0xab; 32]);
        assert!(!settings.key_file().exists());
        for nonsense in ["", "ab", &"zz".repeat(32), &"é".repeat(32)] {
            settings.master_key = Some(SecretText(nonsense.to_owned()));
            assert!(matches!(load_or_create(&settings), Err(KeyError::Malformed { .. })), "{nonsense}");
        }
    }
}
