//! The commands of the binary.

mod admin;
mod backup;
mod database;
mod dead_letters;
mod health;
mod inbox;
mod keys;
mod payments;
mod progress;
mod projections;
mod restore;
mod serve;

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::settings::{LogFormat, ServeSettings, Settings, TraceSettings};
use crate::telemetry::Telemetry;

/// The backend of a clinic group.
#[derive(Parser)]
#[command(name = "caresync", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// The filter of the log, e.g. `info` or `event_store=debug,info`.
    #[arg(
        long,
        env = "RUST_LOG",
        default_value = "info,sqlx=warn,sqlx::pool=error,sqlx_core::pool=error,sqlx::postgres::notice=off",
        global = true
    )]
    log: String,
    /// The format of the log. Without it the server writes JSON unless standard error is a terminal, and all
    /// other commands write text.
    #[arg(long, env = "CARESYNC_LOG_FORMAT", value_enum, global = true)]
    log_format: Option<LogFormat>,
}

impl Cli {
    /// Servers are read by machines, other commands by people.
    fn log_format(&self) -> LogFormat {
        let served = matches!(self.command, Command::Serve { .. });
        self.log_format
            .unwrap_or(if served && !std::io::stderr().is_terminal() {
                LogFormat::Json
            } else {
                LogFormat::Text
            })
    }

    /// Only a server sends traces.
    fn traces(&self) -> Option<&TraceSettings> {
        match &self.command {
            Command::Serve { serve, .. } => Some(&serve.traces),
            _ => None,
        }
    }
}

#[derive(Subcommand)]
enum Command {
    /// Serves the API until it is told to stop.
    Serve {
        #[command(flatten)]
        settings: Settings,
        #[command(flatten)]
        serve: Box<ServeSettings>,
    },
    /// Accounts of those who run the clinics.
    #[command(subcommand)]
    Admin(AdminCommand),
    /// Writes a backup of the log and its keyring into a new folder, also while the server runs.
    /// The secrets are not in it: keep them elsewhere.
    Backup {
        #[command(flatten)]
        settings: Settings,
        /// The folder to write; it must not exist yet or be empty.
        folder: PathBuf,
        /// Writes only the keyring: small, and to be taken often. It says who was erased.
        #[arg(long)]
        keyring_only: bool,
    },
    /// Restores a backup into an empty database. The server must not be running.
    Restore {
        #[command(flatten)]
        settings: Settings,
        #[command(flatten)]
        restore: restore::RestoreSettings,
    },
    /// Asks the node on this machine whether it can work; fails if it can't. For container health checks.
    Health {
        #[command(flatten)]
        health: health::HealthSettings,
    },
    /// Events and timers that could not be applied, and so wait; also while servers run.
    #[command(subcommand)]
    DeadLetters(dead_letters::DeadLettersCommand),
    /// Keys of persons and the master keys that wrap them.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Payments: asking the gateway now what became of its orders, and looking at what it told.
    #[command(subcommand)]
    Payments(payments::PaymentsCommand),
    /// Read models: how they stand, and making them again beside the live ones.
    #[command(subcommand)]
    Projections(projections::ProjectionsCommand),
    /// Prints the OpenAPI document.
    Openapi,
    /// Prints the life of an appointment, as it stands in `docs/transitions.md`.
    Transitions,
    /// Prints the permission table, as it stands in `docs/permissions.md`.
    Permissions,
}

#[derive(Subcommand)]
enum KeysCommand {
    /// Makes the secrets that nodes share, each a new file: keys for access tokens, the key of the login
    /// index, and a first master key. Files that are there already are kept.
    Init {
        /// The folder to make them in.
        folder: PathBuf,
    },
    /// Wraps every key by the newest master key. Goes on where it was stopped.
    Rotate {
        #[command(flatten)]
        settings: Settings,
        /// Destroys the older master keys instead, once nothing is wrapped by them any more.
        #[arg(long)]
        retire: bool,
    },
    /// Erases a person: destroys the key that everything about them is sealed under, for good.
    Erase {
        #[command(flatten)]
        settings: Settings,
        /// The patient's or doctor's id, or that of an account that belongs to neither.
        #[arg(long)]
        subject: uuid::Uuid,
        /// Does not ask for a confirmation.
        #[arg(long)]
        yes: bool,
    },
    /// Puts new token keys in the place of all earlier ones: those that are set, else ones that it makes. Access
    /// tokens end when the nodes restart.
    ReplaceTokenKeys {
        #[command(flatten)]
        settings: Settings,
    },
    /// Prints how it stands with all keys.
    Status {
        #[command(flatten)]
        settings: Settings,
    },
}

#[derive(Subcommand)]
enum AdminCommand {
    /// Makes an admin of the whole group; the password is read from standard input.
    Create {
        #[command(flatten)]
        settings: Settings,
        /// The address to sign in with.
        #[arg(long)]
        email: String,
    },
    /// Removes the second factor of an account whose owner has lost the device and the recovery codes. Make sure that it
    /// is the owner who asks.
    RemoveSecondFactor {
        #[command(flatten)]
        settings: Settings,
        /// The address that the account signs in with.
        #[arg(long)]
        email: String,
    },
}

/// Runs the binary.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let telemetry = match Telemetry::start(&cli.log, cli.log_format(), cli.traces()) {
        Ok(telemetry) => telemetry,
        Err(error) => {
            // There is no log yet to say it in.
            let _ = writeln!(std::io::stderr(), "Error: {error:#}");
            return ExitCode::FAILURE;
        }
    };
    let ran = runtime().and_then(|runtime| runtime.block_on(dispatch(cli.command)));
    let code = match ran {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error:#}");
            ExitCode::FAILURE
        }
    };
    telemetry.close();
    code
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?)
}

async fn dispatch(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Serve { settings, serve } => serve::serve(settings, *serve).await,
        Command::Admin(AdminCommand::Create { settings, email }) => {
            admin::create(settings, &email).await
        }
        Command::Admin(AdminCommand::RemoveSecondFactor { settings, email }) => {
            admin::remove_second_factor(&settings, &email).await
        }
        Command::Backup {
            settings,
            folder,
            keyring_only,
        } => backup::backup(&settings, &folder, keyring_only).await,
        Command::Restore { settings, restore } => restore::restore(&settings, &restore).await,
        Command::Health { health } => health::check(&health),
        Command::Keys(KeysCommand::Init { folder }) => keys::init(&folder),
        Command::Keys(KeysCommand::Rotate { settings, retire }) => {
            if retire {
                keys::retire(&settings).await
            } else {
                keys::rotate(&settings).await
            }
        }
        Command::Keys(KeysCommand::Erase {
            settings,
            subject,
            yes,
        }) => keys::erase(&settings, subject, yes).await,
        Command::Keys(KeysCommand::ReplaceTokenKeys { settings }) => {
            keys::replace_token_keys(&settings).await
        }
        Command::Keys(KeysCommand::Status { settings }) => keys::status(&settings).await,
        Command::DeadLetters(command) => dead_letters::run(command).await,
        Command::Payments(command) => payments::run(command).await,
        Command::Projections(command) => projections::run(command).await,
        Command::Openapi => print(&api::document().to_pretty_json()?),
        Command::Transitions => print(&domain::appointment::TransitionsPage.to_string()),
        Command::Permissions => print(&commands::authorization::PermissionsPage.to_string()),
    }
}

fn print(text: &str) -> anyhow::Result<()> {
    std::io::Write::write_all(&mut std::io::stdout(), text.as_bytes())?;
    Ok(())
}
