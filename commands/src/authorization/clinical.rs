//! Access to clinical content: by which relation a caller may read or write a patient's chart, and which entries are
//! shown.
//!
//! Everything here is pure. The facts are looked up at each request, so that a withdrawn consent counts from the next
//! page on.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use domain::appointment::AppointmentStatus;
use domain::consent::{ConsentGiver, ConsentPurpose};
use domain::{
    AccountId, BreakGlassId, ClinicId, DoctorId, PatientId, Role, SensitiveCategory, Slot,
};

use super::{Action, Authorized, Denial, Relation, Resource, authorized};
use crate::Caller;

/// The group's rules about access to charts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClinicalPolicy {
    /// The age, in full years, from which on a proxy needs the patient's consent.
    pub consent_age: u8,
    /// The age, in full years, from which on a proxy needs the patient's consent for what belongs to a sensitive category. It
    /// does not exceed the other age.
    pub sensitive_age: u8,
    /// The time around a visit in which its doctor treats the patient.
    pub window: CareWindow,
    /// Minutes for which a chart that is opened in an emergency stays open, unless the doctor names fewer.
    pub break_glass_minutes: u16,
}

impl ClinicalPolicy {
    const fn sensitive_age(self) -> u8 {
        if self.sensitive_age < self.consent_age {
            self.sensitive_age
        } else {
            self.consent_age
        }
    }
}

impl Default for ClinicalPolicy {
    fn default() -> Self {
        Self {
            consent_age: 18,
            sensitive_age: 12,
            window: CareWindow {
                days_before: 7,
                days_after: 90,
            },
            break_glass_minutes: 60,
        }
    }
}

/// The time around a visit in which its doctor treats the patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CareWindow {
    /// Days before the start of the visit.
    pub days_before: u16,
    /// Days after its end.
    pub days_after: u16,
}

impl CareWindow {
    /// Returns the latest start that a visit may have.
    #[must_use]
    pub fn latest_start(self, now: DateTime<Utc>) -> DateTime<Utc> {
        now + TimeDelta::days(self.days_before.into())
    }

    /// Returns the time after which a visit must have ended.
    #[must_use]
    pub fn earliest_end(self, now: DateTime<Utc>) -> DateTime<Utc> {
        now - TimeDelta::days(self.days_after.into())
    }

    fn contains(self, slot: &Slot, now: DateTime<Utc>) -> bool {
        slot.start() <= self.latest_start(now) && slot.end() > self.earliest_end(now)
    }
}

/// A visit of the patient with the doctor who calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TreatmentVisit {
    /// The clinic.
    pub clinic: ClinicId,
    /// The time.
    pub slot: Slot,
    /// The status now.
    pub status: AppointmentStatus,
}

impl TreatmentVisit {
    /// Statuses of a visit by which a doctor treats a patient. A hold may lapse, and a patient who did not come was not
    /// treated.
    pub const STATUSES: [AppointmentStatus; 4] = [
        AppointmentStatus::Confirmed,
        AppointmentStatus::Arrived,
        AppointmentStatus::InProgress,
        AppointmentStatus::Completed,
    ];
}

/// A consent of the patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PatientConsent {
    /// The purpose.
    pub purpose: ConsentPurpose,
    /// The person who gave it.
    pub given_by: ConsentGiver,
    /// Its end, if it has one.
    pub until: Option<DateTime<Utc>>,
    /// True once it was withdrawn.
    pub withdrawn: bool,
}

/// An emergency access of the account that calls to the patient's chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EmergencyAccess {
    /// The access.
    pub break_glass: BreakGlassId,
    /// Its end.
    pub until: DateTime<Utc>,
}

/// The facts on which access to the chart of a patient depends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClinicalFacts {
    /// The time of the request.
    pub now: DateTime<Utc>,
    /// The patient.
    pub patient: PatientId,
    /// The patient's age in full years; `None` if it is not known, as of a person who was erased.
    pub age: Option<u32>,
    /// True if the account that calls is a proxy of the patient.
    pub is_proxy: bool,
    /// Visits of the patient with the doctor who calls.
    pub visits: Vec<TreatmentVisit>,
    /// Consents of the patient.
    pub consents: Vec<PatientConsent>,
    /// Emergency accesses of the account that calls to this chart.
    pub emergencies: Vec<EmergencyAccess>,
}

/// The attributes of an entry of a chart on which it depends to whom it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryAttributes {
    /// The clinic at which it was written; `None` if the patient entered it, or a doctor in an emergency.
    pub clinic: Option<ClinicId>,
    /// The doctor who wrote it.
    pub doctor: Option<DoctorId>,
    /// The account that wrote it.
    pub account: Option<AccountId>,
    /// True if it is shown wherever it was written, as allergies are: one that is not known may kill.
    pub shared: bool,
    /// The sensitive categories that it belongs to.
    pub categories: BTreeSet<SensitiveCategory>,
}

/// Access to a patient's chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClinicalAccess {
    /// The patient.
    pub patient: PatientId,
    /// The role and the relation that allow it.
    pub authorized: Authorized,
    /// The emergency access, if that is the relation.
    pub break_glass: Option<BreakGlassId>,
    /// The account that reads, and sees the own entries in any case.
    account: AccountId,
    /// The same of the doctor who reads.
    doctor: Option<DoctorId>,
    /// The clinics whose entries are shown; `None` for all.
    clinics: Option<BTreeSet<ClinicId>>,
    /// The sensitive categories that are shown.
    categories: BTreeSet<SensitiveCategory>,
}

impl ClinicalFacts {
    /// Returns whether the caller may read ([`Action::ReadChart`]) or write ([`Action::RecordVitals`]) clinical content of
    /// the patient, and by which relation.
    ///
    /// # Errors
    /// See [`Denial`].
    pub fn access(
        &self,
        caller: &Caller,
        action: Action,
        policy: ClinicalPolicy,
    ) -> Result<ClinicalAccess, Denial> {
        let resource = self.resource(caller, policy);
        let authorized = authorized(caller, action, &resource)?;
        let relation = authorized.relation;
        let by_treatment = relation == Relation::Treatment;
        // A caller with several relations sees what one of them shows.
        let is_patient = caller.is(Role::Patient);
        let own = is_patient && caller.patient == Some(self.patient);
        let proxied = is_patient && resource.proxied;
        let shared = self.allows(ConsentPurpose::SharingAcrossClinics, policy);
        let everywhere = !by_treatment || own || proxied || shared;
        let visits = self.current_visits(policy);
        let parent = proxied && self.is_younger(policy.sensitive_age());
        let everything = own || parent || relation == Relation::BreakGlass;
        let consented = |category: &SensitiveCategory| {
            let category = *category;
            everything || self.allows(ConsentPurpose::Sensitive { category }, policy)
        };
        Ok(ClinicalAccess {
            patient: self.patient,
            authorized,
            break_glass: self
                .emergency()
                .filter(|_| relation == Relation::BreakGlass),
            account: caller.account,
            doctor: caller.doctor.filter(|_| by_treatment),
            clinics: (!everywhere).then(|| visits.map(|visit| visit.clinic).collect()),
            categories: SensitiveCategory::ALL
                .into_iter()
                .filter(consented)
                .collect(),
        })
    }

    /// Returns the patient as a resource of the permission table.
    #[must_use]
    pub fn resource(&self, caller: &Caller, policy: ClinicalPolicy) -> Resource {
        let account = caller.account;
        let visits = self.current_visits(policy);
        let latest = visits.max_by_key(|visit| visit.slot.start());
        let treated_at = latest
            .filter(|_| caller.is(Role::Doctor))
            .map(|visit| visit.clinic);
        Resource {
            proxied: self.is_proxy && self.proxy_counts(account, policy),
            treated: treated_at.is_some(),
            treated_at,
            opened: self.emergency().is_some(),
            ..Resource::of_patient(self.patient)
        }
    }

    /// Returns whether a consent for the purpose is in force.
    #[must_use]
    pub fn allows(&self, purpose: ConsentPurpose, policy: ClinicalPolicy) -> bool {
        let consents = self.consents.iter();
        let mut counting = consents.filter(|consent| {
            let by_patient = consent.given_by != ConsentGiver::Proxy;
            let over = consent.until.is_some_and(|until| until <= self.now);
            !consent.withdrawn && !over && (by_patient || self.proxy_decides(purpose, policy))
        });
        counting.any(|consent| consent.purpose == purpose)
    }

    /// Returns whether proxies decide for the patient about a purpose. Not if the age is unknown.
    #[must_use]
    pub fn proxy_decides(&self, purpose: ConsentPurpose, policy: ClinicalPolicy) -> bool {
        self.is_younger(match purpose {
            ConsentPurpose::Sensitive { .. } => policy.sensitive_age(),
            ConsentPurpose::SharingAcrossClinics
            | ConsentPurpose::Assistant
            | ConsentPurpose::Research
            | ConsentPurpose::Proxy { .. } => policy.consent_age,
        })
    }

    /// Returns whether proxies decide for the patient in general.
    #[must_use]
    pub fn is_child(&self, policy: ClinicalPolicy) -> bool {
        self.is_younger(policy.consent_age)
    }

    fn is_younger(&self, than: u8) -> bool {
        self.age.is_some_and(|age| age < than.into())
    }

    fn proxy_counts(&self, account: AccountId, policy: ClinicalPolicy) -> bool {
        self.is_child(policy) || self.allows(ConsentPurpose::Proxy { account }, policy)
    }

    fn current_visits(&self, policy: ClinicalPolicy) -> impl Iterator<Item = &TreatmentVisit> {
        let (now, window) = (self.now, policy.window);
        let visits = self.visits.iter();
        visits.filter(move |visit| {
            TreatmentVisit::STATUSES.contains(&visit.status) && window.contains(&visit.slot, now)
        })
    }

    fn emergency(&self) -> Option<BreakGlassId> {
        let mut open = self
            .emergencies
            .iter()
            .filter(|access| self.now < access.until);
        open.next().map(|access| access.break_glass)
    }
}

impl ClinicalAccess {
    /// Returns whether what belongs to a sensitive category is shown, if the caller did not write it.
    #[must_use]
    pub fn shows_category(&self, category: SensitiveCategory) -> bool {
        self.categories.contains(&category)
    }

    /// Returns whether an entry of the chart is shown.
    #[must_use]
    pub fn shows(&self, entry: &EntryAttributes) -> bool {
        let by_doctor = self.doctor.is_some() && entry.doctor == self.doctor;
        if by_doctor || entry.account == Some(self.account) {
            return true;
        }
        let here = match (&self.clinics, entry.clinic) {
            (Some(clinics), Some(clinic)) => clinics.contains(&clinic),
            (Some(_), None) => entry.doctor.is_none(),
            (None, _) => true,
        };
        (here || entry.shared) && entry.categories.is_subset(&self.categories)
    }
}
