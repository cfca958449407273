//! Queries on payments, refunds and the ledger.

use chrono::{DateTime, Utc};
use domain::payment::ClosingGrounds;
use domain::{AppointmentId, ClinicId, Currency, Money, PatientId, PaymentId, Slot};
use sqlx::PgPool;

use super::listed::{ClosedOrder, LedgerEntry, ListedPayment, ListedRefund};
use super::rows::{ClosedOrderRow, EntryRow, PaymentRow, RefundRow};
use crate::cursor::TimeCursor;
use crate::error::{InvalidRow, ReadError};
use crate::stored::{fetch, uuids, word};

/// Search for payments of a patient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatientPayments {
    /// The patient.
    pub patient: PatientId,
    /// Only those at these clinics.
    pub clinics: Option<Vec<ClinicId>>,
    /// Only those behind this one, by the instant at which it was opened.
    pub after: Option<TimeCursor>,
    /// Limit of the answer.
    pub limit: i64,
}

/// Search for payments of a clinic on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClinicDay {
    /// The clinic.
    pub clinic: ClinicId,
    /// The day, by the clinic's clock.
    pub day: Slot,
    /// Only those behind this one, by the instant at which it was opened.
    pub after: Option<TimeCursor>,
    /// Limit of the answer.
    pub limit: i64,
}

/// Takings of a clinic on a day, in one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Takings {
    /// Sum of the captures.
    pub captured: Money,
    /// Sum of the refunds.
    pub refunded: Money,
    /// Sum of the lost disputes.
    pub lost: Money,
    /// Sum of the payments that were opened on that day and can still be paid.
    pub open: Money,
}

/// Returns a payment, if it is known.
pub async fn get(pool: &PgPool, payment: PaymentId) -> Result<Option<ListedPayment>, ReadError> {
    let payments = [payment.as_uuid()];
    let rows = sqlx::query_file_as!(PaymentRow, "src/payments/payments_of.sql", &payments);
    fetch(rows.fetch_all(pool))
        .await
        .map(|mut rows| rows.pop())
        .map_err(ReadError::doing("reading a payment"))
}

/// Lists a patient's payments, the latest first.
pub async fn of_patient(
    pool: &PgPool,
    search: &PatientPayments,
) -> Result<Vec<ListedPayment>, ReadError> {
    let (opened_at, payment) = TimeCursor::columns(search.after);
    let rows = sqlx::query_file_as!(
        PaymentRow,
        "src/payments/of_patient.sql",
        search.patient.as_uuid(),
        uuids(search.clinics.as_deref()) as _,
        opened_at,
        payment,
        search.limit
    );
    fetch(rows.fetch_all(pool))
        .await
        .map_err(ReadError::doing("listing a patient's payments"))
}

/// Lists the payments of a visit, the latest first. There is one per payer, so they are few.
pub async fn of_appointment(
    pool: &PgPool,
    appointment: AppointmentId,
) -> Result<Vec<ListedPayment>, ReadError> {
    let rows = sqlx::query_file_as!(
        PaymentRow,
        "src/payments/of_appointment.sql",
        appointment.as_uuid()
    );
    fetch(rows.fetch_all(pool))
        .await
        .map_err(ReadError::doing("listing the payments of a visit"))
}

/// Lists the payments of a clinic that were opened on a day, or for which money moved on it, the latest
/// first.
pub async fn of_clinic_day(
    pool: &PgPool,
    search: &ClinicDay,
) -> Result<Vec<ListedPayment>, ReadError> {
    let (opened_at, payment) = TimeCursor::columns(search.after);
    let rows = sqlx::query_file_as!(
        PaymentRow,
        "src/payments/of_clinic_day.sql",
        search.clinic.as_uuid(),
        search.day.start(),
        search.day.end(),
        opened_at,
        payment,
        search.limit
    );
    fetch(rows.fetch_all(pool))
        .await
        .map_err(ReadError::doing("listing the payments of a day"))
}

/// Adds up the takings of a clinic on a day, one line per currency; none if nothing was opened and nothing
/// moved.
pub async fn takings(
    pool: &PgPool,
    clinic: ClinicId,
    day: Slot,
    now: DateTime<Utc>,
) -> Result<Vec<Takings>, ReadError> {
    let rows = sqlx::query_file_as!(
        TakingsRow,
        "src/payments/takings.sql",
        clinic.as_uuid(),
        day.start(),
        day.end(),
        now
    );
    fetch(rows.fetch_all(pool))
        .await
        .map_err(ReadError::doing("adding up the takings of a day"))
}

/// Lists the refunds of a payment, in the order in which they were requested.
pub async fn refunds_of(pool: &PgPool, payment: PaymentId) -> Result<Vec<ListedRefund>, ReadError> {
    let payments = [payment.as_uuid()];
    let rows = sqlx::query_file_as!(RefundRow, "src/payments/refunds_of.sql", &payments);
    fetch(rows.fetch_all(pool))
        .await
        .map_err(ReadError::doing("listing the refunds of a payment"))
}

/// Lists refunds at these clinics that failed and are still owed, the oldest first: at most `limit`, those
/// behind `after`.
pub async fn failed_refunds(
    pool: &PgPool,
    clinics: Option<&[ClinicId]>,
    after: Option<TimeCursor>,
    limit: i64,
) -> Result<Vec<ListedRefund>, ReadError> {
    let (requested_at, refund) = TimeCursor::columns(after);
    let rows = sqlx::query_file_as!(
        RefundRow,
        "src/payments/failed_refunds.sql",
        uuids(clinics) as _,
        requested_at,
        refund,
        limit
    );
    fetch(rows.fetch_all(pool))
        .await
        .map_err(ReadError::doing("listing refunds that failed"))
}

/// Lists closed orders that an operator has to compare with the gateway's records, the latest first.
pub async fn orders_for_operators(
    pool: &PgPool,
    limit: i64,
) -> Result<Vec<ClosedOrder>, ReadError> {
    let grounds = ClosingGrounds::ALL.into_iter();
    let grounds = grounds.filter(|grounds| grounds.needs_operator());
    let grounds: Vec<_> = grounds.map(|grounds| grounds.as_str().to_owned()).collect();
    let rows = sqlx::query_file_as!(
        ClosedOrderRow,
        "src/payments/orders_for_operators.sql",
        &grounds,
        limit
    );
    fetch(rows.fetch_all(pool))
        .await
        .map_err(ReadError::doing("listing orders for operators"))
}

/// Lists the movements of money for a visit, in the order in which they were recorded.
pub async fn ledger_of_appointment(
    pool: &PgPool,
    appointment: AppointmentId,
) -> Result<Vec<LedgerEntry>, ReadError> {
    let rows = sqlx::query_file_as!(
        EntryRow,
        "src/payments/ledger_of_appointment.sql",
        appointment.as_uuid()
    );
    fetch(rows.fetch_all(pool))
        .await
        .map_err(ReadError::doing("reading the ledger of a visit"))
}

/// Lists the movements of money for a payment, in their order.
pub async fn ledger_of_payment(
    pool: &PgPool,
    payment: PaymentId,
) -> Result<Vec<LedgerEntry>, ReadError> {
    let rows = sqlx::query_file_as!(
        EntryRow,
        "src/payments/ledger_of_payment.sql",
        payment.as_uuid()
    );
    fetch(rows.fetch_all(pool))
        .await
        .map_err(ReadError::doing("reading the ledger of a payment"))
}

/// Row of the takings.
struct TakingsRow {
    currency: String,
    captured: i64,
    refunded: i64,
    lost: i64,
    open: i64,
}

impl TryFrom<TakingsRow> for Takings {
    type Error = InvalidRow;

    fn try_from(stored: TakingsRow) -> Result<Self, InvalidRow> {
        let currency: Currency = word("currency", &stored.currency)?;
        let sum = |column, amount| Money::new(amount, currency).map_err(|_| InvalidRow { column });
        Ok(Self {
            captured: sum("captured", stored.captured)?,
            refunded: sum("refunded", stored.refunded)?,
            lost: sum("lost", stored.lost)?,
            open: sum("open", stored.open)?,
        })
    }
}
