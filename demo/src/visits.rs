//! Carries a plan of visits out, step by step, each as of the time at which it was done.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use commands::appointments::{AppointmentReply, Booking, Cancelling};
use commands::{Caller, Context, Target};
use domain::appointment::{AppointmentStatus, BookingPolicy, CancelledBy};
use domain::{AppointmentId, Reason};
use futures::{StreamExt as _, TryStreamExt as _, stream};

use super::doctors::{DemoDoctor, clinic_of};
use super::patients::{DemoPatient, Person};
use super::plan::{Fate, HOLD_MINUTES, Step, Visit};
use super::{AT_ONCE, Demo, done};
use crate::progress::Progress;

/// Slots that wait for their payment are held for a day, so that there are some to look at.
const LONG_HOLD_MINUTES: u16 = 24 * 60;
/// Further than any visit of the plan is booked ahead.
const HORIZON_DAYS: u16 = 90;

/// The reason for a visit that no scenario explains.
const CHECK_UP: &str = "Yearly check-up";
/// The reason for follow-ups.
const FOLLOW_UP: &str = "How it went since last time";
/// Reasons for confirming at the front desk, one after the other.
pub(super) const VOUCHED: [&str; 3] = [
    "Pays in cash at the desk",
    "The insurer pays",
    "Paid by card at the desk",
];

/// The people of the plan.
pub(super) struct Cast<'a> {
    /// Front desks, by clinic.
    pub(super) desks: &'a [Caller],
    pub(super) doctors: &'a [DemoDoctor],
    pub(super) patients: &'a [DemoPatient],
    pub(super) people: &'a [Person],
}

/// A visit with its place in the plan.
#[derive(Clone, Copy)]
struct Numbered<'a> {
    number: usize,
    visit: &'a Visit,
}

/// The appointments, by their visits' places in the plan.
pub(super) type Booked = BTreeMap<usize, AppointmentId>;

/// Carries out all visits: several patients at once, each patient's in order. Returns the appointments.
pub(super) async fn carry_out(
    demo: &Demo<'_>,
    cast: &Cast<'_>,
    plan: &[Visit],
    progress: &Progress,
) -> anyhow::Result<Booked> {
    let mut by_patient: BTreeMap<usize, Vec<Numbered<'_>>> = BTreeMap::new();
    for (number, visit) in plan.iter().enumerate() {
        by_patient
            .entry(visit.patient)
            .or_default()
            .push(Numbered { number, visit });
    }
    stream::iter(by_patient.into_values())
        .map(|visits| of_one_patient(demo, cast, visits, progress))
        .buffer_unordered(AT_ONCE)
        .try_concat()
        .await
}

async fn of_one_patient(
    demo: &Demo<'_>,
    cast: &Cast<'_>,
    visits: Vec<Numbered<'_>>,
    progress: &Progress,
) -> anyhow::Result<Booked> {
    let mut booked = Booked::new();
    for numbered in visits {
        let follows = numbered
            .visit
            .follows
            .and_then(|first| booked.get(&first).copied());
        let carried_out = progress.step(one(demo, cast, numbered, follows));
        booked.insert(numbered.number, Box::pin(carried_out).await?);
    }
    Ok(booked)
}

async fn one(
    demo: &Demo<'_>,
    cast: &Cast<'_>,
    numbered: Numbered<'_>,
    follows: Option<AppointmentId>,
) -> anyhow::Result<AppointmentId> {
    let reply = book(demo, cast, numbered, follows).await?;
    for (step, at) in &numbered.visit.steps {
        // Where there is no fee, it is confirmed already.
        if *step == Step::Confirm && reply.status == AppointmentStatus::Confirmed {
            continue;
        }
        take(demo, cast, numbered, *step, *at, reply.appointment).await?;
    }
    Ok(reply.appointment)
}

/// Books a visit: a patient with an account does, the front desk for all others.
async fn book(
    demo: &Demo<'_>,
    cast: &Cast<'_>,
    Numbered { visit, .. }: Numbered<'_>,
    follows: Option<AppointmentId>,
) -> anyhow::Result<AppointmentReply> {
    let doctor = &cast.doctors[visit.doctor];
    let patient = &cast.patients[visit.patient];
    let about = if follows.is_some() {
        FOLLOW_UP
    } else {
        let scenario = visit.scenario(cast.people);
        scenario.map_or(CHECK_UP, |scenario| scenario.reason)
    };
    let booking = Booking {
        clinic: doctor.clinic.clinic,
        doctor: doctor.doctor,
        patient: patient.patient,
        start: visit.slot.start(),
        reason: Some(Reason::parse(about)?),
        follows,
        override_reason: None,
    };
    let policy = BookingPolicy {
        hold_minutes: if visit.fate == Fate::Left {
            LONG_HOLD_MINUTES
        } else {
            HOLD_MINUTES
        },
        horizon_days: HORIZON_DAYS,
        ..BookingPolicy::default()
    };
    let booker = patient.caller().unwrap_or_else(|| cast.desk(visit).clone());
    let context = demo.context_of(&booker, visit.booked_at);
    let commands = &demo.target.commands;
    done(
        commands
            .book_appointment(&booker, booking, policy, &context)
            .await,
    )
}

async fn take(
    demo: &Demo<'_>,
    cast: &Cast<'_>,
    Numbered { number, visit }: Numbered<'_>,
    step: Step,
    at: DateTime<Utc>,
    appointment: AppointmentId,
) -> anyhow::Result<()> {
    let commands = &demo.target.commands;
    let caller = cast.who_takes(step, visit);
    let context = demo.context_of(caller, at);
    let target = Target::latest(appointment);
    let taken = match step {
        Step::Confirm => {
            let reason = Reason::parse(VOUCHED[number % VOUCHED.len()])?;
            commands
                .confirm_by_override(caller, target, reason, &context)
                .await
        }
        Step::Cancel => {
            let cancelling = Cancelling {
                appointment: target,
                on_behalf_of: Some(CancelledBy::Doctor),
                reason: Some(Reason::parse("The doctor is away that day")?),
            };
            commands
                .cancel_appointment(caller, cancelling, &context)
                .await
        }
        Step::Expire => {
            let context = Context::system(at, appointment.as_uuid());
            commands.expire_hold(appointment, &context).await
        }
        Step::Arrive => commands.mark_arrived(caller, target, &context).await,
        Step::Start => commands.start_visit(caller, target, None, &context).await,
        Step::Complete => {
            commands
                .complete_visit(caller, target, None, &context)
                .await
        }
        Step::NoShow => commands.mark_no_show(caller, target, None, &context).await,
    };
    done(taken).map(|_| ())
}

impl Cast<'_> {
    fn desk(&self, visit: &Visit) -> &Caller {
        &self.desks[clinic_of(visit.doctor)]
    }

    /// The doctor begins and ends a visit, and calls off what was meant to be; the front desk does the rest.
    fn who_takes(&self, step: Step, visit: &Visit) -> &Caller {
        match step {
            Step::Start | Step::Complete | Step::Cancel => &self.doctors[visit.doctor].caller,
            Step::Confirm | Step::Expire | Step::Arrive | Step::NoShow => self.desk(visit),
        }
    }
}
