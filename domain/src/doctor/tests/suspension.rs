//! Tests of suspended doctors.

use super::*;

fn suspend() -> DoctorCommand {
    DoctorCommand::Suspend(SuspendDoctor {
        by: admin(),
        at: now(),
    })
}

fn reinstate() -> DoctorCommand {
    DoctorCommand::Reinstate(ReinstateDoctor {
        by: admin(),
        at: now(),
    })
}

fn suspended() -> DoctorEvent {
    DoctorEvent::Suspended(DoctorSuspended {
        doctor: doctor_id(),
        by: admin(),
        at: now(),
    })
}

fn reinstated() -> DoctorEvent {
    DoctorEvent::Reinstated(DoctorReinstated {
        doctor: doctor_id(),
        by: admin(),
        at: now(),
    })
}

#[test]
fn a_doctor_is_suspended_and_reinstated() {
    given(&[registered()])
        .when(suspend())
        .then_expect_events(vec![suspended()]);
    given(&[registered(), suspended()])
        .when(reinstate())
        .then_expect_events(vec![reinstated()]);
}

#[test]
fn to_suspend_or_reinstate_once_more_is_no_new_fact() {
    given(&[registered(), suspended()])
        .when(suspend())
        .then_expect_events(vec![]);
    given(&[registered(), suspended(), reinstated()])
        .when(reinstate())
        .then_expect_events(vec![]);
}

#[test]
fn an_unregistered_doctor_cannot_be_suspended() {
    for command in [suspend(), reinstate()] {
        given(&[])
            .when(command)
            .then_expect_error(DoctorRefusal::NotFound);
    }
}
