//! Charts of patients: what was written, prescribed, measured and found, one row for each entry.
//!
//! What an entry says is sealed with the patient's key. A page is opened as a whole, with one look-up of that key.
//!
//! To join the entries of another aggregate: a variant of [`EntryKind`] and of [`EntryContent`], an implementation of
//! `Charted` in a file beside `vitals.rs`, and its lines in [`ChartEntries`].

mod allergies;
mod content;
mod entry;
mod finding;
mod health_summary;
mod notes;
mod prescriptions;
mod query;
mod rows;
mod source;
mod vitals;

use domain::allergy_list::{AllergyList, AllergyListEvent};
use domain::health_summary::{HealthSummary, HealthSummaryEvent};
use domain::note::{Note, NoteEvent};
use domain::prescription::{Prescription, PrescriptionEvent};
use domain::vitals::{Vitals, VitalsEvent};
use event_store::{ReadModelTable, SubscriberError};

pub use content::{ChartPhi, EntryContent, NoteAddendum, SignedNote};
pub use entry::{ChangeKind, ChartEntry, EntryAuthor, EntryChange, EntryKind, EntryStatus};
pub use finding::FoundEntries;
pub use query::{ChartSearch, EntryFilter, get, list};
pub use source::{Charted, EntryRevision, revisions};

use crate::projection::{Batch, Projection};
use crate::sealed::SealedRow;
use source::EntryOf;

/// Name of the subscriber. A query that must see an earlier write waits for it.
pub const NAME: &str = "chart_entries";

/// The table.
const TABLE: &str = "chart_entries";

/// Keeps the charts of patients.
#[derive(Debug, Clone, Copy)]
pub struct ChartEntries;

impl Projection for ChartEntries {
    const NAME: &'static str = NAME;
    const VERSION: i32 = 1;
    const EVENT_TYPES: &'static [&'static [&'static str]] = &[
        AllergyListEvent::TYPES,
        HealthSummaryEvent::TYPES,
        NoteEvent::TYPES,
        PrescriptionEvent::TYPES,
        VitalsEvent::TYPES,
    ];
    const TABLES: &'static [ReadModelTable] = &[ReadModelTable::personal(TABLE, &["entry_id"])];

    async fn apply(batch: &mut Batch<'_>) -> Result<(), SubscriberError> {
        batch.update::<SealedRow<EntryOf<AllergyList>>>().await?;
        batch.update::<SealedRow<EntryOf<HealthSummary>>>().await?;
        batch.update::<SealedRow<EntryOf<Note>>>().await?;
        batch.update::<SealedRow<EntryOf<Prescription>>>().await?;
        batch.update::<SealedRow<EntryOf<Vitals>>>().await
    }
}
