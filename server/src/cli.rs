//! The command line.
//!
//! Secrets never stand on it (every user of the machine can read a process's arguments): passwords come
//! from standard input, the master key from the environment or its file.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::settings::{LogFormat, Overrides};

const SETTINGS_HELP: &str = "\
Settings come from, later ones winning: defaults, purser.toml in the data folder (or --config FILE), \
environment variables, flags. In the file a setting has the name of its variable in lower case without \
PURSER_ (session_idle_minutes = 30).

Not on the command line, since other users of the machine could read it there:
  PURSER_PROXY       HTTP proxy through which applications are called, such as
                     http://user:password@proxy.example.com:3128
  PURSER_MASTER_KEY  Key that secrets are encrypted under, 64 hexadecimal digits
                     [default: master.key in the data folder, made at the first start with mode 0600]";

const EVAL_HELP: &str = "\
The value is printed on standard output: a text as it is, a list or an object as JSON on one line. When there is \
nothing to write, nothing is printed, and standard error says why.

Exit status: 0 done, 1 the expression is wrong or can't be evaluated, 2 the object can't be read.

  purser eval 'Join(\" \", [givenName], [surname])' --object person.json
  echo '{\"mail\":\"ada@contoso.com\"}' | purser eval 'Word([mail], 1, \"@\")' --object -";

/// Purser: automatic user provisioning from your own machine.
#[derive(Debug, Parser)]
#[command(name = "purser", version, about, max_term_width = 110)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the portal and the API, and keep provisioning
    #[command(after_long_help = SETTINGS_HELP, after_help = SETTINGS_HELP)]
    Serve(Box<ServeArguments>),
    /// Administrators of the portal
    #[command(subcommand)]
    Admin(AdminCommand),
    /// Tokens for the API
    #[command(subcommand)]
    Token(TokenCommand),
    /// Applications that can be added
    #[command(subcommand)]
    Gallery(GalleryCommand),
    /// Bring the database to this release's schema
    Migrate(CommonArguments),
    /// Check the installation and say what is wrong
    Doctor(CommonArguments),
    /// Evaluate an expression of attribute mappings; needs no installation
    #[command(after_help = EVAL_HELP)]
    Eval(EvalArguments),
}

/// `purser admin …`
#[derive(Debug, Subcommand)]
pub enum AdminCommand {
    /// Create an administrator; the password is asked for, or read as one line from standard input
    Create {
        /// Settings.
        #[command(flatten)]
        common: CommonArguments,
        /// E-mail address to sign in with
        #[arg(long, value_name = "ADDRESS")]
        email: String,
        /// Name shown in the portal [default: the e-mail address]
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
    },
    /// Set a new password; it is asked for, or read as one line from standard input
    ResetPassword {
        /// Settings.
        #[command(flatten)]
        common: CommonArguments,
        /// E-mail address of the administrator
        #[arg(long, value_name = "ADDRESS")]
        email: String,
    },
}

/// `purser token …`
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Create a token and print it, alone, on standard output
    Create {
        /// Settings.
        #[command(flatten)]
        common: CommonArguments,
        /// Name that the portal lists it under
        #[arg(long, value_name = "NAME")]
        name: String,
    },
}

/// `purser gallery …`
#[derive(Debug, Subcommand)]
pub enum GalleryCommand {
    /// List every application that can be added
    List {
        /// Settings.
        #[command(flatten)]
        common: CommonArguments,
    },
    /// Check gallery files; exit status 1 when something is wrong
    Check {
        /// Settings.
        #[command(flatten)]
        common: CommonArguments,
        /// Files to check [default: those in the folder gallery of the data folder]
        #[arg(value_name = "FILE")]
        files: Vec<PathBuf>,
    },
}

/// `purser eval`
#[derive(Debug, Clone, Args)]
pub struct EvalArguments {
    /// The expression
    #[arg(value_name = "EXPRESSION", allow_hyphen_values = true)]
    pub expression: String,
    /// File with a JSON object of attributes and their values (text, number, boolean, list, object, null);
    /// `-` reads standard input [default: no attribute has a value]
    #[arg(long, value_name = "FILE")]
    pub object: Option<PathBuf>,
    /// The time that Now() gives, such as 2026-03-01T08:00:00Z [default: the present]
    #[arg(long, value_name = "TIMESTAMP")]
    pub now: Option<jiff::Timestamp>,
    /// What DefaultDomain() gives
    #[arg(long, value_name = "DOMAIN")]
    pub default_domain: Option<String>,
    /// Has Guid() and RandomString() give the same each time [default: something else each time]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Print {"value": …, "outcome": "value" | "null" | "ignored"} instead
    #[arg(long)]
    pub json: bool,
}

/// What every command takes.
#[derive(Debug, Clone, Default, Args)]
pub struct CommonArguments {
    /// Folder of the database, the key file and purser.toml
    /// [env: PURSER_DATA_DIR] [default: ./purser-data]
    #[arg(long = "data", value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Configuration file [default: purser.toml in the data folder, if it is there]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Database [env: PURSER_DATABASE_URL] [default: purser.db in the data folder]
    #[arg(long, value_name = "URL")]
    pub database_url: Option<String>,
    /// How log lines look [env: PURSER_LOG_FORMAT] [default: text]
    #[arg(long, value_name = "FORMAT")]
    pub log_format: Option<LogFormat>,
    /// Log level, or a filter such as info,purser_engine=debug
    /// [env: PURSER_LOG_LEVEL] [default: info]
    #[arg(long, value_name = "LEVEL")]
    pub log_level: Option<String>,
}

/// What `serve` takes besides.
#[derive(Debug, Clone, Default, Args)]
pub struct ServeArguments {
    /// What every command takes.
    #[command(flatten)]
    pub common: CommonArguments,
    /// Address and port to listen on; port 0 takes a free one
    /// [env: PURSER_LISTEN] [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<String>,
    /// How browsers and clients reach Purser, when that differs from --listen
    /// [env: PURSER_PUBLIC_URL]
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
    /// Private network (CIDR) that applications may be reached in; may be given several times.
    /// Without it, loopback, private and link-local addresses are refused
    /// [env: PURSER_EGRESS_ALLOW, with commas]
    #[arg(long, value_name = "CIDR", value_delimiter = ',')]
    pub egress_allow: Vec<String>,
    /// Certificates (PEM) of authorities that are trusted besides the system's when applications are called
    /// [env: PURSER_CA_FILE]
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
    /// Host that is called without the proxy of PURSER_PROXY: a name (with its subdomains), an address or a
    /// network; may be given several times [env: PURSER_NO_PROXY, with commas]
    #[arg(long, value_name = "HOST", value_delimiter = ',')]
    pub no_proxy: Vec<String>,
    /// Purser stands behind a proxy that speaks TLS: cookies get Secure, X-Forwarded-For counts
    /// [env: PURSER_BEHIND_TLS] [default: false]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub behind_tls: Option<bool>,
    /// Minutes after which an idle session ends [env: PURSER_SESSION_IDLE_MINUTES] [default: 60]
    #[arg(long, value_name = "N")]
    pub session_idle_minutes: Option<u32>,
    /// Hours after which every session ends [env: PURSER_SESSION_MAX_HOURS] [default: 12]
    #[arg(long, value_name = "N")]
    pub session_max_hours: Option<u32>,
    /// Requests that one job has open at its application at the same time
    /// [env: PURSER_CONCURRENCY] [default: 32]
    #[arg(long, value_name = "N")]
    pub concurrency: Option<u16>,
    /// Domain of the organisation, which the function DefaultDomain() gives in expressions
    /// [env: PURSER_DEFAULT_DOMAIN]
    #[arg(long, value_name = "DOMAIN")]
    pub default_domain: Option<String>,
    /// Days that rows of the provisioning log and of the audit log are kept
    /// [env: PURSER_RETENTION_DAYS] [default: 90]
    #[arg(long, value_name = "N")]
    pub retention_days: Option<u32>,
    /// Seconds that a shutdown waits for requests and cycles to reach a safe point
    /// [env: PURSER_SHUTDOWN_SECONDS] [default: 10]
    #[arg(long, value_name = "N")]
    pub shutdown_seconds: Option<u32>,
}

impl CommonArguments {
    /// As the top layer of the settings.
    pub fn overrides(&self) -> Overrides {
        Overrides {
            data_dir: self.data_dir.clone(),
            database_url: self.database_url.clone(),
            log_format: self.log_format,
            log_level: self.log_level.clone(),
            ..Overrides::default()
        }
    }
}

impl ServeArguments {
    /// As the top layer of the settings.
    pub fn overrides(&self) -> Overrides {
        Overrides {
            listen: self.listen.clone(),
            public_url: self.public_url.clone(),
            egress_allow: self.egress_allow.clone(),
            ca_file: self.ca_file.clone(),
            no_proxy: self.no_proxy.clone(),
            behind_tls: self.behind_tls,
            session_idle_minutes: self.session_idle_minutes,
            session_max_hours: self.session_max_hours,
            concurrency: self.concurrency,
            default_domain: self.default_domain.clone(),
            retention_days: self.retention_days,
            shutdown_seconds: self.shutdown_seconds,
            ..self.common.overrides()
        }
    }
}

impl Command {
    /// The settings' file and top layer that this command line gives.
    pub fn settings_arguments(&self) -> (Option<PathBuf>, Overrides) {
        let common = match self {
            Self::Serve(serve) => return (serve.common.config.clone(), serve.overrides()),
            Self::Eval(_) => return (None, Overrides::default()),
            Self::Admin(AdminCommand::Create { common, .. } | AdminCommand::ResetPassword { common, .. })
            | Self::Token(TokenCommand::Create { common, .. })
            | Self::Gallery(GalleryCommand::List { common } | GalleryCommand::Check { common, .. })
            | Self::Migrate(common)
            | Self::Doctor(common) => common,
        };
        (common.config.clone(), common.overrides())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn serve_help_documents_every_setting_by_its_variable() {
        let mut command = Cli::command();
        let serve = command.find_subcommand_mut("serve").unwrap();
        let help = serve.render_long_help().to_string();
        for name in crate::settings::NAMES {
            let variable = format!("PURSER_{}", name.to_uppercase());
            assert!(help.contains(&variable), "{variable} is not in:\n{help}");
        }
    }

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn flags_reach_the_settings() {
        let cli =
            Cli::parse_from(["purser", "serve", "--listen", "127.0.0.1:0", "--behind-tls", "--data", "d"]);
        let (_, overrides) = cli.command.settings_arguments();
        assert_eq!(overrides.listen.as_deref(), Some("127.0.0.1:0"));
        assert_eq!(overrides.behind_tls, Some(true));
        assert_eq!(overrides.data_dir, Some(PathBuf::from("d")));
    }
}
