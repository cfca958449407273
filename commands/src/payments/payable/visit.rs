//! A visit: its fee is paid while its slot is held.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::appointment::{Appointment, AppointmentRefusal, AppointmentStatus, CancelledBy};
use domain::payment::{Cancellation, CancellationRefund, PaymentRefusal, RefundGrounds};
use domain::{AppointmentId, PaymentId};

use super::{Applied, DueRefund, Invoice, Item};
use crate::authorization::{Action, Resource, authorize_or_proxy};
use crate::payments::{CheckoutRefusal, Payments, fault_of};
use crate::{Caller, CommandError, Context, Fault};

/// A visit that is paid for.
pub(super) struct PaidVisit<'a> {
    payments: &'a Payments,
    appointment: AppointmentId,
}

impl<'a> PaidVisit<'a> {
    pub(super) const fn new(payments: &'a Payments, appointment: AppointmentId) -> Self {
        Self {
            payments,
            appointment,
        }
    }

    async fn load(&self) -> Result<Appointment, Fault> {
        let visit = self.payments.commands.load(self.appointment).await;
        visit.map_err(Fault::doing("looking at a visit"))
    }

    async fn refund_of_cancellation(
        &self,
    ) -> Result<Option<DueRefund>, CommandError<PaymentRefusal>> {
        let Appointment::Cancelled {
            visit,
            cancelled_by,
            at,
        } = self.load().await?
        else {
            return Ok(None);
        };
        let Some(payment) = visit.paid_by else {
            return Ok(None);
        };
        let opened = self.payments.opened(payment).await?;
        let policy = self.payments.policy_of(visit.clinic).await?;
        let cancellation = Cancellation { cancelled_by, at };
        let due = CancellationRefund::new(&visit, Some(&opened), &policy, cancellation);
        Ok(Some(DueRefund {
            payment,
            occasion: "called off".into(),
            amount: Some(due.amount),
            grounds: match cancelled_by {
                CancelledBy::Patient => RefundGrounds::CancelledByPatient,
                CancelledBy::Doctor | CancelledBy::Clinic => RefundGrounds::CancelledByClinic,
            },
        }))
    }
}

#[async_trait]
impl Item for PaidVisit<'_> {
    async fn invoice(
        &self,
        caller: &Caller,
        at: DateTime<Utc>,
    ) -> Result<Invoice, CommandError<CheckoutRefusal>> {
        let commands = &self.payments.commands;
        let state: Appointment = commands.load(self.appointment).await?;
        let visit = *state.visit().ok_or(CommandError::NotFound)?;
        let read = commands.store.read_set();
        let action = Action::PayAppointment;
        let payer = authorize_or_proxy(&read, caller, action, Resource::from(&visit)).await?;
        let refused = |refusal| Err(CommandError::Refused(CheckoutRefusal::Visit(refusal)));
        if visit.paid_by.is_some() {
            return refused(AppointmentRefusal::AlreadyPaid);
        }
        match (state.pay_until(), state.status()) {
            (Some(pay_until), _) if at < pay_until => Ok(Invoice {
                patient: visit.patient,
                clinic: visit.clinic,
                amount: visit.fee,
                pay_until,
                payer,
            }),
            (Some(_), Some(AppointmentStatus::Booked)) => refused(AppointmentRefusal::HoldEnded),
            (Some(_), _) => refused(AppointmentRefusal::BillOverdue),
            (None, Some(status)) => refused(AppointmentRefusal::NotAwaitingPayment { status }),
            (None, None) => Err(CommandError::NotFound),
        }
    }

    async fn is_wanted(&self) -> Result<bool, Fault> {
        let visit = self.load().await?;
        let now = self.payments.commands.clock.now();
        Ok(match visit.status_at(now) {
            None | Some(AppointmentStatus::Cancelled) => false,
            Some(AppointmentStatus::Expired) => visit.slot().is_some_and(|slot| now < slot.start()),
            Some(
                AppointmentStatus::Booked
                | AppointmentStatus::Confirmed
                | AppointmentStatus::Arrived
                | AppointmentStatus::InProgress
                | AppointmentStatus::Completed
                | AppointmentStatus::NoShow,
            ) => visit.visit().is_some_and(|visit| visit.paid_by.is_none()),
        })
    }

    async fn apply(&self, payment: PaymentId, context: &Context) -> Result<Applied, Fault> {
        let commands = &self.payments.commands;
        let paid = commands.record_payment(self.appointment, payment, context);
        match paid.await {
            Ok(done) => Ok(Applied {
                cursor: done.cursor,
                refunds: Vec::new(),
            }),
            Err(CommandError::Refused(refusal)) => {
                let refund = DueRefund {
                    payment,
                    occasion: "not kept".into(),
                    amount: None,
                    grounds: grounds(refusal)?,
                };
                Ok(Applied {
                    cursor: None,
                    refunds: vec![refund],
                })
            }
            Err(error) => Err(fault_of("paying for a visit")(error)),
        }
    }

    async fn due_refunds(&self) -> Result<Vec<DueRefund>, Fault> {
        let due = self.refund_of_cancellation().await;
        let due = due.map_err(fault_of("giving back the fee of a visit"))?;
        Ok(due.into_iter().collect())
    }
}

/// The grounds for a refund that a refusal of the visit stands for.
fn grounds(refusal: AppointmentRefusal) -> Result<RefundGrounds, Fault> {
    match refusal {
        AppointmentRefusal::AlreadyPaid => Ok(RefundGrounds::PaidTwice),
        AppointmentRefusal::SlotAlreadyTaken
        | AppointmentRefusal::PatientAlreadyBooked
        | AppointmentRefusal::DoctorOnLeave => Ok(RefundGrounds::SlotTaken),
        AppointmentRefusal::AlreadyStarted => Ok(RefundGrounds::TooLate),
        AppointmentRefusal::NotAwaitingPayment { .. } => Ok(RefundGrounds::CancelledBeforePaid),
        // No refusal of a payment: an operator has to look at it before money moves.
        refusal => Err(Fault::new("paying for a visit", refusal)),
    }
}
