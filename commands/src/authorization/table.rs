//! The permission table: actions by role and relation. A new action is a row here.

use domain::Role;

use super::{Authorized, Permit, Relation, Resource};
use crate::Caller;

/// A role that may take an action, and the relations to the resource of which it needs one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// The role.
    pub role: Role,
    /// The relations; one of them is enough.
    pub relations: &'static [Relation],
}

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActionRule {
    /// The action.
    pub action: Action,
    /// The kind of resource.
    pub resource: &'static str,
    /// The action's name, unique for the kind of resource.
    pub verb: &'static str,
    /// The roles. A caller with several acts in the first that has a relation.
    pub grants: &'static [Grant],
}

impl ActionRule {
    /// Returns what the role needs; `None` if it may not take the action at all.
    #[must_use]
    pub fn relations(&self, role: Role) -> Option<&'static [Relation]> {
        let grant = self.grants.iter().find(|grant| grant.role == role);
        grant.map(|grant| grant.relations)
    }

    /// Returns the first role in which the caller may take the action on the resource, with the first relation that the
    /// caller has in it.
    pub(super) fn permitted(&self, caller: &Caller, resource: &Resource) -> Option<Authorized> {
        let own = self.grants.iter().filter(|grant| caller.is(grant.role));
        let mut permitted = own.filter_map(|grant| {
            let mut relations = grant.relations.iter();
            let relation = *relations.find(|relation| relation.holds(caller, resource))?;
            let role = grant.role;
            Some(Authorized { role, relation })
        });
        permitted.next()
    }

    /// Returns the action of reading the resource, if there is one.
    pub(super) fn reading(&self) -> Option<Action> {
        let reading = |rule: &&Self| rule.resource == self.resource && rule.verb == "read";
        TABLE.iter().find(reading).map(|rule| rule.action)
    }

    /// Returns the roles, in the order of preference.
    pub fn roles(&self) -> impl Iterator<Item = Role> {
        self.grants.iter().map(|grant| grant.role)
    }
}

impl Action {
    /// Returns the action's row.
    #[must_use]
    pub const fn rule(self) -> &'static ActionRule {
        &TABLE[self as usize]
    }
}

macro_rules! permissions {
    ($(
        $(#[doc = $doc:literal])+
        $action:ident = $resource:literal $verb:literal {
            $($role:ident: $($relation:ident)|+),+ $(,)?
        }
    )+) => {
        /// An action on a kind of resource.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Action {
            $($(#[doc = $doc])+ $action),+
        }

        /// The table, in the order of [`Action`].
        pub const TABLE: &[ActionRule] = &[$(
            ActionRule {
                action: Action::$action,
                resource: $resource,
                verb: $verb,
                grants: &[$(Grant {
                    role: Role::$role,
                    relations: &[$(Relation::$relation),+],
                }),+],
            }
        ),+];

        /// Types that name the actions, for signatures.
        pub mod permit {
            $(
                $(#[doc = $doc])+
                #[derive(Debug, Clone, Copy)]
                pub struct $action;
                impl super::Permit for $action {
                    const ACTION: super::Action = super::Action::$action;
                }
            )+
        }
    };
}

permissions! {
    /// List and end one's own sessions.
    ManageSessions = "session" "list, end" {
        Patient: OwnAccount, Doctor: OwnAccount, Receptionist: OwnAccount, Admin: OwnAccount, Auditor: OwnAccount,
    }
    /// Read one's own account, and change its password, address and second factor.
    ManageOwnAccount = "account" "read own, change password, address and second factor" {
        Patient: OwnAccount, Doctor: OwnAccount, Receptionist: OwnAccount, Admin: OwnAccount, Auditor: OwnAccount,
    }
    /// Make an account for staff, and invite its holder again.
    RegisterAccount = "account" "register, invite" { Admin: Clinic | Group }
    /// Read an account.
    ReadAccount = "account" "read" { Admin: Clinic | Care | Group }
    /// Disable or enable an account.
    DisableAccount = "account" "disable, enable" { Admin: Clinic | Group }

    /// See blocked clients, block and lift them.
    BlockClients = "blocked client" "list, block, lift" { Admin: Group }

    /// Open a clinic.
    OpenClinic = "clinic" "open" { Admin: Group }
    /// Rename a clinic, set its holidays and its refund table.
    ChangeClinic = "clinic" "change" { Admin: Clinic }
    /// Read a clinic's takings and the payments of a day.
    ReadTakings = "clinic" "read takings" { Receptionist: Clinic, Admin: Clinic, Auditor: Clinic }

    /// Register a doctor.
    RegisterDoctor = "doctor" "register" { Admin: Group }
    /// Record that a doctor's licence was verified.
    VerifyDoctor = "doctor" "verify" { Admin: Group }
    /// Affiliate a doctor with a clinic, and set the terms there.
    AffiliateDoctor = "doctor" "affiliate, set terms" { Admin: Clinic }
    /// Set a doctor's hours at a clinic.
    SetHours = "doctor" "set hours" { Doctor: OwnDoctor, Admin: Clinic }
    /// Read a doctor's day sheet.
    ReadDaySheet = "doctor" "read day sheet" {
        Doctor: OwnDoctor, Receptionist: Clinic, Admin: Clinic | Group,
    }

    /// List the patients whom a doctor has or had a visit with.
    ReadPatientsOfDoctor = "doctor" "list patients" { Doctor: OwnDoctor }

    /// Plan or withdraw a doctor's leave, and read its reason.
    PlanLeave = "leave" "plan, withdraw" { Doctor: OwnDoctor, Admin: Clinic | Group }
    /// Read the times of a doctor's leaves.
    ReadLeave = "leave" "read" { Doctor: OwnDoctor, Receptionist: Clinic, Admin: Clinic | Group }

    /// Register a patient who has no account.
    RegisterPatient = "patient" "register" { Receptionist: Unrelated, Admin: Unrelated }
    /// Read a patient's card.
    ReadPatient = "patient" "read" { Patient: OwnPatient | Proxy, Receptionist: Unrelated, Admin: Unrelated }
    /// Change a patient's card.
    ChangePatient = "patient" "change" { Patient: OwnPatient | Proxy, Receptionist: Unrelated, Admin: Unrelated }
    /// Read a patient's profile.
    ReadProfile = "patient" "read profile" {
        Doctor: BreakGlass | Care, Auditor: BreakGlass, Patient: OwnPatient | Proxy,
        Receptionist: Unrelated, Admin: Unrelated,
    }
    /// Change a patient's profile, but for the illnesses.
    ChangeProfile = "patient" "change profile" {
        Patient: OwnPatient | Proxy, Receptionist: Unrelated, Admin: Unrelated,
    }
    /// Read the illnesses that a patient is known to have.
    ReadIllnesses = "patient" "read illnesses" {
        Doctor: BreakGlass | Treatment, Auditor: BreakGlass, Patient: OwnPatient | Proxy,
    }
    /// Record the illnesses that a patient is known to have.
    RecordIllnesses = "patient" "record illnesses" {
        Doctor: BreakGlass | Treatment, Patient: OwnPatient | Proxy,
    }
    /// Choose the accounts that act for a patient.
    ChangeProxies = "patient" "add and remove proxies" {
        Patient: OwnPatient, Receptionist: Unrelated, Admin: Unrelated,
    }

    /// Read the clinical content of a patient's chart.
    ReadChart = "chart" "read" {
        Doctor: BreakGlass | Treatment, Auditor: BreakGlass, Patient: OwnPatient | Proxy,
    }
    /// Record vital signs, and correct them.
    RecordVitals = "chart" "record vital signs" { Doctor: BreakGlass | Treatment, Patient: OwnPatient | Proxy }
    /// Add items to a patient's health summary, correct and end them.
    ChangeHealthSummary = "chart" "change health summary" { Doctor: BreakGlass | Treatment }
    /// Read who accessed a patient's record.
    ReadAccessLog = "chart" "read access log" { Patient: OwnPatient | Proxy, Auditor: Care | Group }
    /// Open a patient's chart in an emergency.
    OpenBreakGlass = "chart" "break the glass" { Doctor: Unrelated, Auditor: Unrelated }
    /// List emergency accesses to charts, and review them.
    ReviewBreakGlass = "break-glass" "list, review" { Admin: Clinic }
    /// Read a patient's consents.
    ReadConsents = "consent" "read" { Patient: OwnPatient | Proxy, Receptionist: Care, Admin: Care }
    /// Grant and withdraw consents of a patient.
    ChangeConsents = "consent" "grant, withdraw" {
        Patient: OwnPatient | Proxy, Receptionist: Care, Admin: Care,
    }

    /// Request the erasure of a patient, and withdraw one's own request.
    RequestErasure = "erasure" "request, withdraw" { Patient: OwnPatient, Admin: Group }
    /// Approve and refuse requests of others, place and lift legal holds.
    DecideErasure = "erasure" "approve, refuse, place and lift legal hold" { Admin: Group }
    /// Read how it stands with an erasure, a preview of it, and its certificate.
    ReadErasure = "erasure" "read" { Patient: OwnPatient, Admin: Group, Auditor: Group }
    /// List erasures.
    ListErasures = "erasure" "list" { Admin: Group, Auditor: Group }

    /// Book a visit, or a series of visits.
    BookAppointment = "appointment" "book" {
        Patient: OwnPatient | Proxy, Receptionist: Clinic, Admin: Clinic,
    }
    /// Book the next free slot for an emergency, to be paid afterwards.
    BookForEmergency = "appointment" "book for an emergency" {
        Patient: OwnPatient | Proxy, Receptionist: Clinic, Admin: Clinic,
    }
    /// Book or move to a time that is not offered.
    OverrideRules = "appointment" "override rules" { Receptionist: Clinic, Admin: Clinic }
    /// Read a visit.
    ReadAppointment = "appointment" "read" {
        Patient: OwnPatient | Proxy, Doctor: OwnDoctor, Receptionist: Clinic, Admin: Clinic, Auditor: Clinic,
    }
    /// Move a visit.
    RescheduleAppointment = "appointment" "reschedule" {
        Patient: OwnPatient | Proxy, Doctor: OwnDoctor, Receptionist: Clinic, Admin: Clinic,
    }
    /// Cancel a visit, and preview the refund.
    CancelAppointment = "appointment" "cancel, preview refund" {
        Patient: OwnPatient | Proxy, Doctor: OwnDoctor, Receptionist: Clinic, Admin: Clinic,
    }
    /// Confirm a visit without a payment.
    ConfirmAppointment = "appointment" "confirm" { Receptionist: Clinic, Admin: Clinic }
    /// Record that a patient has arrived.
    ArriveAppointment = "appointment" "arrive" { Receptionist: Clinic, Admin: Clinic }
    /// Begin a visit.
    StartAppointment = "appointment" "start" { Doctor: OwnDoctor, Receptionist: Clinic, Admin: Clinic }
    /// End a visit.
    CompleteAppointment = "appointment" "complete" { Doctor: OwnDoctor, Receptionist: Clinic, Admin: Clinic }
    /// Record that a patient did not come.
    MarkNoShow = "appointment" "no-show" { Receptionist: Clinic, Admin: Clinic }

    /// Read a note.
    ReadNote = "note" "read" {
        Doctor: BreakGlass | Treatment, Auditor: BreakGlass, Patient: OwnPatient | Proxy,
    }
    /// Begin a draft of a note.
    BeginNote = "note" "begin draft" { Doctor: BreakGlass | Treatment }
    /// Read, change, discard and sign one's own draft.
    SignNote = "note" "read, change, discard and sign draft" { Doctor: OwnAccount }
    /// Sign an addendum to a note.
    AddToNote = "note" "sign addendum" { Doctor: BreakGlass | Treatment }
    /// Mark one's own note as entered in error.
    MarkNoteInError = "note" "mark as entered in error" { Doctor: OwnAccount }

    /// Read a prescription.
    ReadPrescription = "prescription" "read" {
        Doctor: BreakGlass | Treatment, Auditor: BreakGlass, Patient: OwnPatient | Proxy,
    }
    /// Issue, amend and end a prescription.
    Prescribe = "prescription" "issue, amend, cancel, mark as entered in error" {
        Doctor: BreakGlass | Treatment,
    }

    /// Read a patient's allergies.
    ReadAllergies = "allergy" "read" {
        Doctor: BreakGlass | Treatment, Auditor: BreakGlass, Patient: OwnPatient | Proxy,
    }
    /// Record a patient's allergies.
    RecordAllergies = "allergy" "record, correct, end, mark as entered in error" {
        Doctor: BreakGlass | Treatment,
    }

    /// Pay for a visit.
    PayAppointment = "payment" "open, verify" {
        Patient: OwnPatient | Proxy, Receptionist: Clinic, Admin: Clinic,
    }
    /// Read a payment, its ledger and its receipt.
    ReadPayment = "payment" "read" {
        Patient: OwnPatient | Proxy, Receptionist: Clinic, Admin: Clinic, Auditor: Clinic,
    }
    /// Give money back beside the clinic's table, try a failed refund again, and see disputes.
    RefundPayment = "payment" "refund, list failed refunds and disputes" { Admin: Clinic }
}
