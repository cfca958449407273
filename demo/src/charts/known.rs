//! What is recorded of a patient beside the visits, on the day after the clinics opened.

use chrono::{DateTime, Datelike as _, TimeDelta, Utc};
use domain::allergy_list::{AllergyContent, Severity};
use domain::health_summary::{FamilyHistory, Immunisation, Problem, SocialHistory, SummaryContent};
use domain::record::{ClinicalText, PartialDate, ReactionText, SubstanceName, VaccineName};

use super::background::{
    ALLERGIES, CHILDHOOD, FAMILY, FLU_FROM, HABITS, HABITS_OF_CHILDREN, Habit, KnownAllergy,
    OF_ADULTS, OF_THE_PATIENT, PAST, Relative,
};
use super::outline::{Outline, Treatment};
use super::scenario::Coded;
use super::step::{AllergyStep, By, Entry, ItemStep, What};
use super::treat::diagnosis;

/// The demo's patient.
const THE_PATIENT: usize = 0;
const ADULT: u32 = 18;

impl Outline<'_> {
    /// Writes what is known of the patient.
    pub(super) fn background(&mut self, treatments: &[Treatment]) -> anyhow::Result<()> {
        self.allergies(treatments)?;
        self.past()?;
        self.family()?;
        self.habits()?;
        self.vaccinations()
    }

    fn is_adult(&self) -> bool {
        self.person.age_on(self.world.now.date_naive()) >= ADULT
    }

    fn allergies(&mut self, treatments: &[Treatment]) -> anyhow::Result<()> {
        if self.patient == THE_PATIENT {
            for reaction in &OF_THE_PATIENT {
                self.allergy(reaction)?;
            }
        } else if self.is_one_in(12, 0) {
            // A drug that they need all the same: the doctor is warned, and overrides it.
            let mut drugs = treatments
                .iter()
                .flat_map(|treatment| treatment.scenario.drugs);
            if let Some(drug) = drugs.next() {
                self.allergy(&KnownAllergy {
                    substance: drug.name,
                    reaction: "Nausea for the first days",
                    severity: Severity::Mild,
                })?;
            }
        } else if self.is_one_in(3, 1) {
            // The first one of the list stands in the way of what children need.
            let from = usize::from(!self.is_adult());
            let listed = from + self.patient / 3 % (ALLERGIES.len() - from);
            self.allergy(&ALLERGIES[listed])?;
        }
        Ok(())
    }

    fn allergy(&mut self, reaction: &KnownAllergy) -> anyhow::Result<()> {
        let by = By::Doctor(self.doctor);
        let noted = self.person.born.with_year(self.person.born.year() + 2);
        let content = AllergyContent {
            substance: SubstanceName::parse(reaction.substance)?,
            reaction: Some(ReactionText::parse(reaction.reaction)?),
            severity: Some(reaction.severity),
            noted_on: noted.filter(|_| self.is_one_in(2, 0)),
            sensitivity: None,
        };
        let (entry, at) = self.carry_over(by, What::Allergy(AllergyStep::Record(content)));
        if self.is_one_in(39, 16) {
            let later = at + TimeDelta::minutes(7);
            let wrong = What::Allergy(AllergyStep::MarkInError("It is a brother who has it"));
            self.change(entry, later, by, wrong);
        } else if self.is_one_in(33, 7) {
            let ended = What::Allergy(AllergyStep::End(
                "Took it without a reaction, under supervision",
            ));
            self.change(entry, at + TimeDelta::days(20), by, ended);
        }
        Ok(())
    }

    fn past(&mut self) -> anyhow::Result<()> {
        if self.patient == THE_PATIENT {
            self.item(problem(Coded("Asthma", "J45.9"), &self.year(18))?);
        }
        if !self.is_one_in(4, 1) || !self.is_adult() {
            return Ok(());
        }
        let (condition, age) = PAST[self.patient / 4 % PAST.len()];
        let (entry, at) = self.item(problem(condition, &self.year(age))?);
        let ended = What::Item(ItemStep::End(PartialDate::parse(&self.year(age))?));
        let by = By::Doctor(self.doctor);
        self.change(entry, at + TimeDelta::seconds(30), by, ended);
        Ok(())
    }

    fn family(&mut self) -> anyhow::Result<()> {
        for turn in 0..=self.patient % 2 {
            let listed = (self.patient + 4 * turn) % FAMILY.len();
            let (entry, at) = self.item(relative(&FAMILY[listed], 0)?);
            if turn == 0 && self.is_one_in(19, 8) {
                let by = By::Doctor(self.doctor);
                let corrected = relative(&FAMILY[listed], 5)?;
                let reason = "The patient asked at home";
                let what = What::Item(ItemStep::Correct(corrected, reason));
                self.change(entry, at + TimeDelta::days(10), by, what);
            }
        }
        Ok(())
    }

    fn habits(&mut self) -> anyhow::Result<()> {
        let (habits, since) = if self.is_adult() {
            (HABITS.as_slice(), self.year(24))
        } else {
            (HABITS_OF_CHILDREN.as_slice(), self.year(0))
        };
        for turn in 0..2 {
            let habit = &habits[(self.patient + 3 * turn) % habits.len()];
            let (entry, at) = self.item(statement(habit, &since)?);
            let by = By::Doctor(self.doctor);
            if habit.given_up && self.is_one_in(2, 0) {
                let year = PartialDate::parse(&self.opened().format("%Y").to_string())?;
                let ended = What::Item(ItemStep::End(year));
                self.change(entry, at + TimeDelta::days(15), by, ended);
            } else if turn == 1 && self.is_one_in(37, 9) {
                let wrong = What::Item(ItemStep::MarkInError("Told by the patient before"));
                self.change(entry, at + TimeDelta::minutes(4), by, wrong);
            }
        }
        Ok(())
    }

    fn vaccinations(&mut self) -> anyhow::Result<()> {
        if !self.is_adult() {
            for (vaccine, dose, weeks) in CHILDHOOD {
                let day = self.person.born + TimeDelta::weeks(weeks.into());
                self.item(vaccination(vaccine, dose, &day.to_string())?);
            }
            return Ok(());
        }
        if !self.is_one_in(5, 2) {
            for (vaccine, dose, month) in OF_ADULTS {
                self.item(vaccination(vaccine, dose, month)?);
            }
        }
        let opened = self.opened();
        if self.person.age_on(opened.date_naive()) >= FLU_FROM {
            for years_ago in [2, 1] {
                let month = format!("{}-10", opened.year() - years_ago);
                self.item(vaccination("Influenza", 1, &month)?);
            }
        }
        Ok(())
    }

    fn item(&mut self, content: SummaryContent) -> (Entry, DateTime<Utc>) {
        let by = By::Doctor(self.doctor);
        self.carry_over(by, What::Item(ItemStep::Add(content, None)))
    }

    /// The year in which the patient was so old.
    fn year(&self, age: u32) -> String {
        let year = self.person.born.year() + i32::try_from(age).unwrap_or_default();
        year.min(self.opened().year()).to_string()
    }
}

fn problem(condition: Coded, onset: &str) -> anyhow::Result<SummaryContent> {
    Ok(SummaryContent::Problem(Problem {
        diagnosis: diagnosis(condition)?,
        onset: Some(PartialDate::parse(onset)?),
        remark: None,
    }))
}

fn relative(relative: &Relative, older: u8) -> anyhow::Result<SummaryContent> {
    let Relative(member, condition, age) = relative;
    Ok(SummaryContent::FamilyHistory(FamilyHistory {
        relative: *member,
        diagnosis: diagnosis(*condition)?,
        onset_age: Some((age + older).try_into()?),
        remark: None,
    }))
}

fn statement(habit: &Habit, since: &str) -> anyhow::Result<SummaryContent> {
    Ok(SummaryContent::SocialHistory(SocialHistory {
        topic: habit.topic,
        statement: ClinicalText::parse(habit.statement)?,
        since: Some(PartialDate::parse(since)?),
    }))
}

fn vaccination(vaccine: &str, dose: u8, day: &str) -> anyhow::Result<SummaryContent> {
    Ok(SummaryContent::Immunisation(Immunisation {
        vaccine: VaccineName::parse(vaccine)?,
        given_on: PartialDate::parse(day)?,
        dose_number: Some(dose.try_into()?),
        lot: None,
        remark: None,
    }))
}
