//! Properties of the refund over any tables, moves, refunds and disputes.

use chrono::TimeDelta;
use proptest::prelude::*;

use super::super::*;
use super::fixture::{
    FEE, FIRST_START, Moved, cancelled, hour, moved, patient, payment, payment_of, visit_after,
};
use crate::appointment::{
    Appointment, AppointmentCommand, CancelAppointment, CancelledBy, Visit, decide as decide_visit,
    evolve as evolve_visit,
};
use crate::values::{Actor, RefundId};

/// Any table, from the earliest line to the latest.
fn some_policy() -> impl Strategy<Value = RefundPolicy> {
    let lines = prop::collection::btree_map(0_u16..200, 0_u8..=100, 0..6);
    lines.prop_map(|lines| {
        let mut percents: Vec<u8> = lines.values().copied().collect();
        percents.sort_unstable();
        let hours = lines.into_keys();
        let steps = hours.zip(percents).rev();
        let steps = steps.map(|(hours_before, percent)| RefundStep {
            hours_before,
            percent,
        });
        RefundPolicy::new(steps.collect()).unwrap()
    })
}

/// Moves of a visit: each before the start that it has then.
fn some_moves() -> impl Strategy<Value = Vec<Moved>> {
    let moves = prop::collection::vec((1_i64..300, 1_i64..300), 0..5);
    moves.prop_map(|moves| {
        let (mut now, mut start) = (0, FIRST_START);
        let mut done = Vec::new();
        for (pause, ahead) in moves {
            now += pause.min(start - now - 1);
            start = now + ahead + 1;
            done.push(moved(now, start, patient()));
        }
        done
    })
}

/// Captured money: the fee, less than that with an offer, or more with a surcharge.
fn some_capture() -> impl Strategy<Value = i64> {
    prop_oneof![Just(FEE), 1..=2 * FEE]
}

/// The share at each moment, by the table alone.
fn shares(policy: &RefundPolicy, moves: &[Moved], cancelled_at: i64) -> Vec<u8> {
    let (mut start, mut shares) = (FIRST_START, Vec::new());
    for moved in moves {
        shares.push(policy.percent(TimeDelta::hours(start - moved.at)));
        start = moved.to;
    }
    shares.push(policy.percent(TimeDelta::hours(start - cancelled_at)));
    shares
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn the_share_is_the_least_of_all_moments(
        policy in some_policy(),
        moves in some_moves(),
        wait in 0_i64..300,
    ) {
        let visit = visit_after(&moves);
        let at = moves.last().map_or(0, |moved| moved.at) + wait;
        let cancellation = cancelled(CancelledBy::Patient, at);
        let refund = CancellationRefund::new(&visit, Some(&payment(0)), &policy, cancellation);
        let least = shares(&policy, &moves, at).into_iter().min();
        prop_assert_eq!(Some(refund.percent), least);
    }

    #[test]
    fn a_move_never_enlarges_the_refund(
        policy in some_policy(),
        moves in some_moves(),
        ahead in 1_i64..1_000,
    ) {
        let visit = visit_after(&moves);
        let at = moves.last().map_or(0, |moved| moved.at);
        let cancellation = cancelled(CancelledBy::Patient, at);
        let percent = |visit: &Visit| {
            CancellationRefund::new(visit, Some(&payment(0)), &policy, cancellation).percent
        };
        let mut more = moves.clone();
        more.push(moved(at, at + ahead, patient()));
        prop_assert!(percent(&visit_after(&more)) <= percent(&visit));
    }

    #[test]
    fn the_parts_of_the_fee_add_up(
        policy in some_policy(),
        moves in some_moves(),
        wait in 0_i64..300,
        captured in some_capture(),
        refunded in 0..=2 * FEE,
        dispute in prop::option::of((
            prop::sample::select(DisputeStatus::ALL.to_vec()), 1..=2 * FEE,
        )),
        by in prop::sample::select(CancelledBy::ALL.to_vec()),
    ) {
        let visit = visit_after(&moves);
        let at = moves.last().map_or(0, |moved| moved.at) + wait;
        let payment = payment_of(captured, refunded.min(captured), dispute);
        let refund = CancellationRefund::new(&visit, Some(&payment), &policy, cancelled(by, at));
        let parts = refund.not_refunded.iter().map(|part| part.amount.amount());
        prop_assert_eq!(parts.sum::<i64>() + refund.amount.amount(), captured.min(FEE));
    }

    #[test]
    fn a_share_holds_until_its_last_time_and_not_a_moment_longer(
        policy in some_policy(),
        moves in some_moves(),
        wait in 0_i64..300,
    ) {
        let visit = visit_after(&moves);
        let at = moves.last().map_or(0, |moved| moved.at) + wait;
        let refund = |at| {
            let cancelled_by = CancelledBy::Patient;
            let cancellation = Cancellation { cancelled_by, at };
            CancellationRefund::new(&visit, Some(&payment(0)), &policy, cancellation)
        };
        let now = refund(hour(at));
        match now.holds_until {
            None => prop_assert_eq!(now.percent, 0),
            Some(last) => {
                prop_assert!(last >= hour(at));
                prop_assert_eq!(refund(last).percent, now.percent);
                let after = refund(last + TimeDelta::microseconds(1));
                prop_assert!(after.percent < now.percent);
            }
        }
    }

    /// The preview is made before the cancellation, and the refund from what the cancellation left.
    #[test]
    fn the_refund_is_what_the_preview_showed(
        policy in some_policy(),
        moves in some_moves(),
        wait in 0_i64..300,
        captured in some_capture(),
        refunded in 0..=2 * FEE,
        dispute in prop::option::of((
            prop::sample::select(DisputeStatus::ALL.to_vec()), 1..=2 * FEE,
        )),
        by in prop::sample::select(CancelledBy::ALL.to_vec()),
    ) {
        let visit = visit_after(&moves);
        let at = moves.last().map_or(0, |moved| moved.at) + wait;
        let payment = payment_of(captured, refunded.min(captured), dispute);
        let preview = CancellationRefund::new(&visit, Some(&payment), &policy, cancelled(by, at));

        let before = Appointment::Confirmed(visit);
        let cancel = AppointmentCommand::Cancel(CancelAppointment {
            cancelled_by: by,
            reason: None,
            by: Actor::System,
            at: hour(at),
        });
        let Ok(events) = decide_visit(&before, cancel) else {
            prop_assert!(hour(at) >= visit.slot.start());
            return Ok(());
        };
        let after = events.iter().fold(before, evolve_visit);
        let Appointment::Cancelled { visit, cancelled_by, at } = after else {
            return Err(TestCaseError::fail("it is not cancelled"));
        };
        let cancellation = Cancellation { cancelled_by, at };
        let refund = CancellationRefund::new(&visit, Some(&payment), &policy, cancellation);
        prop_assert_eq!(&refund, &preview);

        // The payment accepts it.
        if !refund.amount.is_zero() {
            let request = PaymentCommand::RequestRefund(RequestRefund {
                refund: RefundId::from_uuid(uuid::Uuid::from_u128(9)),
                attempt: None,
                amount: refund.amount,
                grounds: RefundGrounds::CancelledByPatient,
                by: Actor::System,
                at,
            });
            let requested = decide(&Payment::Opened(Box::new(payment)), request);
            prop_assert_eq!(requested.map(|events| events.len()), Ok(1));
        }
    }
}
