//! Holidays and leaves: beyond the days of the plan, so that no visit stands there.

use anyhow::Context as _;
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use commands::Target;
use commands::leaves::PlannedLeave;
use domain::{ClinicFacts, DayHours, HolidayName, Reason};

use super::doctors::DemoDoctor;
use super::{Demo, done};

/// Everything here is so many days ahead, or more; bookings are taken for ninety.
const DAYS_AHEAD: u64 = 40;
/// Doctors who are away for a week, by their place in the list, and why.
const LEAVES: [(usize, &str); 3] = [
    (3, "A wedding in the family"),
    (17, "A congress"),
    (44, "An operation"),
];
/// Doctors who take a single day off.
const DAYS_OFF: [usize; 2] = [1, 22];

/// Closes each clinic for a day, lets some doctors go, and gives others a day off.
pub(super) async fn plan(
    demo: &Demo<'_>,
    clinics: &[ClinicFacts],
    doctors: &[DemoDoctor],
    now: DateTime<Utc>,
) -> anyhow::Result<()> {
    for clinic in clinics {
        close(demo, clinic, date(clinic, now, DAYS_AHEAD)?).await?;
    }
    for (turn, (doctor, reason)) in LEAVES.into_iter().enumerate() {
        let weeks = TimeDelta::weeks(i64::try_from(turn)?);
        let doctor = doctors.get(doctor).context("looking for a doctor")?;
        leave(demo, doctor, reason, now + weeks).await?;
    }
    for doctor in DAYS_OFF {
        let doctor = doctors.get(doctor).context("looking for a doctor")?;
        day_off(demo, doctor, now).await?;
    }
    Ok(())
}

/// A date on the clinic's calendar.
fn date(clinic: &ClinicFacts, now: DateTime<Utc>, ahead: u64) -> anyhow::Result<NaiveDate> {
    let today = clinic.zone.date_at(now);
    today
        .checked_add_days(Days::new(ahead))
        .context("counting days")
}

async fn close(demo: &Demo<'_>, clinic: &ClinicFacts, date: NaiveDate) -> anyhow::Result<()> {
    let name = HolidayName::parse("Founders' day")?;
    let context = demo.context();
    let commands = &demo.target.commands;
    let declared = commands
        .declare_holiday(Target::latest(clinic.clinic), date, name, &context)
        .await;
    done(declared).map(|_| ())
}

/// A week, from midnight to midnight of the clinic that the doctor belongs to.
async fn leave(
    demo: &Demo<'_>,
    doctor: &DemoDoctor,
    reason: &str,
    now: DateTime<Utc>,
) -> anyhow::Result<()> {
    let first = date(&doctor.clinic, now, DAYS_AHEAD)?;
    let days = doctor.timetable().days(first, first + Days::new(6));
    let planned = PlannedLeave {
        doctor: doctor.doctor,
        during: days.context("laying out a week")?,
        reason: Some(Reason::parse(reason)?),
        cascade: false,
    };
    let context = demo.context_of(&doctor.caller, now);
    let commands = &demo.target.commands;
    let planned = commands.plan_leave(&doctor.caller, planned, &context).await;
    done(planned).map(|_| ())
}

async fn day_off(demo: &Demo<'_>, doctor: &DemoDoctor, now: DateTime<Utc>) -> anyhow::Result<()> {
    let date = date(&doctor.clinic, now, DAYS_AHEAD + 5)?;
    let context = demo.context_of(&doctor.caller, now);
    let commands = &demo.target.commands;
    let (target, clinic) = (Target::latest(doctor.doctor), doctor.clinic.clinic);
    let set = commands
        .set_date_hours(target, clinic, date, DayHours::default(), &context)
        .await;
    done(set).map(|_| ())
}
