//! Settings, in the environment or on the command line. Read once, passed on as values.

use std::net::IpAddr;
use std::path::PathBuf;

use api::{AbuseQuota, QuotaSetting};
use chrono::TimeDelta;
use clap::{Args, ValueEnum};
use commands::authorization::{CareWindow, ClinicalPolicy};
use demo::Size;
use ipnet::IpNet;
use secrecy::SecretString;

/// Settings of a node.
#[derive(Debug, Clone, Args)]
pub struct Settings {
    /// The database, as the app role. Without it the program runs a private PostgreSQL of its own.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<SecretString>,

    /// The same database as its owner, for migrations. Without it the app role must own the tables,
    /// which is warned about: then nothing but a trigger protects the log.
    #[arg(long, env = "CARESYNC_OWNER_DATABASE_URL", hide_env_values = true)]
    pub owner_database_url: Option<SecretString>,

    /// The folder of the private PostgreSQL and the secrets, if the program keeps them itself.
    /// Default: /var/lib/caresync as root, else ./data.
    #[arg(long, env = "CARESYNC_DATA_DIR")]
    pub data_dir: Option<PathBuf>,

    /// The keys that sign access tokens: a JSON Web Key Set with at least two private Ed25519 keys,
    /// or the path of a file with it. Shared by all nodes; required with `DATABASE_URL`.
    #[arg(long, env = "CARESYNC_JWT_KEYS", hide_env_values = true)]
    pub jwt_keys: Option<SecretString>,

    /// The key of the login index, 64 hexadecimal digits, or the path of a file with them, which has a slash
    /// or a dot in it. Shared by all nodes, never changed; required with `DATABASE_URL`.
    #[arg(long, env = "CARESYNC_INDEX_KEY", hide_env_values = true)]
    pub index_key: Option<SecretString>,

    /// The master keys that wrap the keys of persons: `epoch:64 hexadecimal digits`, separated by
    /// commas or line ends, or the path of a file with them. The newest epoch wraps new keys. Shared by
    /// all nodes; required with `DATABASE_URL`.
    #[arg(long, env = "CARESYNC_MASTER_KEY", hide_env_values = true)]
    pub master_key: Option<SecretString>,

    /// The days for which keyrings of backups are kept. From then on no backup can be read about a person who was erased,
    /// which the certificate says.
    #[arg(long, env = "CARESYNC_BACKUP_KEYRING_DAYS", default_value_t = 7,
          value_parser = clap::value_parser!(u16).range(1..=3650))]
    pub backup_keyring_days: u16,

    /// Connections to the database, at most.
    #[arg(long, env = "CARESYNC_DATABASE_CONNECTIONS", default_value_t = 24)]
    pub database_connections: u32,

    /// Folders in which server binaries are looked for, besides the usual places.
    #[arg(long, env = "PATH", hide = true)]
    pub search_path: Option<std::ffi::OsString>,
}

impl Settings {
    /// Returns the time for which keyrings of backups are kept.
    #[must_use]
    pub fn keyrings_kept(&self) -> TimeDelta {
        TimeDelta::days(self.backup_keyring_days.into())
    }
}

/// Settings of the HTTP server.
#[derive(Debug, Clone, Args)]
pub struct ServeSettings {
    /// The address to listen on.
    #[arg(long, env = "CARESYNC_HOST", default_value = "127.0.0.1")]
    pub host: IpAddr,

    /// The port to listen on; 0 takes a free one.
    #[arg(long, env = "CARESYNC_PORT", default_value_t = 8080)]
    pub port: u16,

    /// Browsers' pages from these origins may call the API, separated by commas.
    #[arg(long, env = "CARESYNC_CORS_ORIGINS", value_delimiter = ',')]
    pub cors_origins: Vec<String>,

    /// Proxies whose `X-Forwarded-For` is believed: networks such as 10.0.0.0/24, or addresses, separated
    /// by commas. From all others it is ignored.
    #[arg(long, env = "CARESYNC_TRUSTED_PROXIES", value_delimiter = ',', value_parser = network)]
    pub trusted_proxies: Vec<IpNet>,

    /// Opens `/metrics` to callers that send it as a bearer token; at least 16 characters. Without it, the
    /// metrics are closed with `DATABASE_URL`, and else open to programs on this machine.
    #[arg(long, env = "CARESYNC_METRICS_TOKEN", hide_env_values = true)]
    pub metrics_token: Option<SecretString>,

    /// Quotas of requests that replace the defaults, as `queries.client=3000/60`: a class of routes, `client` for callers
    /// without a session or `account`, and the requests in any window of so many seconds. Separated by commas.
    #[arg(long, env = "CARESYNC_RATE_LIMITS", value_delimiter = ',')]
    pub rate_limits: Vec<QuotaSetting>,

    /// Refused requests and failed sign-ins after which a client without a session is blocked, in any window of so many
    /// seconds.
    #[arg(long, env = "CARESYNC_BLOCK_AFTER", default_value = "300/600")]
    pub block_after: AbuseQuota,

    /// The time for which it is blocked, in minutes.
    #[arg(long, env = "CARESYNC_BLOCK_MINUTES", default_value_t = 30,
          value_parser = clap::value_parser!(u16).range(1..=43200))]
    pub block_minutes: u16,

    /// The collector of traces.
    #[command(flatten)]
    pub traces: TraceSettings,

    /// The payment gateway.
    #[command(flatten)]
    pub payments: PaymentSettings,

    /// Mail.
    #[command(flatten)]
    pub mail: MailSettings,

    /// Fills an empty database with demo data and prints its sign-ins.
    #[arg(long)]
    pub demo: bool,

    /// The amount: `small`, `large` (100,000 patients, 2,000 doctors, two million visits), or the numbers of
    /// patients, doctors, past and future visits, as in `200,5,1000,1000`. It goes on where it was stopped.
    #[arg(long, requires = "demo", default_value = "small")]
    pub size: Size,

    /// The time for which an unpaid slot is held, in minutes.
    #[arg(long, env = "CARESYNC_HOLD_MINUTES", default_value_t = 15,
          value_parser = clap::value_parser!(u16).range(1..=1440))]
    pub hold_minutes: u16,

    /// The days ahead at which a slot may be booked.
    #[arg(long, env = "CARESYNC_BOOKING_HORIZON_DAYS", default_value_t = 90,
          value_parser = clap::value_parser!(u16).range(1..=730))]
    pub horizon_days: u16,

    /// The open holds that an account of a patient may have at a time; a series counts as one.
    #[arg(long, env = "CARESYNC_MAX_HOLDS", default_value_t = 10,
          value_parser = clap::value_parser!(u16).range(1..=100))]
    pub max_holds: u16,

    /// The bookings that an account of a patient may make on one day (UTC), whatever becomes of them; a series counts as
    /// one.
    #[arg(long, env = "CARESYNC_MAX_DAILY_BOOKINGS", default_value_t = 20,
          value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub max_daily_bookings: u16,

    /// Takes bookings for emergencies, which are confirmed at once and paid afterwards.
    #[arg(long, env = "CARESYNC_EMERGENCIES")]
    pub emergencies: bool,

    /// The emergency visits that a patient, or an account of a patient, may have open at a time.
    #[arg(long, env = "CARESYNC_MAX_OPEN_EMERGENCIES", default_value_t = 1,
          value_parser = clap::value_parser!(u16).range(1..=10))]
    pub max_open_emergencies: u16,

    /// The emergencies for which a patient, or an account of a patient, may book on one day.
    #[arg(long, env = "CARESYNC_MAX_DAILY_EMERGENCIES", default_value_t = 3,
          value_parser = clap::value_parser!(u16).range(1..=20))]
    pub max_daily_emergencies: u16,

    /// Requires a second factor of all staff, at clinics that don't say otherwise.
    #[arg(long, env = "CARESYNC_STAFF_SECOND_FACTOR")]
    pub staff_second_factor: bool,

    /// Access to charts.
    #[command(flatten)]
    pub charts: ChartSettings,
}

/// Access to charts.
#[derive(Debug, Clone, Args)]
pub struct ChartSettings {
    /// The age, in full years, from which on a proxy reads a patient's chart with the patient's consent only.
    #[arg(long, env = "CARESYNC_CONSENT_AGE", default_value_t = 18,
          value_parser = clap::value_parser!(u8).range(10..=21))]
    pub consent_age: u8,

    /// The age, in full years, from which on a proxy sees what belongs to a sensitive category with the patient's consent
    /// only. Not above the other age.
    #[arg(long, env = "CARESYNC_SENSITIVE_AGE", default_value_t = 12,
          value_parser = clap::value_parser!(u8).range(0..=21))]
    pub sensitive_age: u8,

    /// The days before a visit from which on its doctor may read and write the patient's chart.
    #[arg(long, env = "CARESYNC_CARE_DAYS_BEFORE", default_value_t = 7,
          value_parser = clap::value_parser!(u16).range(0..=365))]
    pub care_days_before: u16,

    /// The days after a visit until which its doctor may.
    #[arg(long, env = "CARESYNC_CARE_DAYS_AFTER", default_value_t = 90,
          value_parser = clap::value_parser!(u16).range(0..=3650))]
    pub care_days_after: u16,

    /// The minutes for which a chart that is opened in an emergency stays open, at most.
    #[arg(long, env = "CARESYNC_BREAK_GLASS_MINUTES", default_value_t = 60,
          value_parser = clap::value_parser!(u16).range(5..=1440))]
    pub break_glass_minutes: u16,
}

impl ChartSettings {
    /// Returns the rules about charts.
    #[must_use]
    pub fn policy(&self) -> ClinicalPolicy {
        ClinicalPolicy {
            consent_age: self.consent_age,
            sensitive_age: self.sensitive_age,
            window: CareWindow {
                days_before: self.care_days_before,
                days_after: self.care_days_after,
            },
            break_glass_minutes: self.break_glass_minutes,
        }
    }
}

/// Mail.
#[derive(Debug, Clone, Default, Args)]
pub struct MailSettings {
    /// Mail: `smtp`, or `folder`, which keeps mails in the data folder and shows them, to all callers, at
    /// `/sandbox/mail`. By default it is the mail server if `SMTP_URL` is set, and else the folder; but with
    /// `DATABASE_URL` the folder must be asked for, and without either no mail is sent.
    #[arg(long = "mail", env = "CARESYNC_MAIL")]
    pub mail: Option<String>,

    /// The mail server: `smtps://user:password@host`, or `smtp://…` with `?tls=required` for STARTTLS.
    #[arg(long = "smtp-url", env = "SMTP_URL", hide_env_values = true)]
    pub smtp_url: Option<SecretString>,

    /// The sender of mails, as in `CareSync <no-reply@clinic.example>`; required with `SMTP_URL`.
    #[arg(long = "mail-from", env = "CARESYNC_MAIL_FROM")]
    pub from: Option<String>,

    /// The address of the pages that links in mails lead to; required with `SMTP_URL`.
    #[arg(long = "public-url", env = "CARESYNC_PUBLIC_URL")]
    pub public_url: Option<String>,
}

/// The payment gateway.
#[derive(Debug, Clone, Args)]
pub struct PaymentSettings {
    /// The payment gateway: `razorpay`, or `sandbox`, which runs inside the program and moves no money. By default
    /// it is Razorpay if its keys are set, and else the sandbox; but with `DATABASE_URL` the sandbox must be asked
    /// for.
    #[arg(long = "payments", env = "CARESYNC_PAYMENTS")]
    pub gateway: Option<String>,

    /// The id of the Razorpay API key.
    #[arg(long = "razorpay-key-id", env = "RAZORPAY_KEY_ID")]
    pub key_id: Option<String>,

    /// The secret of the API key; required with `RAZORPAY_KEY_ID`.
    #[arg(
        long = "razorpay-key-secret",
        env = "RAZORPAY_KEY_SECRET",
        hide_env_values = true
    )]
    pub key_secret: Option<SecretString>,

    /// The secret that Razorpay signs its webhooks with; required with `RAZORPAY_KEY_ID`.
    #[arg(
        long = "razorpay-webhook-secret",
        env = "RAZORPAY_WEBHOOK_SECRET",
        hide_env_values = true
    )]
    pub webhook_secret: Option<SecretString>,

    /// The secret that it signed them with before. Keep it for a day after a change: a delivery that comes again has the
    /// old signature.
    #[arg(
        long = "razorpay-previous-webhook-secret",
        env = "RAZORPAY_PREVIOUS_WEBHOOK_SECRET",
        hide_env_values = true
    )]
    pub previous_webhook_secret: Option<SecretString>,

    /// The account at Razorpay, `acc_…`. Webhooks about another one are kept and not applied.
    #[arg(long = "razorpay-account-id", env = "RAZORPAY_ACCOUNT_ID")]
    pub account_id: Option<String>,

    /// The address of its API.
    #[arg(long = "razorpay-base-url", env = "RAZORPAY_BASE_URL", default_value = RAZORPAY)]
    pub base_url: String,

    /// The age at which the gateway is asked about an open payment, in minutes.
    #[arg(long, env = "CARESYNC_RECONCILE_MINUTES", default_value_t = RECONCILE_MINUTES,
          value_parser = clap::value_parser!(u16).range(1..=1440))]
    pub reconcile_minutes: u16,
}

/// The address of Razorpay's API.
const RAZORPAY: &str = "https://api.razorpay.com/v1";
/// The age at which the gateway is asked about an open payment.
const RECONCILE_MINUTES: u16 = 5;

impl Default for PaymentSettings {
    /// Nothing is set: the sandbox.
    fn default() -> Self {
        Self {
            gateway: None,
            key_id: None,
            key_secret: None,
            webhook_secret: None,
            previous_webhook_secret: None,
            account_id: None,
            base_url: RAZORPAY.to_owned(),
            reconcile_minutes: RECONCILE_MINUTES,
        }
    }
}

/// The collector of traces, in the variables that the OpenTelemetry specification names.
#[derive(Debug, Clone, Args)]
pub struct TraceSettings {
    /// The OpenTelemetry collector that traces are sent to over OTLP/HTTP, e.g.
    /// `http://localhost:4318`. Without it there are none.
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT")]
    pub otlp_endpoint: Option<String>,

    /// The name that the traces are sent under.
    #[arg(long, env = "OTEL_SERVICE_NAME", default_value = "caresync")]
    pub otel_service_name: String,
}

/// The format of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object a line.
    Json,
}

/// A network, or an address, which is a network of one.
fn network(text: &str) -> Result<IpNet, String> {
    let address = text
        .parse::<IpAddr>()
        .map(|address| IpNet::from(address.to_canonical()));
    address
        .or_else(|_| text.parse())
        .map_err(|_| "write networks as 10.0.0.0/24 or fd00::/8, or addresses".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_a_network_or_an_address() {
        for (text, meant) in [
            ("10.0.0.0/24", "10.0.0.0/24"),
            ("10.0.0.1", "10.0.0.1/32"),
            ("::ffff:10.0.0.1", "10.0.0.1/32"),
            ("fd00::/8", "fd00::/8"),
        ] {
            assert_eq!(network(text), Ok(meant.parse().unwrap()), "{text}");
        }
        for text in ["", "*", "10.0.0.0/33", "caddy", "10.0.0.1:80"] {
            assert!(network(text).is_err(), "{text}");
        }
    }
}
