//! Prescriptions, and the list of those that are in force. Warnings are found and overridden as by a command.

use std::collections::BTreeMap;

use anyhow::{Context as _, ensure};
use chrono::{DateTime, Utc};
use domain::allergy_list::{AllergyContent, Severity};
use domain::medication_list::{
    ListPrescription, MedicationList, MedicationListCommand, RemovePrescription,
};
use domain::prescription::{
    AmendPrescription, CancelPrescription, CurrentDrug, IssuePrescription, KnownAllergy,
    MarkPrescriptionEnteredInError, OverriddenWarnings, Prescribed, Prescription,
    PrescriptionCommand, PrescriptionLine, PrescriptionLines, Warning, warnings,
};
use domain::{AllergyId, PatientId, PrescriptionId, Reason};
use event_store::History;
use uuid::Uuid;

use super::{Author, Entry, Names};
use crate::charts::step::PrescriptionStep;
use crate::tale::Tale;

type Known = BTreeMap<AllergyId, AllergyContent>;

/// Prescriptions of a patient.
pub(super) struct Medication {
    list: Option<Tale<MedicationList>>,
    prescriptions: BTreeMap<Entry, Written>,
}

/// A prescription.
struct Written {
    id: PrescriptionId,
    tale: Tale<Prescription>,
    /// Its drugs, unless it has ended.
    drugs: Option<Drugs>,
}

/// Drugs that are taken from a time on.
struct Drugs {
    lines: PrescriptionLines,
    since: DateTime<Utc>,
}

impl Drugs {
    /// Returns those whose courses are not over.
    fn at(&self, now: DateTime<Utc>) -> impl Iterator<Item = &PrescriptionLine> {
        let lines = self.lines.as_slice().iter();
        lines.filter(move |line| !line.is_over(self.since, now))
    }
}

impl Medication {
    pub(super) fn new(patient: PatientId, commands: Uuid) -> Self {
        Self {
            list: Some(Tale::numbered_from(patient.as_uuid(), commands)),
            prescriptions: BTreeMap::new(),
        }
    }

    pub(super) async fn tell(
        &mut self,
        entry: Entry,
        what: PrescriptionStep,
        known: &Known,
        names: &Names<'_>,
        author: Author,
    ) -> anyhow::Result<()> {
        let Author { by, at, .. } = author;
        let (written, command, lines) = match what {
            PrescriptionStep::Issue(occasion, lines) => {
                let issue = IssuePrescription {
                    prescription: PrescriptionId::from_uuid(author.id),
                    patient: author.patient,
                    doctor: author.doctor()?,
                    clinic: author.clinic()?,
                    appointment: names.appointment(occasion),
                    prescribed: self.prescribed(&lines, known, at)?,
                    by,
                    at,
                };
                let command = PrescriptionCommand::Issue(issue);
                (Written::new(author.id), command, Some(lines))
            }
            PrescriptionStep::Amend(lines, reason) => {
                let written = self.taken(entry)?;
                let amend = AmendPrescription {
                    doctor: author.doctor()?,
                    prescribed: self.prescribed(&lines, known, at)?,
                    reason: Reason::parse(reason)?,
                    by,
                    at,
                };
                (written, PrescriptionCommand::Amend(amend), Some(lines))
            }
            PrescriptionStep::Cancel(reason) => {
                let reason = Reason::parse(reason)?;
                let cancel = CancelPrescription { reason, by, at };
                let written = self.taken(entry)?;
                (written, PrescriptionCommand::Cancel(cancel), None)
            }
            PrescriptionStep::MarkInError(reason) => {
                let reason = Reason::parse(reason)?;
                let mark = MarkPrescriptionEnteredInError { reason, by, at };
                let written = self.taken(entry)?;
                (written, PrescriptionCommand::MarkEnteredInError(mark), None)
            }
        };
        let written = Written {
            tale: written.tale.then(author.act(), command).await?,
            drugs: lines.map(|lines| Drugs { lines, since: at }),
            ..written
        };
        self.list(&written, author).await?;
        self.prescriptions.insert(entry, written);
        Ok(())
    }

    pub(super) fn told(self) -> Vec<History> {
        let is_empty = self.prescriptions.is_empty();
        let list = self.list.filter(|_| !is_empty).map(Tale::told);
        let prescriptions = self.prescriptions.into_values();
        list.into_iter()
            .chain(prescriptions.map(|written| written.tale.told()))
            .collect()
    }

    fn taken(&mut self, entry: Entry) -> anyhow::Result<Written> {
        let written = self.prescriptions.remove(&entry);
        written.context("looking for a prescription")
    }

    /// Lines with the warnings about them, which are overridden.
    fn prescribed(
        &self,
        lines: &PrescriptionLines,
        known: &Known,
        at: DateTime<Utc>,
    ) -> anyhow::Result<Prescribed> {
        let allergies = known.iter().map(|(allergy, content)| KnownAllergy {
            allergy: *allergy,
            substance: content.substance.clone(),
        });
        let allergies: Vec<_> = allergies.collect();
        let current = self.prescriptions.values().flat_map(|written| {
            let drugs = written.drugs.iter().flat_map(move |drugs| drugs.at(at));
            drugs.map(move |line| CurrentDrug {
                prescription: written.id,
                line: line.clone(),
            })
        });
        let current: Vec<_> = current.collect();
        let warnings = warnings(lines.as_slice(), &current, &allergies);
        let reason = reason(&warnings, known)?;
        let overridden = reason.map(|reason| OverriddenWarnings {
            warnings: warnings.clone(),
            reason,
        });
        Ok(Prescribed {
            lines: lines.clone(),
            warnings,
            overridden,
            sensitivity: None,
        })
    }

    /// Lists a prescription, or removes one that has ended.
    async fn list(&mut self, written: &Written, author: Author) -> anyhow::Result<()> {
        let Author {
            patient, by, at, ..
        } = author;
        let prescription = written.id;
        let command = if written.drugs.is_some() {
            let is_over = |other: &&Written| {
                let mut drugs = other.drugs.iter().flat_map(|drugs| drugs.at(at));
                drugs.next().is_none()
            };
            let over = self.prescriptions.values().filter(is_over);
            MedicationListCommand::List(ListPrescription {
                patient,
                prescription,
                over: over.map(|other| other.id).collect(),
                by,
                at,
            })
        } else {
            MedicationListCommand::Remove(RemovePrescription {
                patient,
                prescription,
                by,
                at,
            })
        };
        let tale = self.list.take().context("looking for the list")?;
        self.list = Some(tale.then(author.act(), command).await?);
        Ok(())
    }
}

impl Written {
    fn new(id: Uuid) -> Self {
        Self {
            id: PrescriptionId::from_uuid(id),
            tale: Tale::new(id),
            drugs: None,
        }
    }
}

/// The reason for which warnings are overridden, if there are any. A drug to which the patient is allergic is prescribed
/// only if the reaction is mild.
fn reason(warnings: &[Warning], known: &Known) -> anyhow::Result<Option<Reason>> {
    let mut allergies = warnings.iter().filter_map(|warning| match warning {
        Warning::Allergy { allergy, .. } => known.get(allergy),
        Warning::DuplicateDrug { .. } | Warning::RepeatedDrug { .. } => None,
    });
    let is_mild = |content: &AllergyContent| content.severity == Some(Severity::Mild);
    ensure!(
        allergies.clone().all(is_mild),
        "demo data would harm a patient"
    );
    if warnings.is_empty() {
        return Ok(None);
    }
    let reason = if allergies.next().is_some() {
        "Only nausea, and it passed. There is no better drug; the patient agrees"
    } else {
        "The same drug at another dose; the patient knows which one to take"
    };
    Ok(Some(Reason::parse(reason)?))
}
