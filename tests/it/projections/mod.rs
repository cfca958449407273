//! Read models against a real database: events in, rows out.

mod account_directory;
mod attended;
mod availability;
mod clinic_directory;
mod dates;
mod day_sheet;
mod doctor_directory;
mod fixture;
mod leaves;
mod patient_appointments;
mod patient_card;
mod replay;
mod story;
