//! The aggregates of this crate, one line each.
//!
//! A line connects the `decide` and `evolve` of a module to cqrs-es. The name in front is stored with
//! every event and never changed.

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;

macro_rules! aggregates {
    ($($name:literal => $module:ident::{$state:ident, $command:ident, $event:ident, $refusal:ident},)+) => {
        $(
            impl Aggregate for crate::$module::$state {
                const TYPE: &'static str = $name;
                type Command = crate::$module::$command;
                type Event = crate::$module::$event;
                type Error = crate::$module::$refusal;
                type Services = ();

                async fn handle(
                    &mut self,
                    command: Self::Command,
                    (): &(),
                    sink: &EventSink<Self>,
                ) -> Result<(), Self::Error> {
                    for event in crate::$module::decide(self, command)? {
                        sink.write(event, self).await;
                    }
                    Ok(())
                }

                fn apply(&mut self, event: Self::Event) {
                    *self = crate::$module::evolve(std::mem::take(self), &event);
                }
            }
        )+

        /// Stored names of every aggregate's events, with the version under which they are stored now.
        pub(crate) const EVENT_TYPES: &[(&[&str], &str)] =
            &[$((crate::$module::$event::TYPES, crate::$module::$event::VERSION)),+];
    };
}

aggregates! {
    "account" => account::{Account, AccountCommand, AccountEvent, AccountRefusal},
    "allergy_list" => allergy_list::{AllergyList, AllergyListCommand, AllergyListEvent, AllergyListRefusal},
    "appointment" => appointment::{Appointment, AppointmentCommand, AppointmentEvent, AppointmentRefusal},
    "break_glass" => break_glass::{BreakGlass, BreakGlassCommand, BreakGlassEvent, BreakGlassRefusal},
    "clinic" => clinic::{Clinic, ClinicCommand, ClinicEvent, ClinicRefusal},
    "consents" => consent::{Consents, ConsentCommand, ConsentEvent, ConsentRefusal},
    "doctor" => doctor::{Doctor, DoctorCommand, DoctorEvent, DoctorRefusal},
    "erasure" => erasure::{Erasure, ErasureCommand, ErasureEvent, ErasureRefusal},
    "health_summary" => health_summary::{HealthSummary, HealthSummaryCommand, HealthSummaryEvent, HealthSummaryRefusal},
    "leave" => leave::{Leave, LeaveCommand, LeaveEvent, LeaveRefusal},
    "medication_list" => medication_list::{MedicationList, MedicationListCommand, MedicationListEvent, MedicationListRefusal},
    "note" => note::{Note, NoteCommand, NoteEvent, NoteRefusal},
    "patient" => patient::{Patient, PatientCommand, PatientEvent, PatientRefusal},
    "payment" => payment::{Payment, PaymentCommand, PaymentEvent, PaymentRefusal},
    "prescription" => prescription::{Prescription, PrescriptionCommand, PrescriptionEvent, PrescriptionRefusal},
    "receipt_book" => receipt_book::{ReceiptBook, ReceiptBookCommand, ReceiptBookEvent, ReceiptBookRefusal},
    "vitals" => vitals::{Vitals, VitalsCommand, VitalsEvent, VitalsRefusal},
}

/// Returns the version under which events of this stored name are written now; `None` if the name is
/// unknown.
pub fn current_version(event_type: &str) -> Option<&'static str> {
    EVENT_TYPES
        .iter()
        .find(|(types, _)| types.contains(&event_type))
        .map(|(_, version)| *version)
}
