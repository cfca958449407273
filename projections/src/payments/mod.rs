//! What was to be paid, was it, and what was given back?
//!
//! Nothing here is personal: ids, amounts, codes. A payment that nobody paid reads as lapsed once its time is
//! over, as holds do; if money comes all the same, it reads as paid. The ledger holds every movement of
//! money once, in the currency that moved, and is never changed.

mod apply;
mod book;
mod listed;
mod query;
mod rows;
mod tables;

use async_trait::async_trait;
use domain::payment::PaymentEvent;
use event_store::{ReadModel, ReadModelTable, RecordedEvent, Subscriber, SubscriberError};
use sqlx::PgConnection;

pub use listed::{LedgerEntry, LedgerKind, ListedPayment, ListedRefund, PaymentStanding};
pub use query::{
    ClinicDay, PatientPayments, Takings, failed_refunds, get, ledger_of_appointment,
    ledger_of_payment, of_appointment, of_clinic_day, of_patient, refunds_of, takings,
};

/// The subscriber's name: whoever wants to read what they wrote waits for it.
pub const NAME: &str = "payments";

/// The tables that are its own.
const TABLES: [ReadModelTable; 3] = [
    ReadModelTable::new("payments", &["payment_id"]),
    ReadModelTable::new("payment_refunds", &["payment_id", "refund_id"]),
    ReadModelTable::new("ledger_entries", &["payment_id", "entry"]),
];

/// Keeps the books.
#[derive(Debug, Clone, Copy)]
pub struct Payments;

#[async_trait]
impl Subscriber for Payments {
    fn name(&self) -> &'static str {
        NAME
    }

    fn version(&self) -> i32 {
        1
    }

    fn event_types(&self) -> Vec<&'static str> {
        PaymentEvent::TYPES.to_vec()
    }

    async fn apply(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), SubscriberError> {
        apply::apply(events, connection).await
    }
}

impl ReadModel for Payments {
    fn tables(&self) -> &'static [ReadModelTable] {
        &TABLES
    }
}
