//! Rows of the tables, read into domain values.

use chrono::{DateTime, Utc};
use domain::payment::{Payable, PayableKind};
use domain::{ClinicId, PatientId, PaymentId, ReceiptNumber, RefundId};
use uuid::Uuid;

use super::listed::{ClosedOrder, LedgerEntry, ListedPayment, ListedRefund};
use crate::error::InvalidRow;
use crate::stored::{money, optional_word, word};

/// Reads the item of a payment.
pub(super) fn payable(kind: &str, id: Uuid) -> Result<Payable, InvalidRow> {
    let kind: PayableKind = word("payable_kind", kind)?;
    Ok(kind.with_id(id))
}

/// Row of `payments`.
pub(super) struct PaymentRow {
    pub(super) payment_id: Uuid,
    pub(super) payable_kind: String,
    pub(super) payable_id: Uuid,
    pub(super) patient_id: Uuid,
    pub(super) clinic_id: Uuid,
    pub(super) amount: i64,
    pub(super) currency: String,
    pub(super) order_id: Option<String>,
    pub(super) opened_at: DateTime<Utc>,
    pub(super) pay_until: DateTime<Utc>,
    pub(super) paid_at: Option<DateTime<Utc>>,
    pub(super) settled_by: Option<String>,
    pub(super) captured: i64,
    pub(super) refunds_requested: i64,
    pub(super) refunds_failed: i64,
    pub(super) refunded: i64,
    pub(super) lost: i64,
    pub(super) receipt_number: Option<i64>,
    pub(super) test_mode: bool,
    pub(super) version: i64,
}

impl TryFrom<PaymentRow> for ListedPayment {
    type Error = InvalidRow;

    fn try_from(stored: PaymentRow) -> Result<Self, InvalidRow> {
        let sum = |column, amount| money(column, amount, &stored.currency);
        let receipt = stored.receipt_number.map(ReceiptNumber::new).transpose();
        Ok(Self {
            payment: PaymentId::from_uuid(stored.payment_id),
            payable: payable(&stored.payable_kind, stored.payable_id)?,
            patient: PatientId::from_uuid(stored.patient_id),
            clinic: ClinicId::from_uuid(stored.clinic_id),
            amount: sum("amount", stored.amount)?,
            order: optional_word("order_id", stored.order_id.as_deref())?,
            opened_at: stored.opened_at,
            pay_until: stored.pay_until,
            paid_at: stored.paid_at,
            settled_by: optional_word("settled_by", stored.settled_by.as_deref())?,
            captured: sum("captured", stored.captured)?,
            refunds_requested: sum("refunds_requested", stored.refunds_requested)?,
            refunds_failed: sum("refunds_failed", stored.refunds_failed)?,
            refunded: sum("refunded", stored.refunded)?,
            lost: sum("lost", stored.lost)?,
            receipt: receipt.map_err(|_| InvalidRow {
                column: "receipt_number",
            })?,
            test_mode: stored.test_mode,
            version: stored.version,
        })
    }
}

/// Row of `payment_refunds`.
pub(super) struct RefundRow {
    pub(super) payment_id: Uuid,
    pub(super) refund_id: Uuid,
    pub(super) payable_kind: String,
    pub(super) payable_id: Uuid,
    pub(super) patient_id: Uuid,
    pub(super) clinic_id: Uuid,
    pub(super) gateway_payment: String,
    pub(super) amount: i64,
    pub(super) currency: String,
    pub(super) grounds: String,
    pub(super) status: String,
    pub(super) tries: i32,
    pub(super) failure_code: Option<String>,
    pub(super) gateway_refund: Option<String>,
    pub(super) requested_at: DateTime<Utc>,
    pub(super) changed_at: DateTime<Utc>,
    pub(super) version: i64,
}

impl TryFrom<RefundRow> for ListedRefund {
    type Error = InvalidRow;

    fn try_from(stored: RefundRow) -> Result<Self, InvalidRow> {
        Ok(Self {
            payment: PaymentId::from_uuid(stored.payment_id),
            refund: RefundId::from_uuid(stored.refund_id),
            payable: payable(&stored.payable_kind, stored.payable_id)?,
            patient: PatientId::from_uuid(stored.patient_id),
            clinic: ClinicId::from_uuid(stored.clinic_id),
            attempt: word("gateway_payment", &stored.gateway_payment)?,
            amount: money("amount", stored.amount, &stored.currency)?,
            grounds: word("grounds", &stored.grounds)?,
            status: word("status", &stored.status)?,
            tries: u16::try_from(stored.tries).map_err(|_| InvalidRow { column: "tries" })?,
            failure: optional_word("failure_code", stored.failure_code.as_deref())?,
            gateway_refund: optional_word("gateway_refund", stored.gateway_refund.as_deref())?,
            requested_at: stored.requested_at,
            changed_at: stored.changed_at,
            version: stored.version,
        })
    }
}

/// Row of `payment_closed_orders`.
pub(super) struct ClosedOrderRow {
    pub(super) payment_id: Uuid,
    pub(super) entry: i64,
    pub(super) order_id: String,
    pub(super) payable_kind: String,
    pub(super) payable_id: Uuid,
    pub(super) clinic_id: Uuid,
    pub(super) grounds: String,
    pub(super) failure_code: Option<String>,
    pub(super) closed_at: DateTime<Utc>,
}

impl TryFrom<ClosedOrderRow> for ClosedOrder {
    type Error = InvalidRow;

    fn try_from(stored: ClosedOrderRow) -> Result<Self, InvalidRow> {
        Ok(Self {
            payment: PaymentId::from_uuid(stored.payment_id),
            entry: stored.entry,
            order: word("order_id", &stored.order_id)?,
            payable: payable(&stored.payable_kind, stored.payable_id)?,
            clinic: ClinicId::from_uuid(stored.clinic_id),
            grounds: word("grounds", &stored.grounds)?,
            failure: optional_word("failure_code", stored.failure_code.as_deref())?,
            closed_at: stored.closed_at,
        })
    }
}

/// Row of `ledger_entries`.
pub(super) struct EntryRow {
    pub(super) payment_id: Uuid,
    pub(super) entry: i64,
    pub(super) payable_kind: String,
    pub(super) payable_id: Uuid,
    pub(super) patient_id: Uuid,
    pub(super) clinic_id: Uuid,
    pub(super) kind: String,
    pub(super) amount: i64,
    pub(super) currency: String,
    pub(super) gateway_payment: String,
    pub(super) refund_id: Option<Uuid>,
    pub(super) gateway_refund: Option<String>,
    pub(super) grounds: Option<String>,
    pub(super) at: DateTime<Utc>,
}

impl TryFrom<EntryRow> for LedgerEntry {
    type Error = InvalidRow;

    fn try_from(stored: EntryRow) -> Result<Self, InvalidRow> {
        Ok(Self {
            payment: PaymentId::from_uuid(stored.payment_id),
            entry: stored.entry,
            payable: payable(&stored.payable_kind, stored.payable_id)?,
            patient: PatientId::from_uuid(stored.patient_id),
            clinic: ClinicId::from_uuid(stored.clinic_id),
            kind: word("kind", &stored.kind)?,
            amount: money("amount", stored.amount, &stored.currency)?,
            attempt: word("gateway_payment", &stored.gateway_payment)?,
            refund: stored.refund_id.map(RefundId::from_uuid),
            gateway_refund: optional_word("gateway_refund", stored.gateway_refund.as_deref())?,
            grounds: optional_word("grounds", stored.grounds.as_deref())?,
            at: stored.at,
        })
    }
}
