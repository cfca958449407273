//! When can a doctor be booked?
//!
//! The timetables and the holidays are this projection's own. What of them is taken is asked of the claims that the
//! log itself keeps: they are never behind, so a slot that was just taken is not offered.

mod apply;
mod holidays;
mod query;

use async_trait::async_trait;
use domain::doctor::DoctorEvent;
use event_store::{ReadModel, ReadModelTable, RecordedEvent, Subscriber, SubscriberError};
use sqlx::PgConnection;

pub use query::{OfferQuery, explained, offered};

/// The subscriber's name: whoever wants to read what they wrote waits for it.
pub const NAME: &str = "availability";

/// The tables that are its own.
const TABLES: [ReadModelTable; 3] = [
    ReadModelTable::new("timetable_doctors", &["doctor_id"]),
    ReadModelTable::new("doctor_timetables", &["doctor_id", "clinic_id"]),
    ReadModelTable::new("timetable_clinics", &["clinic_id"]),
];

/// Keeps the timetables of doctors and the holidays of clinics.
#[derive(Debug, Clone, Copy)]
pub struct Availability;

#[async_trait]
impl Subscriber for Availability {
    fn name(&self) -> &'static str {
        NAME
    }

    fn version(&self) -> i32 {
        2
    }

    fn event_types(&self) -> Vec<&'static str> {
        let mut types = DoctorEvent::TYPES.to_vec();
        types.extend(holidays::EVENTS);
        types
    }

    async fn apply(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), SubscriberError> {
        apply::apply(events, connection).await
    }
}

impl ReadModel for Availability {
    fn tables(&self) -> &'static [ReadModelTable] {
        &TABLES
    }
}
