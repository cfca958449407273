//! Who is a patient, how are they reached, and who may act for them?

mod apply;
mod query;

use async_trait::async_trait;
use domain::patient::PatientEvent;
use event_store::{ReadModel, ReadModelTable, RecordedEvent, Sealing, Subscriber, SubscriberError};
use sqlx::PgConnection;

pub use query::{PatientCard, PatientPhi, get, patients_of_proxy};

use crate::Personal;

/// The subscriber's name: whoever wants to read what they wrote waits for it.
pub const NAME: &str = "patient_card";

/// The tables that are its own.
const TABLES: [ReadModelTable; 1] = [ReadModelTable::personal(
    PatientCard::TABLE,
    &["patient_id"],
)];

/// Keeps the cards of patients.
#[derive(Debug, Clone)]
pub struct PatientCards {
    sealing: Sealing,
}

impl PatientCards {
    /// Keeps what is personal under the keys of `sealing`.
    #[must_use]
    pub fn new(sealing: &Sealing) -> Self {
        let sealing = sealing.clone();
        Self { sealing }
    }
}

#[async_trait]
impl Subscriber for PatientCards {
    fn name(&self) -> &'static str {
        NAME
    }

    fn version(&self) -> i32 {
        2
    }

    fn event_types(&self) -> Vec<&'static str> {
        PatientEvent::TYPES.to_vec()
    }

    async fn apply(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), SubscriberError> {
        apply::apply(events, connection, &self.sealing).await
    }
}

impl ReadModel for PatientCards {
    fn tables(&self) -> &'static [ReadModelTable] {
        &TABLES
    }
}
