//! Options of a sandbox.

use std::net::TcpListener;
use std::time::Duration;

use secrecy::SecretString;
use sqlx::PgPool;

/// Keys of the API and of webhook signatures.
#[derive(Debug, Clone)]
pub struct SandboxKeys {
    /// The public half of its only API key.
    pub key_id: String,
    /// The secret half.
    pub key_secret: SecretString,
    /// The secret of its webhook signatures.
    pub webhook_secret: SecretString,
}

/// Options of a sandbox.
pub struct SandboxOptions {
    /// Pool of a database with its tables.
    pub pool: PgPool,
    /// Its keys; the same for all sandboxes on one database.
    pub keys: SandboxKeys,
    /// Its listener. It needs to be reachable from this machine only.
    pub listener: TcpListener,
    /// Destination of its webhooks. Without it they are stored, and another sandbox on the same
    /// database sends them.
    pub webhook_url: Option<String>,
    /// Its pace.
    pub pace: SandboxPace,
}

/// Pace of a sandbox.
#[derive(Debug, Clone, Copy)]
pub struct SandboxPace {
    /// Time limit of a webhook request. Razorpay has five seconds.
    pub answer: Duration,
    /// Pause after the first failed delivery; each further one doubles it.
    pub first_pause: Duration,
    /// The longest pause between two deliveries.
    pub longest_pause: Duration,
    /// Interval of looking for due work.
    pub look: Duration,
}

impl Default for SandboxPace {
    fn default() -> Self {
        Self {
            answer: Duration::from_secs(5),
            first_pause: Duration::from_millis(500),
            longest_pause: Duration::from_mins(1),
            look: Duration::from_millis(200),
        }
    }
}
