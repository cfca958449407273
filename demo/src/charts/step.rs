//! Steps of which a chart consists, in the order in which they were recorded.

use chrono::{DateTime, Utc};
use domain::allergy_list::AllergyContent;
use domain::health_summary::SummaryContent;
use domain::note::{AddendumContent, NoteContent};
use domain::prescription::PrescriptionLines;
use domain::record::PartialDate;
use domain::vitals::Measurements;

/// Number of an entry within its chart; later steps name the entry that they change.
pub(super) type Entry = usize;

/// A step.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Step {
    pub(super) at: DateTime<Utc>,
    pub(super) by: By,
    pub(super) entry: Entry,
    pub(super) what: What,
}

/// The author of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// The doctor at that place in the list.
    Doctor(usize),
    /// The patient.
    Patient,
}

/// A visit that an entry is about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Occasion {
    pub(super) visited_at: DateTime<Utc>,
    /// Its place in the plan of visits; none for one from before.
    pub(super) visit: Option<usize>,
}

/// What is recorded.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum What {
    Note(NoteStep),
    Vitals(VitalsStep),
    Allergy(AllergyStep),
    Item(ItemStep),
    Prescription(PrescriptionStep),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum NoteStep {
    Sign(Occasion, NoteContent),
    Add(AddendumContent),
    MarkInError(&'static str),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum VitalsStep {
    Record {
        taken_at: DateTime<Utc>,
        /// None for what was measured at home.
        occasion: Option<Occasion>,
        measurements: Measurements,
    },
    Correct {
        taken_at: DateTime<Utc>,
        measurements: Measurements,
        reason: &'static str,
    },
    MarkInError(&'static str),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum AllergyStep {
    Record(AllergyContent),
    End(&'static str),
    MarkInError(&'static str),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum ItemStep {
    Add(SummaryContent, Option<Occasion>),
    Correct(SummaryContent, &'static str),
    End(PartialDate),
    MarkInError(&'static str),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum PrescriptionStep {
    Issue(Occasion, PrescriptionLines),
    Amend(PrescriptionLines, &'static str),
    Cancel(&'static str),
    MarkInError(&'static str),
}
