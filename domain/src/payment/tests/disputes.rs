//! Disputes.

use super::*;

const DISPUTE: &str = "disp_1";

fn dispute(name: &str) -> GatewayDisputeId {
    GatewayDisputeId::parse(name).unwrap()
}

fn record(status: DisputeStatus, amount: i64) -> RecordDispute {
    RecordDispute {
        dispute: dispute(DISPUTE),
        attempt: attempt("pay_1"),
        amount: inr(amount),
        deducted: None,
        status,
        code: Some(code()),
        respond_by: Some(later(9_000)),
        reported_at: now(),
        refund: refund_id(8),
        at: now(),
    }
}

fn report(status: DisputeStatus) -> PaymentCommand {
    PaymentCommand::RecordDispute(record(status, FEE))
}

fn lose(amount: i64) -> PaymentCommand {
    PaymentCommand::RecordDispute(record(DisputeStatus::Lost, amount))
}

fn raised(amount: i64) -> PaymentEvent {
    PaymentEvent::DisputeOpened(PaymentDisputeOpened {
        payment: payment_id(),
        dispute: dispute(DISPUTE),
        attempt: attempt("pay_1"),
        amount: inr(amount),
        code: Some(code()),
        respond_by: Some(later(9_000)),
        reported_at: now(),
        at: now(),
    })
}

fn advanced(status: DisputeStatus, reported_at: DateTime<Utc>) -> PaymentEvent {
    PaymentEvent::DisputeAdvanced(PaymentDisputeAdvanced {
        payment: payment_id(),
        dispute: dispute(DISPUTE),
        status,
        respond_by: Some(later(9_000)),
        reported_at,
        at: now(),
    })
}

fn decided(status: DisputeStatus, lost: i64) -> PaymentEvent {
    PaymentEvent::DisputeDecided(PaymentDisputeDecided {
        payment: payment_id(),
        dispute: dispute(DISPUTE),
        attempt: attempt("pay_1"),
        status,
        lost: inr(lost),
        reported_at: now(),
        at: now(),
    })
}

fn withdrawn(number: u128) -> PaymentEvent {
    PaymentEvent::RefundWithdrawn(PaymentRefundWithdrawn {
        payment: payment_id(),
        refund: refund_id(number),
        dispute: dispute(DISPUTE),
        at: now(),
    })
}

fn rest(amount: i64) -> PaymentEvent {
    let grounds = RefundGrounds::RestAfterDispute;
    back(8, "pay_1", inr(amount), grounds, Actor::System)
}

fn after(events: &[PaymentEvent]) -> OpenedPayment {
    let payment = events.iter().fold(Payment::default(), evolve);
    payment.opened().unwrap().clone()
}

#[test]
fn a_dispute_is_recorded_once_and_holds_its_money_until_it_is_decided() {
    given(&paid())
        .when(report(DisputeStatus::Open))
        .then_expect_events(vec![raised(FEE)]);
    let open = with(paid(), [raised(FEE)]);
    nothing_new(&open, report(DisputeStatus::Open));
    assert!(after(&open).is_disputed(&attempt("pay_1")));
    for (status, lost) in [
        (DisputeStatus::Won, 0),
        (DisputeStatus::Lost, FEE),
        (DisputeStatus::Closed, 0),
    ] {
        given(&open)
            .when(report(status))
            .then_expect_events(vec![decided(status, lost)]);
        let over = with(open.clone(), [decided(status, lost)]);
        nothing_new(&over, report(status));
        nothing_new(&over, report(DisputeStatus::Open));
        nothing_new(&over, report(DisputeStatus::UnderReview));
        let over = after(&over);
        assert!(!over.is_disputed(&attempt("pay_1")));
        assert_eq!(over.left(), Some(inr(FEE - lost)));
    }
}

#[test]
fn a_first_report_may_be_any() {
    given(&paid())
        .when(report(DisputeStatus::ActionRequired))
        .then_expect_events(vec![
            raised(FEE),
            advanced(DisputeStatus::ActionRequired, now()),
        ]);
    given(&paid())
        .when(report(DisputeStatus::Lost))
        .then_expect_events(vec![raised(FEE), decided(DisputeStatus::Lost, FEE)]);
}

#[test]
fn a_stage_that_was_reported_earlier_is_no_new_fact() {
    let (review, action) = (DisputeStatus::UnderReview, DisputeStatus::ActionRequired);
    let events = with(paid(), [raised(FEE), advanced(review, later(5))]);
    nothing_new(&events, report(action));
    let newer = PaymentCommand::RecordDispute(RecordDispute {
        reported_at: later(6),
        ..record(action, FEE)
    });
    given(&events)
        .when(newer)
        .then_expect_events(vec![advanced(action, later(6))]);
}

#[test]
fn the_first_decision_counts() {
    let lost = DisputeStatus::Lost;
    let events = with(paid(), [raised(FEE), decided(lost, FEE)]);
    let refusal = PaymentRefusal::DisputeDecided { status: lost };
    refuses(&events, report(DisputeStatus::Won), refusal);
}

#[test]
fn a_dispute_is_about_captured_money() {
    let before = [opened(), ordered(), authorised("pay_1")];
    let refusal = PaymentRefusal::NotCaptured;
    refuses(&before, report(DisputeStatus::Open), refusal);
}

#[test]
fn a_lost_dispute_withdraws_the_refund_that_has_not_left() {
    let waiting = with(paid(), [requested(1, FEE / 2), raised(FEE)]);
    given(&waiting)
        .when(report(DisputeStatus::Lost))
        .then_expect_events(vec![decided(DisputeStatus::Lost, FEE), withdrawn(1)]);
    let failed = with(waiting, [refund_failed(1, 1)]);
    given(&failed)
        .when(report(DisputeStatus::Lost))
        .then_expect_events(vec![decided(DisputeStatus::Lost, FEE), withdrawn(1)]);
    let over = with(failed, [decided(DisputeStatus::Lost, FEE), withdrawn(1)]);
    refuses(&over, retry(1), PaymentRefusal::RefundNotFailed);
    let left = inr(0);
    refuses(
        &over,
        refund(2, inr(1)),
        PaymentRefusal::MoreThanPaid { left },
    );
}

#[test]
fn a_refund_that_has_left_stays_as_it_is() {
    let events = with(
        paid(),
        [requested(1, FEE / 2), refunded(1, FEE / 2), raised(FEE)],
    );
    given(&events)
        .when(report(DisputeStatus::Lost))
        .then_expect_events(vec![decided(DisputeStatus::Lost, FEE)]);
    let lost = with(events, [decided(DisputeStatus::Lost, FEE)]);
    assert_eq!(after(&lost).left(), Some(inr(0)));
}

#[test]
fn what_is_owed_beyond_a_partly_lost_dispute_is_still_refunded() {
    let waiting = with(paid(), [requested(1, 50_000), raised(30_000)]);
    given(&waiting).when(lose(30_000)).then_expect_events(vec![
        decided(DisputeStatus::Lost, 30_000),
        withdrawn(1),
        rest(20_000),
    ]);
}

#[test]
fn the_gateway_tells_what_it_deducted() {
    let waiting = with(paid(), [requested(1, 50_000), raised(50_000)]);
    let deducted = PaymentCommand::RecordDispute(RecordDispute {
        deducted: Some(inr(20_000)),
        ..record(DisputeStatus::Lost, 50_000)
    });
    given(&waiting).when(deducted).then_expect_events(vec![
        decided(DisputeStatus::Lost, 20_000),
        withdrawn(1),
        rest(30_000),
    ]);
}

#[test]
fn a_withdrawn_refund_that_left_all_the_same_is_recorded_and_replaces_the_rest() {
    let events = with(
        paid(),
        [
            requested(1, 50_000),
            raised(30_000),
            decided(DisputeStatus::Lost, 30_000),
            withdrawn(1),
            rest(20_000),
        ],
    );
    given(&events)
        .when(confirm_refund(1))
        .then_expect_events(vec![refunded(1, 50_000), withdrawn(8)]);
}

#[test]
fn a_refund_made_at_the_gateway_is_a_fact_even_after_a_lost_dispute() {
    let lost = with(paid(), [raised(FEE), decided(DisputeStatus::Lost, FEE)]);
    let by_hand = PaymentCommand::RequestRefund(RequestRefund {
        refund: refund_id(1),
        attempt: Some(attempt("pay_1")),
        amount: inr(FEE),
        grounds: RefundGrounds::MadeAtGateway,
        by: Actor::System,
        at: now(),
    });
    let grounds = RefundGrounds::MadeAtGateway;
    given(&lost).when(by_hand).then_expect_events(vec![back(
        1,
        "pay_1",
        inr(FEE),
        grounds,
        Actor::System,
    )]);
}
