//! Appointments of patients.

mod apply;
mod query;

use domain::appointment::AppointmentEvent;
use event_store::{ReadModelTable, SubscriberError};

pub use query::{
    AppointmentPhi, AppointmentSearch, CareQuery, DoctorsPatient, PatientAppointment,
    VisitWithDoctor, get, is_in_care, list, patients_of_doctor, with_doctor,
};

use crate::projection::{Batch, Projection};
use crate::sealed::{Personal, SealedRow};

/// Name of the subscriber. A query that must see an earlier write waits for it.
pub const NAME: &str = "patient_appointments";

/// Keeps the appointments of patients.
#[derive(Debug, Clone, Copy)]
pub struct PatientAppointments;

impl Projection for PatientAppointments {
    const NAME: &'static str = NAME;
    const VERSION: i32 = 2;
    const EVENT_TYPES: &'static [&'static [&'static str]] = &[AppointmentEvent::TYPES];
    const TABLES: &'static [ReadModelTable] = &[ReadModelTable::personal(
        PatientAppointment::TABLE,
        &["appointment_id"],
    )];

    async fn apply(batch: &mut Batch<'_>) -> Result<(), SubscriberError> {
        batch.update::<SealedRow<PatientAppointment>>().await
    }
}
