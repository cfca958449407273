//! Refunds.

use super::*;

#[test]
fn what_was_paid_can_be_given_back_in_parts() {
    given(&paid())
        .when(refund(1, inr(30_000)))
        .then_expect_events(vec![requested(1, 30_000)]);
    let first = with(paid(), [requested(1, 30_000), refunded(1, 30_000)]);
    given(&first)
        .when(refund(2, inr(50_000)))
        .then_expect_events(vec![requested(2, 50_000)]);
}

#[test]
fn no_more_is_given_back_than_was_paid() {
    let left = inr(FEE);
    refuses(
        &paid(),
        refund(1, inr(FEE + 1)),
        PaymentRefusal::MoreThanPaid { left },
    );
    // Neither with what was requested, nor with what failed and is still owed.
    let left = inr(50_000);
    let requested_some = with(paid(), [requested(1, 30_000)]);
    let failed_once = with(requested_some.clone(), [refund_failed(1, 1)]);
    for events in [requested_some, failed_once] {
        refuses(
            &events,
            refund(2, inr(50_001)),
            PaymentRefusal::MoreThanPaid { left },
        );
    }
}

#[test]
fn a_refund_is_of_something_that_was_paid() {
    let before = [opened(), ordered(), authorised("pay_1")];
    refuses(&before, refund(1, inr(1)), PaymentRefusal::NotCaptured);
    refuses(&paid(), refund(1, inr(0)), PaymentRefusal::NothingToRefund);
    let yen = Money::new(1, Currency::Jpy).unwrap();
    refuses(&paid(), refund(1, yen), PaymentRefusal::OtherCurrency);
}

#[test]
fn the_same_refund_again_is_no_new_fact_unless_it_is_another() {
    let events = with(paid(), [requested(1, 30_000)]);
    nothing_new(&events, refund(1, inr(30_000)));
    refuses(
        &events,
        refund(1, inr(30_001)),
        PaymentRefusal::AlreadyExists,
    );
}

#[test]
fn a_refund_is_done_once() {
    let events = with(paid(), [requested(1, FEE)]);
    given(&events)
        .when(confirm_refund(1))
        .then_expect_events(vec![refunded(1, FEE)]);
    let done = with(events, [refunded(1, FEE)]);
    nothing_new(&done, confirm_refund(1));
    nothing_new(&done, fail_refund(1, 1));
    refuses(&done, retry(1), PaymentRefusal::RefundNotFailed);
    refuses(&done, confirm_refund(2), PaymentRefusal::NoSuchRefund);
}

#[test]
fn a_refund_that_failed_is_tried_again_and_old_news_of_it_are_none() {
    let events = with(paid(), [requested(1, FEE)]);
    refuses(&events, retry(1), PaymentRefusal::RefundNotFailed);
    given(&events)
        .when(fail_refund(1, 1))
        .then_expect_events(vec![refund_failed(1, 1)]);
    let failed = with(events, [refund_failed(1, 1)]);
    nothing_new(&failed, fail_refund(1, 1));
    given(&failed)
        .when(retry(1))
        .then_expect_events(vec![retried(1, 2)]);
    let again = with(failed, [retried(1, 2)]);
    nothing_new(&again, fail_refund(1, 1));
    given(&again)
        .when(fail_refund(1, 2))
        .then_expect_events(vec![refund_failed(1, 2)]);
}

#[test]
fn money_that_is_back_is_back_whatever_was_said_before() {
    let events = with(paid(), [requested(1, FEE), refund_failed(1, 1)]);
    given(&events)
        .when(confirm_refund(1))
        .then_expect_events(vec![refunded(1, FEE)]);
}
