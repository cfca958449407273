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
