//! Payments of visits, and their refunds.

use adapters::system::SystemIds;
use chrono::{DateTime, TimeDelta, Utc};
use commands::ports::IdSource as _;
use domain::payment::{
    IssueReceipt, OpenPayment, Payable, Payment, PaymentCommand, RecordCapture,
    RecordFailedAttempt, RecordOrder, RecordRefund, RefundGrounds, RequestRefund,
};
use domain::{
    Actor, AppointmentId, ClinicId, GatewayKeyId, GatewayOrderId, GatewayPaymentId,
    GatewayRefundId, Money, PatientId, PaymentId, ReceiptNumber, RefundId,
};

use super::stream::Stream;

/// Fee of a visit that is paid.
#[derive(Clone, Copy)]
pub struct Fee {
    pub n: usize,
    pub payment: PaymentId,
    pub appointment: AppointmentId,
    pub patient: PatientId,
    pub clinic: ClinicId,
    pub amount: Money,
    pub at: DateTime<Utc>,
    /// The visit was cancelled.
    pub refunded_too: bool,
}

/// One in eight needs a second try, one in ten wants a receipt.
pub async fn payment_stream(fee: Fee) -> anyhow::Result<Stream> {
    let mut commands = vec![fee.open(), fee.ordered()?];
    if fee.n.is_multiple_of(8) {
        commands.push(fee.failed()?);
    }
    commands.push(fee.captured()?);
    if fee.n.is_multiple_of(10) {
        commands.push(fee.receipt()?);
    }
    if fee.refunded_too {
        commands.extend(fee.refunded()?);
    }
    Stream::decide::<Payment>(fee.payment.as_uuid(), commands).await
}

impl Fee {
    fn open(self) -> PaymentCommand {
        PaymentCommand::Open(OpenPayment {
            payment: self.payment,
            payable: Payable::Visit {
                appointment: self.appointment,
            },
            patient: self.patient,
            clinic: self.clinic,
            amount: self.amount,
            pay_until: self.at + TimeDelta::minutes(15),
            by: Actor::System,
            at: self.at,
        })
    }

    fn order(self) -> anyhow::Result<GatewayOrderId> {
        Ok(GatewayOrderId::parse(&format!("order_{:014}", self.n))?)
    }

    fn ordered(self) -> anyhow::Result<PaymentCommand> {
        Ok(PaymentCommand::RecordOrder(RecordOrder {
            order: self.order()?,
            key: GatewayKeyId::parse("rzp_live_1")?,
            at: self.at,
        }))
    }

    fn failed(self) -> anyhow::Result<PaymentCommand> {
        Ok(PaymentCommand::RecordFailedAttempt(RecordFailedAttempt {
            order: self.order()?,
            attempt: GatewayPaymentId::parse(&format!("pay_{:014}", self.n * 2))?,
            code: None,
            at: self.at + TimeDelta::minutes(2),
        }))
    }

    fn captured(self) -> anyhow::Result<PaymentCommand> {
        Ok(PaymentCommand::RecordCapture(RecordCapture {
            order: self.order()?,
            attempt: GatewayPaymentId::parse(&format!("pay_{:014}", self.n * 2 + 1))?,
            amount: self.amount,
            order_paid: false,
            refund: RefundId::from_uuid(SystemIds.id()),
            at: self.at + TimeDelta::minutes(4),
        }))
    }

    fn receipt(self) -> anyhow::Result<PaymentCommand> {
        Ok(PaymentCommand::IssueReceipt(IssueReceipt {
            number: ReceiptNumber::new(i64::try_from(self.n)? + 1)?,
            at: self.at + TimeDelta::minutes(5),
        }))
    }

    fn refunded(self) -> anyhow::Result<[PaymentCommand; 2]> {
        let refund = RefundId::from_uuid(SystemIds.id());
        let at = self.at + TimeDelta::hours(3);
        Ok([
            PaymentCommand::RequestRefund(RequestRefund {
                refund,
                attempt: None,
                amount: self.amount,
                grounds: RefundGrounds::CancelledByPatient,
                by: Actor::System,
                at,
            }),
            PaymentCommand::RecordRefund(RecordRefund {
                refund,
                gateway_refund: GatewayRefundId::parse(&format!("rfnd_{:014}", self.n))?,
                at,
            }),
        ])
    }
}
