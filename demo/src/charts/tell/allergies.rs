//! The list of allergies.

use std::collections::BTreeMap;

use anyhow::Context as _;
use domain::allergy_list::{
    AllergyContent, AllergyList, AllergyListCommand, EndAllergy, MarkAllergyEnteredInError,
    RecordAllergy,
};
use domain::{AllergyId, PatientId, Reason};
use event_store::History;
use uuid::Uuid;

use super::{Author, Entry};
use crate::charts::step::AllergyStep;
use crate::tale::Tale;

/// Allergies of a patient.
pub(super) struct Allergies {
    tale: Option<Tale<AllergyList>>,
    ids: BTreeMap<Entry, AllergyId>,
    known: BTreeMap<AllergyId, AllergyContent>,
}

impl Allergies {
    pub(super) fn new(patient: PatientId, commands: Uuid) -> Self {
        Self {
            tale: Some(Tale::numbered_from(patient.as_uuid(), commands)),
            ids: BTreeMap::new(),
            known: BTreeMap::new(),
        }
    }

    /// Those that the patient has.
    pub(super) const fn known(&self) -> &BTreeMap<AllergyId, AllergyContent> {
        &self.known
    }

    pub(super) async fn tell(
        &mut self,
        entry: Entry,
        what: AllergyStep,
        author: Author,
    ) -> anyhow::Result<()> {
        let allergy = self.ids.get(&entry).copied();
        let allergy = allergy.unwrap_or_else(|| AllergyId::from_uuid(author.id));
        self.ids.insert(entry, allergy);
        match &what {
            AllergyStep::Record(content) => self.known.insert(allergy, content.clone()),
            AllergyStep::End(_) | AllergyStep::MarkInError(_) => self.known.remove(&allergy),
        };
        let command = command(allergy, what, author)?;
        let tale = self.tale.take().context("looking for the list")?;
        self.tale = Some(tale.then(author.act(), command).await?);
        Ok(())
    }

    /// Without an allergy there is no list.
    pub(super) fn told(self) -> Option<History> {
        let is_empty = self.ids.is_empty();
        self.tale.filter(|_| !is_empty).map(Tale::told)
    }
}

fn command(
    allergy: AllergyId,
    what: AllergyStep,
    author: Author,
) -> anyhow::Result<AllergyListCommand> {
    let Author {
        patient, by, at, ..
    } = author;
    Ok(match what {
        AllergyStep::Record(content) => AllergyListCommand::Record(RecordAllergy {
            allergy,
            patient,
            doctor: author.doctor()?,
            content,
            by,
            at,
        }),
        AllergyStep::End(reason) => AllergyListCommand::End(EndAllergy {
            allergy,
            patient,
            reason: Reason::parse(reason)?,
            by,
            at,
        }),
        AllergyStep::MarkInError(reason) => {
            AllergyListCommand::MarkEnteredInError(MarkAllergyEnteredInError {
                allergy,
                patient,
                reason: Reason::parse(reason)?,
                by,
                at,
            })
        }
    })
}
