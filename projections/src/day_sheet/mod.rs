//! Visits of a doctor on a day.
//!
//! A day is meant by the wall clock of the clinic of each visit. Besides the visits, the projection
//! keeps what they need of others: the names of patients and the zones of clinics.

mod clinics;
mod patients;
mod query;
mod visits;

use domain::appointment::AppointmentEvent;
use event_store::{ReadModelTable, SubscriberError};

pub use query::{DaySheetQuery, DaySheetRow, SealedDay, rows};

use crate::projection::{Batch, Projection};
use crate::sealed::{Personal, SealedRow};

/// Name of the subscriber. A query that must see an earlier write waits for it.
pub const NAME: &str = "day_sheet";

/// Keeps the visits of doctors.
#[derive(Debug, Clone, Copy)]
pub struct DaySheet;

impl Projection for DaySheet {
    const NAME: &'static str = NAME;
    const VERSION: i32 = 3;
    const EVENT_TYPES: &'static [&'static [&'static str]] = &[
        AppointmentEvent::TYPES,
        &["patient.registered", "clinic.opened"],
    ];
    const TABLES: &'static [ReadModelTable] = &[
        ReadModelTable::personal(visits::StoredVisit::TABLE, &["appointment_id"]),
        ReadModelTable::personal(patients::StoredPatient::TABLE, &["patient_id"]),
        ReadModelTable::new("day_sheet_clinics", &["clinic_id"]),
    ];

    async fn apply(batch: &mut Batch<'_>) -> Result<(), SubscriberError> {
        batch.update::<clinics::StoredClinic>().await?;
        batch.update::<SealedRow<patients::StoredPatient>>().await?;
        batch.update::<SealedRow<visits::StoredVisit>>().await
    }
}
