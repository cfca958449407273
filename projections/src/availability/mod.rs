//! Times at which a doctor can be booked.
//!
//! The timetables and the holidays are this projection's own. Taken times are read from the claims that the log
//! itself keeps: these are never behind, so a slot that was just taken is not offered.

mod earliest;
mod holidays;
mod query;
mod timetables;

use domain::doctor::DoctorEvent;
use event_store::{ReadModelTable, SubscriberError};

pub use earliest::{EarliestQuery, OfferedSlot, earliest};
pub use query::{OfferQuery, explained, offered};

use crate::projection::{Batch, Projection};

/// Name of the subscriber. A query that must see an earlier write waits for it.
pub const NAME: &str = "availability";

/// Keeps the timetables of doctors and the holidays of clinics.
#[derive(Debug, Clone, Copy)]
pub struct Availability;

impl Projection for Availability {
    const NAME: &'static str = NAME;
    const VERSION: i32 = 2;
    const EVENT_TYPES: &'static [&'static [&'static str]] =
        &[DoctorEvent::TYPES, &holidays::EVENT_TYPES];
    const TABLES: &'static [ReadModelTable] = &[
        ReadModelTable::new("timetable_doctors", &["doctor_id"]),
        ReadModelTable::new("doctor_timetables", &["doctor_id", "clinic_id"]),
        ReadModelTable::new("timetable_clinics", &["clinic_id"]),
    ];

    async fn apply(batch: &mut Batch<'_>) -> Result<(), SubscriberError> {
        batch.update::<holidays::BookableClinic>().await?;
        batch.update::<timetables::BookableDoctor>().await
    }
}
