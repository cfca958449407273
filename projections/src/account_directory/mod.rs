//! List of accounts, with their roles and clinics, for those who administer them.

mod apply;
mod query;

use domain::account::AccountEvent;
use event_store::{ReadModelTable, SubscriberError};

pub use query::{AccountPhi, ListedAccount, admins, get, list, list_at_clinics, of_patient};

use crate::projection::{Batch, Projection};
use crate::sealed::{Personal, SealedRow};

/// Name of the subscriber. A query that must see an earlier write waits for it.
pub const NAME: &str = "account_directory";

/// Keeps the list of accounts.
#[derive(Debug, Clone, Copy)]
pub struct AccountDirectory;

impl Projection for AccountDirectory {
    const NAME: &'static str = NAME;
    const VERSION: i32 = 3;
    const EVENT_TYPES: &'static [&'static [&'static str]] = &[AccountEvent::TYPES];
    const TABLES: &'static [ReadModelTable] = &[ReadModelTable::personal(
        ListedAccount::TABLE,
        &["account_id"],
    )];

    async fn apply(batch: &mut Batch<'_>) -> Result<(), SubscriberError> {
        batch.update::<SealedRow<ListedAccount>>().await
    }
}
