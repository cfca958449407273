//! Whom does a doctor see on a day?
//!
//! A day is meant by the wall clock of the clinic of each visit. Besides the visits, the projection
//! keeps what it needs of others: the names of patients and the zones of clinics.

mod apply;
mod query;
mod tables;

use async_trait::async_trait;
use domain::appointment::AppointmentEvent;
use event_store::{ReadModel, ReadModelTable, RecordedEvent, Sealing, Subscriber, SubscriberError};
use sqlx::PgConnection;

pub use query::{DaySheetQuery, DaySheetRow, rows};

/// The subscriber's name: whoever wants to read what they wrote waits for it.
pub const NAME: &str = "day_sheet";

/// The tables that are its own.
const TABLES: [ReadModelTable; 3] = [
    ReadModelTable::personal(tables::VISITS, &["appointment_id"]),
    ReadModelTable::personal(tables::PATIENTS, &["patient_id"]),
    ReadModelTable::new("day_sheet_clinics", &["clinic_id"]),
];

/// Keeps the visits of doctors.
#[derive(Debug, Clone)]
pub struct DaySheet {
    sealing: Sealing,
}

impl DaySheet {
    /// Keeps what is personal under the keys of `sealing`.
    #[must_use]
    pub fn new(sealing: &Sealing) -> Self {
        let sealing = sealing.clone();
        Self { sealing }
    }
}

#[async_trait]
impl Subscriber for DaySheet {
    fn name(&self) -> &'static str {
        NAME
    }

    fn version(&self) -> i32 {
        2
    }

    fn event_types(&self) -> Vec<&'static str> {
        let others = ["patient.registered", "clinic.opened"];
        AppointmentEvent::TYPES
            .iter()
            .copied()
            .chain(others)
            .collect()
    }

    async fn apply(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), SubscriberError> {
        apply::apply(events, connection, &self.sealing).await
    }
}

impl ReadModel for DaySheet {
    fn tables(&self) -> &'static [ReadModelTable] {
        &TABLES
    }
}
