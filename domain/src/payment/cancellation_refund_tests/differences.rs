//! Refund of a fee of which the gateway captured less or more.

use super::super::*;
use super::fixture::{FEE, cancelled, payment_of, visit_after};
use crate::appointment::CancelledBy;
use crate::test_fixtures::inr;

#[test]
fn the_share_is_of_what_was_paid_of_the_fee() {
    let (visit, policy) = (visit_after(&[]), RefundPolicy::usual());
    let refund = |payment: &OpenedPayment, by, at| {
        CancellationRefund::new(&visit, Some(payment), &policy, cancelled(by, at))
    };
    let part = |reason, amount| NotRefunded {
        reason,
        amount: inr(amount),
    };
    let kept = |amount| part(NotRefundedReason::RefundPolicy, amount);

    let discounted = payment_of(70_000, 0, None);
    let half = refund(&discounted, CancelledBy::Patient, 90);
    assert_eq!(half.amount, inr(35_000));
    assert_eq!(half.not_refunded, vec![kept(35_000)]);
    let all = refund(&discounted, CancelledBy::Clinic, 90);
    assert_eq!((all.amount, all.not_refunded), (inr(70_000), vec![]));

    // The surcharge went to the gateway.
    let surcharged = payment_of(82_000, 0, None);
    let half = refund(&surcharged, CancelledBy::Patient, 90);
    assert_eq!(half.amount, inr(40_000));
    assert_eq!(half.not_refunded, vec![kept(40_000)]);
    let all = refund(&surcharged, CancelledBy::Clinic, 90);
    assert_eq!((all.amount, all.not_refunded), (inr(FEE), vec![]));

    // A refund before the cancellation, of all but a part of the surcharge, leaves that part.
    let refunded = payment_of(82_000, 81_000, None);
    let rest = refund(&refunded, CancelledBy::Clinic, 90);
    let before = part(NotRefundedReason::AlreadyRefunded, 79_000);
    assert_eq!((rest.amount, rest.not_refunded), (inr(1_000), vec![before]));
}

#[test]
fn a_lost_dispute_about_a_discounted_or_surcharged_fee_counts_as_refunded() {
    let (visit, policy) = (visit_after(&[]), RefundPolicy::usual());
    let refund = |captured, refunded, lost, at| {
        let payment = payment_of(captured, refunded, Some((DisputeStatus::Lost, lost)));
        let cancellation = cancelled(CancelledBy::Patient, at);
        let refund = CancellationRefund::new(&visit, Some(&payment), &policy, cancellation);
        let parts = refund.not_refunded.iter();
        let parts: Vec<_> = parts
            .map(|part| (part.reason, part.amount.amount()))
            .collect();
        (refund.amount.amount(), parts)
    };
    let kept = |amount| (NotRefundedReason::RefundPolicy, amount);
    let lost = |amount| (NotRefundedReason::DisputeLost, amount);
    let before = |amount| (NotRefundedReason::AlreadyRefunded, amount);
    assert_eq!(
        refund(70_000, 0, 30_000, 90),
        (5_000, vec![lost(30_000), kept(35_000)])
    );
    assert_eq!(refund(70_000, 0, 70_000, 0), (0, vec![lost(70_000)]));
    // The refund that waited is replaced by what it was beyond the lost money.
    assert_eq!(
        refund(70_000, 40_000, 30_000, 90),
        (5_000, vec![before(10_000), lost(30_000), kept(25_000)])
    );
    // All of the money is lost, of which the surcharge is no part of the fee.
    assert_eq!(refund(82_000, 0, 82_000, 0), (0, vec![lost(FEE)]));
    assert_eq!(refund(82_000, 0, 30_000, 0), (50_000, vec![lost(30_000)]));
}
