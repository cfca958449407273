//! Relations of a caller to a resource.

use std::collections::BTreeSet;

use domain::appointment::Visit;
use domain::{AccountId, ClinicId, ClinicScope, DoctorId, PatientId};

use crate::Caller;

/// A relation of a caller to a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// None is needed: the role is enough.
    Unrelated,
    /// It is the caller's own account, or belongs to it.
    OwnAccount,
    /// The caller is its patient.
    OwnPatient,
    /// The caller acts for its patient.
    Proxy,
    /// The caller is its doctor.
    OwnDoctor,
    /// The caller works at its clinic; for several clinics see [`ResourceClinics`].
    Clinic,
    /// The caller works for the whole group.
    Group,
    /// Its patient has or had a visit at one of the caller's clinics, or with the caller.
    Care,
    /// The caller is a doctor who treats its patient at present: by a visit, in a window of time around it.
    Treatment,
    /// The caller has opened the record of its patient in an emergency.
    BreakGlass,
}

/// Attributes of a resource on which relations depend. An attribute that it does not have leads to no relation.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a relation, and any of them can hold beside the others"
)]
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resource {
    /// The account that it belongs to.
    pub account: Option<AccountId>,
    /// Its patient.
    pub patient: Option<PatientId>,
    /// True if the caller's account is a proxy of its patient.
    pub proxied: bool,
    /// Its doctor.
    pub doctor: Option<DoctorId>,
    /// Its clinics.
    pub clinics: ResourceClinics,
    /// True if its patient has or had a visit at one of the caller's clinics, or with the caller.
    pub in_care: bool,
    /// True if the caller is a doctor who treats its patient at present.
    pub treated: bool,
    /// The clinic of the latest visit by which the caller treats its patient: what the caller writes without a visit was
    /// written there.
    pub treated_at: Option<ClinicId>,
    /// True if the caller has opened the record of its patient in an emergency.
    pub opened: bool,
}

/// The clinics of a resource.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ResourceClinics {
    /// It belongs to no clinic, or to the group.
    #[default]
    None,
    /// One clinic.
    One(ClinicId),
    /// Several, of which the caller must work at each. Without any, the caller works at none.
    Every(BTreeSet<ClinicId>),
    /// Several, of which the caller must work at one.
    Any(BTreeSet<ClinicId>),
}

impl Resource {
    /// A resource of a clinic.
    #[must_use]
    pub fn at_clinic(clinic: ClinicId) -> Self {
        Self {
            clinics: ResourceClinics::One(clinic),
            ..Self::default()
        }
    }

    /// A resource of an account.
    #[must_use]
    pub fn of_account(account: AccountId) -> Self {
        Self {
            account: Some(account),
            ..Self::default()
        }
    }

    /// A resource of a patient.
    #[must_use]
    pub fn of_patient(patient: PatientId) -> Self {
        Self {
            patient: Some(patient),
            ..Self::default()
        }
    }

    /// A resource of a doctor.
    #[must_use]
    pub fn of_doctor(doctor: DoctorId) -> Self {
        Self {
            doctor: Some(doctor),
            ..Self::default()
        }
    }

    /// The same, at these clinics.
    #[must_use]
    pub fn with_clinics(self, clinics: ResourceClinics) -> Self {
        Self { clinics, ..self }
    }

    /// The same, whose patient is in the caller's care or not.
    #[must_use]
    pub fn in_care(self, in_care: bool) -> Self {
        Self { in_care, ..self }
    }

    /// The same, whose patient the caller acts for or not.
    #[must_use]
    pub fn proxied(self, proxied: bool) -> Self {
        Self { proxied, ..self }
    }
}

impl From<&Visit> for Resource {
    fn from(visit: &Visit) -> Self {
        Self {
            doctor: Some(visit.doctor),
            ..Self::of_patient(visit.patient).with_clinics(ResourceClinics::One(visit.clinic))
        }
    }
}

impl ResourceClinics {
    /// The clinics of an account's scope, each of which a caller must work at; the group's for a scope of all.
    #[must_use]
    pub fn from_scope(scope: &ClinicScope) -> Self {
        match scope {
            ClinicScope::All => Self::None,
            ClinicScope::Only(clinics) => Self::Every(clinics.clone()),
        }
    }

    fn are_within(&self, scope: &ClinicScope) -> bool {
        let covers = |clinic: &ClinicId| scope.covers(*clinic);
        match self {
            Self::None => false,
            Self::One(clinic) => covers(clinic),
            Self::Every(clinics) => !clinics.is_empty() && clinics.iter().all(covers),
            Self::Any(clinics) => clinics.iter().any(covers),
        }
    }
}

impl Relation {
    /// Returns the name in the printed table.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unrelated => "any",
            Self::OwnAccount | Self::OwnPatient | Self::OwnDoctor => "own",
            Self::Proxy => "proxy",
            Self::Clinic => "clinic",
            Self::Group => "group",
            Self::Care => "care",
            Self::Treatment => "treatment",
            Self::BreakGlass => "break-glass",
        }
    }

    /// Returns the word that the access log stores.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unrelated => "ANY",
            Self::OwnAccount | Self::OwnPatient => "OWN",
            Self::OwnDoctor => "DOCTOR",
            Self::Proxy => "PROXY",
            Self::Clinic => "CLINIC",
            Self::Group => "GROUP",
            Self::Care => "CARE",
            Self::Treatment => "TREATMENT",
            Self::BreakGlass => "BREAK_GLASS",
        }
    }

    /// Relations whose words the access log stores, each word once.
    pub const STORED: [Self; 9] = [
        Self::Unrelated,
        Self::OwnPatient,
        Self::OwnDoctor,
        Self::Proxy,
        Self::Clinic,
        Self::Group,
        Self::Care,
        Self::Treatment,
        Self::BreakGlass,
    ];

    /// Returns the relation of a word that the access log stores.
    #[must_use]
    pub fn from_stored(word: &str) -> Option<Self> {
        let mut relations = Self::STORED.into_iter();
        relations.find(|relation| relation.as_str() == word)
    }

    /// Returns whether the caller has this relation to the resource.
    #[must_use]
    pub fn holds(self, caller: &Caller, resource: &Resource) -> bool {
        fn same<T: PartialEq>(own: Option<&T>, its: Option<&T>) -> bool {
            own.is_some() && own == its
        }
        match self {
            Self::Unrelated => true,
            Self::OwnAccount => same(Some(&caller.account), resource.account.as_ref()),
            Self::OwnPatient => same(caller.patient.as_ref(), resource.patient.as_ref()),
            Self::Proxy => resource.proxied,
            Self::OwnDoctor => same(caller.doctor.as_ref(), resource.doctor.as_ref()),
            Self::Clinic => resource.clinics.are_within(&caller.clinics),
            Self::Group => caller.clinics == ClinicScope::All,
            Self::Care => resource.in_care,
            Self::Treatment => resource.treated,
            Self::BreakGlass => resource.opened,
        }
    }
}
