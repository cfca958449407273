//! Attributes of entries, on which it depends to whom they are shown.

use commands::authorization::EntryAttributes;
use domain::allergy_list::AllergyView;
use domain::note::NoteView;
use domain::prescription::PrescriptionView;
use projections::chart::{ChartEntry, EntryKind};

/// An entry of a chart, in one of the forms in which it is read.
pub trait Attributed {
    /// Returns the attributes on which it depends to whom it is shown.
    fn attributes(&self) -> EntryAttributes;
}

impl Attributed for ChartEntry {
    fn attributes(&self) -> EntryAttributes {
        EntryAttributes {
            clinic: self.clinic,
            doctor: self.author.doctor,
            account: self.author.account,
            shared: self.kind == EntryKind::Allergy,
            categories: self.categories(),
        }
    }
}

impl Attributed for NoteView {
    fn attributes(&self) -> EntryAttributes {
        EntryAttributes {
            clinic: Some(self.clinic),
            doctor: Some(self.doctor),
            account: self.author.account_id(),
            shared: false,
            categories: self.categories(),
        }
    }
}

impl Attributed for PrescriptionView {
    fn attributes(&self) -> EntryAttributes {
        EntryAttributes {
            clinic: Some(self.clinic),
            doctor: Some(self.doctor),
            account: self.issued_by.account_id(),
            shared: false,
            categories: self.categories(),
        }
    }
}

impl Attributed for AllergyView {
    fn attributes(&self) -> EntryAttributes {
        EntryAttributes {
            clinic: None,
            doctor: Some(self.recorded_by),
            account: self.author.account_id(),
            shared: true,
            categories: self.categories(),
        }
    }
}
