//! Visits, with their outcomes.

use adapters::system::SystemIds;
use chrono::{DateTime, TimeDelta, Utc};
use commands::ports::IdSource as _;
use domain::appointment::{
    Appointment, AppointmentCommand, BookAppointment, BookingPolicy, CancelAppointment,
    CancelledBy, CompleteVisit, ConfirmByOverride, ExpireHold, MarkArrived, MarkNoShow,
    RecordPayment, RescheduleAppointment, StartVisit,
};
use domain::{Actor, AppointmentId, Holidays, PaymentId, Reason};

use super::group::Group;
use super::payments::{Fee, payment_stream};
use super::stream::Stream;

/// Minutes per slot, and slots per doctor and day.
const SLOT: usize = 15;
const PER_DAY: usize = 32;
/// Hour of the first slot of a day.
const OPENS: i64 = 9;
/// Days that a visit is moved by, and booked ahead of its slot.
const MOVED: i64 = 60;
const AHEAD: i64 = 2;

/// The nth visit of the group, and its payment if it is paid online: every other one is that is paid. No two
/// overlap for a doctor or a patient, as long as there are at least as many patients as doctors.
pub async fn visit_streams(group: &Group, n: usize) -> anyhow::Result<Vec<Stream>> {
    let visit = Plan::new(group, n)?;
    let payment = (n % 4 < 2).then(|| PaymentId::from_uuid(SystemIds.id()));
    let mut commands = vec![AppointmentCommand::Book(visit.book()?)];
    // Of a hundred visits: 70 take place, 3 of them after a move, 8 are missed, 12 are cancelled, 10
    // were never paid.
    let (confirmed, cancelled) = match n * 37 % 100 {
        0..67 => {
            commands.push(visit.confirm(payment)?);
            commands.extend(visit.takes_place()?);
            (true, false)
        }
        67..70 => {
            commands.push(visit.confirm(payment)?);
            let moved = visit.moved();
            commands.push(AppointmentCommand::Reschedule(
                visit.reschedule(moved.start),
            ));
            commands.extend(moved.takes_place()?);
            (true, false)
        }
        70..78 => {
            commands.extend([visit.confirm(payment)?, visit.missed()]);
            (true, false)
        }
        78..90 => {
            commands.extend([visit.confirm(payment)?, visit.cancelled()?]);
            (true, true)
        }
        _ => {
            commands.push(visit.expire());
            (false, false)
        }
    };
    let mut streams =
        vec![Stream::decide::<Appointment>(visit.appointment.as_uuid(), commands).await?];
    if let Some(payment) = payment.filter(|_| confirmed) {
        streams.push(payment_stream(visit.fee(payment, cancelled)).await?);
    }
    Ok(streams)
}

/// A booking and nothing else, of a visit of its own.
pub async fn booking(group: &Group, n: usize) -> anyhow::Result<Stream> {
    let visit = Plan::new(group, n)?;
    let book = AppointmentCommand::Book(visit.book()?);
    Stream::decide::<Appointment>(visit.appointment.as_uuid(), vec![book]).await
}

#[derive(Clone, Copy)]
struct Plan<'g> {
    group: &'g Group,
    n: usize,
    appointment: AppointmentId,
    start: DateTime<Utc>,
    at: DateTime<Utc>,
}

impl<'g> Plan<'g> {
    fn new(group: &'g Group, n: usize) -> anyhow::Result<Self> {
        let turn = n / group.doctors();
        let (day, slot) = (turn / PER_DAY + 3, turn % PER_DAY);
        let start = group.begin
            + TimeDelta::days(i64::try_from(day)?)
            + TimeDelta::hours(OPENS)
            + TimeDelta::minutes(i64::try_from(slot * SLOT)?);
        Ok(Self {
            group,
            n,
            appointment: AppointmentId::from_uuid(SystemIds.id()),
            start,
            at: start - TimeDelta::days(AHEAD),
        })
    }

    fn moved(self) -> Self {
        let start = self.start + TimeDelta::days(MOVED);
        Self { start, ..self }
    }

    fn book(self) -> anyhow::Result<BookAppointment> {
        Ok(BookAppointment {
            appointment: self.appointment,
            clinic: self.group.clinic(self.n % self.group.doctors()),
            holidays: Holidays::default(),
            doctor: self.group.doctor(self.n),
            patient: self.group.patient(self.n),
            start: self.start,
            reason: Some(Reason::parse("A cough that has lasted for two weeks")?),
            follows: None,
            hold_number: None,
            daily_number: None,
            override_reason: None,
            policy: BookingPolicy::default(),
            by: Actor::System,
            at: self.at,
        })
    }

    /// Online, or at the desk.
    fn confirm(self, payment: Option<PaymentId>) -> anyhow::Result<AppointmentCommand> {
        let at = self.at + TimeDelta::minutes(5);
        if let Some(payment) = payment {
            let paid = RecordPayment { payment, at };
            return Ok(AppointmentCommand::RecordPayment(paid));
        }
        Ok(AppointmentCommand::ConfirmByOverride(ConfirmByOverride {
            reason: Reason::parse("Paid at the desk")?,
            by: Actor::System,
            at,
        }))
    }

    fn fee(self, payment: PaymentId, refunded_too: bool) -> Fee {
        Fee {
            n: self.n,
            payment,
            appointment: self.appointment,
            patient: self.group.patient(self.n),
            clinic: self.group.clinic(self.n % self.group.doctors()).clinic,
            amount: self.group.fee(),
            at: self.at,
            refunded_too,
        }
    }

    fn reschedule(self, start: DateTime<Utc>) -> RescheduleAppointment {
        RescheduleAppointment {
            clinic: self.group.clinic(self.n % self.group.doctors()).clinic,
            holidays: Holidays::default(),
            doctor: self.group.doctor(self.n),
            start,
            reason: None,
            override_reason: None,
            on_behalf_of: CancelledBy::Patient,
            policy: BookingPolicy::default(),
            by: Actor::System,
            at: self.at + TimeDelta::minutes(9),
        }
    }

    fn takes_place(self) -> anyhow::Result<[AppointmentCommand; 3]> {
        let (by, start) = (Actor::System, self.start);
        let zone = self.group.clinic(0).zone;
        let end = start + TimeDelta::minutes(12);
        let reason = Some(Reason::parse("Noted at the desk")?);
        Ok([
            AppointmentCommand::Arrive(MarkArrived {
                zone,
                by,
                at: start - TimeDelta::minutes(5),
            }),
            AppointmentCommand::Start(StartVisit {
                reason: reason.clone(),
                by,
                at: start,
            }),
            AppointmentCommand::Complete(CompleteVisit {
                reason,
                by,
                at: end,
            }),
        ])
    }

    fn missed(self) -> AppointmentCommand {
        AppointmentCommand::MarkNoShow(MarkNoShow {
            reason: None,
            by: Actor::System,
            at: self.start + TimeDelta::minutes(30),
        })
    }

    fn cancelled(self) -> anyhow::Result<AppointmentCommand> {
        Ok(AppointmentCommand::Cancel(CancelAppointment {
            cancelled_by: CancelledBy::Patient,
            reason: Some(Reason::parse("Feels better")?),
            by: Actor::System,
            at: self.at + TimeDelta::hours(3),
        }))
    }

    fn expire(self) -> AppointmentCommand {
        AppointmentCommand::ExpireHold(ExpireHold {
            at: self.at + TimeDelta::minutes(16),
        })
    }
}
