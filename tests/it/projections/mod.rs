//! Read models against a real database: events in, rows out.

mod accesses;
mod account_directory;
mod attended;
mod availability;
mod chart;
mod charts;
mod clinic_directory;
mod dates;
mod day_sheet;
mod doctor_directory;
mod erasures;
mod every_event;
pub mod fixture;
mod leaves;
mod pages;
mod paid;
mod patient_appointments;
mod patient_card;
mod payments;
mod profiles;
mod replay;
pub mod scenario;
mod takings;
mod treatments;
mod visible_rows;
