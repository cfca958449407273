//! State shared by all handlers.

use std::sync::Arc;

use sqlx::PgPool;
use tokio::sync::Notify;

use crate::options::SandboxKeys;

/// The sandbox's account id in webhooks.
pub(crate) const ACCOUNT: &str = "acc_SandboxNoMoney";

/// One sandbox.
pub(crate) struct State {
    pub(crate) pool: PgPool,
    pub(crate) keys: SandboxKeys,
    /// Destination of webhooks, if this sandbox sends them.
    pub(crate) webhook_url: Option<String>,
    /// Notified when there is a webhook to send.
    pub(crate) wake_sender: Arc<Notify>,
}
