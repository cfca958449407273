//! Demo data, made by the real commands: clinics, people and some days of visits.
//!
//! The same each time: everything comes from fixed lists, and dates are counted from today on each
//! clinic's calendar. It is made once, in a log that has no event yet, and only when it is asked
//! for; nothing else in the program knows a default password. To show something new, add it to the
//! list of its file, or a file and a line in [`fill`].

mod bookings;
mod clinics;
mod doctors;
mod hours;
mod people;
mod sign_ins;

use std::error::Error;
use std::time::Duration;

use anyhow::Context as _;
use commands::{Caller, CommandError, Context, Done};
use domain::{AccountId, ClinicScope, Role};
use event_store::Cursor;

use crate::app::App;

/// How long the read models may take to show it all.
const PATIENCE: Duration = Duration::from_mins(1);

/// Fills an empty log, and prints how to sign in wherever there is demo data.
pub async fn fill(app: &App) -> anyhow::Result<()> {
    if app.commands.store().head().await? == Cursor::START {
        make(app).await?;
    }
    catch_up(app).await?;
    match sign_ins::known(app).await? {
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

async fn make(app: &App) -> anyhow::Result<()> {
    let admin = people::admin(app).await?;
    let demo = Demo { app, admin };
    let clinics = clinics::open(&demo).await?;
    people::receptionists(&demo, &clinics).await?;
    let doctors = doctors::join(&demo, &clinics).await?;
    let patients = people::patients(&demo).await?;
    bookings::book(&demo, &doctors, &patients).await?;
    // The last one: where there is an auditor, everything is there.
    people::auditor(&demo).await?;
    tracing::info!(
        "Made demo data: {} clinics, {} doctors, {} patients.",
        clinics.len(),
        doctors.len(),
        patients.len()
    );
    Ok(())
}

/// Who makes the demo data, and with what.
struct Demo<'a> {
    app: &'a App,
    /// The demo's own admin, who acts for the whole group.
    admin: Caller,
}

impl Demo<'_> {
    /// A context for the admin's next command.
    fn context(&self) -> Context {
        Context {
            actor: self.admin.acting_as(&[Role::Admin]),
            ..self.app.commands.system_context()
        }
    }
}

fn admin(account: AccountId) -> Caller {
    Caller {
        account,
        roles: [Role::Admin].into(),
        clinics: ClinicScope::All,
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

/// Waits until every read model shows what has been made.
async fn catch_up(app: &App) -> anyhow::Result<()> {
    let head = app.commands.store().head().await?;
    for (name, _) in app.progress.all() {
        app.progress
            .reached(name, head, PATIENCE)
            .await
            .context("waiting for the read models")?;
    }
    Ok(())
}
