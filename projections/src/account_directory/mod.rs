//! Who may sign in, as what and where? For those who administer accounts.

mod apply;
mod query;

use async_trait::async_trait;
use domain::account::AccountEvent;
use event_store::{ReadModel, ReadModelTable, RecordedEvent, Sealing, Subscriber, SubscriberError};
use sqlx::PgConnection;

pub use query::{AccountPhi, ListedAccount, get, list};

use crate::Personal;

/// The subscriber's name: whoever wants to read what they wrote waits for it.
pub const NAME: &str = "account_directory";

/// The tables that are its own.
const TABLES: [ReadModelTable; 1] = [ReadModelTable::personal(
    ListedAccount::TABLE,
    &["account_id"],
)];

/// Keeps the list of accounts.
#[derive(Debug, Clone)]
pub struct AccountDirectory {
    sealing: Sealing,
}

impl AccountDirectory {
    /// Keeps what is personal under the keys of `sealing`.
    #[must_use]
    pub fn new(sealing: &Sealing) -> Self {
        let sealing = sealing.clone();
        Self { sealing }
    }
}

#[async_trait]
impl Subscriber for AccountDirectory {
    fn name(&self) -> &'static str {
        NAME
    }

    fn version(&self) -> i32 {
        2
    }

    fn event_types(&self) -> Vec<&'static str> {
        AccountEvent::TYPES.to_vec()
    }

    async fn apply(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), SubscriberError> {
        apply::apply(events, connection, &self.sealing).await
    }
}

impl ReadModel for AccountDirectory {
    fn tables(&self) -> &'static [ReadModelTable] {
        &TABLES
    }
}
