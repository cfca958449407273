//! Property test: for any sequence of reports a payment only moves forward, and its amounts add up.

use chrono::TimeDelta;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::test_fixtures::{admin, appointment_id, clinic_id, inr, now, patient_id};
use crate::values::{
    GatewayKeyId, GatewayOrderId, GatewayPaymentId, GatewayRefundId, Money, PaymentId, RefundId,
};

const FEE: i64 = 1_000;
/// The attempt whose amount the gateway accepts, whatever it is.
const ACCEPTED: u8 = 2;

fn order() -> GatewayOrderId {
    GatewayOrderId::parse("order_1").unwrap()
}

fn attempt(number: u8) -> GatewayPaymentId {
    GatewayPaymentId::parse(&format!("pay_{number}")).unwrap()
}

fn refund(number: u8) -> RefundId {
    RefundId::from_uuid(Uuid::from_u128(number.into()))
}

fn opened() -> Payment {
    let open = PaymentCommand::Open(OpenPayment {
        payment: PaymentId::from_uuid(Uuid::from_u128(1)),
        payable: Payable::Visit {
            appointment: appointment_id(),
        },
        patient: patient_id(),
        clinic: clinic_id(1),
        amount: inr(FEE),
        pay_until: now() + TimeDelta::minutes(15),
        by: admin(),
        at: now(),
    });
    let record = PaymentCommand::RecordOrder(RecordOrder {
        order: order(),
        key: GatewayKeyId::parse("rzp_live_1").unwrap(),
        at: now(),
    });
    [open, record].into_iter().fold(Payment::default(), after)
}

fn after(payment: Payment, command: PaymentCommand) -> Payment {
    let events = decide(&payment, command).unwrap_or_default();
    events.iter().fold(payment, evolve)
}

/// Reports about three attempts and six refunds, right and wrong.
fn report() -> impl Strategy<Value = PaymentCommand> {
    let at = now();
    let amounts = prop_oneof![4 => Just(FEE), 1 => 0..2 * FEE];
    let of_attempt = (0_u8..3, amounts, 3_u8..6).prop_flat_map(move |(number, amount, spare)| {
        let (order, attempt) = (order(), attempt(number));
        prop_oneof![
            Just(PaymentCommand::RecordFailedAttempt(RecordFailedAttempt {
                order: order.clone(),
                attempt: attempt.clone(),
                code: None,
                at,
            })),
            Just(PaymentCommand::RecordAuthorisation(RecordAuthorisation {
                order: order.clone(),
                attempt: attempt.clone(),
                amount: inr(amount),
                at,
            })),
            Just(PaymentCommand::RecordCapture(RecordCapture {
                order,
                attempt,
                amount: inr(amount),
                order_paid: number == ACCEPTED,
                refund: refund(spare),
                at,
            })),
        ]
    });
    let of_refund = (0_u8..6, 0..=FEE, 1_u16..4).prop_flat_map(move |(number, amount, tries)| {
        let refund = refund(number);
        prop_oneof![
            Just(PaymentCommand::RequestRefund(RequestRefund {
                refund,
                attempt: None,
                amount: inr(amount),
                grounds: RefundGrounds::CancelledByPatient,
                by: admin(),
                at,
            })),
            Just(PaymentCommand::RecordRefund(RecordRefund {
                refund,
                gateway_refund: GatewayRefundId::parse("rfnd_1").unwrap(),
                at,
            })),
            Just(PaymentCommand::RecordRefundFailure(RecordRefundFailure {
                refund,
                attempt_number: tries,
                code: None,
                at,
            })),
            Just(PaymentCommand::RetryRefund(RetryRefund {
                refund,
                by: admin(),
                at,
            })),
        ]
    });
    prop_oneof![of_attempt, of_refund]
}

fn opened_of(payment: &Payment) -> &OpenedPayment {
    payment.opened().unwrap()
}

const fn rank(attempt: Attempt) -> u8 {
    match attempt {
        Attempt::Failed => 0,
        Attempt::Authorised(_) => 1,
        Attempt::Captured(_) => 2,
    }
}

/// Facts that no later report may change.
fn goes_forward(before: &OpenedPayment, now: &OpenedPayment) -> Result<(), TestCaseError> {
    for (id, was) in &before.attempts {
        prop_assert!(rank(now.attempts[id]) >= rank(*was));
        if let Attempt::Captured(amount) = was {
            prop_assert_eq!(now.captured(id), Some(*amount));
        }
    }
    if before.is_paid() {
        prop_assert_eq!(&now.settled_by, &before.settled_by);
    }
    for (id, was) in &before.refunds {
        let is = &now.refunds[id];
        prop_assert_eq!((&is.attempt, is.amount), (&was.attempt, was.amount));
        prop_assert!(is.attempt_number >= was.attempt_number);
        if was.status == RefundStatus::Refunded {
            prop_assert_eq!(is, was);
        }
    }
    Ok(())
}

fn adds_up(payment: &OpenedPayment) -> Result<(), TestCaseError> {
    for (id, attempt) in &payment.attempts {
        let Attempt::Captured(amount) = attempt else {
            continue;
        };
        let left = payment.left_of(id).map(|left: Money| left.amount());
        prop_assert!(left.is_some_and(|left| (0..=amount.amount()).contains(&left)));
        // Captures that do not settle the payment are all refunded.
        if payment.settled_by.as_ref() != Some(id) {
            prop_assert_eq!(left, Some(0));
        }
    }
    if let Some(settled_by) = &payment.settled_by {
        if *settled_by != attempt(ACCEPTED) {
            prop_assert_eq!(payment.captured(settled_by), Some(payment.amount));
        }
        let paid = payment.fee_paid().map_or(0, |paid| paid.amount());
        prop_assert!((1..=FEE).contains(&paid));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_payment_goes_forward_only_and_its_money_adds_up(
        reports in prop::collection::vec(report(), 1..40),
    ) {
        let mut payment = opened();
        for command in reports {
            let before = payment.clone();
            payment = after(payment, command.clone());
            goes_forward(opened_of(&before), opened_of(&payment))?;
            adds_up(opened_of(&payment))?;
            // A repeated report adds no event, except a retry, which requests one more try.
            if !matches!(command, PaymentCommand::RetryRefund(_)) {
                let again = decide(&payment, command).unwrap_or_default();
                prop_assert_eq!(again, vec![]);
            }
        }
    }
}
