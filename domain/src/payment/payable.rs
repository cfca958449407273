//! Item that is paid for, by its kind.
//!
//! A new kind is a variant of both enums here, with the name under which it is stored, and an item in
//! `commands/src/payments/payable/`. The compiler names the other places: the visit of a payment in the
//! read model, and the lines of its receipt.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::values::AppointmentId;

/// Item that is paid for. Stored as `{"kind": "appointmentFee", "appointment": "…"}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Payable {
    /// A visit: its fee is paid.
    #[serde(rename = "appointmentFee")]
    Visit {
        /// The visit.
        appointment: AppointmentId,
    },
}

/// Kind of an item that is paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PayableKind {
    /// A visit.
    Visit,
}

impl PayableKind {
    /// All kinds.
    pub const ALL: [Self; 1] = [Self::Visit];

    /// Returns the name that read models store and that is sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Visit => "VISIT",
        }
    }

    /// Returns the item of this kind with that id.
    pub const fn with_id(self, id: Uuid) -> Payable {
        match self {
            Self::Visit => Payable::Visit {
                appointment: AppointmentId::from_uuid(id),
            },
        }
    }
}

impl Payable {
    /// Returns its kind.
    pub const fn kind(self) -> PayableKind {
        match self {
            Self::Visit { .. } => PayableKind::Visit,
        }
    }

    /// Returns its id, which identifies it among those of its kind.
    pub const fn id(self) -> Uuid {
        match self {
            Self::Visit { appointment } => appointment.as_uuid(),
        }
    }

    /// Returns the visit, if it is one.
    pub const fn appointment(self) -> Option<AppointmentId> {
        match self {
            Self::Visit { appointment } => Some(appointment),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_makes_items_of_its_own() {
        let id = Uuid::from_u128(7);
        for kind in PayableKind::ALL {
            let payable = kind.with_id(id);
            assert_eq!((payable.kind(), payable.id()), (kind, id));
            let name = serde_json::to_value(kind).unwrap();
            assert_eq!(name, kind.as_str());
        }
    }

    #[test]
    fn a_visit_is_stored_under_the_name_of_its_first_version() {
        let appointment = AppointmentId::from_uuid(Uuid::from_u128(7));
        let stored = serde_json::json!({"kind": "appointmentFee", "appointment": appointment});
        let visit = Payable::Visit { appointment };
        assert_eq!(serde_json::to_value(visit).unwrap(), stored);
        assert_eq!(serde_json::from_value::<Payable>(stored).unwrap(), visit);
    }
}
