//! The party on whose behalf a visit is cancelled or moved. It decides the refund.

use serde::{Deserialize, Serialize};

use super::error::AppointmentRefusal;

/// The party on whose behalf a visit was cancelled or moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CancelledBy {
    /// The patient, or a person who acts for the patient.
    Patient,
    /// The doctor.
    Doctor,
    /// The clinic.
    Clinic,
}

impl CancelledBy {
    /// All parties.
    pub const ALL: [Self; 3] = [Self::Patient, Self::Doctor, Self::Clinic];

    /// Returns the party on whose behalf a caller in this capacity cancels. A patient acts for
    /// themselves only; the staff always names the party, since a wish of the patient by telephone
    /// and an absence of the doctor differ in their refund.
    ///
    /// # Errors
    /// [`AppointmentRefusal::NotForThisRole`] if a patient names another party, and
    /// [`AppointmentRefusal::PartyNotNamed`] if the staff names none.
    pub const fn cancels_for(self, named: Option<Self>) -> Result<Self, AppointmentRefusal> {
        match (self, named) {
            (Self::Patient, None | Some(Self::Patient)) => Ok(Self::Patient),
            (Self::Patient, Some(Self::Doctor | Self::Clinic)) => {
                Err(AppointmentRefusal::NotForThisRole)
            }
            (Self::Doctor | Self::Clinic, Some(party)) => Ok(party),
            (Self::Doctor | Self::Clinic, None) => Err(AppointmentRefusal::PartyNotNamed),
        }
    }

    /// Returns the party on whose behalf a caller in this capacity moves a visit. Unless the staff
    /// says otherwise, the doctor moves it for the doctor, and the desk for the patient.
    ///
    /// # Errors
    /// [`AppointmentRefusal::NotForThisRole`] if a patient names another party.
    pub const fn moves_for(self, named: Option<Self>) -> Result<Self, AppointmentRefusal> {
        match (self, named) {
            (Self::Patient, Some(Self::Doctor | Self::Clinic)) => {
                Err(AppointmentRefusal::NotForThisRole)
            }
            (Self::Patient, None | Some(Self::Patient)) | (Self::Clinic, None) => Ok(Self::Patient),
            (Self::Doctor, None) => Ok(Self::Doctor),
            (Self::Doctor | Self::Clinic, Some(party)) => Ok(party),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::CancelledBy::{Clinic, Doctor, Patient};
    use super::*;

    #[test]
    fn the_staff_names_the_party_and_a_patient_cancels_for_no_other() {
        let refused = Err(AppointmentRefusal::NotForThisRole);
        let missing = Err(AppointmentRefusal::PartyNotNamed);
        let table = [
            (Patient, None, Ok(Patient)),
            (Patient, Some(Patient), Ok(Patient)),
            (Patient, Some(Doctor), refused),
            (Patient, Some(Clinic), refused),
            (Doctor, None, missing),
            (Doctor, Some(Patient), Ok(Patient)),
            (Doctor, Some(Doctor), Ok(Doctor)),
            (Doctor, Some(Clinic), Ok(Clinic)),
            (Clinic, None, missing),
            (Clinic, Some(Patient), Ok(Patient)),
            (Clinic, Some(Doctor), Ok(Doctor)),
            (Clinic, Some(Clinic), Ok(Clinic)),
        ];
        for (capacity, named, party) in table {
            assert_eq!(capacity.cancels_for(named), party, "{capacity:?} {named:?}");
        }
    }

    #[test]
    fn the_desk_moves_a_visit_for_the_patient_unless_it_says_otherwise() {
        let refused = Err(AppointmentRefusal::NotForThisRole);
        let table = [
            (Patient, None, Ok(Patient)),
            (Patient, Some(Patient), Ok(Patient)),
            (Patient, Some(Clinic), refused),
            (Doctor, None, Ok(Doctor)),
            (Doctor, Some(Patient), Ok(Patient)),
            (Clinic, None, Ok(Patient)),
            (Clinic, Some(Doctor), Ok(Doctor)),
            (Clinic, Some(Clinic), Ok(Clinic)),
        ];
        for (capacity, named, party) in table {
            assert_eq!(capacity.moves_for(named), party, "{capacity:?} {named:?}");
        }
    }
}
