//! Disputes of payments: as they are shown, and their table.

use chrono::{DateTime, Utc};
use domain::payment::{DisputeStatus, Payable, PaymentDisputeOpened};
use domain::{
    ClinicId, FailureCode, GatewayDisputeId, GatewayPaymentId, Money, PatientId, PaymentId,
};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::listed::ListedPayment;
use super::rows::payable;
use crate::cursor::TimeCursor;
use crate::error::{InvalidRow, ReadError};
use crate::stored::{column, fetch, money, optional_word, word};

/// A dispute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedDispute {
    /// The payment.
    pub payment: PaymentId,
    /// Id of the dispute at the gateway.
    pub dispute: GatewayDisputeId,
    /// The item that was paid for.
    pub payable: Payable,
    /// The patient to whom it belongs.
    pub patient: PatientId,
    /// The clinic whose money is disputed.
    pub clinic: ClinicId,
    /// The attempt whose money is disputed.
    pub attempt: GatewayPaymentId,
    /// Disputed amount.
    pub amount: Money,
    /// Status.
    pub status: DisputeStatus,
    /// Code of the bank's grounds, if the gateway gave one.
    pub code: Option<FailureCode>,
    /// Deadline of the clinic's answer.
    pub respond_by: Option<DateTime<Utc>>,
    /// Amount that went back to the payer: zero unless it is lost.
    pub lost: Money,
    /// Instant at which it became known.
    pub opened_at: DateTime<Utc>,
    /// Instant of the last change.
    pub changed_at: DateTime<Utc>,
    /// Sequence number of the payment's event that last changed it.
    pub version: i64,
}

impl ListedDispute {
    pub(super) fn opened(
        payment: &ListedPayment,
        opened: PaymentDisputeOpened,
        version: i64,
    ) -> Self {
        Self {
            payment: payment.payment,
            dispute: opened.dispute,
            payable: payment.payable,
            patient: payment.patient,
            clinic: payment.clinic,
            attempt: opened.attempt,
            amount: opened.amount,
            status: DisputeStatus::Open,
            code: opened.code,
            respond_by: opened.respond_by,
            lost: Money::zero(opened.amount.currency()),
            opened_at: opened.at,
            changed_at: opened.at,
            version,
        }
    }

    /// Returns its place in a list, behind which the next page begins.
    #[must_use]
    pub fn cursor(&self) -> TimeCursor {
        TimeCursor {
            at: self.opened_at,
            id: Uuid::new_v5(&self.payment.as_uuid(), self.dispute.as_str().as_bytes()),
        }
    }
}

/// Lists the disputes of a payment, in the order in which they became known.
pub async fn disputes_of(
    pool: &PgPool,
    payment: PaymentId,
) -> Result<Vec<ListedDispute>, ReadError> {
    let payments = [payment.as_uuid()];
    let rows = sqlx::query_file_as!(DisputeRow, "src/payments/disputes_of.sql", &payments);
    fetch(rows.fetch_all(pool))
        .await
        .map_err(ReadError::doing("listing the disputes of a payment"))
}

/// Lists disputes at these clinics that are neither won, lost nor closed, the oldest first: at most `limit`,
/// those behind `after`.
pub async fn open_disputes(
    pool: &PgPool,
    clinics: Option<&[ClinicId]>,
    after: Option<TimeCursor>,
    limit: i64,
) -> Result<Vec<ListedDispute>, ReadError> {
    let (opened_at, page_id) = TimeCursor::columns(after);
    let rows = sqlx::query_file_as!(
        DisputeRow,
        "src/payments/open_disputes.sql",
        crate::stored::uuids(clinics) as _,
        opened_at,
        page_id,
        limit
    );
    fetch(rows.fetch_all(pool))
        .await
        .map_err(ReadError::doing("listing open disputes"))
}

/// Returns the disputes of some payments.
pub(super) async fn by_payments(
    connection: &mut PgConnection,
    payments: &[Uuid],
) -> Result<Vec<ListedDispute>, sqlx::Error> {
    let rows = sqlx::query_file_as!(DisputeRow, "src/payments/disputes_of.sql", payments);
    fetch(rows.fetch_all(connection)).await
}

pub(super) async fn write(
    connection: &mut PgConnection,
    rows: &[&ListedDispute],
) -> Result<(), sqlx::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query_file!(
        "src/payments/upsert_disputes.sql",
        &column(rows, |row| row.payment.as_uuid()),
        &column(rows, |row| row.dispute.as_str()) as _,
        &column(rows, |row| row.payable.id()),
        &column(rows, |row| row.patient.as_uuid()),
        &column(rows, |row| row.clinic.as_uuid()),
        &column(rows, |row| row.attempt.as_str()) as _,
        &column(rows, |row| row.amount.amount()),
        &column(rows, |row| row.amount.currency().code()) as _,
        &column(rows, |row| row.status.as_str()) as _,
        &column(rows, |row| row.code.as_ref().map(FailureCode::as_str)) as _,
        &column(rows, |row| row.respond_by) as _,
        &column(rows, |row| row.lost.amount()),
        &column(rows, |row| row.lost.currency().code()) as _,
        &column(rows, |row| row.opened_at),
        &column(rows, |row| row.changed_at),
        &column(rows, |row| row.cursor().id),
        &column(rows, |row| row.version),
        &column(rows, |row| row.payable.kind().as_str()) as _
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Row of `payment_disputes`.
struct DisputeRow {
    payment_id: Uuid,
    dispute_id: String,
    payable_kind: String,
    payable_id: Uuid,
    patient_id: Uuid,
    clinic_id: Uuid,
    gateway_payment: String,
    amount: i64,
    currency: String,
    status: String,
    code: Option<String>,
    respond_by: Option<DateTime<Utc>>,
    lost: i64,
    lost_currency: String,
    opened_at: DateTime<Utc>,
    changed_at: DateTime<Utc>,
    version: i64,
}

impl TryFrom<DisputeRow> for ListedDispute {
    type Error = InvalidRow;

    fn try_from(stored: DisputeRow) -> Result<Self, InvalidRow> {
        Ok(Self {
            payment: PaymentId::from_uuid(stored.payment_id),
            dispute: word("dispute_id", &stored.dispute_id)?,
            payable: payable(&stored.payable_kind, stored.payable_id)?,
            patient: PatientId::from_uuid(stored.patient_id),
            clinic: ClinicId::from_uuid(stored.clinic_id),
            attempt: word("gateway_payment", &stored.gateway_payment)?,
            amount: money("amount", stored.amount, &stored.currency)?,
            status: word("status", &stored.status)?,
            code: optional_word("code", stored.code.as_deref())?,
            respond_by: stored.respond_by,
            lost: money("lost", stored.lost, &stored.lost_currency)?,
            opened_at: stored.opened_at,
            changed_at: stored.changed_at,
            version: stored.version,
        })
    }
}
