//! Every setting of the binary, and where its value comes from.
//!
//! Later wins: defaults, the file (`--config FILE`, else `purser.toml` in the data folder), environment
//! variables `PURSER_*`, flags. Each of these is a [`Layer`]. A key that the file has and Purser does not know is
//! refused: a misspelt setting that is silently ignored is worse than a binary that does not start.
//!
//! To add a setting: 1. a line in `settings!` below, 2. a row in the README's table, which a test compares with it.
//! What may not be any value that its type allows is refused in `Settings::check`.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use clap::{Args, FromArgMatches};
use serde::Deserialize;
use url::Url;

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line, for machines.
    Json,
}

/// A text that never shows in Debug output, and has no flag: other users of the machine could read it there.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct SecretText(pub String);

impl std::fmt::Debug for SecretText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

/// Each setting: what `--help` says, its flag, its name and type, and its default. Without a default, the setting
/// is one that may be left out.
macro_rules! settings {
    ($($(#[doc = $doc:tt])+ #[arg($($arg:tt)*)] $name:ident: $kind:ty $(= $default:expr)?;)+) => {
        /// What one place says about the settings: a command line, an environment or a file.
        #[derive(Debug, Clone, Default, Deserialize, Args)]
        #[serde(deny_unknown_fields)]
        pub struct Layer {
            $($(#[doc = $doc])+ #[arg($($arg)*)] pub $name: Option<$kind>,)+
        }

        /// All settings, as everything else sees them.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct Settings {
            $($(#[doc = $doc])+ pub $name: settings!(@kind $kind $(, $default)?),)+
        }

        /// The names of all settings, as they stand in the file; `PURSER_` and upper case in the environment.
        pub const NAMES: &[&str] = &[$(stringify!($name)),+];

        impl Layer {
            /// This layer over one below it.
            fn over(self, below: Self) -> Self {
                Self { $($name: self.$name.or(below.$name),)+ }
            }

            fn settle(self) -> Settings {
                Settings { $($name: settings!(@value self.$name $(, $default)?),)+ }
            }
        }
    };
    (@kind $kind:ty) => { Option<$kind> };
    (@kind $kind:ty, $default:expr) => { $kind };
    (@value $given:expr) => { $given };
    (@value $given:expr, $default:expr) => { $given.unwrap_or($default) };
}

settings! {
    /// Folder of the database, the key file and purser.toml
    /// [env: PURSER_DATA_DIR] [default: ./purser-data]
    #[arg(long = "data", value_name = "DIR")]
    data_dir: PathBuf = PathBuf::from("./purser-data");

    /// Database [env: PURSER_DATABASE_URL] [default: purser.db in the data folder]
    #[arg(long, value_name = "URL")]
    database_url: String;

    /// Key that secrets are encrypted under, 64 hexadecimal digits [default: from the key file]
    #[arg(skip)]
    master_key: SecretText;

    /// How log lines look [env: PURSER_LOG_FORMAT] [default: text]
    #[arg(long, value_name = "FORMAT")]
    log_format: LogFormat = LogFormat::Text;

    /// Log level, or a filter such as info,purser_engine=debug
    /// [env: PURSER_LOG_LEVEL] [default: info]
    #[arg(long, value_name = "LEVEL")]
    log_level: String = "info".to_owned();

    /// Address and port to listen on; port 0 takes a free one
    /// [env: PURSER_LISTEN] [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR", hide_short_help = true)]
    listen: SocketAddr = SocketAddr::from(([127, 0, 0, 1], 8080));

    /// How browsers and clients reach Purser, when that differs from --listen
    /// [env: PURSER_PUBLIC_URL]
    #[arg(long, value_name = "URL", hide_short_help = true)]
    public_url: Url;

    /// Purser stands behind a proxy that speaks TLS: cookies get Secure, X-Forwarded-For counts
    /// [env: PURSER_BEHIND_TLS] [default: false]
    #[arg(
        long,
        value_name = "BOOL",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true",
        hide_short_help = true
    )]
    behind_tls: bool = false;

    /// Private network (CIDR) that applications may be reached in; may be given several times.
    /// Without it, loopback, private and link-local addresses are refused
    /// [env: PURSER_EGRESS_ALLOW, with commas]
    #[arg(long, value_name = "CIDR", value_delimiter = ',', value_parser = read_entry, hide_short_help = true)]
    egress_allow: Vec<String> = Vec::new();

    /// Certificates (PEM) of authorities that are trusted besides the system's when applications are called
    /// [env: PURSER_CA_FILE]
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    ca_file: PathBuf;

    /// HTTP proxy through which applications are called, with or without credentials
    #[arg(skip)]
    proxy: SecretText;

    /// Host that is called without the proxy of PURSER_PROXY: a name (with its subdomains), an address or a
    /// network; may be given several times [env: PURSER_NO_PROXY, with commas]
    #[arg(long, value_name = "HOST", value_delimiter = ',', value_parser = read_entry, hide_short_help = true)]
    no_proxy: Vec<String> = Vec::new();

    /// Minutes after which an idle session ends [env: PURSER_SESSION_IDLE_MINUTES] [default: 60]
    #[arg(long, value_name = "N", hide_short_help = true)]
    session_idle_minutes: u32 = 60;

    /// Hours after which every session ends [env: PURSER_SESSION_MAX_HOURS] [default: 12]
    #[arg(long, value_name = "N", hide_short_help = true)]
    session_max_hours: u32 = 12;

    /// Requests that one job has open at its application at the same time
    /// [env: PURSER_CONCURRENCY] [default: 32]
    #[arg(long, value_name = "N", hide_short_help = true)]
    concurrency: u16 = 32;

    /// Domain of the organisation, which the function DefaultDomain() gives in expressions
    /// [env: PURSER_DEFAULT_DOMAIN]
    #[arg(long, value_name = "DOMAIN", hide_short_help = true)]
    default_domain: String;

    /// Days that rows of the provisioning log and of the audit log are kept
    /// [env: PURSER_RETENTION_DAYS] [default: 90]
    #[arg(long, value_name = "N", hide_short_help = true)]
    retention_days: u32 = 90;

    /// Seconds that a shutdown waits for requests and cycles to reach a safe point
    /// [env: PURSER_SHUTDOWN_SECONDS] [default: 10]
    #[arg(long, value_name = "N", hide_short_help = true)]
    shutdown_seconds: u32 = 10;
}

/// Why the settings could not be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file can't be read, or has something that is no setting or not of its kind.
    #[error("The configuration file {} could not be read: {reason}", path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// What is wrong, with its place.
        reason: String,
    },
    /// A variable's value is not of the setting's kind.
    #[error("The variable {variable} could not be read: {reason}")]
    Variable {
        /// Which one.
        variable: String,
        /// What is wrong.
        reason: String,
    },
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

impl Layer {
    /// What the environment says. A value is read as its flag's would be.
    fn of_environment(environment: &dyn Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let text = |name: &str| environment(&variable(name));
        let mut layer = Self {
            master_key: text("master_key").map(SecretText),
            proxy: text("proxy").map(SecretText),
            ..Self::default()
        };
        let command = Self::augment_args(clap::Command::new("environment").no_binary_name(true));
        for argument in command.get_arguments() {
            let name = argument.get_id().as_str();
            let Some((flag, text)) = argument.get_long().zip(text(name)) else { continue };
            let read = command.clone().try_get_matches_from([format!("--{flag}={text}")]);
            let read = read.and_then(|matches| Self::from_arg_matches(&matches));
            let refused = |error: clap::Error| {
                let told = error.to_string();
                let told = told.lines().next().unwrap_or_default().trim_start_matches("error: ");
                SettingsError::Variable { variable: variable(name), reason: format!("{told}.") }
            };
            layer = read.map_err(refused)?.over(layer);
        }
        Ok(layer)
    }

    fn of_file(path: &Path) -> Result<Self, SettingsError> {
        let refused = |reason: String| SettingsError::File { path: path.to_path_buf(), reason };
        let text = std::fs::read_to_string(path).map_err(|error| refused(format!("{error}.")))?;
        toml::from_str(&text).map_err(|error| refused(error.to_string()))
    }
}

/// An entry of a list. An empty list is one that is left out.
fn read_entry(text: &str) -> Result<String, &'static str> {
    match text.trim() {
        "" => Err("an entry is empty"),
        entry => Ok(entry.to_owned()),
    }
}

fn variable(name: &str) -> String {
    format!("PURSER_{}", name.to_uppercase())
}

impl Settings {
    /// Reads all layers. `environment` answers for one variable, so that tests need not touch the
    /// process's own; the binary passes `std::env::var`.
    pub fn load(
        config: Option<&Path>,
        flags: &Layer,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, SettingsError> {
        let given = flags.clone().over(Layer::of_environment(environment)?);
        let file = match config {
            Some(path) if !path.is_file() => return Err(SettingsError::NoSuchFile(path.to_path_buf())),
            Some(path) => path.to_path_buf(),
            None => given.clone().settle().data_dir.join("purser.toml"),
        };
        let file = if file.is_file() { Layer::of_file(&file)? } else { Layer::default() };
        let settings = given.over(file).settle();
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
            // No browser can open 0.0.0.0.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn load(file: &str, environment: &[(&str, &str)], flags: &Layer) -> Result<Settings, SettingsError> {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("purser.toml");
        std::fs::write(&config, file).unwrap();
        Settings::load(Some(&config), flags, &|name| {
            environment.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn flags_win_over_the_environment_which_wins_over_the_file_which_wins_over_defaults() {
        let settings = load(
            "listen = \"127.0.0.1:1\"\nsession_idle_minutes = 7\nsession_max_hours = 3",
            &[("PURSER_LISTEN", "127.0.0.1:2"), ("PURSER_SESSION_IDLE_MINUTES", "8")],
            &Layer { listen: Some(([127, 0, 0, 1], 3).into()), ..Layer::default() },
        )
        .unwrap();
        assert_eq!(settings.listen.port(), 3);
        assert_eq!(settings.session_idle_minutes, 8);
        assert_eq!(settings.session_max_hours, 3);
        assert_eq!(settings.concurrency, 32);
    }

    #[test]
    fn a_misspelt_setting_in_the_file_is_refused_by_name() {
        let error = load("lisen = \"127.0.0.1:1\"", &[], &Layer::default()).unwrap_err();
        assert!(error.to_string().contains("lisen"), "{error}");
    }

    #[test]
    fn a_master_key_of_digits_stays_a_text_and_never_shows() {
        let key = "1".repeat(64);
        let settings = load("", &[("PURSER_MASTER_KEY", &key)], &Layer::default()).unwrap();
        assert_eq!(settings.master_key, Some(SecretText(key.clone())));
        assert!(!format!("{settings:?}").contains(&key));
    }

    #[test]
    fn the_way_out_is_read_and_the_proxys_password_never_shows() {
        let file = "ca_file = \"/etc/own.pem\"\nno_proxy = [\"intra.example\"]";
        let proxy = "http://u:5ecret@proxy.example:3128";
        let settings = load(file, &[("PURSER_PROXY", proxy)], &Layer::default()).unwrap();
        assert_eq!(settings.ca_file.as_deref(), Some(Path::new("/etc/own.pem")));
        assert_eq!(settings.proxy, Some(SecretText(proxy.to_owned())));
        assert_eq!(settings.no_proxy, ["intra.example"]);
        assert!(!format!("{settings:?}").contains("5ecret"));
    }

    #[test]
    fn networks_come_as_a_list_or_with_commas() {
        let listed = load("egress_allow = [\"10.0.0.0/8\"]", &[], &Layer::default()).unwrap();
        assert_eq!(listed.egress_allow, ["10.0.0.0/8"]);
        let text = load("", &[("PURSER_EGRESS_ALLOW", "127.0.0.0/8, ::1/128")], &Layer::default());
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
            assert!(load(file, &[], &Layer::default()).is_err(), "{file}");
        }
    }

    #[test]
    fn a_configuration_file_that_is_named_but_missing_is_an_error() {
        let missing = Settings::load(Some(Path::new("/nowhere/at/all")), &Layer::default(), &|_| None);
        assert!(matches!(missing, Err(SettingsError::NoSuchFile(_))));
    }

    #[test]
    fn a_variable_that_cannot_be_read_is_named() {
        let error = load("", &[("PURSER_CONCURRENCY", "many")], &Layer::default()).unwrap_err();
        assert!(
            error.to_string().starts_with("The variable PURSER_CONCURRENCY could not be read: "),
            "{error}"
        );
    }

    #[test]
    fn every_setting_is_read_from_the_environment() {
        for name in NAMES {
            let variable = variable(name);
            let text = match *name {
                "listen" => "127.0.0.1:9",
                "public_url" => "https://purser.example.com",
                "database_url" => "sqlite://other.db",
                "log_format" => "json",
                "behind_tls" => "true",
                _ => "7",
            };
            let settings = load("", &[(&variable, text)], &Layer::default()).unwrap();
            assert_ne!(settings, load("", &[], &Layer::default()).unwrap(), "{variable} was not read");
        }
    }

    #[test]
    fn the_default_that_help_and_readme_name_is_the_one_that_counts() {
        let readme = include_str!("../../README.md");
        let command = Layer::augment_args(clap::Command::new("purser"));
        let usual = load("", &[], &Layer::default()).unwrap();
        for name in NAMES {
            let argument = command.get_arguments().find(|argument| argument.get_id() == name);
            let help = argument.and_then(clap::Arg::get_help).map(ToString::to_string).unwrap_or_default();
            let Some((_, default)) = help.split_once("[default: ") else { continue };
            let default = default.trim_end_matches(']');
            let row = readme.lines().find(|line| line.contains(&format!("`{}`", variable(name)))).unwrap();
            // One that depends on something else, such as a file in the data folder, is a phrase.
            if default.contains(' ') {
                continue;
            }
            assert!(row.contains(&format!("| `{default}` |")), "{name}: {default} is not in {row}");
            let said = load("", &[(&variable(name), default)], &Layer::default()).unwrap();
            assert_eq!(said, usual, "{name} = {default} is not what counts without it");
        }
    }

    #[test]
    fn the_readme_has_a_row_for_every_setting_and_none_for_another() {
        let readme = include_str!("../../README.md");
        let command = Layer::augment_args(clap::Command::new("purser"));
        let (_, settings) = readme.split_once("### Settings").unwrap();
        let rows: Vec<Vec<&str>> = settings
            .lines()
            .filter(|line| line.starts_with("| ") && line.contains("`PURSER_"))
            .map(|line| line.split('|').map(str::trim).collect())
            .collect();
        for name in NAMES {
            let row = rows.iter().find(|row| row[3].starts_with(&format!("`{}`", variable(name))));
            let row = row.unwrap_or_else(|| panic!("the README has no row for {name}"));
            assert!(row[1] == format!("`{name}`") || *name == "data_dir", "{row:?}");
            let argument = command.get_arguments().find(|argument| argument.get_id() == name);
            match argument.and_then(clap::Arg::get_long) {
                Some(flag) => assert!(row[2].starts_with(&format!("`--{flag}")), "{row:?}"),
                None => assert_eq!(row[2], "never"),
            }
            assert!(row.len() > 5 && !row[5].is_empty(), "{row:?} says nothing");
        }
        assert_eq!(rows.len(), NAMES.len(), "{rows:?}");
    }
}
