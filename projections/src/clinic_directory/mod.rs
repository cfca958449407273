//! Which clinics are there? A clinic is not a person: nothing here is personal.

mod apply;
mod query;

use async_trait::async_trait;
use domain::clinic::ClinicEvent;
use event_store::{ReadModel, ReadModelTable, RecordedEvent, Subscriber, SubscriberError};
use sqlx::PgConnection;

pub use query::{ListedClinic, get, list};

/// The subscriber's name: whoever wants to read what they wrote waits for it.
pub const NAME: &str = "clinic_directory";

/// The tables that are its own.
const TABLES: [ReadModelTable; 1] = [ReadModelTable::new("clinic_directory", &["clinic_id"])];

/// Keeps the list of clinics.
#[derive(Debug, Clone, Copy)]
pub struct ClinicDirectory;

#[async_trait]
impl Subscriber for ClinicDirectory {
    fn name(&self) -> &'static str {
        NAME
    }

    fn version(&self) -> i32 {
        3
    }

    fn event_types(&self) -> Vec<&'static str> {
        ClinicEvent::TYPES.to_vec()
    }

    async fn apply(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), SubscriberError> {
        apply::apply(events, connection).await
    }
}

impl ReadModel for ClinicDirectory {
    fn tables(&self) -> &'static [ReadModelTable] {
        &TABLES
    }
}
