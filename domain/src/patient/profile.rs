//! Profile of a patient: what a clinic asks beside name and birth date.
//!
//! All of it is personal data, so it stands in `phi` of events and read models and never in the state.

use serde::{Deserialize, Serialize};

use crate::values::{
    BloodGroup, Change, EmergencyContact, Gender, KnownIllnesses, PhoneNumber, PostalAddress,
};

/// Profile of a patient, as far as it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    /// Gender for administrative purposes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gender: Option<Gender>,
    /// Blood group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blood_group: Option<BloodGroup>,
    /// Postal address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<PostalAddress>,
    /// Person to call in an emergency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emergency_contact: Option<EmergencyContact>,
    /// Known illnesses; an empty list if there is none, `None` if that was never told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_illnesses: Option<KnownIllnesses>,
}

/// Partial change of a profile. The phone number is that of the card.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProfileChange {
    /// Gender for administrative purposes.
    #[serde(default, skip_serializing_if = "Change::is_kept")]
    pub gender: Change<Gender>,
    /// Blood group.
    #[serde(default, skip_serializing_if = "Change::is_kept")]
    pub blood_group: Change<BloodGroup>,
    /// Postal address, as a whole.
    #[serde(default, skip_serializing_if = "Change::is_kept")]
    pub address: Change<PostalAddress>,
    /// Phone number.
    #[serde(default, skip_serializing_if = "Change::is_kept")]
    pub phone: Change<PhoneNumber>,
    /// Person to call in an emergency, as a whole.
    #[serde(default, skip_serializing_if = "Change::is_kept")]
    pub emergency_contact: Change<EmergencyContact>,
}

impl ProfileChange {
    /// True if every field stays as it is.
    pub const fn is_empty(&self) -> bool {
        let Self {
            gender,
            blood_group,
            address,
            phone,
            emergency_contact,
        } = self;
        gender.is_kept()
            && blood_group.is_kept()
            && address.is_kept()
            && phone.is_kept()
            && emergency_contact.is_kept()
    }
}

impl Profile {
    /// Returns the profile after a change. The phone number is no part of it.
    #[must_use]
    pub fn changed(self, change: ProfileChange) -> Self {
        let ProfileChange {
            gender,
            blood_group,
            address,
            phone: _,
            emergency_contact,
        } = change;
        Self {
            gender: gender.apply(self.gender),
            blood_group: blood_group.apply(self.blood_group),
            address: address.apply(self.address),
            emergency_contact: emergency_contact.apply(self.emergency_contact),
            known_illnesses: self.known_illnesses,
        }
    }

    /// Returns how complete the profile is, with or without a phone number on the card.
    pub fn completeness(&self, has_phone: bool) -> Completeness {
        let is_given = |field: &ProfileField| match field {
            ProfileField::Gender => self.gender.is_some(),
            ProfileField::BloodGroup => self.blood_group.is_some(),
            ProfileField::Address => self.address.is_some(),
            ProfileField::Phone => has_phone,
            ProfileField::EmergencyContact => self.emergency_contact.is_some(),
            ProfileField::KnownIllnesses => self.known_illnesses.is_some(),
        };
        let missing = ProfileField::ALL
            .into_iter()
            .filter(|field| !is_given(field));
        Completeness {
            missing: missing.collect(),
        }
    }
}

/// A field of a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ProfileField {
    /// Gender.
    Gender,
    /// Blood group.
    BloodGroup,
    /// Postal address.
    Address,
    /// Phone number.
    Phone,
    /// Person to call in an emergency.
    EmergencyContact,
    /// Known illnesses.
    KnownIllnesses,
}

impl ProfileField {
    /// All fields, in the order in which they are asked.
    pub const ALL: [Self; 6] = [
        Self::Gender,
        Self::BloodGroup,
        Self::Address,
        Self::Phone,
        Self::EmergencyContact,
        Self::KnownIllnesses,
    ];
}

/// Completeness of a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completeness {
    /// The fields that were never told.
    pub missing: Vec<ProfileField>,
}

impl Completeness {
    /// Returns the share of the fields that are known, in whole percent, rounded down.
    pub fn percent(&self) -> u8 {
        let all = ProfileField::ALL.len();
        let known = all.saturating_sub(self.missing.len());
        u8::try_from(known * 100 / all).unwrap_or(100)
    }
}
