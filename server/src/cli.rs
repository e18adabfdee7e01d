//! The command line.
//!
//! Secrets never stand on it (every user of the machine can read a process's arguments): passwords come
//! from standard input, the master key from the environment or its file.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::settings::Layer;

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
    Serve(SettingsArguments),
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
    Migrate(SettingsArguments),
    /// Check the installation and say what is wrong
    Doctor(SettingsArguments),
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
        settings: SettingsArguments,
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
        settings: SettingsArguments,
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
        settings: SettingsArguments,
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
        settings: SettingsArguments,
    },
    /// Check gallery files; exit status 1 when something is wrong
    Check {
        /// Settings.
        #[command(flatten)]
        settings: SettingsArguments,
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

/// What every command takes that works on an installation: the settings, and where else they stand.
#[derive(Debug, Clone, Default, Args)]
pub struct SettingsArguments {
    /// Configuration file [default: purser.toml in the data folder, if it is there]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The top layer of the settings.
    #[command(flatten)]
    pub flags: Layer,
}

impl Command {
    /// What this command line says about settings; nothing for a command that needs none.
    pub fn settings(&self) -> Option<&SettingsArguments> {
        match self {
            Self::Eval(_) => None,
            Self::Admin(
                AdminCommand::Create { settings, .. } | AdminCommand::ResetPassword { settings, .. },
            )
            | Self::Token(TokenCommand::Create { settings, .. })
            | Self::Gallery(GalleryCommand::List { settings } | GalleryCommand::Check { settings, .. })
            | Self::Serve(settings)
            | Self::Migrate(settings)
            | Self::Doctor(settings) => Some(settings),
        }
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
        let flags = &cli.command.settings().unwrap().flags;
        assert_eq!(flags.listen, Some(([127, 0, 0, 1], 0).into()));
        assert_eq!(flags.behind_tls, Some(true));
        assert_eq!(flags.data_dir, Some(PathBuf::from("d")));
    }
}
