//! A model of the write side: every decision follows the rules, and follow-up work is queued.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::super::*;
use crate::appointment::{
    self, Appointment, AppointmentCommand, AppointmentEvent, AppointmentRefusal, BookAppointment,
    BookingPolicy, CancelAppointment, CancelledBy, ConfirmByOverride, ExpireHold, MarkNoShow,
    RescheduleAppointment,
};
use crate::test_fixtures::{
    admin, appointment_id, clinic, clinic_id, doctor, instant, now, patient_id, reason,
};
use crate::values::{
    GatewayKeyId, GatewayOrderId, GatewayPaymentId, Holidays, Money, PaymentId, RefundId,
};

/// The minutes at which the hold ends and the slot begins.
pub const HOLD_END: i64 = 15;
pub const SLOT_START: i64 = 930;
/// Tries of a refund before an operator takes over.
pub const REFUND_TRIES: u16 = 5;

/// Holder of the slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    Free,
    Ours,
    Others,
}

/// Work that is due at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Todo {
    ExpireHold,
    Settle(PaymentId),
    Capture(PaymentId, GatewayPaymentId),
    RefundCancelled,
    Refund(PaymentId, RefundId),
    RefundAgain(PaymentId, RefundId),
    Resume(PaymentId),
}

pub struct Clinic {
    pub visit: Appointment,
    pub claim: Claim,
    pub payments: BTreeMap<PaymentId, Payment>,
    /// All events about money, in the order in which they were written.
    pub ledger: Vec<PaymentEvent>,
    pub visits: Vec<AppointmentEvent>,
    pub todo: Vec<(i64, Todo)>,
    /// The refund as it was to be when the visit was cancelled, and the payment at that time.
    pub preview: Option<(CancellationRefund, OpenedPayment)>,
    /// Refunds that waited for a dispute.
    pub waited: u32,
    /// Disputes that no report had told of before the gateway was asked.
    pub found_disputes: u32,
    /// Attempts that were refunded before the report of a lost dispute arrived.
    pub unaware: BTreeSet<GatewayPaymentId>,
}

pub fn at(minute: i64) -> DateTime<Utc> {
    now() + TimeDelta::minutes(minute)
}

pub fn policy() -> RefundPolicy {
    let step = |hours_before, percent| RefundStep {
        hours_before,
        percent,
    };
    RefundPolicy::new(vec![step(12, 100), step(4, 50)]).unwrap()
}

pub fn order(payment: PaymentId) -> GatewayOrderId {
    GatewayOrderId::parse(&format!("order_{}", payment.as_uuid().simple())).unwrap()
}

pub fn derived(payment: PaymentId, words: &str) -> RefundId {
    RefundId::from_uuid(Uuid::new_v5(&payment.as_uuid(), words.as_bytes()))
}

impl Clinic {
    /// A slot is held since minute 0.
    pub fn booked() -> Self {
        let mut clinic_ = Self {
            visit: Appointment::default(),
            claim: Claim::Ours,
            payments: BTreeMap::new(),
            ledger: Vec::new(),
            visits: Vec::new(),
            todo: vec![(HOLD_END, Todo::ExpireHold)],
            preview: None,
            waited: 0,
            found_disputes: 0,
            unaware: BTreeSet::new(),
        };
        let book = AppointmentCommand::Book(BookAppointment {
            appointment: appointment_id(),
            clinic: clinic(1),
            holidays: Holidays::default(),
            doctor: doctor(),
            patient: patient_id(),
            start: instant("2026-03-02T03:30:00Z"),
            reason: None,
            follows: None,
            hold_number: None,
            daily_number: None,
            override_reason: None,
            policy: BookingPolicy::default(),
            by: admin(),
            at: at(0),
        });
        clinic_.change(book).unwrap();
        clinic_
    }

    /// The fee.
    pub fn fee(&self) -> Money {
        self.visit.visit().unwrap().fee
    }

    /// Lets the visit decide.
    pub fn change(&mut self, command: AppointmentCommand) -> Result<(), AppointmentRefusal> {
        let events = appointment::decide(&self.visit, command)?;
        // The store's constraint: a slot that another patient holds can't be claimed again.
        let taken_again =
            |event: &AppointmentEvent| matches!(event, AppointmentEvent::Reinstated(_));
        if events.iter().any(taken_again) {
            if self.claim == Claim::Others {
                return Err(AppointmentRefusal::SlotAlreadyTaken);
            }
            self.claim = Claim::Ours;
        }
        for event in events {
            self.visit = appointment::evolve(std::mem::take(&mut self.visit), &event);
            if let AppointmentEvent::Cancelled(cancelled) = &event {
                let minute = (cancelled.at - now()).num_minutes();
                self.todo.push((minute, Todo::RefundCancelled));
            }
            if gives_back(&event) {
                self.claim = Claim::Free;
            }
            self.visits.push(event);
        }
        Ok(())
    }

    /// Lets a payment decide, and checks its invariants each time.
    pub fn pay(
        &mut self,
        payment: PaymentId,
        command: PaymentCommand,
        minute: i64,
    ) -> Result<(), PaymentRefusal> {
        let before = self.payments.remove(&payment).unwrap_or_default();
        let decided = decide(&before, command);
        let events = decided.clone().unwrap_or_default();
        let after = events.iter().fold(before.clone(), evolve);
        never_goes_back(&before, &after);
        self.payments.insert(payment, after);
        for event in events {
            self.follow(payment, &event, minute);
            self.ledger.push(event);
        }
        decided.map(drop)
    }

    /// Queues the follow-up work of an event.
    fn follow(&mut self, payment: PaymentId, event: &PaymentEvent, minute: i64) {
        let (due, todo) = match event {
            PaymentEvent::Authorised(authorised) => {
                (minute, Todo::Capture(payment, authorised.attempt.clone()))
            }
            PaymentEvent::Captured(captured) if captured.settles => (minute, Todo::Settle(payment)),
            PaymentEvent::RefundRequested(asked) => (minute, Todo::Refund(payment, asked.refund)),
            PaymentEvent::RefundRetried(again) => (minute, Todo::Refund(payment, again.refund)),
            PaymentEvent::RefundFailed(failed) if failed.attempt_number < REFUND_TRIES => {
                (minute + 10, Todo::RefundAgain(payment, failed.refund))
            }
            PaymentEvent::DisputeDecided(_) => (minute, Todo::Resume(payment)),
            PaymentEvent::Opened(_)
            | PaymentEvent::OrderCreated(_)
            | PaymentEvent::OrderClosed(_)
            | PaymentEvent::AttemptFailed(_)
            | PaymentEvent::Captured(_)
            | PaymentEvent::DifferenceAccepted(_)
            | PaymentEvent::Refunded(_)
            | PaymentEvent::RefundFailed(_)
            | PaymentEvent::RefundWithdrawn(_)
            | PaymentEvent::DisputeOpened(_)
            | PaymentEvent::DisputeAdvanced(_)
            | PaymentEvent::ReceiptIssued(_) => return,
        };
        self.todo.push((due, todo));
    }

    /// Requests a payment. Returns true if it can be paid.
    pub fn open(&mut self, payment: PaymentId, minute: i64) -> bool {
        let (Some(hold_until), Some(visit)) = (self.visit.hold_until(), self.visit.visit()) else {
            return false;
        };
        if at(minute) >= hold_until {
            return false;
        }
        let open = PaymentCommand::Open(OpenPayment {
            payment,
            payable: Payable::Visit {
                appointment: visit.appointment,
            },
            patient: visit.patient,
            clinic: clinic_id(1),
            amount: visit.fee,
            pay_until: hold_until,
            by: admin(),
            at: at(minute),
        });
        self.pay(payment, open, minute).unwrap();
        let record = PaymentCommand::RecordOrder(RecordOrder {
            order: order(payment),
            key: GatewayKeyId::parse("rzp_live_1").unwrap(),
            at: at(minute),
        });
        self.pay(payment, record, minute).unwrap();
        true
    }

    /// Cancels the visit, if that is still possible.
    pub fn cancel(&mut self, cancelled_by: CancelledBy, minute: i64) {
        let _ = self.expire(minute);
        let preview = self.preview(Cancellation {
            cancelled_by,
            at: at(minute),
        });
        let command = AppointmentCommand::Cancel(CancelAppointment {
            cancelled_by,
            reason: None,
            by: admin(),
            at: at(minute),
        });
        if self.change(command).is_ok() {
            self.preview = preview;
        }
    }

    fn preview(&self, cancellation: Cancellation) -> Option<(CancellationRefund, OpenedPayment)> {
        let visit = self.visit.visit()?;
        let opened = self.payments[&visit.paid_by?].opened()?;
        let refund = CancellationRefund::new(visit, Some(opened), &policy(), cancellation);
        Some((refund, opened.clone()))
    }

    /// Moves the visit to another slot of that day, if that is still possible.
    pub fn reschedule(&mut self, on_behalf_of: CancelledBy, start: i64, minute: i64) {
        let _ = self.expire(minute);
        let command = AppointmentCommand::Reschedule(RescheduleAppointment {
            clinic: clinic_id(1),
            holidays: Holidays::default(),
            doctor: doctor(),
            start: at(start),
            reason: None,
            override_reason: None,
            on_behalf_of,
            policy: BookingPolicy::default(),
            by: admin(),
            at: at(minute),
        });
        let _ = self.change(command);
    }

    /// The minute at which the slot begins.
    pub fn start(&self) -> i64 {
        (self.visit.slot().unwrap().start() - now()).num_minutes()
    }

    /// The front desk confirms without a payment.
    pub fn confirm_anyway(&mut self, minute: i64) {
        let command = AppointmentCommand::ConfirmByOverride(ConfirmByOverride {
            reason: reason("Pays at the desk"),
            by: admin(),
            at: at(minute),
        });
        let _ = self.change(command);
    }

    /// The staff records a no-show.
    pub fn miss(&mut self, minute: i64) {
        let command = AppointmentCommand::MarkNoShow(MarkNoShow {
            reason: None,
            by: admin(),
            at: at(minute),
        });
        let _ = self.change(command);
    }

    /// Another patient books the slot, if it is free. An overdue hold expires for that.
    pub fn others_book(&mut self, minute: i64) {
        let _ = self.expire(minute);
        if self.claim == Claim::Free && minute < self.start() {
            self.claim = Claim::Others;
        }
    }

    /// The other patient cancels.
    pub fn others_cancel(&mut self) {
        if self.claim == Claim::Others {
            self.claim = Claim::Free;
        }
    }

    pub fn expire(&mut self, minute: i64) -> Result<(), AppointmentRefusal> {
        self.change(AppointmentCommand::ExpireHold(ExpireHold {
            at: at(minute),
        }))
    }

    /// True if work is left.
    pub fn is_idle(&self) -> bool {
        self.todo.is_empty()
    }
}

/// True if the slot is free.
fn gives_back(event: &AppointmentEvent) -> bool {
    matches!(
        event,
        AppointmentEvent::HoldExpired(_)
            | AppointmentEvent::NoShow(_)
            | AppointmentEvent::Cancelled(_)
    )
}

/// A settled payment stays settled, captured money stays captured, and refunds never exceed
/// captures.
fn never_goes_back(before: &Payment, after: &Payment) {
    let Some(after) = after.opened() else {
        return;
    };
    for attempt in after.attempts.keys() {
        if let Some(captured) = after.captured(attempt) {
            let refunds = after.refunds_of(attempt);
            assert!(refunds <= captured.amount(), "refunds exceed captures");
        }
    }
    let Some(before) = before.opened() else {
        return;
    };
    if before.is_paid() {
        assert_eq!(before.settled_by, after.settled_by);
    }
    let far = |attempt: &Attempt| match attempt {
        Attempt::Failed => 0,
        Attempt::Authorised(_) => 1,
        Attempt::Captured(_) => 2,
    };
    for (id, attempt) in &before.attempts {
        assert!(
            far(&after.attempts[id]) >= far(attempt),
            "an attempt moved backwards"
        );
    }
    for (id, dispute) in &before.disputes {
        let status = after.disputes[id].status;
        let is_same = dispute.status == status;
        assert!(dispute.status.is_open() || is_same, "a decision changed");
    }
    for (id, refund) in &before.refunds {
        let done = RefundStatus::Refunded;
        assert!(refund.status != done || after.refunds[id].status == done);
    }
}
