//! The rows of the books' tables, read into domain values.

use chrono::{DateTime, Utc};
use domain::{AppointmentId, ClinicId, Money, PatientId, PaymentId, ReceiptNumber, RefundId};
use uuid::Uuid;

use super::listed::{LedgerEntry, ListedPayment, ListedRefund};
use crate::columns::word;
use crate::error::Corrupt;

/// What two columns hold together.
fn money(column: &'static str, amount: i64, currency: &str) -> Result<Money, Corrupt> {
    Money::new(amount, word("currency", currency)?).map_err(|_| Corrupt { column })
}

/// What a column holds that may be empty.
fn perhaps<'w, T: serde::Deserialize<'w>>(
    column: &'static str,
    stored: Option<&'w str>,
) -> Result<Option<T>, Corrupt> {
    stored.map(|stored| word(column, stored)).transpose()
}

pub(super) struct PaymentColumns {
    pub(super) payment_id: Uuid,
    pub(super) appointment_id: Uuid,
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
    pub(super) receipt_number: Option<i64>,
    pub(super) version: i64,
}

impl TryFrom<PaymentColumns> for ListedPayment {
    type Error = Corrupt;

    fn try_from(columns: PaymentColumns) -> Result<Self, Corrupt> {
        let sum = |column, amount| money(column, amount, &columns.currency);
        let receipt = columns.receipt_number.map(ReceiptNumber::new).transpose();
        Ok(Self {
            payment: PaymentId::from_uuid(columns.payment_id),
            appointment: AppointmentId::from_uuid(columns.appointment_id),
            patient: PatientId::from_uuid(columns.patient_id),
            clinic: ClinicId::from_uuid(columns.clinic_id),
            amount: sum("amount", columns.amount)?,
            order: perhaps("order_id", columns.order_id.as_deref())?,
            opened_at: columns.opened_at,
            pay_until: columns.pay_until,
            paid_at: columns.paid_at,
            settled_by: perhaps("settled_by", columns.settled_by.as_deref())?,
            captured: sum("captured", columns.captured)?,
            refunds_requested: sum("refunds_requested", columns.refunds_requested)?,
            refunds_failed: sum("refunds_failed", columns.refunds_failed)?,
            refunded: sum("refunded", columns.refunded)?,
            receipt: receipt.map_err(|_| Corrupt {
                column: "receipt_number",
            })?,
            version: columns.version,
        })
    }
}

pub(super) struct RefundColumns {
    pub(super) payment_id: Uuid,
    pub(super) refund_id: Uuid,
    pub(super) appointment_id: Uuid,
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

impl TryFrom<RefundColumns> for ListedRefund {
    type Error = Corrupt;

    fn try_from(columns: RefundColumns) -> Result<Self, Corrupt> {
        Ok(Self {
            payment: PaymentId::from_uuid(columns.payment_id),
            refund: RefundId::from_uuid(columns.refund_id),
            appointment: AppointmentId::from_uuid(columns.appointment_id),
            patient: PatientId::from_uuid(columns.patient_id),
            clinic: ClinicId::from_uuid(columns.clinic_id),
            attempt: word("gateway_payment", &columns.gateway_payment)?,
            amount: money("amount", columns.amount, &columns.currency)?,
            grounds: word("grounds", &columns.grounds)?,
            status: word("status", &columns.status)?,
            tries: u16::try_from(columns.tries).map_err(|_| Corrupt { column: "tries" })?,
            failure: perhaps("failure_code", columns.failure_code.as_deref())?,
            gateway_refund: perhaps("gateway_refund", columns.gateway_refund.as_deref())?,
            requested_at: columns.requested_at,
            changed_at: columns.changed_at,
            version: columns.version,
        })
    }
}

pub(super) struct EntryColumns {
    pub(super) payment_id: Uuid,
    pub(super) entry: i64,
    pub(super) appointment_id: Uuid,
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

impl TryFrom<EntryColumns> for LedgerEntry {
    type Error = Corrupt;

    fn try_from(columns: EntryColumns) -> Result<Self, Corrupt> {
        Ok(Self {
            payment: PaymentId::from_uuid(columns.payment_id),
            entry: columns.entry,
            appointment: AppointmentId::from_uuid(columns.appointment_id),
            patient: PatientId::from_uuid(columns.patient_id),
            clinic: ClinicId::from_uuid(columns.clinic_id),
            kind: word("kind", &columns.kind)?,
            amount: money("amount", columns.amount, &columns.currency)?,
            attempt: word("gateway_payment", &columns.gateway_payment)?,
            refund: columns.refund_id.map(RefundId::from_uuid),
            gateway_refund: perhaps("gateway_refund", columns.gateway_refund.as_deref())?,
            grounds: perhaps("grounds", columns.grounds.as_deref())?,
            at: columns.at,
        })
    }
}
