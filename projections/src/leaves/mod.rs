//! Leaves of doctors.

mod apply;
mod query;

use domain::leave::LeaveEvent;
use event_store::{ReadModelTable, SubscriberError};

pub use query::{DoctorLeave, LeavePhi, MOST, of_doctor};

use crate::projection::{Batch, Projection};
use crate::sealed::{Personal, SealedRow};

/// Name of the subscriber. A query that must see an earlier write waits for it.
pub const NAME: &str = "doctor_leaves";

/// Keeps the leaves of doctors.
#[derive(Debug, Clone, Copy)]
pub struct DoctorLeaves;

impl Projection for DoctorLeaves {
    const NAME: &'static str = NAME;
    const VERSION: i32 = 1;
    const EVENT_TYPES: &'static [&'static [&'static str]] = &[LeaveEvent::TYPES];
    const TABLES: &'static [ReadModelTable] =
        &[ReadModelTable::personal(DoctorLeave::TABLE, &["leave_id"])];

    async fn apply(batch: &mut Batch<'_>) -> Result<(), SubscriberError> {
        batch.update::<SealedRow<DoctorLeave>>().await
    }
}
