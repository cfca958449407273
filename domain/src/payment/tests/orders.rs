//! Opening, order and receipt of a payment.

use super::*;

#[test]
fn a_payment_can_be_opened() {
    given(&[])
        .when(open(inr(FEE)))
        .then_expect_events(vec![opened()]);
}

#[test]
fn opening_it_again_is_no_new_fact_unless_it_asks_for_something_else() {
    nothing_new(&[opened()], open(inr(FEE)));
    refuses(
        &[opened()],
        open(inr(FEE + 1)),
        PaymentRefusal::AlreadyExists,
    );
}

#[test]
fn what_costs_nothing_is_not_paid() {
    refuses(&[], open(inr(0)), PaymentRefusal::NothingToPay);
}

#[test]
fn no_payment_is_opened_after_the_deadline() {
    let PaymentCommand::Open(command) = open(inr(FEE)) else {
        unreachable!()
    };
    let at = command.pay_until;
    let command = PaymentCommand::Open(OpenPayment { at, ..command });
    refuses(&[], command, PaymentRefusal::TooLate);
}

#[test]
fn nothing_is_known_of_a_payment_that_was_never_opened() {
    let commands = [
        fail("pay_1"),
        authorise("pay_1"),
        capture("pay_1"),
        refund(1, inr(1)),
        confirm_refund(1),
        fail_refund(1, 1),
        retry(1),
        issue_receipt(1),
    ];
    for command in commands {
        refuses(&[], command, PaymentRefusal::NotFound);
    }
}

fn record_with(order_name: &str, key_name: &str) -> PaymentCommand {
    PaymentCommand::RecordOrder(RecordOrder {
        order: order(order_name),
        key: key(key_name),
        at: now(),
    })
}

fn record(order_name: &str) -> PaymentCommand {
    record_with(order_name, "rzp_live_1")
}

fn close(order_name: &str, grounds: ClosingGrounds) -> PaymentCommand {
    PaymentCommand::CloseOrder(CloseOrder {
        order: order(order_name),
        grounds,
        code: None,
        at: now(),
    })
}

fn closed(order_name: &str, grounds: ClosingGrounds) -> PaymentEvent {
    PaymentEvent::OrderClosed(PaymentOrderClosed {
        payment: payment_id(),
        order: order(order_name),
        grounds,
        code: None,
        at: now(),
    })
}

fn created(order_name: &str, key_name: &str) -> PaymentEvent {
    PaymentEvent::OrderCreated(PaymentOrderCreated {
        payment: payment_id(),
        order: order(order_name),
        key: Some(key(key_name)),
        at: now(),
    })
}

fn state(events: &[PaymentEvent]) -> OpenedPayment {
    let payment = events.iter().fold(Payment::default(), evolve);
    payment.opened().unwrap().clone()
}

#[test]
fn it_has_one_order() {
    given(&[opened()])
        .when(record("order_1"))
        .then_expect_events(vec![ordered()]);
    nothing_new(&[opened(), ordered()], record("order_1"));
    let ours = order("order_1");
    refuses(
        &[opened(), ordered()],
        record("order_2"),
        PaymentRefusal::OtherOrder { order: ours },
    );
}

#[test]
fn an_order_of_another_key_is_replaced_and_its_money_still_counts() {
    let before = [opened(), ordered()];
    let after = [
        closed("order_1", ClosingGrounds::KeyChanged),
        created("order_2", "rzp_live_2"),
    ];
    given(&before)
        .when(record_with("order_2", "rzp_live_2"))
        .then_expect_events(after.to_vec());
    let replaced = with(before.to_vec(), after);
    assert_eq!(state(&replaced).next_order_number(), 3);
    given(&replaced)
        .when(capture_of("order_1", "pay_1", inr(FEE)))
        .then_expect_events(vec![captured("pay_1", inr(FEE), true)]);
    refuses(
        &replaced,
        record_with("order_1", "rzp_live_1"),
        PaymentRefusal::OrderClosed,
    );
}

#[test]
fn an_order_without_a_recorded_key_is_kept() {
    let PaymentEvent::OrderCreated(with_key) = ordered() else {
        unreachable!()
    };
    let key = None;
    let old = PaymentEvent::OrderCreated(PaymentOrderCreated { key, ..with_key });
    nothing_new(&[opened(), old], record_with("order_1", "rzp_live_2"));
}

#[test]
fn an_order_whose_money_was_refunded_is_replaced() {
    let wrong = RefundGrounds::WrongAmount;
    let before = [
        opened(),
        ordered(),
        captured("pay_1", inr(1), false),
        back(9, "pay_1", inr(1), wrong, Actor::System),
    ];
    // The gateway gives the same order again.
    refuses(&before, record("order_1"), PaymentRefusal::OrderClosed);
    given(&before)
        .when(record("order_2"))
        .then_expect_events(vec![
            closed("order_1", ClosingGrounds::WrongAmount),
            created("order_2", "rzp_live_1"),
        ]);
}

#[test]
fn an_order_is_closed_once_and_once_more_if_only_that_needs_an_operator() {
    use ClosingGrounds::{KeyChanged, NotTold, Unreadable};
    let ours = [opened(), ordered()];
    given(&ours)
        .when(close("order_1", NotTold))
        .then_expect_events(vec![closed("order_1", NotTold)]);
    let not_told = with(ours.to_vec(), [closed("order_1", NotTold)]);
    nothing_new(&not_told, close("order_1", NotTold));
    nothing_new(&not_told, close("order_1", Unreadable));
    given(&not_told)
        .when(record("order_2"))
        .then_expect_events(vec![created("order_2", "rzp_live_1")]);
    let replaced = with(ours.to_vec(), [closed("order_1", KeyChanged)]);
    nothing_new(&replaced, close("order_1", KeyChanged));
    given(&replaced)
        .when(close("order_1", NotTold))
        .then_expect_events(vec![closed("order_1", NotTold)]);
    let ours = PaymentRefusal::OtherOrder {
        order: order("order_1"),
    };
    refuses(&not_told, close("order_3", NotTold), ours);
}

#[test]
fn an_order_of_another_payment_never_becomes_an_order_of_this_one() {
    let other = ClosingGrounds::OtherPayment;
    given(&[opened()])
        .when(close("order_3", other))
        .then_expect_events(vec![closed("order_3", other)]);
    let rejected = [opened(), closed("order_3", other)];
    nothing_new(&rejected, close("order_3", other));
    refuses(&rejected, record("order_3"), PaymentRefusal::OrderClosed);
    let foreign = capture_of("order_3", "pay_1", inr(FEE));
    refuses(&rejected, foreign, PaymentRefusal::NoOrder);
    assert_eq!(state(&rejected).orders().count(), 0);
    assert_eq!(state(&rejected).next_order_number(), 2);
    // Not even the payment's own order can be closed for that reason.
    nothing_new(&[opened(), ordered()], close("order_1", other));
}

#[test]
fn news_of_another_order_are_not_its_news() {
    let foreign = capture_of("order_2", "pay_1", inr(FEE));
    refuses(&[opened()], foreign.clone(), PaymentRefusal::NoOrder);
    let ours = order("order_1");
    refuses(
        &[opened(), ordered()],
        foreign,
        PaymentRefusal::OtherOrder { order: ours },
    );
}

#[test]
fn what_is_paid_gets_a_receipt_also_if_some_of_it_went_back() {
    given(&paid())
        .when(issue_receipt(17))
        .then_expect_events(vec![receipt_issued(17)]);
    given(&with(paid(), [requested(1, FEE), refunded(1, FEE)]))
        .when(issue_receipt(17))
        .then_expect_events(vec![receipt_issued(17)]);
}

#[test]
fn what_is_not_paid_gets_no_receipt() {
    let before = [opened(), ordered(), authorised("pay_1")];
    refuses(&before, issue_receipt(17), PaymentRefusal::NotPaid);
    let wrong = [opened(), ordered(), captured("pay_1", inr(FEE - 1), false)];
    refuses(&wrong, issue_receipt(17), PaymentRefusal::NotPaid);
}

#[test]
fn a_payment_has_one_receipt_and_the_same_number_again_is_no_new_fact() {
    let events = with(paid(), [receipt_issued(17)]);
    nothing_new(&events, issue_receipt(17));
    let number = ReceiptNumber::new(17).unwrap();
    refuses(
        &events,
        issue_receipt(18),
        PaymentRefusal::ReceiptAlreadyIssued { number },
    );
}

#[test]
fn words_are_those_under_which_they_are_stored() {
    for grounds in RefundGrounds::ALL {
        assert_eq!(serde_json::to_value(grounds).unwrap(), grounds.as_str());
    }
    for grounds in ClosingGrounds::ALL {
        assert_eq!(serde_json::to_value(grounds).unwrap(), grounds.as_str());
    }
    for status in [
        RefundStatus::Requested,
        RefundStatus::Failed,
        RefundStatus::Refunded,
    ] {
        assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
    }
}
