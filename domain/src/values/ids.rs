//! One type per kind of id, so that a doctor is never booked as a patient.
//!
//! Ids are made outside and passed in. On the wire each is the plain UUID. To add one, add a line
//! to the macro call.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

/// The text is not a UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("an id is a UUID")]
pub struct InvalidId;

macro_rules! ids {
    ($($(#[$doc:meta])+ $name:ident;)+) => {$(
        $(#[$doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Takes any UUID; that it names something is for the store to find out.
            pub const fn from_uuid(id: Uuid) -> Self {
                Self(id)
            }

            /// The bare UUID, for the places that store or derive ids.
            pub const fn as_uuid(&self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(raw: &str) -> Result<Self, InvalidId> {
                Uuid::parse_str(raw).map(Self).map_err(|_| InvalidId)
            }
        }
    )+};
}

ids! {
    /// A sign-in: one person, or one member of staff, at the door of the system.
    AccountId;
    /// One booking of one slot.
    AppointmentId;
    /// One clinic of the group.
    ClinicId;
    /// One doctor, at however many clinics.
    DoctorId;
    /// One stretch of time in which a doctor is away.
    LeaveId;
    /// One patient.
    PatientId;
    /// One payment: an order at the gateway, with all attempts to pay it.
    PaymentId;
    /// One refund of what was paid.
    RefundId;
    /// Whose personal data an event holds, and thereby whose key seals it.
    SubjectId;
}

macro_rules! subjects {
    ($($name:ident),+) => {$(
        impl $name {
            /// The same person as the owner of a data key: erasing the subject erases their data
            /// everywhere.
            pub const fn subject(&self) -> SubjectId {
                SubjectId(self.0)
            }
        }
    )+};
}

subjects!(AccountId, DoctorId, PatientId);

#[cfg(test)]
mod tests {
    use super::*;

    const RAW: &str = "018f4e5c-0000-7000-8000-000000000001";

    #[test]
    fn an_id_reads_and_writes_as_the_plain_uuid() {
        let id: DoctorId = RAW.parse().unwrap();
        assert_eq!(id.to_string(), RAW);
        assert_eq!(serde_json::to_string(&id).unwrap(), format!("\"{RAW}\""));
        assert_eq!(
            serde_json::from_str::<DoctorId>(&format!("\"{RAW}\"")).unwrap(),
            id
        );
    }

    #[test]
    fn an_id_that_is_no_uuid_is_refused() {
        assert_eq!("42".parse::<PatientId>(), Err(InvalidId));
    }

    #[test]
    fn a_persons_subject_is_the_person() {
        let patient: PatientId = RAW.parse().unwrap();
        assert_eq!(patient.subject().as_uuid(), patient.as_uuid());
    }
}
