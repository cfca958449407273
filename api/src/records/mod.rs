//! The clinical record: drafts of notes, notes, prescriptions, allergies, vital signs, the health summary, and the chart of
//! all of them.
//!
//! One folder per resource. [`chart`] is the one place that says who reads a patient's chart, and [`difference`] tells the
//! second of two writers what the first one changed.

mod allergies;
mod as_of;
mod attributes;
mod chart;
mod difference;
mod entries;
mod health_summary;
mod note_drafts;
mod notes;
mod prescriptions;
mod refusal;
mod sensitivity;
mod vitals;

use actix_web::web::ServiceConfig;

pub(crate) use allergies::*;
pub(crate) use difference::Difference;
pub(crate) use entries::*;
pub(crate) use health_summary::*;
pub(crate) use note_drafts::*;
pub(crate) use notes::*;
pub(crate) use prescriptions::*;
pub(crate) use sensitivity::SensitivityBody;
pub(crate) use vitals::*;

/// The routes of these resources.
pub fn routes(config: &mut ServiceConfig) {
    config
        .configure(note_drafts::routes)
        .configure(notes::routes)
        .configure(prescriptions::routes)
        .configure(allergies::routes)
        .configure(vitals::routes)
        .configure(health_summary::routes)
        .configure(entries::routes);
}
