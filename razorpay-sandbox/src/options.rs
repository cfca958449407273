//! What a sandbox is started with.

use std::net::TcpListener;
use std::time::Duration;

use secrecy::SecretString;
use sqlx::PgPool;

/// What it takes to talk to it and to believe it.
#[derive(Debug, Clone)]
pub struct SandboxKeys {
    /// The public half of its only API key.
    pub key_id: String,
    /// The secret half.
    pub key_secret: SecretString,
    /// What its webhooks are signed with.
    pub webhook_secret: SecretString,
}

/// What a sandbox is started with.
pub struct SandboxOptions {
    /// Connections to a database with its tables.
    pub pool: PgPool,
    /// Its keys; the same ones wherever it runs on one database.
    pub keys: SandboxKeys,
    /// Where it listens. It has no secrets to keep, and no reason to be reached from other machines.
    pub listener: TcpListener,
    /// Where its webhooks go. Without it they are written down, and left to another one on the same database.
    pub webhook_url: Option<String>,
    /// How fast it is.
    pub pace: SandboxPace,
}

/// How fast a sandbox is.
#[derive(Debug, Clone, Copy)]
pub struct SandboxPace {
    /// How long a webhook waits for its answer. Razorpay's five seconds.
    pub answer: Duration,
    /// The pause after the first delivery that failed; each further one doubles it.
    pub first_pause: Duration,
    /// The longest pause between two deliveries.
    pub longest_pause: Duration,
    /// How often it looks for what is due, if nothing happens in between.
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
