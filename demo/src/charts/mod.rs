//! Charts of patients, worth reading: what was written, prescribed, measured and known, over years.
//!
//! A chart follows from the patient, the visits of the plan and the scenarios ([`scenarios`]). It is outlined first, which
//! is pure, then told as histories, which the aggregates decide, and imported: to run some ten thousand commands would
//! take minutes.

mod background;
mod consents;
mod drafts;
mod emergency;
mod known;
mod outline;
mod scenario;
mod scenarios;
mod signs;
mod step;
mod tell;
#[cfg(test)]
mod tests;
mod treat;

use anyhow::ensure;
use chrono::{DateTime, Utc};

use crate::plan::Visit;
use crate::progress::Progress;
use crate::tale::land;
use crate::visits::{Booked, Cast};
use crate::{Demo, first_role};
use outline::{World, outline};
pub(crate) use scenario::Scenario;
use tell::{Names, tell};

/// Patients whose charts are imported at a time.
const AT_A_TIME: usize = 50;

/// Writes the charts of all patients.
pub(crate) async fn write(
    demo: &Demo<'_>,
    cast: &Cast<'_>,
    plan: &[Visit],
    booked: &Booked,
    now: DateTime<Utc>,
) -> anyhow::Result<()> {
    let progress = Progress::steps("Charts", cast.people.len());
    let world = World {
        doctors: cast.doctors,
        people: cast.people,
        visits: plan,
        founded: demo.founded,
        now,
    };
    let store = demo.target.commands.store();
    let patients: Vec<_> = (0..cast.people.len()).collect();
    for some in patients.chunks(AT_A_TIME) {
        let mut histories = Vec::new();
        for patient in some {
            let names = Names {
                patient: cast.patients[*patient].patient,
                actor: cast.patients[*patient].actor(),
                doctors: cast.doctors,
                booked,
            };
            histories.extend(tell(names, &outline(&world, *patient)?).await?);
        }
        let gave_way = land(store, histories).await?;
        ensure!(gave_way == 0, "{gave_way} parts of charts were refused");
        progress.more(some.len());
    }
    let mut others = consents::tell(cast, demo.founded).await?;
    others.extend(emergency::tell(cast, first_role(&demo.admin), now).await?);
    let gave_way = land(store, others).await?;
    ensure!(gave_way == 0, "{gave_way} consents were refused");
    drafts::write(demo, cast, plan, booked).await
}
