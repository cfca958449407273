//! Payments, their refunds and disputes, and the ledger.
//!
//! Nothing here is personal: ids, amounts, codes. A payment that was not paid in time reads as lapsed, as holds
//! do; if money arrives all the same, it reads as paid. The ledger has every movement of money once, in the
//! currency that moved, and every difference from the requested amount that was accepted; it is never changed.

mod disputes;
mod ledger;
mod listed;
mod query;
mod rows;
mod tables;

use domain::payment::PaymentEvent;
use event_store::{ReadModelTable, SubscriberError};

pub use disputes::{ListedDispute, disputes_of, open_disputes};
pub use listed::{
    ClosedOrder, LedgerEntry, LedgerKind, ListedPayment, ListedRefund, PaymentStanding,
};
pub use query::{
    ClinicDay, PatientPayments, Takings, failed_refunds, get, ledger_of_appointment,
    ledger_of_payment, of_appointment, of_clinic_day, of_patient, orders_for_operators, refunds_of,
    takings,
};

use crate::projection::{Batch, Projection};

/// Name of the subscriber. A query that must see an earlier write waits for it.
pub const NAME: &str = "payments";

/// Keeps payments, refunds, disputes and the ledger.
#[derive(Debug, Clone, Copy)]
pub struct Payments;

impl Projection for Payments {
    const NAME: &'static str = NAME;
    const VERSION: i32 = 4;
    const EVENT_TYPES: &'static [&'static [&'static str]] = &[PaymentEvent::TYPES];
    const TABLES: &'static [ReadModelTable] = &[
        ReadModelTable::new("payments", &["payment_id"]),
        ReadModelTable::new("payment_refunds", &["payment_id", "refund_id"]),
        ReadModelTable::new("payment_disputes", &["payment_id", "dispute_id"]),
        ReadModelTable::new("ledger_entries", &["payment_id", "entry"]),
        ReadModelTable::new("payment_closed_orders", &["payment_id", "entry"]),
    ];

    async fn apply(batch: &mut Batch<'_>) -> Result<(), SubscriberError> {
        batch.update::<ledger::Ledger>().await
    }
}
