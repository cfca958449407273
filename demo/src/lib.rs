//! Demo data, made by the real commands: clinics, people, and visits from thirty days ago to thirty days
//! ahead; holidays and leave after that; charts that reach years back.
//!
//! The same each time: everything comes from fixed lists, and dates are counted from today on each
//! clinic's calendar. What lies back was done, as far as the commands are told, at its own time. It is
//! made once, in a log that has no event yet, and only when it is asked for; nothing else in the program
//! knows a default password. A large group stands beside it where one is asked for ([`Size::Large`]). To show
//! something new, add it to the list of its file, or a file and a line in `make`.

mod absences;
mod chance;
mod charts;
mod clinics;
mod doctors;
mod emergencies;
mod hours;
mod large;
mod names;
mod patients;
mod people;
mod plan;
mod profiles;
mod progress;
mod sign_ins;
mod tale;
mod visits;

use std::error::Error;
use std::time::Duration;

use anyhow::Context as _;
use chrono::{DateTime, TimeDelta, Utc};
use commands::identity::Identity;
use commands::records::Records;
use commands::{Caller, CommandError, Commands, Context, Done};
use domain::{AccountId, Actor, ClinicScope, Role};
use event_store::Cursor;

use crate::progress::Progress;
pub use large::Size;

/// Commands under way at a time: they share commits.
const AT_ONCE: usize = 32;
/// Clinics and people are older than the first booking.
const FOUNDED_AGO: TimeDelta = TimeDelta::days(90);

/// Time for which a read model may stand still before it shows it all.
const PATIENCE: Duration = Duration::from_mins(1);
/// Time between two looks at it: to count the rest of a long log takes a second.
const LOOK: Duration = Duration::from_secs(15);

/// Interfaces of a running node that demo data is made through, as a client would.
pub struct Target {
    /// The write side.
    pub commands: Commands,
    /// The clinical record.
    pub records: Records,
    /// Accounts and their passwords.
    pub identity: Identity,
    /// Positions of the read models in the log.
    pub progress: event_store::Progress,
}

/// Fills an empty log, and prints how to sign in wherever there is demo data.
pub async fn fill(target: &Target, size: Size) -> anyhow::Result<()> {
    if target.commands.store().head().await? == Cursor::START {
        make(target).await?;
    }
    let known = sign_ins::known(target).await?;
    if let (sign_ins::Known::All, Size::Large(numbers)) = (&known, size) {
        large::fill(target, numbers).await?;
    }
    catch_up(target).await?;
    match known {
        sign_ins::Known::All => sign_ins::print(),
        sign_ins::Known::Some => tracing::warn!(
            "Demo data was begun and not finished; to have all of it, start with an empty database."
        ),
        sign_ins::Known::None => {
            tracing::info!("There is data already, so no demo data was made.");
        }
    }
    Ok(())
}

async fn make(target: &Target) -> anyhow::Result<()> {
    tracing::info!("Making demo data.");
    let now = target.commands.system_context().at;
    let founded = now - FOUNDED_AGO;
    let admin = admin(target, founded).await?;
    let demo = Demo {
        target,
        admin,
        founded,
    };
    let clinics = clinics::open(&demo).await?;
    let desks = people::receptionists(&demo, &clinics).await?;
    let progress = Progress::steps("Doctors", doctors::COUNT);
    let doctors = doctors::join(&demo, &clinics, &progress).await?;
    let progress = Progress::steps("Patients", patients::COUNT);
    let patients = patients::register(&demo, &progress).await?;
    profiles::fill_in(&demo, &patients).await?;
    let people = patients::people();
    let plan = plan::plan(&doctors, &people, now);
    let progress = Progress::steps("Visits", plan.len());
    let cast = visits::Cast {
        desks: &desks,
        doctors: &doctors,
        patients: &patients,
        people: &people,
    };
    let booked = visits::carry_out(&demo, &cast, &plan, &progress).await?;
    drop(progress);
    charts::write(&demo, &cast, &plan, &booked, now).await?;
    emergencies::book(&demo, &clinics, &desks, &doctors, &patients, now).await?;
    absences::plan(&demo, &clinics, &doctors, now).await?;
    // The last one: where there is an auditor, everything is there.
    people::auditor(&demo).await?;
    tracing::info!(
        "Made demo data: {} clinics, {} doctors, {} patients, {} visits.",
        clinics.len(),
        doctors.len(),
        patients.len(),
        plan.len()
    );
    Ok(())
}

/// The demo's admin: the first account of all, made by the program.
async fn admin(target: &Target, at: DateTime<Utc>) -> anyhow::Result<Caller> {
    let new = people::staff(sign_ins::ADMIN, Role::Admin, ClinicScope::All)?;
    let context = Context {
        at,
        ..target.commands.system_context()
    };
    let reply = done(target.identity.register_staff(new, &context).await)?;
    Ok(caller(reply.account, Role::Admin, ClinicScope::All))
}

/// The maker of the demo data.
struct Demo<'a> {
    target: &'a Target,
    /// The demo's own admin, who acts for the whole group.
    admin: Caller,
    /// The time at which clinics and people were registered.
    founded: DateTime<Utc>,
}

impl Demo<'_> {
    /// A context for what the admin did when it all began.
    fn context(&self) -> Context {
        self.context_of(&self.admin, self.founded)
    }

    /// The same for a person who has not signed in yet.
    fn as_program(&self) -> Context {
        Context {
            at: self.founded,
            ..self.target.commands.system_context()
        }
    }

    /// A context for a command of the caller's at that time.
    fn context_of(&self, caller: &Caller, at: DateTime<Utc>) -> Context {
        Context {
            actor: first_role(caller),
            at,
            ..self.target.commands.system_context()
        }
    }
}

/// The caller as an actor; in the demo each account has one role.
fn first_role(caller: &Caller) -> Actor {
    let role = caller.roles.iter().next();
    role.map_or(Actor::System, |role| Actor::account(caller.account, *role))
}

/// A member of staff.
fn caller(account: AccountId, role: Role, clinics: ClinicScope) -> Caller {
    Caller {
        account,
        roles: [role].into(),
        clinics,
        patient: None,
        doctor: None,
    }
}

/// The reply of a command. A refusal is its own error here: a rule that says no to demo data is a
/// defect of the data.
fn done<T, R>(result: Result<Done<T>, CommandError<R>>) -> anyhow::Result<T>
where
    R: Error + Send + Sync + 'static,
{
    match result {
        Ok(done) => Ok(done.reply),
        Err(CommandError::Refused(refusal)) => Err(refusal.into()),
        Err(error) => Err(error.into()),
    }
}

/// Waits until every read model shows what has been made, however long that takes, as long as they go on.
async fn catch_up(target: &Target) -> anyhow::Result<()> {
    let store = target.commands.store();
    let head = store.head().await?;
    let names = target.progress.all().into_iter().map(|(name, _)| name);
    for name in names {
        let behind = store.events_after(target.progress.position(name)).await?;
        let shown = Progress::steps("Read models", usize::try_from(behind)?);
        let mut seen = Seen::at(target.progress.position(name));
        while let Err(error) = target.progress.wait_for(name, head, LOOK).await {
            if seen.stands_still(&target.progress, name) {
                return Err(error).context("waiting for the read models");
            }
            let left = store.events_after(seen.at).await?;
            shown.at(behind.saturating_sub(left));
        }
    }
    Ok(())
}

/// The position of a read model, and the time since it changed.
struct Seen {
    at: Cursor,
    for_so_long: Duration,
}

impl Seen {
    fn at(at: Cursor) -> Self {
        Self {
            at,
            for_so_long: Duration::ZERO,
        }
    }

    /// Looks again after a while. Whether it has stood there for too long.
    fn stands_still(&mut self, progress: &event_store::Progress, name: &str) -> bool {
        let now = progress.position(name);
        if now == self.at {
            self.for_so_long += LOOK;
        } else {
            *self = Self::at(now);
        }
        self.for_so_long >= PATIENCE
    }
}
