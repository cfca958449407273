//! Which appointments does a patient have?
//!
//! A hold that has ended reads as expired, whether or not that was noted yet; every question about
//! the status therefore comes with the time at which it is asked.

mod apply;
mod query;

use async_trait::async_trait;
use domain::appointment::AppointmentEvent;
use event_store::{ReadModel, ReadModelTable, RecordedEvent, Sealing, Subscriber, SubscriberError};
use sqlx::PgConnection;

pub use query::{AppointmentPhi, AppointmentSearch, PatientAppointment, get, list};

use crate::Personal;

/// The subscriber's name: whoever wants to read what they wrote waits for it.
pub const NAME: &str = "patient_appointments";

/// The tables that are its own.
const TABLES: [ReadModelTable; 1] = [ReadModelTable::personal(
    PatientAppointment::TABLE,
    &["appointment_id"],
)];

/// Keeps the appointments of patients.
#[derive(Debug, Clone)]
pub struct PatientAppointments {
    sealing: Sealing,
}

impl PatientAppointments {
    /// Keeps what is personal under the keys of `sealing`.
    #[must_use]
    pub fn new(sealing: &Sealing) -> Self {
        let sealing = sealing.clone();
        Self { sealing }
    }
}

#[async_trait]
impl Subscriber for PatientAppointments {
    fn name(&self) -> &'static str {
        NAME
    }

    fn version(&self) -> i32 {
        2
    }

    fn event_types(&self) -> Vec<&'static str> {
        AppointmentEvent::TYPES.to_vec()
    }

    async fn apply(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), SubscriberError> {
        apply::apply(events, connection, &self.sealing).await
    }
}

impl ReadModel for PatientAppointments {
    fn tables(&self) -> &'static [ReadModelTable] {
        &TABLES
    }
}
