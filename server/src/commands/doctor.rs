//! `purser doctor`: looks at everything a running Purser needs and says, in sentences, what is wrong.
//!
//! It changes nothing: what is not there yet is only said to be made at the first start.

use std::{net::TcpListener, path::Path};

use purser_connectors::HttpKit;
use purser_store::{Store, StoreConfig};

use super::console::say;
use crate::{
    assembly::egress_policy,
    connections::ConnectionLimits,
    descriptors,
    error::{ServerError, describe},
    key_file,
    settings::Settings,
    web::assets,
};

/// Less free space than this is a warning.
const LITTLE_SPACE: u64 = 512 * 1024 * 1024;
/// Less than this is a fault: the database could not grow any more.
const NO_SPACE: u64 = 32 * 1024 * 1024;

/// Fewer descriptors than this are worth a word.
const FEW_DESCRIPTORS: u64 = 4_096;

/// What one look found.
enum Finding {
    Good(String),
    Note(String),
    Fault(String),
}

use Finding::{Fault, Good, Note};

/// Looks at everything. True when nothing is broken.
pub(super) async fn examine(settings: &Settings) -> Result<bool, ServerError> {
    let mut findings = vec![data_dir(&settings.data_dir), space(&settings.data_dir), key(settings)];
    findings.extend(database(settings).await);
    findings.push(port(settings));
    findings.push(egress(settings));
    findings.push(files());
    findings.push(open_files());
    let mut faults = 0_u32;
    for finding in &findings {
        match finding {
            Good(sentence) => say(&format!("ok     {sentence}"))?,
            Note(sentence) => say(&format!("note   {sentence}"))?,
            Fault(sentence) => {
                faults += 1;
                say(&format!("FAULT  {sentence}"))?;
            }
        }
    }
    match faults {
        0 => say("Nothing is wrong.")?,
        1 => say("1 fault was found.")?,
        _ => say(&format!("{faults} faults were found."))?,
    }
    Ok(faults == 0)
}

/// The way out to applications; a CA file or a proxy that can't be used keeps Purser from starting.
fn egress(settings: &Settings) -> Finding {
    let policy = match egress_policy(settings) {
        Ok(policy) => policy,
        Err(error) => return Fault(describe(&error)),
    };
    match HttpKit::new(policy) {
        Ok(_) if settings.proxy.is_some() => Good("Applications are called through a proxy.".to_owned()),
        Ok(_) => Good("Applications are called directly.".to_owned()),
        Err(error) => Fault(format!("{error} {}", error.advice())),
    }
}

fn data_dir(path: &Path) -> Finding {
    let shown = path.display();
    if !path.exists() {
        return Note(format!("The data folder {shown} does not exist yet; the first start makes it."));
    }
    if !path.is_dir() {
        return Fault(format!("{shown} is not a folder. Choose another with --data DIR."));
    }
    match tempfile_in(path) {
        Ok(()) => Good(format!("The data folder {shown} can be written.")),
        Err(error) => {
            Fault(format!("The data folder {shown} can't be written ({error}). Give this user the right to."))
        }
    }
}

fn tempfile_in(folder: &Path) -> std::io::Result<()> {
    let path = folder.join(format!(".doctor-{}", std::process::id()));
    std::fs::OpenOptions::new().write(true).create_new(true).open(&path)?;
    std::fs::remove_file(path)
}

#[cfg(unix)]
fn space(path: &Path) -> Finding {
    let Some(existing) = path.ancestors().find(|folder| folder.exists()) else {
        return Note("The free space on the disk could not be seen.".to_owned());
    };
    let folder = if existing.as_os_str().is_empty() { Path::new(".") } else { existing };
    match rustix::fs::statvfs(folder) {
        Ok(disk) => {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize);
            let megabytes = free / 1024 / 1024;
            match free {
                free if free < NO_SPACE => {
                    Fault(format!("Only {megabytes} MB are free on the disk. Make room."))
                }
                free if free < LITTLE_SPACE => Note(format!("Only {megabytes} MB are free on the disk.")),
                _ => Good(format!("{megabytes} MB are free on the disk.")),
            }
        }
        Err(error) => Note(format!("The free space on the disk could not be seen ({error}).")),
    }
}

#[cfg(not(unix))]
fn space(_path: &Path) -> Finding {
    Note("The free space on the disk is not looked at on this system.".to_owned())
}

fn key(settings: &Settings) -> Finding {
    let file = settings.key_file();
    match key_file::load(settings) {
        Ok(Some(_)) if settings.master_key.is_some() => {
            Good("The master key comes from PURSER_MASTER_KEY.".to_owned())
        }
        Ok(Some(_)) => Good(format!("The key file {} can be read by its owner only.", file.display())),
        Ok(None) if settings.database_file().exists() => Fault(format!(
            "The key file {} is missing, but there is a database: put the file back, or set PURSER_MASTER_KEY.",
            file.display()
        )),
        Ok(None) => {
            Note(format!("The key file {} does not exist yet; the first start makes it.", file.display()))
        }
        Err(error) => Fault(describe(&error)),
    }
}

async fn database(settings: &Settings) -> Vec<Finding> {
    let url = settings.database_url();
    if settings.database_url.is_none() && !settings.database_file().exists() {
        return vec![Note("There is no database yet; the first start makes it.".to_owned())];
    }
    // Opening needs a key, looking at the schema does not: a missing one has its own line.
    let master_key = key_file::load(settings).ok().flatten().unwrap_or_default();
    let store = match Store::open(&StoreConfig { database_url: url.clone(), master_key }).await {
        Ok(store) => store,
        Err(error) => {
            return vec![Fault(format!("The database {url} can't be opened: {}", describe(&error)))];
        }
    };
    let mut findings = match store.ping().await {
        Ok(()) => vec![Good(format!("The database {url} answers."))],
        Err(error) => {
            return vec![Fault(format!("The database {url} does not answer: {}", describe(&error)))];
        }
    };
    findings.push(match purser_migrations::pending(store.connection()).await {
        Ok(pending) if pending.is_empty() => Good("The database has this release's schema.".to_owned()),
        Ok(pending) => Note(format!(
            "{} migrations are pending; the next start applies them (or: purser migrate).",
            pending.len()
        )),
        Err(error) => {
            Fault(format!("The schema can't be read, or a newer Purser made it: {}", describe(&error)))
        }
    });
    findings
}

fn port(settings: &Settings) -> Finding {
    let address = settings.listen;
    match TcpListener::bind(address) {
        Ok(_free) => Good(format!("{address} is free to listen on.")),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => Note(format!(
            "{address} is in use: fine if that is Purser, else choose another with --listen ADDR."
        )),
        Err(error) => {
            Fault(format!("Purser can't listen on {address} ({error}). Choose another with --listen ADDR."))
        }
    }
}

fn open_files() -> Finding {
    let Some(limit) = descriptors::raise() else {
        return Note("This system has no limit of open files.".to_owned());
    };
    let connections = ConnectionLimits::for_process(limit, false).total;
    let sentence = format!(
        "{limit} files and connections may be open at once, so {connections} connections of browsers and clients are taken."
    );
    if limit >= FEW_DESCRIPTORS {
        return Good(sentence);
    }
    Note(format!(
        "{sentence} Raise the limit (ulimit -n, or LimitNOFILE in a systemd unit) to {FEW_DESCRIPTORS} or more."
    ))
}

fn files() -> Finding {
    let missing = assets::missing();
    if missing.is_empty() {
        return Good("The browser's files are there.".to_owned());
    }
    Fault(format!(
        "This binary was built without {}: pages would have no styles. Build it with cargo xtask.",
        missing.join(", ")
    ))
}
