//! The access log: who accessed which patient's data, how, and with which outcome.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{AccountId, BreakGlassId, DoctorId, PatientId, Role};
use uuid::Uuid;

use crate::Fault;
use crate::authorization::Relation;

/// The kind of a thing that was accessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ItemKind {
    /// The account of a patient, with its address.
    Account,
    /// A list of accounts, with the addresses of patients.
    Accounts,
    /// A patient's card.
    Card,
    /// A patient's profile.
    Profile,
    /// One visit, with its reason.
    Appointment,
    /// A list of a patient's visits.
    Appointments,
    /// A doctor's day, with names and reasons.
    DaySheet,
    /// A list of a doctor's patients, with names.
    Patients,
    /// A receipt.
    Receipt,
    /// The clinical content of a chart.
    Chart,
    /// The consents of a patient.
    Consents,
    /// An emergency access, with its reason.
    BreakGlass,
    /// The erasure of a patient: its reasons, and counts of what is stored.
    Erasure,
    /// The access log of a patient.
    AccessLog,
}

impl ItemKind {
    /// All kinds.
    pub const ALL: [Self; 14] = [
        Self::Account,
        Self::Accounts,
        Self::Card,
        Self::Profile,
        Self::Appointment,
        Self::Appointments,
        Self::DaySheet,
        Self::Patients,
        Self::Receipt,
        Self::Chart,
        Self::Consents,
        Self::BreakGlass,
        Self::Erasure,
        Self::AccessLog,
    ];

    /// Returns the word that is stored and sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Account => "ACCOUNT",
            Self::Accounts => "ACCOUNTS",
            Self::Card => "CARD",
            Self::Profile => "PROFILE",
            Self::Appointment => "APPOINTMENT",
            Self::Appointments => "APPOINTMENTS",
            Self::DaySheet => "DAY_SHEET",
            Self::Patients => "PATIENTS",
            Self::Receipt => "RECEIPT",
            Self::Chart => "CHART",
            Self::Consents => "CONSENTS",
            Self::BreakGlass => "BREAK_GLASS",
            Self::Erasure => "ERASURE",
            Self::AccessLog => "ACCESS_LOG",
        }
    }

    /// Returns the kind of a word that is stored.
    #[must_use]
    pub fn from_stored(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// A thing that was accessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccessedItem {
    /// Its kind.
    pub kind: ItemKind,
    /// Its id. Of a list that is the patient's, the doctor's, or the id of the account that lists.
    pub id: Uuid,
}

impl AccessedItem {
    /// An item of a kind.
    #[must_use]
    pub const fn new(kind: ItemKind, id: Uuid) -> Self {
        Self { kind, id }
    }
}

/// The outcome of an access decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessOutcome {
    /// The caller was admitted by this relation.
    Granted(Relation),
    /// The caller was turned away.
    Refused,
}

/// One access decision about the data of one patient. It holds ids, and nothing that identifies a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccessEntry {
    /// The time of the decision.
    pub at: DateTime<Utc>,
    /// The account that called.
    pub account: AccountId,
    /// The doctor, if the account is one.
    pub doctor: Option<DoctorId>,
    /// The role in which it called.
    pub role: Role,
    /// The patient.
    pub patient: PatientId,
    /// The thing that was accessed.
    pub item: AccessedItem,
    /// The outcome.
    pub outcome: AccessOutcome,
    /// The emergency access that allowed it, if one did.
    pub break_glass: Option<BreakGlassId>,
    /// The request.
    pub request: Uuid,
}

/// A recorded decision, with its place in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordedAccess {
    /// The decision.
    pub entry: AccessEntry,
    /// The number that the database gave it.
    pub position: i64,
}

/// A page of the decisions about one patient, the latest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccessQuery {
    /// The patient.
    pub patient: PatientId,
    /// Only those before this time and position.
    pub before: Option<(DateTime<Utc>, i64)>,
    /// Limit of the answer.
    pub limit: i64,
}

/// Counts of the access log of a process since its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AccessLogFigures {
    /// Rows that were written.
    pub rows: u64,
    /// Statements that wrote them.
    pub batches: u64,
    /// Requests that wait for the next statement now.
    pub waiting: usize,
}

/// Stores access decisions before data leave.
#[async_trait]
pub trait AccessLog: Send + Sync {
    /// Records decisions. When it returns they are durable. Concurrent callers share a commit.
    async fn record(&self, entries: Vec<AccessEntry>) -> Result<(), Fault>;

    /// Returns the counts of this process. Runs no query.
    fn figures(&self) -> AccessLogFigures;

    /// Returns a page of the decisions about a patient.
    async fn of_patient(&self, query: AccessQuery) -> Result<Vec<RecordedAccess>, Fault>;
}
