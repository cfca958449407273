//! The transition table of an appointment: steps by role and status.
//!
//! `decide` looks up every step here, and `docs/transitions.md` is printed from it. To add a step,
//! add its row; to add a status, the compiler asks for a column in every row.

use chrono::{DateTime, Utc};

use super::error::AppointmentRefusal as Refusal;
use super::status::AppointmentStatus as Status;
use crate::values::{Actor, ClinicZone, Role};

/// A command of an appointment without its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Hold a slot for a patient.
    Book,
    /// Book a slot for an emergency.
    BookForEmergency,
    /// Confirm without a payment.
    Confirm,
    /// Record that the fee was paid.
    Pay,
    /// Move it to another slot of the same doctor.
    Reschedule,
    /// Cancel it.
    Cancel,
    /// Record that the hold has ended.
    ExpireHold,
    /// Record that the patient has arrived.
    Arrive,
    /// Begin the visit.
    Start,
    /// End the visit.
    Complete,
    /// Record that the patient did not come.
    MarkNoShow,
}

/// Kind of actor who takes a step. Rights to the particular visit are checked before a command
/// arrives here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ActorKind {
    /// A signed-in account, in one of its roles.
    Role(Role),
    /// The program itself.
    System,
}

impl ActorKind {
    /// All kinds, in the order of the table's columns.
    pub const ALL: [Self; 6] = [
        Self::Role(Role::Patient),
        Self::Role(Role::Doctor),
        Self::Role(Role::Receptionist),
        Self::Role(Role::Admin),
        Self::Role(Role::Auditor),
        Self::System,
    ];

    /// Returns the name in the printed table.
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

/// Permission of a kind of actor for a step, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Permission {
    /// Allowed.
    Yes,
    /// Allowed with a reason: the actor takes the place of the doctor.
    WithReason,
    /// Refused.
    No,
}

/// Time condition of a transition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeCondition {
    /// While the hold runs.
    BeforeHoldEnd,
    /// After the hold has ended.
    FromHoldEnd,
    /// Until the slot begins.
    BeforeSlot,
    /// After the slot has begun.
    FromSlot,
    /// From midnight before the slot on, in the clinic's time zone.
    FromClinicDay,
}

/// Outcome of a step in a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransitionRule {
    /// The appointment moves to the status.
    To(Status),
    /// The appointment moves to the status if the time condition holds; otherwise it is refused.
    ToIf(Status, TimeCondition, Refusal),
    /// It was done already: accepted without an event.
    Already,
    /// Refused at any time.
    No(Refusal),
}

/// One row of the table: everything about one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transition {
    /// The step.
    pub step: Step,
    /// Permissions, in the order of [`ActorKind::ALL`].
    pub by: [Permission; 6],
    /// Outcomes, in the order of [`STATUSES`].
    pub from: [TransitionRule; 9],
}

/// Every status, in the order of the table's columns; `None` before the booking.
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

/// The transition table. A visit without a fee, or for an emergency, is booked and confirmed in one command.
#[rustfmt::skip]
pub const TRANSITIONS: [Transition; 11] = {
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
        Transition { step: Step::BookForEmergency, by: [Y, N, Y, Y, N, Y], from: [
            To(Confirmed), EXISTS, EXISTS, EXISTS, EXISTS, EXISTS, EXISTS, EXISTS, EXISTS,
        ] },
        Transition { step: Step::Confirm, by: [N, N, Y, Y, N, Y], from: [
            GONE, ToIf(Confirmed, BeforeHoldEnd, Refusal::HoldEnded), unpayable(Confirmed), unpayable(Arrived),
            unpayable(InProgress), unpayable(Completed), unpayable(NoShow), unpayable(Cancelled), unpayable(Expired),
        ] },
        Transition { step: Step::Pay, by: [N, N, N, N, N, Y], from: [
            // A late payment leaves the status as it is; only a cancelled visit, or an expired one
            // whose slot has begun, can't be paid.
            GONE, ToIf(Confirmed, BeforeHoldEnd, Refusal::HoldEnded), To(Confirmed), To(Arrived),
            To(InProgress), To(Completed), To(NoShow), unpayable(Cancelled), ToIf(Confirmed, BeforeSlot, Refusal::AlreadyStarted),
        ] },
        Transition { step: Step::Reschedule, by: [Y, Y, Y, Y, N, Y], from: [
            GONE, ToIf(Booked, BeforeHoldEnd, Refusal::HoldEnded), ToIf(Confirmed, BeforeSlot, Refusal::AlreadyStarted), No(Refusal::AlreadyArrived),
            STARTED, ended(Completed), ended(NoShow), ended(Cancelled), ended(Expired),
        ] },
        Transition { step: Step::Cancel, by: [Y, Y, Y, Y, N, Y], from: [
            // A hold ends at the latest when its slot begins. A patient who has arrived may still
            // leave before the visit starts.
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

/// Returns the row of a step.
pub const fn transition(step: Step) -> &'static Transition {
    const TABLE: &[Transition; 11] = &TRANSITIONS;
    match step {
        Step::Book => &TABLE[0],
        Step::BookForEmergency => &TABLE[1],
        Step::Confirm => &TABLE[2],
        Step::Pay => &TABLE[3],
        Step::Reschedule => &TABLE[4],
        Step::Cancel => &TABLE[5],
        Step::ExpireHold => &TABLE[6],
        Step::Arrive => &TABLE[7],
        Step::Start => &TABLE[8],
        Step::Complete => &TABLE[9],
        Step::MarkNoShow => &TABLE[10],
    }
}

impl Transition {
    /// Returns the permission of a kind of actor.
    pub const fn permission(&self, actor: ActorKind) -> Permission {
        self.by[actor.column()]
    }

    /// Returns the outcome in a status.
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

/// Times that a time condition compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Times {
    /// Time of the command.
    pub(super) at: DateTime<Utc>,
    /// End of the hold, if there is one.
    pub(super) hold_until: Option<DateTime<Utc>>,
    /// Start of the slot.
    pub(super) start: DateTime<Utc>,
    /// The clinic's time zone, for a step that depends on it.
    pub(super) zone: Option<ClinicZone>,
}

impl TimeCondition {
    /// True if the time condition holds.
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
