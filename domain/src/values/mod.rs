//! Value types of the domain: each is parsed once and valid from then on.
//!
//! A value has private fields and one constructor (`new`, `parse` or `TryFrom`) with a typed error,
//! which also checks values read from JSON. Values that identify a person are redacted in `Debug`
//! and have no `Display`. To add one, give it a file here and a line below.

mod actor;
mod birth_date;
mod blood_group;
mod change;
mod city;
mod clinic_name;
mod clinic_scope;
mod clinic_zone;
mod currency;
mod dated_hours;
mod day_hours;
mod email_address;
mod emergency_contact;
mod gateway_ids;
mod gender;
mod holiday_name;
mod holidays;
mod ids;
mod known_illnesses;
mod language;
mod money;
mod opening;
mod opening_hours;
mod person_name;
mod phone_number;
mod plan;
mod postal_address;
mod reason;
mod receipt_number;
mod role;
mod sensitive_category;
mod slot;
mod slot_length;
mod specialisation;
pub(crate) mod text;
mod weekly_hours;

pub use actor::Actor;
pub use birth_date::{BirthDate, InvalidBirthDate};
pub use blood_group::BloodGroup;
pub use change::Change;
pub use city::City;
pub use clinic_name::ClinicName;
pub use clinic_scope::ClinicScope;
pub use clinic_zone::{ClinicZone, InvalidZone};
pub use currency::{Currency, UnknownCurrency};
pub use dated_hours::DatedHours;
pub use day_hours::{DayHours, InvalidDayHours};
pub use email_address::{EmailAddress, InvalidEmail};
pub use emergency_contact::{EmergencyContact, Relationship};
pub use gateway_ids::{
    FailureCode, GatewayDisputeId, GatewayKeyId, GatewayOrderId, GatewayPaymentId, GatewayRefundId,
    InvalidGatewayId,
};
pub use gender::Gender;
pub use holiday_name::HolidayName;
pub use holidays::Holidays;
pub use ids::{
    AccountId, AllergyId, AppointmentId, BreakGlassId, ClinicId, ConsentId, DoctorId, InvalidId,
    LeaveId, NoteId, PatientId, PaymentId, PrescriptionId, RefundId, SubjectId, SummaryItemId,
    VitalsId,
};
pub use known_illnesses::{Illness, InvalidIllnesses, KnownIllnesses};
pub use language::{InvalidLanguage, Language};
pub use money::{InvalidMoney, Money};
pub use opening::{InvalidOpeningHours, Opening};
pub use opening_hours::OpeningHours;
pub use person_name::PersonName;
pub use phone_number::{InvalidPhone, PhoneNumber};
pub use plan::{MAX_DAYS_AHEAD, NotPlannable, plannable};
pub use postal_address::{
    AddressLine, AddressLines, CountryCode, InvalidAddressLines, InvalidCountry, InvalidPostalCode,
    PostalAddress, PostalCode,
};
pub use reason::Reason;
pub use receipt_number::{InvalidReceiptNumber, ReceiptNumber};
pub use role::{Role, Roles, UnknownRole};
pub use sensitive_category::SensitiveCategory;
pub use slot::{InvalidSlot, Slot};
pub use slot_length::{InvalidSlotLength, SlotLength};
pub use specialisation::{InvalidSpecialisation, Specialisation};
pub use text::InvalidText;
pub use weekly_hours::{InvalidWeeklyHours, WeeklyHours};
