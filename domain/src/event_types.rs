//! One list per aggregate that says under which name each event is stored, and the list of those lists.

use crate::account::AccountEvent;
use crate::appointment::AppointmentEvent;
use crate::clinic::ClinicEvent;
use crate::doctor::DoctorEvent;
use crate::leave::LeaveEvent;
use crate::patient::PatientEvent;
use crate::payment::PaymentEvent;
use crate::receipt_book::ReceiptBookEvent;

/// Writes `TYPES` and [`cqrs_es::DomainEvent`] from one list, so that neither can forget an event:
/// the compiler misses the variant. The `serde(rename)` on the variant says the name once more; the
/// stored-event corpus sees that they agree.
macro_rules! event_types {
    ($event:ident { $($variant:ident => $name:literal,)+ }) => {
        impl $event {
            /// The stored names of all events of this aggregate. A name is never changed, and never
            /// used again.
            pub const TYPES: &[&str] = &[$($name),+];

            /// The version under which they are stored today.
            pub const VERSION: &str = "1";
        }

        impl cqrs_es::DomainEvent for $event {
            fn event_type(&self) -> String {
                match self {
                    $(Self::$variant(_) => $name,)+
                }
                .to_owned()
            }

            fn event_version(&self) -> String {
                Self::VERSION.to_owned()
            }
        }
    };
}

pub(crate) use event_types;

/// The stored names of every aggregate's events, and the version under which they are stored today.
pub(crate) const ALL: [(&[&str], &str); 8] = [
    (AccountEvent::TYPES, AccountEvent::VERSION),
    (AppointmentEvent::TYPES, AppointmentEvent::VERSION),
    (ClinicEvent::TYPES, ClinicEvent::VERSION),
    (DoctorEvent::TYPES, DoctorEvent::VERSION),
    (LeaveEvent::TYPES, LeaveEvent::VERSION),
    (PatientEvent::TYPES, PatientEvent::VERSION),
    (PaymentEvent::TYPES, PaymentEvent::VERSION),
    (ReceiptBookEvent::TYPES, ReceiptBookEvent::VERSION),
];

/// The version under which events of this stored name are written today; nothing for a name that this
/// program does not know.
pub fn current_version(event_type: &str) -> Option<&'static str> {
    ALL.iter()
        .find(|(types, _)| types.contains(&event_type))
        .map(|(_, version)| *version)
}
