//! Which doctors are there, and where and on what terms do they work?
//!
//! A doctor who was erased stays in the list without a name, at its end: appointments still point
//! to the doctor.

mod apply;
mod query;

use async_trait::async_trait;
use domain::doctor::DoctorEvent;
use event_store::{ReadModel, ReadModelTable, RecordedEvent, Sealing, Subscriber, SubscriberError};
use sqlx::PgConnection;

pub use query::{DoctorPhi, DoctorSearch, ListedDoctor, get, list};

use crate::Personal;

/// The subscriber's name: whoever wants to read what they wrote waits for it.
pub const NAME: &str = "doctor_directory";

/// The tables that are its own.
const TABLES: [ReadModelTable; 2] = [
    ReadModelTable::personal(ListedDoctor::TABLE, &["doctor_id"]),
    ReadModelTable::new("doctor_affiliations", &["doctor_id", "clinic_id"]),
];

/// Keeps the list of doctors.
#[derive(Debug, Clone)]
pub struct DoctorDirectory {
    sealing: Sealing,
}

impl DoctorDirectory {
    /// Keeps what is personal under the keys of `sealing`.
    #[must_use]
    pub fn new(sealing: &Sealing) -> Self {
        let sealing = sealing.clone();
        Self { sealing }
    }
}

#[async_trait]
impl Subscriber for DoctorDirectory {
    fn name(&self) -> &'static str {
        NAME
    }

    fn version(&self) -> i32 {
        3
    }

    fn event_types(&self) -> Vec<&'static str> {
        DoctorEvent::TYPES.to_vec()
    }

    async fn apply(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), SubscriberError> {
        apply::apply(events, connection, &self.sealing).await
    }
}

impl ReadModel for DoctorDirectory {
    fn tables(&self) -> &'static [ReadModelTable] {
        &TABLES
    }
}
