//! The clinical record over HTTP: drafts, notes, prescriptions, allergies, vital signs, health summaries, charts.

mod allergies;
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
mod two_writers;
mod vitals;

pub use entries::fill_entries;
