//! Payments, refunds and movements of money as they are shown, and the resource of which they are.

use chrono::{DateTime, Utc};
use commands::authorization::{Resource, ResourceClinics};
use domain::payment::{Payable, RefundGrounds};
use domain::{
    AppointmentId, ClinicId, ClinicScope, FailureCode, GatewayDisputeId, GatewayOrderId,
    GatewayPaymentId, GatewayRefundId, Money, PatientId, PaymentId, ReceiptNumber, RefundId,
};
use projections::payments::{LedgerEntry, ListedDispute, ListedPayment, ListedRefund};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::http::response::Versioned;
use crate::http::schemas;

/// An item that is paid for.
#[derive(Serialize, ToSchema)]
pub struct PayableBody {
    /// Its kind.
    #[schema(value_type = schemas::PayableKind)]
    pub kind: &'static str,
    /// Its id: of a `VISIT`, the appointment's.
    pub id: Uuid,
}

impl From<Payable> for PayableBody {
    fn from(payable: Payable) -> Self {
        Self {
            kind: payable.kind().as_str(),
            id: payable.id(),
        }
    }
}

/// A payment: what was asked for, and what came of it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PaymentBody {
    /// The payment.
    #[schema(value_type = Uuid)]
    pub id: PaymentId,
    /// The item that is paid for.
    pub payable: PayableBody,
    /// The visit, if the item is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    pub appointment_id: Option<AppointmentId>,
    /// The patient.
    #[schema(value_type = Uuid)]
    pub patient_id: PatientId,
    /// The clinic that is paid.
    #[schema(value_type = Uuid)]
    pub clinic_id: ClinicId,
    /// The amount that is due.
    #[schema(value_type = schemas::MoneyBody)]
    pub amount: Money,
    /// `OPEN`, `PAID`, which it stays whatever is given back, or `LAPSED`: it was not paid in time.
    #[schema(value_type = schemas::PaymentStatus)]
    pub status: &'static str,
    /// The order at the gateway, once it is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schemas::GatewayOrderId>)]
    pub order_id: Option<GatewayOrderId>,
    /// The time at which it was asked for.
    pub opened_at: DateTime<Utc>,
    /// The time until which it can be paid.
    pub expires_at: DateTime<Utc>,
    /// The time at which it was paid, if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paid_at: Option<DateTime<Utc>>,
    /// The gateway's id of the attempt that paid it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schemas::GatewayPaymentId>)]
    pub gateway_payment_id: Option<GatewayPaymentId>,
    /// All that came in its currency, also what came twice.
    #[schema(value_type = schemas::MoneyBody)]
    pub captured: Money,
    /// All of it that is to be given back, wherever it is by now, without refunds that were withdrawn.
    #[schema(value_type = schemas::MoneyBody)]
    pub refunds_requested: Money,
    /// The part of that which failed and is still owed.
    #[schema(value_type = schemas::MoneyBody)]
    pub refunds_failed: Money,
    /// The part of that which has left.
    #[schema(value_type = schemas::MoneyBody)]
    pub refunded: Money,
    /// The part that went back to the payer by disputes.
    #[schema(value_type = schemas::MoneyBody)]
    pub lost_to_disputes: Money,
    /// The number of its receipt in the clinic's series, once there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schemas::ReceiptNumber>)]
    pub receipt_number: Option<ReceiptNumber>,
    /// Set if it was paid in the sandbox or in the gateway's test mode: no money moved, and the receipt's number is of
    /// a series of its own. Absent if not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(value_type = Option<bool>)]
    pub test_mode: bool,
    /// Its version.
    pub version: i64,
    /// Set if a later event of it could not be applied: it is shown as it was before. Absent if not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(value_type = Option<bool>)]
    pub parked: bool,
}

/// A refund, as far as it is.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RefundLine {
    /// The refund.
    #[schema(value_type = Uuid)]
    pub id: RefundId,
    /// The payment.
    #[schema(value_type = Uuid)]
    pub payment_id: PaymentId,
    /// The item that is paid for.
    pub payable: PayableBody,
    /// The visit, if the item is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    pub appointment_id: Option<AppointmentId>,
    /// The clinic that refunds it.
    #[schema(value_type = Uuid)]
    pub clinic_id: ClinicId,
    /// The amount.
    #[schema(value_type = schemas::MoneyBody)]
    pub amount: Money,
    /// The grounds.
    #[schema(value_type = schemas::RefundGrounds)]
    pub grounds: &'static str,
    /// `REQUESTED`, `REFUNDED`, `FAILED`, which is tried again, or `WITHDRAWN`: the payer got the money by a
    /// dispute.
    #[schema(value_type = schemas::RefundStatus)]
    pub status: &'static str,
    /// The number of times that the gateway was asked for it.
    #[schema(example = 1)]
    pub tries: u16,
    /// The gateway's code for why the last try failed, if it said.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schemas::FailureCode>)]
    pub failure_code: Option<FailureCode>,
    /// The gateway's id of it, once it is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schemas::GatewayRefundId>)]
    pub gateway_refund_id: Option<GatewayRefundId>,
    /// The time at which it was asked for.
    pub requested_at: DateTime<Utc>,
    /// The time of its last change.
    pub changed_at: DateTime<Utc>,
}

/// A dispute: the payer's bank demands money back.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DisputeLine {
    /// The gateway's id of it.
    #[schema(value_type = schemas::GatewayDisputeId)]
    pub id: GatewayDisputeId,
    /// The payment.
    #[schema(value_type = Uuid)]
    pub payment_id: PaymentId,
    /// The item that is paid for.
    pub payable: PayableBody,
    /// The visit, if the item is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    pub appointment_id: Option<AppointmentId>,
    /// The clinic whose money is disputed.
    #[schema(value_type = Uuid)]
    pub clinic_id: ClinicId,
    /// The gateway's id of the attempt that the money came by.
    #[schema(value_type = schemas::GatewayPaymentId)]
    pub gateway_payment_id: GatewayPaymentId,
    /// The disputed amount.
    #[schema(value_type = schemas::MoneyBody)]
    pub amount: Money,
    /// Its status. While it is `OPEN`, `ACTION_REQUIRED` or `UNDER_REVIEW`, refunds of the payment wait.
    #[schema(value_type = schemas::DisputeStatus)]
    pub status: &'static str,
    /// The bank's grounds, as a code of the gateway.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schemas::FailureCode>)]
    pub code: Option<FailureCode>,
    /// The deadline for an answer at the gateway.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub respond_by: Option<DateTime<Utc>>,
    /// The amount that went back to the payer; zero unless it is `LOST`.
    #[schema(value_type = schemas::MoneyBody)]
    pub lost: Money,
    /// The time at which it became known.
    pub opened_at: DateTime<Utc>,
    /// The time of its last change.
    pub changed_at: DateTime<Utc>,
}

/// A movement of money, or a difference from the amount. It is never changed.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LedgerLine {
    /// The payment.
    #[schema(value_type = Uuid)]
    pub payment_id: PaymentId,
    /// The item that is paid for.
    pub payable: PayableBody,
    /// Its number among what happened to the payment.
    #[schema(example = 3)]
    pub entry: i64,
    /// `CAPTURE`: it came. `REFUND`: it left. `DISPUTE`: it left by a dispute that was lost. `DISCOUNT`,
    /// `SURCHARGE`: by so much less or more than the amount came, because of an offer or a fee of the gateway.
    #[schema(value_type = schemas::LedgerKind)]
    pub kind: &'static str,
    /// The amount.
    #[schema(value_type = schemas::MoneyBody)]
    pub amount: Money,
    /// The gateway's id of the attempt that it came by.
    #[schema(value_type = schemas::GatewayPaymentId)]
    pub gateway_payment_id: GatewayPaymentId,
    /// The refund that it left by.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    pub refund_id: Option<RefundId>,
    /// The gateway's id of that.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schemas::GatewayRefundId>)]
    pub gateway_refund_id: Option<GatewayRefundId>,
    /// The grounds of the refund.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schemas::RefundGrounds>)]
    pub grounds: Option<&'static str>,
    /// The time at which we heard of it.
    pub at: DateTime<Utc>,
}

impl PaymentBody {
    /// Shows a row as of `now`.
    pub(super) fn as_of(row: ListedPayment, now: DateTime<Utc>) -> Self {
        Self {
            status: row.standing_at(now).as_str(),
            id: row.payment,
            payable: row.payable.into(),
            appointment_id: row.payable.appointment(),
            patient_id: row.patient,
            clinic_id: row.clinic,
            amount: row.amount,
            order_id: row.order,
            opened_at: row.opened_at,
            expires_at: row.pay_until,
            paid_at: row.paid_at,
            gateway_payment_id: row.settled_by,
            captured: row.captured,
            refunds_requested: row.refunds_requested,
            refunds_failed: row.refunds_failed,
            refunded: row.refunded,
            lost_to_disputes: row.lost,
            receipt_number: row.receipt,
            test_mode: row.test_mode,
            version: row.version,
            parked: false,
        }
    }
}

impl Versioned for PaymentBody {
    fn version(&self) -> i64 {
        self.version
    }
}

impl From<ListedRefund> for RefundLine {
    fn from(row: ListedRefund) -> Self {
        Self {
            id: row.refund,
            payment_id: row.payment,
            payable: row.payable.into(),
            appointment_id: row.payable.appointment(),
            clinic_id: row.clinic,
            amount: row.amount,
            grounds: row.grounds.as_str(),
            status: row.status.as_str(),
            tries: row.tries,
            failure_code: row.failure,
            gateway_refund_id: row.gateway_refund,
            requested_at: row.requested_at,
            changed_at: row.changed_at,
        }
    }
}

impl From<ListedDispute> for DisputeLine {
    fn from(row: ListedDispute) -> Self {
        Self {
            id: row.dispute,
            payment_id: row.payment,
            payable: row.payable.into(),
            appointment_id: row.payable.appointment(),
            clinic_id: row.clinic,
            gateway_payment_id: row.attempt,
            amount: row.amount,
            status: row.status.as_str(),
            code: row.code,
            respond_by: row.respond_by,
            lost: row.lost,
            opened_at: row.opened_at,
            changed_at: row.changed_at,
        }
    }
}

impl From<LedgerEntry> for LedgerLine {
    fn from(row: LedgerEntry) -> Self {
        Self {
            payment_id: row.payment,
            payable: row.payable.into(),
            entry: row.entry,
            kind: row.kind.as_str(),
            amount: row.amount,
            gateway_payment_id: row.attempt,
            refund_id: row.refund,
            gateway_refund_id: row.gateway_refund,
            grounds: row.grounds.map(RefundGrounds::as_str),
            at: row.at,
        }
    }
}

/// A payment, or the money of a visit, as a resource.
pub(super) fn money_of(patient: PatientId, clinic: ClinicId) -> Resource {
    Resource::of_patient(patient).with_clinics(ResourceClinics::One(clinic))
}

/// The clinics of a scope; none for all of them.
pub(super) fn named(scope: &ClinicScope) -> Option<Vec<ClinicId>> {
    match scope {
        ClinicScope::All => None,
        ClinicScope::Only(clinics) => Some(clinics.iter().copied().collect()),
    }
}
