//! How books are read from their tables and written to them.

use std::collections::BTreeMap;

use domain::payment::RefundGrounds;
use domain::{FailureCode, GatewayOrderId, GatewayPaymentId, GatewayRefundId, PaymentId, RefundId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::book::Book;
use super::listed::{LedgerEntry, ListedPayment, ListedRefund};
use super::rows::{PaymentColumns, RefundColumns};
use crate::columns::{column, read};

/// The books of some payments, without their ledgers: what is in those stays.
pub(super) async fn books_of(
    connection: &mut PgConnection,
    payments: &[Uuid],
) -> Result<Vec<Book>, sqlx::Error> {
    if payments.is_empty() {
        return Ok(Vec::new());
    }
    let rows = sqlx::query_file_as!(PaymentColumns, "src/payments/payments_of.sql", payments)
        .fetch_all(&mut *connection)
        .await?;
    let refunds = sqlx::query_file_as!(RefundColumns, "src/payments/refunds_of.sql", payments)
        .fetch_all(connection)
        .await?;
    let mut by_payment: BTreeMap<PaymentId, BTreeMap<RefundId, ListedRefund>> = BTreeMap::new();
    for refund in read::<_, ListedRefund>(refunds)? {
        let own = by_payment.entry(refund.payment).or_default();
        own.insert(refund.refund, refund);
    }
    let books = read(rows)?.into_iter().map(|payment: ListedPayment| Book {
        refunds: by_payment.remove(&payment.payment).unwrap_or_default(),
        entries: Vec::new(),
        payment,
    });
    Ok(books.collect())
}

pub(super) async fn write_payments(
    connection: &mut PgConnection,
    rows: &[ListedPayment],
) -> Result<(), sqlx::Error> {
    sqlx::query_file!(
        "src/payments/upsert_payments.sql",
        &column(rows, |row| row.payment.as_uuid()),
        &column(rows, |row| row.appointment.as_uuid()),
        &column(rows, |row| row.patient.as_uuid()),
        &column(rows, |row| row.clinic.as_uuid()),
        &column(rows, |row| row.amount.amount()),
        &column(rows, |row| row.amount.currency().code()) as _,
        &column(rows, |row| row.order.as_ref().map(GatewayOrderId::as_str)) as _,
        &column(rows, |row| row.opened_at),
        &column(rows, |row| row.pay_until),
        &column(rows, |row| row.paid_at) as _,
        &column(rows, |row| row
            .settled_by
            .as_ref()
            .map(GatewayPaymentId::as_str)) as _,
        &column(rows, |row| row.captured.amount()),
        &column(rows, |row| row.refunds_requested.amount()),
        &column(rows, |row| row.refunds_failed.amount()),
        &column(rows, |row| row.refunded.amount()),
        &column(rows, |row| row.receipt.map(|receipt| receipt.number())) as _,
        &column(rows, |row| row.version)
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn write_refunds(
    connection: &mut PgConnection,
    rows: &[ListedRefund],
) -> Result<(), sqlx::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query_file!(
        "src/payments/upsert_refunds.sql",
        &column(rows, |row| row.payment.as_uuid()),
        &column(rows, |row| row.refund.as_uuid()),
        &column(rows, |row| row.appointment.as_uuid()),
        &column(rows, |row| row.patient.as_uuid()),
        &column(rows, |row| row.clinic.as_uuid()),
        &column(rows, |row| row.attempt.as_str()) as _,
        &column(rows, |row| row.amount.amount()),
        &column(rows, |row| row.amount.currency().code()) as _,
        &column(rows, |row| row.grounds.as_str()) as _,
        &column(rows, |row| row.status.as_str()) as _,
        &column(rows, |row| i32::from(row.tries)),
        &column(rows, |row| row.failure.as_ref().map(FailureCode::as_str)) as _,
        &column(rows, |row| row
            .gateway_refund
            .as_ref()
            .map(GatewayRefundId::as_str)) as _,
        &column(rows, |row| row.requested_at),
        &column(rows, |row| row.changed_at),
        &column(rows, |row| row.version)
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// An entry that is there stays.
pub(super) async fn write_entries(
    connection: &mut PgConnection,
    rows: &[LedgerEntry],
) -> Result<(), sqlx::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query_file!(
        "src/payments/insert_entries.sql",
        &column(rows, |row| row.payment.as_uuid()),
        &column(rows, |row| row.entry),
        &column(rows, |row| row.appointment.as_uuid()),
        &column(rows, |row| row.patient.as_uuid()),
        &column(rows, |row| row.clinic.as_uuid()),
        &column(rows, |row| row.kind.as_str()) as _,
        &column(rows, |row| row.amount.amount()),
        &column(rows, |row| row.amount.currency().code()) as _,
        &column(rows, |row| row.attempt.as_str()) as _,
        &column(rows, |row| row.refund.map(|refund| refund.as_uuid())) as _,
        &column(rows, |row| row
            .gateway_refund
            .as_ref()
            .map(GatewayRefundId::as_str)) as _,
        &column(rows, |row| row.grounds.map(RefundGrounds::as_str)) as _,
        &column(rows, |row| row.at)
    )
    .execute(connection)
    .await?;
    Ok(())
}
