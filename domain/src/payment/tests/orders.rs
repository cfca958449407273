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

#[test]
fn it_has_one_order() {
    let record = |name| {
        let order = order(name);
        PaymentCommand::RecordOrder(RecordOrder { order, at: now() })
    };
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
    for status in [
        RefundStatus::Requested,
        RefundStatus::Failed,
        RefundStatus::Refunded,
    ] {
        assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
    }
}
