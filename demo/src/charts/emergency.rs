//! Emergency accesses to charts: one that was reviewed, and one that waits for its review.

use anyhow::Context as _;
use chrono::{DateTime, TimeDelta, Utc};
use domain::break_glass::{
    BreakGlass, BreakGlassCommand, OpenBreakGlass, ReviewBreakGlass, Verdict,
};
use domain::{Actor, BreakGlassId, PatientId, Reason, Role};
use event_store::History;

use crate::chance::Chance;
use crate::doctors::DemoDoctor;
use crate::tale::{Act, Tale};
use crate::visits::Cast;

/// An emergency access.
struct Emergency {
    /// Places in the lists. The doctor has no visit of the patient.
    doctor: usize,
    patient: usize,
    reason: &'static str,
    ago: TimeDelta,
    /// What the reviewer wrote, the next day.
    reviewed: Option<&'static str>,
}

const EMERGENCIES: [Emergency; 2] = [
    Emergency {
        doctor: 1,
        patient: 0,
        reason: "Short of breath at the front desk; her cardiologist is away, and we need to know what she takes",
        ago: TimeDelta::days(19),
        reviewed: Some("The front desk confirms it. She was well after an hour"),
    },
    Emergency {
        doctor: 52,
        patient: 17,
        reason: "Found unconscious in the waiting room",
        ago: TimeDelta::hours(20),
        reviewed: None,
    },
];

/// Returns the histories of the accesses; `admin` reviews.
pub(super) async fn tell(
    cast: &Cast<'_>,
    admin: Actor,
    now: DateTime<Utc>,
) -> anyhow::Result<Vec<History>> {
    let mut ids = Chance::new(0x00b2_ea61);
    let mut histories = Vec::new();
    for emergency in &EMERGENCIES {
        let at = now - emergency.ago;
        let doctor = cast.doctors.get(emergency.doctor);
        let doctor = doctor.context("looking for a doctor")?;
        let patient = cast.patients.get(emergency.patient);
        let patient = patient.context("looking for a patient")?.patient;
        let id = ids.id(u64::try_from(at.timestamp_millis())?);
        let id = BreakGlassId::from_uuid(id);
        let opened = open(emergency, id, doctor, patient, at)?;
        let act = Act {
            by: doctor.actor(),
            at,
            clinic: Some(doctor.clinic.clinic),
        };
        let mut tale = Tale::<BreakGlass>::new(id.as_uuid())
            .then(act, opened)
            .await?;
        if let Some(note) = emergency.reviewed {
            let (by, at) = (admin, at + TimeDelta::hours(21));
            let review = BreakGlassCommand::Review(ReviewBreakGlass {
                verdict: Verdict::Justified,
                note: Some(Reason::parse(note)?),
                by,
                at,
            });
            tale = tale.then(Act { by, at, ..act }, review).await?;
        }
        histories.push(tale.told());
    }
    Ok(histories)
}

fn open(
    emergency: &Emergency,
    break_glass: BreakGlassId,
    doctor: &DemoDoctor,
    patient: PatientId,
    at: DateTime<Utc>,
) -> anyhow::Result<BreakGlassCommand> {
    Ok(BreakGlassCommand::Open(OpenBreakGlass {
        break_glass,
        patient,
        account: doctor.caller.account,
        doctor: Some(doctor.doctor),
        clinic: doctor.clinic.clinic,
        reason: Reason::parse(emergency.reason)?,
        until: at + TimeDelta::hours(1),
        by: Actor::account(doctor.caller.account, Role::Doctor),
        at,
    }))
}
