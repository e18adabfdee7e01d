//! Every setting of the binary, and where its value comes from.
//!
//! Later wins: defaults, the file (`--config FILE`, else `purser.toml` in the data folder), environment
//! variables `PURSER_*`, flags. A key that the file has and Purser does not know is refused: a misspelt
//! setting that is silently ignored is worse than a binary that does not start.
//!
//! To add a setting: 1. a field with its default here, and its name in [`NAMES`], 2. a flag in
//! `cli.rs` (or a line in its after-help when it must never be on a command line), 3. a row in the
//! README's table. A test checks that `purser serve --help` names every one of them.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use figment::{
    Figment,
    providers::{Format, Serialized, Toml},
    value::Value,
};
use serde::{Deserialize, Deserializer, Serialize};

/// The names of all settings, as they stand in the file; `PURSER_` and upper case in the environment.
pub const NAMES: &[&str] = &[
    "data_dir",
    "listen",
    "public_url",
    "database_url",
    "master_key",
    "egress_allow",
    "ca_file",
    "proxy",
    "no_proxy",
    "behind_tls",
    "session_idle_minutes",
    "session_max_hours",
    "concurrency",
    "default_domain",
    "retention_days",
    "shutdown_seconds",
    "log_format",
    "log_level",
];

/// The ones whose environment value is a number or a boolean; all others are taken as text as they stand.
const TYPED: &[&str] = &[
    "behind_tls",
    "session_idle_minutes",
    "session_max_hours",
    "concurrency",
    "retention_days",
    "shutdown_seconds",
];

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line, for machines.
    Json,
}

/// A master key given as text; it never shows in Debug output.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct MasterKeyText(pub String);

impl std::fmt::Debug for MasterKeyText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

/// A proxy's address, which may hold a password; it never shows in Debug output.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct ProxyText(pub String);

impl std::fmt::Debug for ProxyText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

/// All settings.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Folder of the database, the key file and `purser.toml`.
    pub data_dir: PathBuf,
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// How browsers and clients reach Purser, when that differs from `listen`; used in links and in the
    /// check where a form came from.
    pub public_url: Option<url::Url>,
    /// Database; by default `purser.db` in the data folder.
    pub database_url: Option<String>,
    /// The key that secrets are encrypted under, 64 hexadecimal digits; by default from the key file.
    pub master_key: Option<MasterKeyText>,
    /// Private networks (CIDR) that applications may be reached in; none by default.
    #[serde(deserialize_with = "list_or_text")]
    pub egress_allow: Vec<String>,
    /// Certificates (PEM) of authorities that are trusted besides the system's when applications are called.
    pub ca_file: Option<PathBuf>,
    /// HTTP proxy through which applications are called, with or without credentials.
    pub proxy: Option<ProxyText>,
    /// Hosts that are called without the proxy: names with their subdomains, addresses, networks (CIDR).
    #[serde(deserialize_with = "list_or_text")]
    pub no_proxy: Vec<String>,
    /// Purser stands behind a proxy that speaks TLS: cookies get `Secure`, and `X-Forwarded-For` counts.
    pub behind_tls: bool,
    /// Minutes after which an idle session ends.
    pub session_idle_minutes: u32,
    /// Hours after which every session ends.
    pub session_max_hours: u32,
    /// Requests that one job has open at its application at the same time.
    pub concurrency: u16,
    /// The organisation's domain, which `DefaultDomain()` gives in expressions.
    pub default_domain: Option<String>,
    /// Days that rows of the provisioning log and of the audit log are kept.
    pub retention_days: u32,
    /// Seconds that a shutdown waits for requests and cycles to come to their next safe point.
    pub shutdown_seconds: u32,
    /// Log format.
    pub log_format: LogFormat,
    /// Log level, or a filter such as `info,purser_engine=debug`.
    pub log_level: String,
}

/// What the command line gave; absent fields leave the lower layers alone.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Overrides {
    /// `--data`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_dir: Option<PathBuf>,
    /// `--listen`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listen: Option<String>,
    /// `--public-url`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_url: Option<String>,
    /// `--database-url`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database_url: Option<String>,
    /// `--egress-allow`
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub egress_allow: Vec<String>,
    /// `--ca-file`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<PathBuf>,
    /// `--no-proxy`
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub no_proxy: Vec<String>,
    /// `--behind-tls`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub behind_tls: Option<bool>,
    /// `--session-idle-minutes`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_idle_minutes: Option<u32>,
    /// `--session-max-hours`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_max_hours: Option<u32>,
    /// `--concurrency`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub concurrency: Option<u16>,
    /// `--default-domain`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_domain: Option<String>,
    /// `--retention-days`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention_days: Option<u32>,
    /// `--shutdown-seconds`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shutdown_seconds: Option<u32>,
    /// `--log-format`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_format: Option<LogFormat>,
    /// `--log-level`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_level: Option<String>,
}

/// The layer that everything else is put upon.
#[derive(Serialize)]
struct Defaults {
    data_dir: &'static str,
    listen: &'static str,
    egress_allow: [&'static str; 0],
    no_proxy: [&'static str; 0],
    behind_tls: bool,
    session_idle_minutes: u32,
    session_max_hours: u32,
    concurrency: u16,
    retention_days: u32,
    shutdown_seconds: u32,
    log_format: LogFormat,
    log_level: &'static str,
}

const DEFAULTS: Defaults = Defaults {
    data_dir: "./purser-data",
    listen: "127.0.0.1:8080",
    egress_allow: [],
    no_proxy: [],
    behind_tls: false,
    session_idle_minutes: 60,
    session_max_hours: 12,
    concurrency: 32,
    retention_days: 90,
    shutdown_seconds: 10,
    log_format: LogFormat::Text,
    log_level: "info",
};

/// Why the settings could not be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// A value is missing, unknown or of the wrong kind.
    #[error("The settings could not be read: {}", describe(.0))]
    Unreadable(Box<figment::Error>),
    /// A value is well-formed, but can't be meant.
    #[error("The setting {name} is not usable: {reason}")]
    Unusable {
        /// Which one.
        name: &'static str,
        /// What is wrong and what to do.
        reason: String,
    },
    /// `--config` names a file that is not there.
    #[error("The configuration file {} does not exist.", .0.display())]
    NoSuchFile(PathBuf),
}

impl Settings {
    /// Reads all layers. `environment` answers for one variable, so that tests need not touch the
    /// process's own; the binary passes `std::env::var`.
    pub fn load(
        config: Option<&Path>,
        overrides: &Overrides,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, SettingsError> {
        let mut variables = Figment::new();
        for name in NAMES {
            if let Some(text) = environment(&format!("PURSER_{}", name.to_uppercase())) {
                // A key of digits only is a text all the same: only the typed ones are parsed.
                let value = if TYPED.contains(name) { parse_value(&text) } else { Value::from(text) };
                variables = variables.merge(Serialized::default(name, value));
            }
        }
        let layers = Figment::from(Serialized::defaults(DEFAULTS));
        let data_dir = layers
            .clone()
            .merge(variables.clone())
            .merge(Serialized::defaults(overrides))
            .extract_inner::<PathBuf>("data_dir")
            .map_err(|error| SettingsError::Unreadable(Box::new(error)))?;
        let file = match config {
            Some(path) if !path.is_file() => return Err(SettingsError::NoSuchFile(path.to_path_buf())),
            Some(path) => path.to_path_buf(),
            None => data_dir.join("purser.toml"),
        };
        let layers = if file.is_file() { layers.merge(Toml::file_exact(&file)) } else { layers };
        let settings: Self = layers
            .merge(variables)
            .merge(Serialized::defaults(overrides))
            .extract()
            .map_err(|error| SettingsError::Unreadable(Box::new(error)))?;
        settings.check()?;
        Ok(settings)
    }

    /// The database's address: the given one, or the file in the data folder.
    pub fn database_url(&self) -> String {
        match &self.database_url {
            Some(url) => url.clone(),
            None => format!("sqlite://{}?mode=rwc", self.database_file().display()),
        }
    }

    /// The database file in the data folder, which is used unless `database_url` says otherwise.
    pub fn database_file(&self) -> PathBuf {
        self.data_dir.join("purser.db")
    }

    /// The key file in the data folder, which is used unless `master_key` says otherwise.
    pub fn key_file(&self) -> PathBuf {
        self.data_dir.join("master.key")
    }

    /// The address that links start with, without a slash at the end.
    pub fn base_url(&self, bound: SocketAddr) -> String {
        match &self.public_url {
            Some(url) => url.as_str().trim_end_matches('/').to_owned(),
            // Nobody can open 0.0.0.0 in a browser.
            None if bound.ip().is_unspecified() => format!("http://127.0.0.1:{}", bound.port()),
            None => format!("http://{bound}"),
        }
    }

    fn check(&self) -> Result<(), SettingsError> {
        let unusable = |name, reason: &str| Err(SettingsError::Unusable { name, reason: reason.to_owned() });
        if self.session_idle_minutes == 0 {
            return unusable("session_idle_minutes", "it must be at least 1.");
        }
        if self.session_max_hours == 0 || self.session_max_hours > 24 * 365 {
            return unusable("session_max_hours", "it must be between 1 and 8760 (a year).");
        }
        if self.session_idle_minutes > 60 * 24 * 365 {
            return unusable("session_idle_minutes", "it must be at most 525600 (a year).");
        }
        if self.concurrency == 0 || self.concurrency > 512 {
            return unusable("concurrency", "it must be between 1 and 512.");
        }
        if self.retention_days == 0 || self.retention_days > 36_500 {
            return unusable("retention_days", "it must be between 1 and 36500 (a hundred years).");
        }
        if let Some(domain) = &self.default_domain
            && (domain.is_empty() || domain.contains(|c: char| c.is_whitespace() || c == '@' || c == '/'))
        {
            return unusable("default_domain", "write the domain alone, such as contoso.com.");
        }
        if let Some(url) = &self.public_url
            && (!matches!(url.scheme(), "http" | "https") || url.path() != "/" || url.query().is_some())
        {
            return unusable(
                "public_url",
                "write it as https://purser.example.com, without a path: Purser has to own a whole host name.",
            );
        }
        if let Some(url) = &self.database_url
            && !url.starts_with("sqlite:")
        {
            return unusable(
                "database_url",
                "this release keeps its data in SQLite; write sqlite:///folder/purser.db?mode=rwc, or leave it out.",
            );
        }
        Ok(())
    }
}

fn parse_value(text: &str) -> Value {
    match text.parse::<Value>() {
        Ok(value) => value,
        Err(never) => match never {},
    }
}

/// A list in the file, or one text with commas in the environment.
fn list_or_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        List(Vec<String>),
        Text(String),
    }
    Ok(match Either::deserialize(deserializer)? {
        Either::List(list) => list,
        Either::Text(text) => {
            text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
        }
    })
}

fn describe(error: &figment::Error) -> String {
    error
        .clone()
        .into_iter()
        .map(|error| {
            let place = error.path.join(".");
            if place.is_empty() { format!("{}.", error.kind) } else { format!("{place}: {}.", error.kind) }
        })
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(
        file: &str,
        environment: &[(&str, &str)],
        overrides: &Overrides,
    ) -> Result<Settings, SettingsError> {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("purser.toml");
        std::fs::write(&config, file).unwrap();
        Settings::load(Some(&config), overrides, &|name| {
            environment.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn flags_win_over_the_environment_which_wins_over_the_file_which_wins_over_defaults() {
        let settings = load(
            "listen = \"127.0.0.1:1\"\nsession_idle_minutes = 7\nsession_max_hours = 3",
            &[("PURSER_LISTEN", "127.0.0.1:2"), ("PURSER_SESSION_IDLE_MINUTES", "8")],
            &Overrides { listen: Some("127.0.0.1:3".to_owned()), ..Overrides::default() },
        )
        .unwrap();
        assert_eq!(settings.listen.port(), 3);
        assert_eq!(settings.session_idle_minutes, 8);
        assert_eq!(settings.session_max_hours, 3);
        assert_eq!(settings.concurrency, 32);
    }

    #[test]
    fn a_misspelt_setting_in_the_file_is_refused_by_name() {
        let error = load("lisen = \"127.0.0.1:1\"", &[], &Overrides::default()).unwrap_err();
        assert!(error.to_string().contains("lisen"), "{error}");
    }

    #[test]
    fn a_master_key_of_digits_stays_a_text_and_never_shows() {
        let key = "1".repeat(64);
        let settings = load("", &[("PURSER_MASTER_KEY", &key)], &Overrides::default()).unwrap();
        assert_eq!(settings.master_key, Some(MasterKeyText(key.clone())));
        assert!(!format!("{settings:?}").contains(&key));
    }

    #[test]
    fn the_way_out_is_read_and_the_proxys_password_never_shows() {
        let file = "ca_file = \"/etc/own.pem\"\nno_proxy = [\"intra.example\"]";
        let proxy = "http://u:5ecret@proxy.example:3128";
        let settings = load(file, &[("PURSER_PROXY", proxy)], &Overrides::default()).unwrap();
        assert_eq!(settings.ca_file.as_deref(), Some(Path::new("/etc/own.pem")));
        assert_eq!(settings.proxy, Some(ProxyText(proxy.to_owned())));
        assert_eq!(settings.no_proxy, ["intra.example"]);
        assert!(!format!("{settings:?}").contains("5ecret"));
    }

    #[test]
    fn networks_come_as_a_list_or_with_commas() {
        let listed = load("egress_allow = [\"10.0.0.0/8\"]", &[], &Overrides::default()).unwrap();
        assert_eq!(listed.egress_allow, ["10.0.0.0/8"]);
        let text = load("", &[("PURSER_EGRESS_ALLOW", "127.0.0.0/8, ::1/128")], &Overrides::default());
        assert_eq!(text.unwrap().egress_allow, ["127.0.0.0/8", "::1/128"]);
    }

    #[test]
    fn values_that_cannot_be_meant_are_refused_with_a_sentence() {
        for file in [
            "session_idle_minutes = 0",
            "session_max_hours = 0",
            "concurrency = 0",
            "retention_days = 0",
            "default_domain = \"@contoso.com\"",
            "public_url = \"https://host/purser\"",
            "database_url = \"mysql://host\"",
            "listen = \"nowhere\"",
        ] {
            assert!(load(file, &[], &Overrides::default()).is_err(), "{file}");
        }
    }

    #[test]
    fn a_configuration_file_that_is_named_but_missing_is_an_error() {
        let missing = Settings::load(Some(Path::new("/nowhere/at/all")), &Overrides::default(), &|_| None);
        assert!(matches!(missing, Err(SettingsError::NoSuchFile(_))));
    }
}
