//! How the books are asked.

use chrono::{DateTime, Utc};
use domain::{AppointmentId, ClinicId, Currency, Money, PatientId, PaymentId, RefundId, Slot};
use sqlx::PgPool;
use uuid::Uuid;

use super::listed::{LedgerEntry, ListedPayment, ListedRefund};
use super::rows::{EntryColumns, PaymentColumns, RefundColumns};
use crate::ReadError;
use crate::columns::{read, word};
use crate::error::Corrupt;

/// Which of a patient's payments are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatientPayments {
    /// Whose.
    pub patient: PatientId,
    /// Only those at these clinics.
    pub clinics: Option<Vec<ClinicId>>,
    /// Only those behind this one: when it was opened, and itself.
    pub after: Option<(DateTime<Utc>, PaymentId)>,
    /// At most so many.
    pub limit: i64,
}

/// Which payments of a clinic's day are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClinicDay {
    /// At which clinic.
    pub clinic: ClinicId,
    /// The day, by the clinic's clock.
    pub day: Slot,
    /// Only those behind this one: when it was opened, and itself.
    pub after: Option<(DateTime<Utc>, PaymentId)>,
    /// At most so many.
    pub limit: i64,
}

/// What a clinic took on a day, in one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Takings {
    /// What came.
    pub captured: Money,
    /// What left.
    pub refunded: Money,
    /// What was asked for on that day and can still be paid.
    pub open: Money,
}

/// One payment, if it is known.
pub async fn get(pool: &PgPool, payment: PaymentId) -> Result<Option<ListedPayment>, ReadError> {
    let payments = [payment.as_uuid()];
    let rows = sqlx::query_file_as!(PaymentColumns, "src/payments/payments_of.sql", &payments)
        .fetch_all(pool)
        .await;
    rows.and_then(read)
        .map(|mut rows| rows.pop())
        .map_err(ReadError::doing("reading a payment"))
}

/// A patient's payments, the latest first.
pub async fn of_patient(
    pool: &PgPool,
    search: &PatientPayments,
) -> Result<Vec<ListedPayment>, ReadError> {
    let (opened_at, payment) = parts(search.after);
    let rows = sqlx::query_file_as!(
        PaymentColumns,
        "src/payments/of_patient.sql",
        search.patient.as_uuid(),
        uuids(search.clinics.as_deref()) as _,
        opened_at,
        payment,
        search.limit
    )
    .fetch_all(pool)
    .await;
    rows.and_then(read)
        .map_err(ReadError::doing("listing a patient's payments"))
}

/// The payments of a visit, the latest first. There is one per payer, so they are few.
pub async fn of_appointment(
    pool: &PgPool,
    appointment: AppointmentId,
) -> Result<Vec<ListedPayment>, ReadError> {
    let rows = sqlx::query_file_as!(
        PaymentColumns,
        "src/payments/of_appointment.sql",
        appointment.as_uuid()
    )
    .fetch_all(pool)
    .await;
    rows.and_then(read)
        .map_err(ReadError::doing("listing the payments of a visit"))
}

/// The payments that were asked for at a clinic on a day, or for which money moved on it, the latest first.
pub async fn of_clinic_day(
    pool: &PgPool,
    search: &ClinicDay,
) -> Result<Vec<ListedPayment>, ReadError> {
    let (opened_at, payment) = parts(search.after);
    let rows = sqlx::query_file_as!(
        PaymentColumns,
        "src/payments/of_clinic_day.sql",
        search.clinic.as_uuid(),
        search.day.start(),
        search.day.end(),
        opened_at,
        payment,
        search.limit
    )
    .fetch_all(pool)
    .await;
    rows.and_then(read)
        .map_err(ReadError::doing("listing the payments of a day"))
}

/// What a clinic took on a day, one line per currency; none where nothing was asked for and nothing moved.
pub async fn takings(
    pool: &PgPool,
    clinic: ClinicId,
    day: Slot,
    now: DateTime<Utc>,
) -> Result<Vec<Takings>, ReadError> {
    let rows = sqlx::query_file_as!(
        TakingsColumns,
        "src/payments/takings.sql",
        clinic.as_uuid(),
        day.start(),
        day.end(),
        now
    )
    .fetch_all(pool)
    .await;
    rows.and_then(read)
        .map_err(ReadError::doing("adding up the takings of a day"))
}

/// The refunds of a payment, in the order in which they were asked for.
pub async fn refunds_of(pool: &PgPool, payment: PaymentId) -> Result<Vec<ListedRefund>, ReadError> {
    let payments = [payment.as_uuid()];
    let rows = sqlx::query_file_as!(RefundColumns, "src/payments/refunds_of.sql", &payments)
        .fetch_all(pool)
        .await;
    rows.and_then(read)
        .map_err(ReadError::doing("listing the refunds of a payment"))
}

/// Refunds that failed and are still owed, the oldest first: at most `limit`, those behind `after`, at these
/// clinics.
pub async fn failed_refunds(
    pool: &PgPool,
    clinics: Option<&[ClinicId]>,
    after: Option<(DateTime<Utc>, RefundId)>,
    limit: i64,
) -> Result<Vec<ListedRefund>, ReadError> {
    let (requested_at, refund) = after.unzip();
    let rows = sqlx::query_file_as!(
        RefundColumns,
        "src/payments/failed_refunds.sql",
        uuids(clinics) as _,
        requested_at,
        refund.map(|refund| refund.as_uuid()),
        limit
    )
    .fetch_all(pool)
    .await;
    rows.and_then(read)
        .map_err(ReadError::doing("listing refunds that failed"))
}

/// The money that moved for a visit, in the order in which we heard of it.
pub async fn ledger_of_appointment(
    pool: &PgPool,
    appointment: AppointmentId,
) -> Result<Vec<LedgerEntry>, ReadError> {
    let rows = sqlx::query_file_as!(
        EntryColumns,
        "src/payments/ledger_of_appointment.sql",
        appointment.as_uuid()
    )
    .fetch_all(pool)
    .await;
    rows.and_then(read)
        .map_err(ReadError::doing("reading the ledger of a visit"))
}

/// The money that moved for a payment, in its order.
pub async fn ledger_of_payment(
    pool: &PgPool,
    payment: PaymentId,
) -> Result<Vec<LedgerEntry>, ReadError> {
    let rows = sqlx::query_file_as!(
        EntryColumns,
        "src/payments/ledger_of_payment.sql",
        payment.as_uuid()
    )
    .fetch_all(pool)
    .await;
    rows.and_then(read)
        .map_err(ReadError::doing("reading the ledger of a payment"))
}

fn parts(after: Option<(DateTime<Utc>, PaymentId)>) -> (Option<DateTime<Utc>>, Option<Uuid>) {
    after.map(|(at, payment)| (at, payment.as_uuid())).unzip()
}

fn uuids(clinics: Option<&[ClinicId]>) -> Option<Vec<Uuid>> {
    let clinics = clinics?.iter().map(ClinicId::as_uuid);
    Some(clinics.collect())
}

struct TakingsColumns {
    currency: String,
    captured: i64,
    refunded: i64,
    open: i64,
}

impl TryFrom<TakingsColumns> for Takings {
    type Error = Corrupt;

    fn try_from(columns: TakingsColumns) -> Result<Self, Corrupt> {
        let currency: Currency = word("currency", &columns.currency)?;
        let sum = |column, amount| Money::new(amount, currency).map_err(|_| Corrupt { column });
        Ok(Self {
            captured: sum("captured", columns.captured)?,
            refunded: sum("refunded", columns.refunded)?,
            open: sum("open", columns.open)?,
        })
    }
}
