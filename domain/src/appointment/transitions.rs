//! The life of an appointment as one table: what may be asked of it, where it stands, by whom.
//!
//! Deciding looks here and nowhere else, and `docs/transitions.md` is printed from it. To add a
//! step, add its row; to add a status, the compiler asks for a column in every row.

use chrono::{DateTime, Utc};

use super::error::AppointmentRefusal as Refusal;
use super::status::AppointmentStatus as Status;
use crate::values::{Actor, ClinicZone, Role};

/// What may be asked of an appointment, without its particulars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Hold a slot for a patient.
    Book,
    /// Confirm without a payment.
    Confirm,
    /// Note that the fee was paid.
    Pay,
    /// Move it to another slot of the same doctor.
    Reschedule,
    /// Call it off.
    Cancel,
    /// Note that the hold is over.
    ExpireHold,
    /// Note that the patient is there.
    Arrive,
    /// Begin the visit.
    Start,
    /// End the visit.
    Complete,
    /// Note that the patient did not come.
    MarkNoShow,
}

/// As what somebody asks. That it is *their* visit is settled before a command gets here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ActorKind {
    /// Somebody who signed in, in one of their roles.
    Role(Role),
    /// The program itself.
    System,
}

impl ActorKind {
    /// Everybody, in the order of the table's columns.
    pub const ALL: [Self; 6] = [
        Self::Role(Role::Patient),
        Self::Role(Role::Doctor),
        Self::Role(Role::Receptionist),
        Self::Role(Role::Admin),
        Self::Role(Role::Auditor),
        Self::System,
    ];

    /// What the table calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Role(role) => role.as_str(),
            Self::System => "SYSTEM",
        }
    }

    const fn column(self) -> usize {
        match self {
            Self::Role(Role::Patient) => 0,
            Self::Role(Role::Doctor) => 1,
            Self::Role(Role::Receptionist) => 2,
            Self::Role(Role::Admin) => 3,
            Self::Role(Role::Auditor) => 4,
            Self::System => 5,
        }
    }
}

impl From<&Actor> for ActorKind {
    fn from(actor: &Actor) -> Self {
        actor.role().map_or(Self::System, Self::Role)
    }
}

/// Whether a actor may take a step at all, the most first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Permission {
    /// It may.
    Yes,
    /// It may, if it says why: it acts in the place of somebody else.
    WithReason,
    /// It may not.
    No,
}

/// When a step is allowed from a status, where time matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeCondition {
    /// While the hold runs.
    BeforeHoldEnd,
    /// Once the hold is over.
    FromHoldEnd,
    /// Until the slot begins.
    BeforeSlot,
    /// Once the slot has begun.
    FromSlot,
    /// From midnight before the slot on, by the clinic's clock.
    FromClinicDay,
}

/// What becomes of a request, where the appointment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransitionRule {
    /// The appointment moves on.
    To(Status),
    /// The appointment moves on if the condition is right, else the refusal.
    ToIf(Status, TimeCondition, Refusal),
    /// It was done already: accepted, and no new fact.
    Already,
    /// Refused, whenever it is asked.
    No(Refusal),
}

/// All that the table says about one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transition {
    /// The step.
    pub step: Step,
    /// Who may take it, by [`ActorKind::ALL`].
    pub by: [Permission; 6],
    /// What becomes of it, by [`STATUSES`].
    pub from: [TransitionRule; 9],
}

/// Where an appointment can stand, in the order of the table's columns; `None` before it is booked.
pub const STATUSES: [Option<Status>; 9] = [
    None,
    Some(Status::Booked),
    Some(Status::Confirmed),
    Some(Status::Arrived),
    Some(Status::InProgress),
    Some(Status::Completed),
    Some(Status::NoShow),
    Some(Status::Cancelled),
    Some(Status::Expired),
];

/// The whole life of an appointment. A visit without a fee is booked and confirmed in one step.
#[rustfmt::skip]
pub const TRANSITIONS: [Transition; 10] = {
    use Permission::{No as N, WithReason as W, Yes as Y};
    use TimeCondition::{BeforeHoldEnd, BeforeSlot, FromClinicDay, FromHoldEnd, FromSlot};
    use TransitionRule::{Already, No, To, ToIf};
    use Status::{Arrived, Booked, Cancelled, Completed, Confirmed, Expired, InProgress, NoShow};

    const GONE: TransitionRule = No(Refusal::NotFound);
    const EXISTS: TransitionRule = No(Refusal::AlreadyExists);
    const STARTED: TransitionRule = No(Refusal::AlreadyStarted);
    const fn ended(status: Status) -> TransitionRule { No(Refusal::AlreadyEnded { status }) }
    const fn unpayable(status: Status) -> TransitionRule { No(Refusal::NotAwaitingPayment { status }) }
    const fn unconfirmed(status: Status) -> TransitionRule { No(Refusal::NotConfirmed { status }) }
    const fn unarrived(status: Status) -> TransitionRule { No(Refusal::NotArrived { status }) }
    const fn unstarted(status: Status) -> TransitionRule { No(Refusal::NotInProgress { status }) }

    // by:   patient, doctor, receptionist, admin, auditor, the program
    // from: not booked, BOOKED, CONFIRMED, ARRIVED, IN_PROGRESS, COMPLETED, NO_SHOW, CANCELLED, EXPIRED
    [
        Transition { step: Step::Book, by: [Y, N, Y, Y, N, Y], from: [
            To(Booked), EXISTS, EXISTS, EXISTS, EXISTS, EXISTS, EXISTS, EXISTS, EXISTS,
        ] },
        Transition { step: Step::Confirm, by: [N, N, Y, Y, N, Y], from: [
            GONE, ToIf(Confirmed, BeforeHoldEnd, Refusal::HoldEnded), unpayable(Confirmed), unpayable(Arrived),
            unpayable(InProgress), unpayable(Completed), unpayable(NoShow), unpayable(Cancelled), unpayable(Expired),
        ] },
        Transition { step: Step::Pay, by: [N, N, N, N, N, Y], from: [
            // Late money finds the visit as it is; only what was called off, or was missed and expired, is not paid for.
            GONE, ToIf(Confirmed, BeforeHoldEnd, Refusal::HoldEnded), To(Confirmed), To(Arrived),
            To(InProgress), To(Completed), To(NoShow), unpayable(Cancelled), ToIf(Confirmed, BeforeSlot, Refusal::AlreadyStarted),
        ] },
        Transition { step: Step::Reschedule, by: [Y, Y, Y, Y, N, Y], from: [
            GONE, ToIf(Booked, BeforeHoldEnd, Refusal::HoldEnded), ToIf(Confirmed, BeforeSlot, Refusal::AlreadyStarted), No(Refusal::AlreadyArrived),
            STARTED, ended(Completed), ended(NoShow), ended(Cancelled), ended(Expired),
        ] },
        Transition { step: Step::Cancel, by: [Y, Y, Y, Y, N, Y], from: [
            // A hold ends at the latest when its slot begins. Whoever has arrived may leave again unseen.
            GONE, ToIf(Cancelled, BeforeHoldEnd, Refusal::HoldEnded), ToIf(Cancelled, BeforeSlot, Refusal::AlreadyStarted), To(Cancelled),
            STARTED, ended(Completed), ended(NoShow), ended(Cancelled), ended(Expired),
        ] },
        Transition { step: Step::ExpireHold, by: [N, N, N, N, N, Y], from: [
            GONE, ToIf(Expired, FromHoldEnd, Refusal::HoldStillRunning), unpayable(Confirmed), unpayable(Arrived),
            unpayable(InProgress), unpayable(Completed), unpayable(NoShow), unpayable(Cancelled), unpayable(Expired),
        ] },
        Transition { step: Step::Arrive, by: [N, N, Y, Y, N, Y], from: [
            GONE, unconfirmed(Booked), ToIf(Arrived, FromClinicDay, Refusal::BeforeDayOfVisit), Already,
            STARTED, ended(Completed), ended(NoShow), ended(Cancelled), ended(Expired),
        ] },
        Transition { step: Step::Start, by: [N, Y, W, W, N, W], from: [
            GONE, unarrived(Booked), unarrived(Confirmed), To(InProgress),
            Already, ended(Completed), ended(NoShow), ended(Cancelled), ended(Expired),
        ] },
        Transition { step: Step::Complete, by: [N, Y, W, W, N, W], from: [
            GONE, unstarted(Booked), unstarted(Confirmed), unstarted(Arrived),
            To(Completed), Already, ended(NoShow), ended(Cancelled), ended(Expired),
        ] },
        Transition { step: Step::MarkNoShow, by: [N, N, Y, Y, N, Y], from: [
            GONE, unconfirmed(Booked), ToIf(NoShow, FromSlot, Refusal::SlotNotBegun), No(Refusal::AlreadyArrived),
            STARTED, ended(Completed), Already, ended(Cancelled), ended(Expired),
        ] },
    ]
};

/// What the table says of a step.
pub const fn transition(step: Step) -> &'static Transition {
    const TABLE: &[Transition; 10] = &TRANSITIONS;
    match step {
        Step::Book => &TABLE[0],
        Step::Confirm => &TABLE[1],
        Step::Pay => &TABLE[2],
        Step::Reschedule => &TABLE[3],
        Step::Cancel => &TABLE[4],
        Step::ExpireHold => &TABLE[5],
        Step::Arrive => &TABLE[6],
        Step::Start => &TABLE[7],
        Step::Complete => &TABLE[8],
        Step::MarkNoShow => &TABLE[9],
    }
}

impl Transition {
    /// Whether a actor may take the step.
    pub const fn permission(&self, actor: ActorKind) -> Permission {
        self.by[actor.column()]
    }

    /// What becomes of the step where the appointment stands.
    pub const fn rule(&self, from: Option<Status>) -> TransitionRule {
        let column = match from {
            None => 0,
            Some(Status::Booked) => 1,
            Some(Status::Confirmed) => 2,
            Some(Status::Arrived) => 3,
            Some(Status::InProgress) => 4,
            Some(Status::Completed) => 5,
            Some(Status::NoShow) => 6,
            Some(Status::Cancelled) => 7,
            Some(Status::Expired) => 8,
        };
        self.from[column]
    }
}

/// What a condition is measured by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Times {
    /// When it is asked.
    pub(super) at: DateTime<Utc>,
    /// When the hold ends, while there is one.
    pub(super) hold_until: Option<DateTime<Utc>>,
    /// When the slot begins.
    pub(super) start: DateTime<Utc>,
    /// The clinic's clock, where a step depends on it.
    pub(super) zone: Option<ClinicZone>,
}

impl TimeCondition {
    /// Whether it has come, and has not passed.
    pub(super) fn holds(self, times: &Times) -> bool {
        let at = times.at;
        match self {
            Self::BeforeHoldEnd => times.hold_until.is_none_or(|end| at < end),
            Self::FromHoldEnd => times.hold_until.is_some_and(|end| at >= end),
            Self::BeforeSlot => at < times.start,
            Self::FromSlot => at >= times.start,
            Self::FromClinicDay => times.zone.is_some_and(|zone| {
                let day = |instant: DateTime<Utc>| instant.with_timezone(&zone.tz()).date_naive();
                day(at) >= day(times.start)
            }),
        }
    }
}
