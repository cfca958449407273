//! The clinical record over HTTP: drafts, notes, prescriptions, allergies, vital signs, health summaries, charts.

mod allergies;
mod between_pages;
mod chart;
mod chart_access;
mod drafts;
mod entries;
mod entry_writers;
mod health_summary;
mod notes;
mod patients_of_doctor;
mod practice;
mod prescriptions;
mod sensitive;
mod stale_changes;
mod two_writers;
mod vitals;

pub use entries::fill_entries;
pub use practice::seen;
