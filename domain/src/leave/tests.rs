//! Tests of the leave's rules, one for each.

use chrono::{DateTime, TimeDelta, Utc};
use cqrs_es::test::{AggregateTestExecutor, TestFramework};

use super::*;
use crate::phi::Phi;
use crate::test_fixtures::{admin, doctor_id, instant, leave_id, now, reason};
use crate::values::Slot;

const MONDAY: &str = "2026-03-02T00:00:00Z";

fn given(events: &[LeaveEvent]) -> AggregateTestExecutor<Leave> {
    TestFramework::with(()).given(events.to_vec())
}

fn days(days: i64) -> Slot {
    Slot::new(instant(MONDAY), instant(MONDAY) + TimeDelta::days(days)).unwrap()
}

fn plan(during: Slot, at: DateTime<Utc>) -> LeaveCommand {
    LeaveCommand::Plan(PlanLeave {
        leave: leave_id(),
        doctor: doctor_id(),
        during,
        reason: Some(reason("A wedding")),
        by: admin(),
        at,
    })
}

fn planned() -> LeaveEvent {
    LeaveEvent::Planned(LeavePlanned {
        leave: leave_id(),
        doctor: doctor_id(),
        during: days(5),
        by: admin(),
        at: now(),
        subject: doctor_id().subject(),
        phi: Phi::Clear(LeavePlannedPhi {
            reason: Some(reason("A wedding")),
        }),
    })
}

fn withdraw(at: DateTime<Utc>) -> LeaveCommand {
    LeaveCommand::Withdraw(WithdrawLeave { by: admin(), at })
}

fn withdrawn(at: DateTime<Utc>) -> LeaveEvent {
    LeaveEvent::Withdrawn(LeaveWithdrawn {
        leave: leave_id(),
        doctor: doctor_id(),
        during: days(5),
        by: admin(),
        at,
    })
}

fn refuses_to_plan(during: Slot, at: DateTime<Utc>, refusal: LeaveRefusal) {
    given(&[]).when(plan(during, at)).then_expect_error(refusal);
}

#[test]
fn a_leave_can_be_planned() {
    given(&[])
        .when(plan(days(5), now()))
        .then_expect_events(vec![planned()]);
}

#[test]
fn it_may_begin_at_this_very_moment_and_not_before() {
    let moment = instant(MONDAY);
    assert!(decide(&Leave::Unplanned, plan(days(5), moment)).is_ok());
    let later = moment + TimeDelta::microseconds(1);
    refuses_to_plan(days(5), later, LeaveRefusal::BeginsInPast);
}

#[test]
fn it_lasts_a_year_and_a_day_at_most() {
    let max_days = MAX_DAYS;
    let longest = days(i64::from(max_days));
    assert!(decide(&Leave::Unplanned, plan(longest, now())).is_ok());
    let longer = Slot::new(longest.start(), longest.end() + TimeDelta::minutes(1)).unwrap();
    refuses_to_plan(longer, now(), LeaveRefusal::TooLong { max_days });
}

#[test]
fn it_begins_and_ends_on_a_full_minute() {
    let (start, end) = (instant(MONDAY), days(5).end());
    for odd in [TimeDelta::seconds(1), TimeDelta::microseconds(1)] {
        for during in [Slot::new(start + odd, end), Slot::new(start, end + odd)] {
            refuses_to_plan(during.unwrap(), now(), LeaveRefusal::BetweenMinutes);
        }
    }
}

#[test]
fn an_id_is_used_once() {
    given(&[planned()])
        .when(plan(days(5), now()))
        .then_expect_error(LeaveRefusal::AlreadyExists);
}

#[test]
fn it_can_be_withdrawn_until_it_is_over() {
    let last = days(5).end() - TimeDelta::microseconds(1);
    for at in [now(), last] {
        given(&[planned()])
            .when(withdraw(at))
            .then_expect_events(vec![withdrawn(at)]);
    }
    given(&[planned()])
        .when(withdraw(days(5).end()))
        .then_expect_error(LeaveRefusal::AlreadyOver);
}

#[test]
fn to_withdraw_it_again_is_no_new_fact() {
    given(&[planned(), withdrawn(now())])
        .when(withdraw(now()))
        .then_expect_events(vec![]);
}

#[test]
fn what_was_never_planned_can_not_be_withdrawn() {
    given(&[])
        .when(withdraw(now()))
        .then_expect_error(LeaveRefusal::NotFound);
}

#[test]
fn events_that_can_not_follow_change_nothing() {
    let state = [planned(), withdrawn(now())]
        .iter()
        .fold(Leave::default(), evolve);
    assert_eq!(evolve(state.clone(), &planned()), state);
    assert_eq!(
        evolve(Leave::Unplanned, &withdrawn(now())),
        Leave::Unplanned
    );
}
