//! Tests of the receipt book's rules, one for each.

use cqrs_es::test::{AggregateTestExecutor, TestFramework};

use super::*;
use crate::test_fixtures::{clinic_id, inr, now, payment_id};
use crate::values::ReceiptNumber;

fn given(events: &[ReceiptBookEvent]) -> AggregateTestExecutor<ReceiptBook> {
    TestFramework::with(()).given(events.to_vec())
}

fn issue(payment: u128, amount: i64) -> ReceiptBookCommand {
    ReceiptBookCommand::Issue(IssueNumber {
        clinic: clinic_id(1),
        payment: payment_id(payment),
        amount: inr(amount),
        at: now(),
    })
}

fn issued(payment: u128, number: i64) -> ReceiptBookEvent {
    ReceiptBookEvent::Issued(ReceiptIssued {
        clinic: clinic_id(1),
        payment: payment_id(payment),
        number: ReceiptNumber::new(number).unwrap(),
        amount: inr(80_000),
        at: now(),
    })
}

#[test]
fn the_first_receipt_has_number_one() {
    given(&[])
        .when(issue(1, 80_000))
        .then_expect_events(vec![issued(1, 1)]);
}

#[test]
fn each_number_follows_the_one_before() {
    given(&[issued(1, 1), issued(2, 2)])
        .when(issue(3, 80_000))
        .then_expect_events(vec![issued(3, 3)]);
}

#[test]
fn there_is_no_receipt_for_nothing() {
    given(&[issued(1, 1)])
        .when(issue(2, 0))
        .then_expect_error(ReceiptBookRefusal::NothingPaid);
}
