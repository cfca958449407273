//! What all handlers share.

use std::sync::Arc;

use sqlx::PgPool;
use tokio::sync::Notify;

use crate::options::SandboxKeys;

/// The account whose sandbox this is, as webhooks name it.
pub(crate) const ACCOUNT: &str = "acc_SandboxNoMoney";

/// One sandbox.
pub(crate) struct State {
    pub(crate) pool: PgPool,
    pub(crate) keys: SandboxKeys,
    /// Where webhooks go, if from here.
    pub(crate) webhook_url: Option<String>,
    /// Told when there is something to deliver.
    pub(crate) news: Arc<Notify>,
}
