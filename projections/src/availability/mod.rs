//! When can a doctor be booked?
//!
//! The timetables are this projection's own. What of them is taken is asked of the claims that the
//! log itself keeps: they are never behind, so a slot that was just taken is not offered.

mod apply;
mod query;

use async_trait::async_trait;
use domain::doctor::DoctorEvent;
use event_store::{RecordedEvent, Subscriber, SubscriberError};
use sqlx::PgConnection;

pub use query::{OfferQuery, offered};

/// The subscriber's name: whoever wants to read what they wrote waits for it.
pub const NAME: &str = "availability";

/// Keeps the timetables of doctors.
#[derive(Debug, Clone, Copy)]
pub struct Availability;

#[async_trait]
impl Subscriber for Availability {
    fn name(&self) -> &'static str {
        NAME
    }

    fn version(&self) -> i32 {
        1
    }

    fn event_types(&self) -> Vec<&'static str> {
        DoctorEvent::TYPES.to_vec()
    }

    async fn apply(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), SubscriberError> {
        apply::apply(events, connection).await
    }
}
