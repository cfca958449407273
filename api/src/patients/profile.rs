//! A patient's profile, as requests bring it and answers show it.

use domain::patient::{Completeness, ProfileField};
use domain::{
    AddressLine, AddressLines, BloodGroup, Change, City, CountryCode, EmergencyContact, Gender,
    KnownIllnesses, PatientId, PersonName, PhoneNumber, PostalAddress, PostalCode, Relationship,
};
use projections::patient_card::PatientCard;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::http::input;
use crate::http::response::Versioned;
use crate::http::same_fields::same_fields;
use crate::http::schemas;

/// A postal address.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AddressBody {
    /// House, street and the like.
    #[schema(value_type = Vec<schemas::AddressLine>, min_items = 1, max_items = 3)]
    lines: AddressLines,
    /// The town.
    #[serde(deserialize_with = "input::parsed")]
    #[schema(value_type = schemas::City)]
    city: City,
    /// The state or province.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schemas::AddressLine>)]
    region: Option<AddressLine>,
    /// The postal code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schemas::PostalCode>)]
    postal_code: Option<PostalCode>,
    /// The country, ISO 3166-1.
    #[schema(value_type = schemas::CountryCode)]
    country: CountryCode,
}

/// A person to call in an emergency.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EmergencyContactBody {
    /// The name.
    #[serde(deserialize_with = "input::parsed")]
    #[schema(value_type = schemas::PersonName)]
    name: PersonName,
    /// The telephone number, E.164.
    #[schema(value_type = schemas::PhoneNumber)]
    phone: PhoneNumber,
    /// The relationship to the patient.
    #[schema(value_type = schemas::Relationship)]
    relationship: Relationship,
}

/// Completeness of a profile.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CompletenessBody {
    /// The share of its fields that are known, in whole percent.
    #[schema(maximum = 100, example = 50)]
    percent: u8,
    /// The fields that were never told.
    #[schema(value_type = Vec<schemas::ProfileField>)]
    missing: Vec<ProfileField>,
}

/// A patient's profile. Fields that are not known are absent. Once the patient was erased, none is known.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProfileBody {
    /// The patient.
    #[schema(value_type = Uuid)]
    patient_id: PatientId,
    /// The gender for administrative purposes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schemas::Gender>)]
    gender: Option<Gender>,
    /// The blood group.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schemas::BloodGroup>)]
    blood_group: Option<BloodGroup>,
    /// The postal address.
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<AddressBody>,
    /// A telephone number, E.164; the same as on the card.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schemas::PhoneNumber>)]
    phone: Option<PhoneNumber>,
    /// The person to call in an emergency.
    #[serde(skip_serializing_if = "Option::is_none")]
    emergency_contact: Option<EmergencyContactBody>,
    /// The known illnesses: empty if none is known, absent if that was never told, or if you may not see them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<schemas::Illness>>)]
    known_illnesses: Option<KnownIllnesses>,
    /// Its completeness; absent once erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    completeness: Option<CompletenessBody>,
    /// The card's version, as in the `ETag`.
    version: i64,
    /// Set if what is stored about the person can't be opened, because a key was lost; the server's log says which.
    /// Absent if not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(value_type = Option<bool>)]
    unreadable: bool,
    /// Set if a later event of it could not be applied: it is shown as it was before. Absent if not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(value_type = Option<bool>)]
    pub parked: bool,
}

/// Changes of a profile. A field that is left out stays, and one that is null is removed.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProfileRequest {
    /// The gender for administrative purposes.
    #[serde(default)]
    #[schema(value_type = Option<schemas::Gender>)]
    gender: Change<Gender>,
    /// The blood group.
    #[serde(default)]
    #[schema(value_type = Option<schemas::BloodGroup>)]
    blood_group: Change<BloodGroup>,
    /// The postal address, as a whole.
    #[serde(default)]
    #[schema(value_type = Option<AddressBody>)]
    address: Change<AddressBody>,
    /// A telephone number, E.164.
    #[serde(default)]
    #[schema(value_type = Option<schemas::PhoneNumber>)]
    phone: Change<PhoneNumber>,
    /// The person to call in an emergency, as a whole.
    #[serde(default)]
    #[schema(value_type = Option<EmergencyContactBody>)]
    emergency_contact: Change<EmergencyContactBody>,
}

impl ProfileBody {
    /// Shows a card that was opened, with or without the illnesses.
    pub fn from_card(card: PatientCard, shows_illnesses: bool) -> Self {
        let unreadable = card.phi.is_unreadable();
        let (patient_id, version) = (card.patient, card.version);
        let phone = card.phone().cloned();
        let profile = card.phi.into_clear().map(|phi| phi.profile);
        let completeness = profile
            .as_ref()
            .map(|profile| profile.completeness(phone.is_some()).into());
        let profile = profile.unwrap_or_default();
        Self {
            patient_id,
            gender: profile.gender,
            blood_group: profile.blood_group,
            address: profile.address.map(AddressBody::from),
            phone,
            emergency_contact: profile.emergency_contact.map(EmergencyContactBody::from),
            known_illnesses: profile.known_illnesses.filter(|_| shows_illnesses),
            completeness,
            version,
            unreadable,
            parked: false,
        }
    }
}

impl Versioned for ProfileBody {
    fn version(&self) -> i64 {
        self.version
    }
}

impl From<ProfileRequest> for domain::patient::ProfileChange {
    fn from(request: ProfileRequest) -> Self {
        let ProfileRequest {
            gender,
            blood_group,
            address,
            phone,
            emergency_contact,
        } = request;
        Self {
            gender,
            blood_group,
            address: address.map(PostalAddress::from),
            phone,
            emergency_contact: emergency_contact.map(EmergencyContact::from),
        }
    }
}

same_fields!(
    AddressBody = PostalAddress {
        lines,
        city,
        region,
        postal_code,
        country
    }
);
same_fields!(
    EmergencyContactBody = EmergencyContact {
        name,
        phone,
        relationship
    }
);

impl From<Completeness> for CompletenessBody {
    fn from(completeness: Completeness) -> Self {
        Self {
            percent: completeness.percent(),
            missing: completeness.missing,
        }
    }
}
