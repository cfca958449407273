//! Reports of the gateway about attempts.

use super::*;

#[test]
fn the_first_capture_of_the_amount_settles_it() {
    given(&[opened(), ordered()])
        .when(capture("pay_1"))
        .then_expect_events(vec![captured("pay_1", inr(FEE), true)]);
}

#[test]
fn the_same_capture_again_is_no_new_fact() {
    nothing_new(&paid(), capture("pay_1"));
    // Not even if it is reported with another amount.
    nothing_new(&paid(), capture_of("order_1", "pay_1", inr(1)));
}

#[test]
fn a_failed_attempt_may_be_authorised_and_captured_later() {
    let events = [opened(), ordered(), failed("pay_1")];
    given(&events)
        .when(authorise("pay_1"))
        .then_expect_events(vec![authorised("pay_1")]);
    given(&events)
        .when(capture("pay_1"))
        .then_expect_events(vec![captured("pay_1", inr(FEE), true)]);
}

#[test]
fn an_attempt_never_goes_back() {
    let reserved = [opened(), ordered(), authorised("pay_1")];
    nothing_new(&reserved, fail("pay_1"));
    nothing_new(&reserved, authorise("pay_1"));
    nothing_new(&paid(), authorise("pay_1"));
    nothing_new(&paid(), fail("pay_1"));
    nothing_new(&[opened(), ordered(), failed("pay_1")], fail("pay_1"));
}

#[test]
fn a_second_capture_is_a_fact_and_goes_back_at_once() {
    let twice = RefundGrounds::PaidTwice;
    given(&paid())
        .when(capture("pay_2"))
        .then_expect_events(vec![
            captured("pay_2", inr(FEE), false),
            back(9, "pay_2", inr(FEE), twice, Actor::System),
        ]);
}

#[test]
fn another_amount_or_currency_is_a_fact_and_goes_back_at_once() {
    let dollars = Money::new(FEE, Currency::Usd).unwrap();
    for amount in [inr(FEE - 1), inr(FEE + 1), dollars] {
        let wrong = RefundGrounds::WrongAmount;
        given(&[opened(), ordered()])
            .when(capture_of("order_1", "pay_1", amount))
            .then_expect_events(vec![
                captured("pay_1", amount, false),
                back(9, "pay_1", amount, wrong, Actor::System),
            ]);
    }
}

#[test]
fn another_amount_settles_it_if_the_gateway_says_that_the_order_is_paid() {
    let PaymentCommand::RecordCapture(command) = capture("pay_1") else {
        unreachable!()
    };
    let paid_by = |amount| {
        PaymentCommand::RecordCapture(RecordCapture {
            amount,
            order_paid: true,
            ..command.clone()
        })
    };
    for (amount, kind) in [
        (72_000, DifferenceKind::Discount),
        (81_888, DifferenceKind::Surcharge),
    ] {
        let difference = PaymentEvent::DifferenceAccepted(PaymentDifferenceAccepted {
            payment: payment_id(),
            attempt: attempt("pay_1"),
            kind,
            amount: inr((amount - FEE).abs()),
            at: now(),
        });
        let events = vec![captured("pay_1", inr(amount), true), difference];
        given(&[opened(), ordered()])
            .when(paid_by(inr(amount)))
            .then_expect_events(events.clone());
        let paid = with(vec![opened(), ordered()], events)
            .iter()
            .fold(Payment::default(), evolve);
        let fee = paid.opened().unwrap().fee_paid().unwrap();
        assert_eq!(fee, inr(amount.min(FEE)));
        let left = paid.opened().unwrap().left().unwrap();
        assert_eq!(left, inr(amount));
    }
    let dollars = Money::new(FEE, Currency::Usd).unwrap();
    let wrong = RefundGrounds::WrongAmount;
    given(&[opened(), ordered()])
        .when(paid_by(dollars))
        .then_expect_events(vec![
            captured("pay_1", dollars, false),
            back(9, "pay_1", dollars, wrong, Actor::System),
        ]);
}

#[test]
fn a_capture_under_a_key_for_tests_says_that_no_money_moved() {
    for (key_name, test_mode) in [
        ("rzp_sandbox_1", true),
        ("rzp_test_1", true),
        ("rzp_live_1", false),
    ] {
        let PaymentEvent::OrderCreated(created) = ordered() else {
            unreachable!()
        };
        let key = Some(key(key_name));
        let created = PaymentEvent::OrderCreated(PaymentOrderCreated { key, ..created });
        let PaymentEvent::Captured(captured) = captured("pay_1", inr(FEE), true) else {
            unreachable!()
        };
        let captured = PaymentEvent::Captured(PaymentCaptured {
            test_mode,
            ..captured
        });
        given(&[opened(), created])
            .when(capture("pay_1"))
            .then_expect_events(vec![captured]);
    }
}

#[test]
fn what_goes_back_has_an_id_of_its_own() {
    let events = with(paid(), [requested(9, 1)]);
    refuses(&events, capture("pay_2"), PaymentRefusal::AlreadyExists);
}

#[test]
fn after_another_amount_the_right_one_still_settles_it() {
    let events = [
        opened(),
        ordered(),
        captured("pay_1", inr(1), false),
        back(
            9,
            "pay_1",
            inr(1),
            RefundGrounds::WrongAmount,
            Actor::System,
        ),
    ];
    given(&events)
        .when(capture("pay_2"))
        .then_expect_events(vec![captured("pay_2", inr(FEE), true)]);
}
