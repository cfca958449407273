//! The visits of a treatment: what was measured, written and prescribed at each.

use anyhow::Context as _;
use chrono::{DateTime, TimeDelta, Utc};
use domain::health_summary::{Problem, SummaryContent};
use domain::note::{AddendumContent, NoteContent};
use domain::prescription::{Dose, DoseAmount, Frequency, PrescriptionLine, PrescriptionLines};
use domain::record::{
    ClinicalText, ConditionName, Diagnoses, Diagnosis, DoseInstructions, DrugName, Icd10Code,
    PartialDate, Strength, SubstanceName, Symptom,
};
use domain::vitals::VitalSign;

use super::outline::{DIARISTS, Outline, Treatment};
use super::scenario::{Coded, Course, Drug, Encounter, Scenario};
use super::signs::Progress;
use super::step::{By, Entry, ItemStep, NoteStep, Occasion, PrescriptionStep, VitalsStep, What};
use crate::chance::Chance;
use crate::patients::ACCOUNTS;
use crate::plan::Visit;

/// Sides that `{side}` stands for.
const SIDES: [&str; 2] = ["left", "right"];

impl Outline<'_> {
    /// Writes the visits of a treatment.
    pub(super) fn treat(&mut self, treatment: &Treatment) -> anyhow::Result<()> {
        let Treatment {
            scenario,
            doctor,
            visits,
        } = treatment;
        let by = By::Doctor(*doctor);
        let words = Words::new(&mut self.chance);
        let last = visits.len().saturating_sub(1);
        let mut drugs = None;
        for (number, occasion) in visits.iter().enumerate() {
            let done = i32::try_from(100 * number / last.max(1)).unwrap_or(100);
            self.measure(scenario, by, *occasion, Progress(done))?;
            let signed_at = self.note(scenario, by, *occasion, number == 0, &words)?;
            if number == 0 {
                drugs = self.begin(scenario, by, *occasion, signed_at)?;
            } else if let (Some(drugs), true) = (drugs, number == last) {
                self.review(scenario, by, drugs, *occasion, signed_at)?;
            }
        }
        Ok(())
    }

    fn measure(
        &mut self,
        scenario: &Scenario,
        by: By,
        occasion: Occasion,
        progress: Progress,
    ) -> anyhow::Result<()> {
        let taken_at = occasion.visited_at + TimeDelta::minutes(3);
        let body = self.body(Some(scenario));
        let measurements = body.at_a_visit(progress, taken_at, &mut self.chance)?;
        let mistyped = self.is_one_in(17, 3) && occasion.visit.is_some();
        let another = self.body_of(self.patient + 40, Some(scenario));
        let recorded = VitalsStep::Record {
            taken_at,
            occasion: Some(occasion),
            measurements: if mistyped {
                another.at_a_visit(progress, taken_at, &mut self.chance)?
            } else {
                measurements.clone()
            },
        };
        let vitals = What::Vitals(recorded);
        let (entry, at) = self.add(taken_at + TimeDelta::minutes(1), by, vitals);
        if mistyped {
            let corrected = VitalsStep::Correct {
                taken_at,
                measurements,
                reason: "Read from the wrong line",
            };
            self.change(
                entry,
                at + TimeDelta::minutes(2),
                by,
                What::Vitals(corrected),
            );
        }
        Ok(())
    }

    /// Writes the note of a visit. Returns the time at which it was signed.
    fn note(
        &mut self,
        scenario: &Scenario,
        by: By,
        occasion: Occasion,
        is_first: bool,
        words: &Words,
    ) -> anyhow::Result<DateTime<Utc>> {
        let encounter = if is_first {
            &scenario.first
        } else {
            &scenario.later
        };
        let content = words.note(encounter, scenario.diagnosis)?;
        if self.is_one_in(23, 5) && is_first {
            let signed_at = self.written_at(occasion) - TimeDelta::minutes(1);
            let (entry, at) = self.add(
                signed_at,
                by,
                What::Note(NoteStep::Sign(occasion, content.clone())),
            );
            let wrong = What::Note(NoteStep::MarkInError(
                "Written in the chart of another patient of that name",
            ));
            self.change(entry, at + TimeDelta::seconds(40), by, wrong);
        }
        let (entry, at) = self.add(
            self.written_at(occasion),
            by,
            What::Note(NoteStep::Sign(occasion, content)),
        );
        if let Some(result) = scenario.result.filter(|_| is_first) {
            let came_in =
                (occasion.visited_at + TimeDelta::days(2)).max(at + TimeDelta::minutes(1));
            let text = ClinicalText::parse(result)?;
            let diagnoses = Diagnoses::default();
            let addendum = What::Note(NoteStep::Add(AddendumContent {
                text,
                diagnoses,
                sensitivity: None,
            }));
            self.change(entry, came_in, by, addendum);
        }
        Ok(at)
    }

    /// The time at which the note of a visit is signed: shortly after its end.
    fn written_at(&self, occasion: Occasion) -> DateTime<Utc> {
        let visit = occasion.visit.map(|visit| &self.world.visits[visit]);
        let end = visit.map_or(
            occasion.visited_at + TimeDelta::minutes(20),
            Visit::settled_at,
        );
        end + TimeDelta::minutes(4)
    }

    /// What the first visit leaves: a problem, if it lasts, and a prescription. Returns the prescription.
    fn begin(
        &mut self,
        scenario: &Scenario,
        by: By,
        occasion: Occasion,
        signed_at: DateTime<Utc>,
    ) -> anyhow::Result<Option<Entry>> {
        let at = signed_at + TimeDelta::minutes(1);
        if scenario.course != Course::Short {
            let year = occasion.visited_at.format("%Y").to_string();
            let problem = SummaryContent::Problem(Problem {
                diagnosis: diagnosis(scenario.diagnosis)?,
                onset: Some(PartialDate::parse(&year)?),
                remark: None,
            });
            self.add(at, by, What::Item(ItemStep::Add(problem, Some(occasion))));
        }
        let Some(lines) = lines(scenario.drugs)? else {
            return Ok(None);
        };
        let (entry, issued_at) = self.add(
            at,
            by,
            What::Prescription(PrescriptionStep::Issue(occasion, lines.clone())),
        );
        if self.is_one_in(41, 10) {
            let wrong = What::Prescription(PrescriptionStep::MarkInError(
                "Meant for the patient before",
            ));
            self.change(entry, issued_at + TimeDelta::seconds(30), by, wrong);
            let again = issued_at + TimeDelta::minutes(1);
            let (entry, _) = self.add(
                again,
                by,
                What::Prescription(PrescriptionStep::Issue(occasion, lines)),
            );
            return Ok(Some(entry));
        }
        Ok(Some(entry))
    }

    /// What the last visit changes about the prescription.
    fn review(
        &mut self,
        scenario: &Scenario,
        by: By,
        prescription: Entry,
        occasion: Occasion,
        signed_at: DateTime<Utc>,
    ) -> anyhow::Result<()> {
        let at = signed_at + TimeDelta::minutes(1);
        let Some((drugs, reason)) = scenario.change else {
            if self.is_one_in(2, 0) {
                self.change(
                    prescription,
                    at,
                    by,
                    What::Prescription(PrescriptionStep::Cancel("Well again")),
                );
            }
            return Ok(());
        };
        let lines = lines(drugs)?.context("looking for a drug")?;
        if self.is_one_in(9, 4) {
            let ended =
                What::Prescription(PrescriptionStep::Cancel("Replaced, since it is not enough"));
            self.change(prescription, at, by, ended);
            let issued_at = at + TimeDelta::minutes(1);
            self.add(
                issued_at,
                by,
                What::Prescription(PrescriptionStep::Issue(occasion, lines)),
            );
        } else {
            self.change(
                prescription,
                at,
                by,
                What::Prescription(PrescriptionStep::Amend(lines, reason)),
            );
        }
        Ok(())
    }

    /// What patients with an account measure at home: every month for a year, or every week for years.
    pub(super) fn diary(&mut self, treatments: &[Treatment]) -> anyhow::Result<()> {
        if self.patient >= ACCOUNTS {
            return Ok(());
        }
        let long = treatments.iter().find_map(|treatment| {
            let Course::Long { at_home, .. } = treatment.scenario.course else {
                return None;
            };
            (!at_home.is_empty()).then_some((treatment.scenario, at_home))
        });
        let is_diarist = DIARISTS.contains(&self.patient);
        let (scenario, signs) = match long {
            Some((scenario, signs)) => (Some(scenario), signs),
            None if is_diarist => (None, FALLBACK),
            None => return Ok(()),
        };
        let (count, every) = if is_diarist { (182, 7) } else { (12, 30) };
        let body = self.body(scenario);
        for turn in (1..=count).rev() {
            let minutes = self.chance.minutes_below(90);
            let taken_at = self.world.now - TimeDelta::days(every * turn) - minutes;
            let done = i32::try_from(100 - 100 * turn / count).unwrap_or(100);
            let measured = body.measure(signs, Progress(done), taken_at, &mut self.chance)?;
            let recorded = VitalsStep::Record {
                taken_at,
                occasion: None,
                measurements: measured,
            };
            let vitals = What::Vitals(recorded);
            let (entry, at) = self.add(taken_at + TimeDelta::minutes(4), By::Patient, vitals);
            if turn == count / 2 && is_diarist {
                let wrong = What::Vitals(VitalsStep::MarkInError("Measured on my mother"));
                self.change(entry, at + TimeDelta::seconds(20), By::Patient, wrong);
            }
        }
        Ok(())
    }
}

/// What is measured at home without a reason.
const FALLBACK: &[VitalSign] = &[VitalSign::Pulse, VitalSign::Weight];

/// The words that `{weeks}` and `{side}` stand for in a treatment.
struct Words {
    weeks: String,
    side: &'static str,
}

impl Words {
    fn new(chance: &mut Chance) -> Self {
        Self {
            weeks: (2 + chance.below(7)).to_string(),
            side: SIDES[chance.below(SIDES.len())],
        }
    }

    fn text(&self, text: &str) -> anyhow::Result<ClinicalText> {
        let text = text.replace("{weeks}", &self.weeks);
        Ok(ClinicalText::parse(&text.replace("{side}", self.side))?)
    }

    fn note(&self, encounter: &Encounter, condition: Coded) -> anyhow::Result<NoteContent> {
        let symptoms = encounter
            .symptoms
            .iter()
            .map(|symptom| Symptom::parse(symptom));
        let symptoms: Vec<_> = symptoms.collect::<Result<_, _>>()?;
        Ok(NoteContent {
            complaint: Some(self.text(encounter.complaint)?),
            symptoms: symptoms.try_into()?,
            findings: Some(self.text(encounter.findings)?),
            diagnoses: vec![diagnosis(condition)?].try_into()?,
            treatment: Some(self.text(encounter.treatment)?),
            text: None,
            sensitivity: None,
        })
    }
}

/// A condition with its code.
pub(super) fn diagnosis(Coded(condition, code): Coded) -> anyhow::Result<Diagnosis> {
    Ok(Diagnosis {
        condition: ConditionName::parse(condition)?,
        icd10: Some(Icd10Code::parse(code)?),
    })
}

/// The lines of a prescription; none without a drug.
fn lines(drugs: &[Drug]) -> anyhow::Result<Option<PrescriptionLines>> {
    if drugs.is_empty() {
        return Ok(None);
    }
    let lines: Vec<_> = drugs.iter().map(line).collect::<Result<_, _>>()?;
    Ok(Some(lines.try_into()?))
}

fn line(drug: &Drug) -> anyhow::Result<PrescriptionLine> {
    let ingredients = drug
        .ingredients
        .iter()
        .map(|name| SubstanceName::parse(name));
    let ingredients: Vec<_> = ingredients.collect::<Result<_, _>>()?;
    let (amount, unit) = drug.dose;
    let told = drug.instructions.map(DoseInstructions::parse);
    Ok(PrescriptionLine {
        drug: DrugName::parse(drug.name)?,
        ingredients: ingredients.try_into()?,
        strength: Some(Strength::parse(drug.strength)?),
        dose: Dose {
            amount: DoseAmount::parse(amount)?,
            unit,
        },
        route: drug.route,
        frequency: Frequency {
            times: drug.times.try_into()?,
            per: drug.per,
            as_needed: drug.as_needed,
        },
        course_days: drug.days.map(TryInto::try_into).transpose()?,
        instructions: told.transpose()?,
    })
}
