//! Tables of payments, refunds, disputes and ledger entries.

use std::collections::BTreeMap;

use domain::payment::RefundGrounds;
use domain::{FailureCode, GatewayOrderId, GatewayPaymentId, GatewayRefundId, PaymentId, RefundId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::disputes;
use super::ledger::Ledger;
use super::listed::{ClosedOrder, LedgerEntry, ListedPayment, ListedRefund};
use super::rows::{PaymentRow, RefundRow};
use crate::stored::{Stored, column, fetch};

impl Stored for Ledger {
    /// Returns payments with their refunds and disputes. Stored entries and closed orders never change, so none are
    /// read.
    async fn by_ids(connection: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Self>, sqlx::Error> {
        let rows = sqlx::query_file_as!(PaymentRow, "src/payments/payments_of.sql", ids);
        let payments: Vec<ListedPayment> = fetch(rows.fetch_all(&mut *connection)).await?;
        let rows = sqlx::query_file_as!(RefundRow, "src/payments/refunds_of.sql", ids);
        let mut refunds: BTreeMap<PaymentId, BTreeMap<RefundId, ListedRefund>> = BTreeMap::new();
        for refund in fetch::<_, ListedRefund>(rows.fetch_all(&mut *connection)).await? {
            let of_payment = refunds.entry(refund.payment).or_default();
            of_payment.insert(refund.refund, refund);
        }
        let mut disputes: BTreeMap<PaymentId, BTreeMap<_, _>> = BTreeMap::new();
        for dispute in disputes::by_payments(connection, ids).await? {
            let of_payment = disputes.entry(dispute.payment).or_default();
            of_payment.insert(dispute.dispute.clone(), dispute);
        }
        let ledgers = payments.into_iter().map(|payment| Self {
            disputes: disputes.remove(&payment.payment).unwrap_or_default(),
            refunds: refunds.remove(&payment.payment).unwrap_or_default(),
            entries: Vec::new(),
            closed_orders: Vec::new(),
            payment,
        });
        Ok(ledgers.collect())
    }

    async fn write(connection: &mut PgConnection, rows: &[Self]) -> Result<(), sqlx::Error> {
        let payments: Vec<_> = rows.iter().map(|row| &row.payment).collect();
        write_payments(connection, &payments).await?;
        let refunds: Vec<_> = rows.iter().flat_map(|row| row.refunds.values()).collect();
        write_refunds(connection, &refunds).await?;
        let raised: Vec<_> = rows.iter().flat_map(|row| row.disputes.values()).collect();
        disputes::write(connection, &raised).await?;
        let entries: Vec<_> = rows.iter().flat_map(|row| &row.entries).collect();
        write_entries(connection, &entries).await?;
        let closed: Vec<_> = rows.iter().flat_map(|row| &row.closed_orders).collect();
        write_closed_orders(connection, &closed).await
    }
}

async fn write_payments(
    connection: &mut PgConnection,
    rows: &[&ListedPayment],
) -> Result<(), sqlx::Error> {
    sqlx::query_file!(
        "src/payments/upsert_payments.sql",
        &column(rows, |row| row.payment.as_uuid()),
        &column(rows, |row| row.payable.id()),
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
        &column(rows, |row| row.lost.amount()),
        &column(rows, |row| row.receipt.map(|receipt| receipt.number())) as _,
        &column(rows, |row| row.test_mode),
        &column(rows, |row| row.version),
        &column(rows, |row| row.payable.kind().as_str()) as _
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn write_refunds(
    connection: &mut PgConnection,
    rows: &[&ListedRefund],
) -> Result<(), sqlx::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query_file!(
        "src/payments/upsert_refunds.sql",
        &column(rows, |row| row.payment.as_uuid()),
        &column(rows, |row| row.refund.as_uuid()),
        &column(rows, |row| row.payable.id()),
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
        &column(rows, |row| row.version),
        &column(rows, |row| row.payable.kind().as_str()) as _
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// An entry that is stored already stays as it is.
async fn write_entries(
    connection: &mut PgConnection,
    rows: &[&LedgerEntry],
) -> Result<(), sqlx::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query_file!(
        "src/payments/insert_entries.sql",
        &column(rows, |row| row.payment.as_uuid()),
        &column(rows, |row| row.entry),
        &column(rows, |row| row.payable.id()),
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
        &column(rows, |row| row.at),
        &column(rows, |row| row.payable.kind().as_str()) as _
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// A closed order that is stored already stays as it is.
async fn write_closed_orders(
    connection: &mut PgConnection,
    rows: &[&ClosedOrder],
) -> Result<(), sqlx::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query_file!(
        "src/payments/insert_closed_orders.sql",
        &column(rows, |row| row.payment.as_uuid()),
        &column(rows, |row| row.entry),
        &column(rows, |row| row.order.as_str()) as _,
        &column(rows, |row| row.payable.id()),
        &column(rows, |row| row.clinic.as_uuid()),
        &column(rows, |row| row.grounds.as_str()) as _,
        &column(rows, |row| row.failure.as_ref().map(FailureCode::as_str)) as _,
        &column(rows, |row| row.closed_at),
        &column(rows, |row| row.payable.kind().as_str()) as _
    )
    .execute(connection)
    .await?;
    Ok(())
}
