//! Follow-up work of the gateway's reports, as the write side does it, with timers that may run
//! twice.

use super::super::*;
use super::clinic::{Clinic, REFUND_TRIES, Todo, at, derived, order, policy};
use super::gateway::{
    DisputeEntry, Entry, Gateway, Outcome, Progress, RefundEntry, RefundTry, Report,
};
use super::rng::Rng;
use crate::appointment::{
    Appointment, AppointmentCommand, AppointmentRefusal, AppointmentStatus, RecordPayment,
};
use crate::values::{Actor, GatewayOrderId, GatewayPaymentId, Money, PaymentId};

impl Clinic {
    /// Records a report of the gateway. False if it came before what it is about.
    pub fn note(&mut self, report: &Report, gateway: &Gateway, minute: i64) -> bool {
        match report {
            Report::Attempt(entry) => self.note_attempt(entry, gateway, minute),
            Report::Refund(order, refund) => self.note_refund(order, refund, minute),
            Report::Dispute(order, dispute) => return self.note_dispute(order, dispute, minute),
        }
        true
    }

    fn note_dispute(&mut self, order: &GatewayOrderId, told: &DisputeEntry, minute: i64) -> bool {
        let payment = self.payment_of(order);
        let amount = Money::new(told.amount, self.fee().currency()).unwrap();
        let command = PaymentCommand::RecordDispute(RecordDispute {
            dispute: told.id.clone(),
            attempt: told.attempt.clone(),
            amount,
            deducted: None,
            status: told.status,
            code: None,
            respond_by: None,
            reported_at: at(told.at),
            refund: derived(payment, told.id.as_str()),
            at: at(minute),
        });
        match self.pay(payment, command, minute) {
            Ok(()) => true,
            Err(PaymentRefusal::NotCaptured) => false,
            Err(refusal) => panic!("{refusal}"),
        }
    }

    fn payment_of(&self, wanted: &GatewayOrderId) -> PaymentId {
        let mut payments = self.payments.keys();
        *payments
            .find(|payment| order(**payment) == *wanted)
            .unwrap()
    }

    /// The gateway is asked whether a capture of another amount pays its order, as the write side asks it.
    fn note_attempt(&mut self, entry: &Entry, gateway: &Gateway, minute: i64) {
        let payment = self.payment_of(&entry.order);
        let opened = self.payments[&payment].opened().unwrap();
        let known = opened.captured(&entry.attempt).is_some();
        let differs = !known && !opened.is_paid() && entry.amount != opened.amount;
        let order_paid = differs && gateway.is_paid_otherwise(&entry.order, opened.amount);
        let (order, attempt, amount) = (entry.order.clone(), entry.attempt.clone(), entry.amount);
        let at = at(minute);
        let command = match entry.progress {
            Progress::Failed => PaymentCommand::RecordFailedAttempt(RecordFailedAttempt {
                order,
                attempt,
                code: None,
                at,
            }),
            Progress::Authorised => PaymentCommand::RecordAuthorisation(RecordAuthorisation {
                order,
                attempt,
                amount,
                at,
            }),
            Progress::Captured => PaymentCommand::RecordCapture(RecordCapture {
                refund: derived(payment, &format!("stray {attempt}")),
                order,
                attempt,
                amount,
                order_paid,
                at,
            }),
        };
        self.pay(payment, command, minute).unwrap();
    }

    fn note_refund(&mut self, order: &GatewayOrderId, reported: &RefundEntry, minute: i64) {
        let payment = self.payment_of(order);
        let RefundTry {
            refund,
            number: attempt_number,
        } = reported.refund_try;
        let at = at(minute);
        let command = match reported.outcome {
            Outcome::Pending => return,
            Outcome::Processed => PaymentCommand::RecordRefund(RecordRefund {
                refund,
                gateway_refund: reported.id.clone(),
                at,
            }),
            Outcome::Failed => PaymentCommand::RecordRefundFailure(RecordRefundFailure {
                refund,
                attempt_number,
                code: None,
                at,
            }),
        };
        self.pay(payment, command, minute).unwrap();
    }

    /// Asks the gateway about every order, and for its disputes.
    pub fn reconcile(&mut self, gateway: &Gateway, minute: i64) {
        for entry in gateway.attempts.values() {
            self.note_attempt(entry, gateway, minute);
        }
        for refund in &gateway.refunds {
            let order = gateway.attempts[&refund.attempt].order.clone();
            self.note_refund(&order, refund, minute);
        }
        for told in gateway.listed_disputes(minute) {
            self.note_listed_dispute(&gateway.attempts[&told.attempt].order, told, minute);
        }
    }

    fn note_listed_dispute(&mut self, order: &GatewayOrderId, told: DisputeEntry, minute: i64) {
        let payment = self.payment_of(order);
        let known = self.payments[&payment].opened().unwrap();
        let known = known.disputes.get(&told.id).map(|known| known.status);
        let again = (known, told.status) == (Some(DisputeStatus::UnderReview), DisputeStatus::Open);
        let status = if again {
            DisputeStatus::ActionRequired
        } else {
            told.status
        };
        self.found_disputes += u32::from(known.is_none());
        assert!(self.note_dispute(order, &DisputeEntry { status, ..told }, minute));
    }

    /// Runs what is due, in any order. Some of it is done twice, some only in part and then again,
    /// as if the program crashed in between.
    pub fn run_due(&mut self, gateway: &mut Gateway, minute: i64, rng: &mut Rng) {
        let (mut due, later) = std::mem::take(&mut self.todo)
            .into_iter()
            .partition::<Vec<_>, _>(|(due, _)| *due <= minute);
        self.todo = later;
        while let Some((due, todo)) = rng.take(&mut due) {
            if rng.percent(10) {
                // The reconciler is not there; another round does it.
                self.todo.push((minute + 1, todo));
                continue;
            }
            let crashes = rng.percent(10);
            self.run(&todo, gateway, minute, crashes, rng);
            if crashes {
                self.todo.push((due.max(minute) + 1, todo));
            }
        }
    }

    fn run(
        &mut self,
        todo: &Todo,
        gateway: &mut Gateway,
        minute: i64,
        crashes: bool,
        rng: &mut Rng,
    ) {
        match todo {
            // Refused if it was paid or cancelled.
            Todo::ExpireHold => {
                let early = Err(AppointmentRefusal::HoldStillRunning);
                assert_ne!(self.expire(minute), early, "a timer ran too early");
            }
            Todo::Settle(payment) => self.settle(*payment, minute),
            Todo::Capture(payment, attempt) => {
                let wanted = self.wants(*payment, attempt, minute);
                if wanted {
                    gateway.capture(attempt, minute, rng);
                    if !crashes {
                        let entry = gateway.attempts[attempt].clone();
                        self.note_attempt(&entry, gateway, minute);
                    }
                }
            }
            Todo::RefundCancelled => self.refund_cancelled(minute),
            Todo::Resume(payment) => {
                let opened = self.payments[payment].opened().unwrap();
                let refunds: Vec<_> = opened.refunds.keys().copied().collect();
                let todo = refunds
                    .into_iter()
                    .map(|refund| Todo::Refund(*payment, refund));
                self.todo.extend(todo.map(|todo| (minute, todo)));
            }
            Todo::Refund(payment, refund) => {
                let (payment, refund) = (*payment, *refund);
                let opened = self.payments[&payment].opened().unwrap();
                let requested = opened.refunds[&refund].clone();
                if requested.status != RefundStatus::Requested {
                    return;
                }
                let refund_try = RefundTry {
                    refund,
                    number: requested.attempt_number,
                };
                let is_new = gateway.known(refund_try).is_none();
                let told = opened.lost_of(&requested.attempt).unwrap();
                if is_new && self.has_to_wait(gateway, payment, &requested, minute) {
                    self.todo.push((minute + 60, todo.clone()));
                    return;
                }
                let reported = gateway.refund(
                    refund_try,
                    &requested.attempt,
                    requested.amount,
                    minute,
                    rng,
                );
                let is_told = told.amount() == gateway.lost_of(&requested.attempt);
                if is_new && !is_told && reported.outcome != Outcome::Failed {
                    self.unaware.insert(requested.attempt);
                }
                if crashes {
                    return;
                }
                if reported.outcome == Outcome::Pending {
                    self.todo.push((minute + 60, todo.clone()));
                } else {
                    self.note_refund(&order(payment), &reported, minute);
                }
            }
            Todo::RefundAgain(payment, refund) => {
                let opened = self.payments[payment].opened().unwrap();
                if opened.refunds[refund].attempt_number >= REFUND_TRIES {
                    return;
                }
                let retry = PaymentCommand::RetryRefund(RetryRefund {
                    refund: *refund,
                    by: Actor::System,
                    at: at(minute),
                });
                match self.pay(*payment, retry, minute) {
                    Ok(()) | Err(PaymentRefusal::RefundNotFailed) => {}
                    Err(refusal) => panic!("{refusal}"),
                }
            }
        }
    }

    /// True if a refund must not be asked for yet: its money is disputed, or a withdrawn refund of it
    /// is on its way. One that has left is recorded.
    fn has_to_wait(
        &mut self,
        gateway: &Gateway,
        payment: PaymentId,
        refund: &Refund,
        minute: i64,
    ) -> bool {
        let opened = self.payments[&payment].opened().unwrap();
        if opened.is_disputed(&refund.attempt) {
            self.waited += 1;
            return true;
        }
        let withdrawn = gateway.refunds.iter().find(|known| {
            let ours = opened.refunds.get(&known.refund_try.refund);
            let is_withdrawn = ours.is_some_and(|ours| ours.status == RefundStatus::Withdrawn);
            is_withdrawn && known.attempt == refund.attempt && known.outcome != Outcome::Failed
        });
        let Some(withdrawn) = withdrawn else {
            return false;
        };
        self.note_refund(&order(payment), withdrawn, minute);
        true
    }

    /// True if an authorised attempt should be captured.
    fn wants(&self, payment: PaymentId, attempt: &GatewayPaymentId, minute: i64) -> bool {
        let opened = self.payments[&payment].opened().unwrap();
        let reserved = matches!(opened.attempts.get(attempt), Some(Attempt::Authorised(_)));
        if opened.is_paid() || !reserved {
            return false;
        }
        match self.visit.status_at(at(minute)).unwrap() {
            AppointmentStatus::Cancelled => false,
            AppointmentStatus::Expired => minute < self.start(),
            AppointmentStatus::Booked
            | AppointmentStatus::Confirmed
            | AppointmentStatus::Arrived
            | AppointmentStatus::InProgress
            | AppointmentStatus::Completed
            | AppointmentStatus::NoShow => self.visit.visit().unwrap().paid_by.is_none(),
        }
    }

    fn settle(&mut self, payment: PaymentId, minute: i64) {
        if self.visit.is_overdue(at(minute)) {
            self.expire(minute).unwrap();
        }
        let command = AppointmentCommand::RecordPayment(RecordPayment {
            payment,
            at: at(minute),
        });
        let grounds = match self.change(command) {
            Ok(()) => return,
            Err(AppointmentRefusal::AlreadyPaid) => RefundGrounds::PaidTwice,
            Err(AppointmentRefusal::SlotAlreadyTaken) => RefundGrounds::SlotTaken,
            Err(AppointmentRefusal::AlreadyStarted) => RefundGrounds::TooLate,
            Err(AppointmentRefusal::NotAwaitingPayment { .. }) => {
                RefundGrounds::CancelledBeforePaid
            }
            Err(refusal) => panic!("{refusal}"),
        };
        let left = self.payments[&payment].opened().unwrap().left().unwrap();
        self.request(payment, "not kept", left, grounds, minute);
    }

    fn refund_cancelled(&mut self, minute: i64) {
        let Appointment::Cancelled {
            visit,
            cancelled_by,
            at,
        } = self.visit
        else {
            panic!("a cancelled visit stays cancelled");
        };
        let Some(payment) = visit.paid_by else {
            return;
        };
        let opened = self.payments[&payment].opened().unwrap();
        let cancellation = Cancellation { cancelled_by, at };
        let refund = CancellationRefund::new(&visit, Some(opened), &policy(), cancellation);
        if opened.refunds.contains_key(&derived(payment, "cancelled")) {
            return;
        }
        if let Some((preview, then)) = &self.preview
            && (opened.left(), &opened.disputes) == (then.left(), &then.disputes)
        {
            assert_eq!(&refund, preview, "the preview was wrong");
        }
        self.request(
            payment,
            "cancelled",
            refund.amount,
            RefundGrounds::CancelledByPatient,
            minute,
        );
    }

    fn request(
        &mut self,
        payment: PaymentId,
        words: &str,
        amount: Money,
        grounds: RefundGrounds,
        minute: i64,
    ) {
        if amount.is_zero() {
            return;
        }
        let command = PaymentCommand::RequestRefund(RequestRefund {
            refund: derived(payment, words),
            attempt: None,
            amount,
            grounds,
            by: Actor::System,
            at: at(minute),
        });
        self.pay(payment, command, minute).unwrap();
    }
}
