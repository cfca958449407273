//! When is a doctor away?

mod apply;
mod query;

use async_trait::async_trait;
use domain::leave::LeaveEvent;
use event_store::{ReadModel, ReadModelTable, RecordedEvent, Sealing, Subscriber, SubscriberError};
use sqlx::PgConnection;

pub use query::{DoctorLeave, LeavePhi, MOST, of_doctor};

use crate::Personal;

/// The subscriber's name: whoever wants to read what they wrote waits for it.
pub const NAME: &str = "doctor_leaves";

/// The tables that are its own.
const TABLES: [ReadModelTable; 1] = [ReadModelTable::personal(DoctorLeave::TABLE, &["leave_id"])];

/// Keeps the leaves of doctors.
#[derive(Debug, Clone)]
pub struct DoctorLeaves {
    sealing: Sealing,
}

impl DoctorLeaves {
    /// Keeps what is personal under the keys of `sealing`.
    #[must_use]
    pub fn new(sealing: &Sealing) -> Self {
        let sealing = sealing.clone();
        Self { sealing }
    }
}

#[async_trait]
impl Subscriber for DoctorLeaves {
    fn name(&self) -> &'static str {
        NAME
    }

    fn version(&self) -> i32 {
        1
    }

    fn event_types(&self) -> Vec<&'static str> {
        LeaveEvent::TYPES.to_vec()
    }

    async fn apply(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), SubscriberError> {
        apply::apply(events, connection, &self.sealing).await
    }
}

impl ReadModel for DoctorLeaves {
    fn tables(&self) -> &'static [ReadModelTable] {
        &TABLES
    }
}
