//! Notes that are being written: doctors who are seeing a patient have begun one.

use chrono::TimeDelta;
use commands::Target;
use commands::authorization::Resource;
use domain::note::{NoteContent, NoteDraft};
use domain::record::{ClinicalText, Symptom};

use crate::plan::{Fate, Visit};
use crate::visits::{Booked, Cast};
use crate::{Demo, done};

/// Visits under way whose notes were begun.
const DRAFTS: usize = 2;

/// Begins a note of each, and saves it once more.
pub(super) async fn write(
    demo: &Demo<'_>,
    cast: &Cast<'_>,
    plan: &[Visit],
    booked: &Booked,
) -> anyhow::Result<()> {
    let visits = plan.iter().enumerate();
    let under_way = visits.filter(|(_, visit)| visit.fate == Fate::InProgress);
    for (number, visit) in under_way.take(DRAFTS) {
        let Some(scenario) = visit.scenario(cast.people) else {
            continue;
        };
        let doctor = &cast.doctors[visit.doctor];
        let patient = cast.patients[visit.patient].patient;
        let chart = Resource {
            treated: true,
            ..Resource::of_patient(patient)
        };
        let begun_at = visit.settled_at();
        let mut draft = NoteDraft {
            clinic: doctor.clinic.clinic,
            appointment: booked.get(&number).copied(),
            visited_at: begun_at,
            content: NoteContent {
                complaint: Some(ClinicalText::parse(scenario.reason)?),
                ..NoteContent::default()
            },
        };
        let records = &demo.target.records;
        let context = demo.context_of(&doctor.caller, begun_at + TimeDelta::seconds(30));
        let begun = records.begin_note(&doctor.caller, patient, draft.clone(), &chart, &context);
        let note = done(begun.await)?.note;
        let symptoms = scenario.first.symptoms.iter();
        let symptoms = symptoms.map(|symptom| Symptom::parse(symptom));
        let symptoms: Vec<_> = symptoms.collect::<Result<_, _>>()?;
        draft.content.symptoms = symptoms.try_into()?;
        let context = demo.context_of(&doctor.caller, begun_at + TimeDelta::seconds(70));
        let saved = records.save_draft(&doctor.caller, Target::new(note, Some(1)), draft, &context);
        done(saved.await)?;
    }
    Ok(())
}
