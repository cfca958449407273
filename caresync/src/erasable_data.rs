//! Counts of what is stored about a person, and removal of what the person's key does not erase.

use adapters::mail::PgMailOutbox;
use async_trait::async_trait;
use commands::Fault;
use commands::identity::LoginIndex;
use commands::ports::ErasableData;
use domain::erasure::{Counts, ErasedCounts, KeptCounts};
use domain::{EmailAddress, PatientId, SubjectId};
use event_store::EventStore;
use sqlx::{FromRow, PgPool};

use crate::recipients::ListedRecipients;

/// Counts rows of the read models, and removes drafts, mails and codes.
pub struct StoredData {
    pool: PgPool,
    logins: LoginIndex,
    outbox: PgMailOutbox,
    recipients: ListedRecipients,
}

/// Counts as the database returns them.
#[derive(FromRow)]
struct Counted {
    accounts: i64,
    sessions: i64,
    cards: i64,
    appointments: i64,
    notes: i64,
    drafts: i64,
    prescriptions: i64,
    allergies: i64,
    vitals: i64,
    summary_items: i64,
    consents: i64,
    emergency_accesses: i64,
    payments: i64,
    ledger_entries: i64,
    access_log_rows: i64,
}

impl StoredData {
    /// Reads from `pool`, and opens with the keys of `store`. Codes are found by `logins`.
    #[must_use]
    pub fn new(pool: PgPool, store: &EventStore, logins: LoginIndex) -> Self {
        let sealing = store.sealing();
        Self {
            outbox: PgMailOutbox::new(pool.clone(), sealing.clone()),
            recipients: ListedRecipients::new(pool.clone(), sealing.clone()),
            pool,
            logins,
        }
    }

    /// The person's addresses. Only those of patients: staff gets no mail about itself that waits for long.
    async fn addresses(&self, person: SubjectId) -> Result<Vec<EmailAddress>, Fault> {
        let patient = PatientId::from_uuid(person.as_uuid());
        let addresses = self.recipients.all_of_patient(patient).await;
        addresses.map_err(Fault::doing("reading the addresses of a person"))
    }
}

#[async_trait]
impl ErasableData for StoredData {
    async fn count(&self, person: SubjectId) -> Result<Counts, Fault> {
        let counted: Counted = sqlx::query_as(include_str!("erasable_data/count.sql"))
            .bind(person.as_uuid())
            .fetch_one(&self.pool)
            .await
            .map_err(Fault::doing("counting what is stored about a person"))?;
        let addresses = self.addresses(person).await?;
        let mails = self.outbox.waiting_to(&addresses).await?;
        Ok(counted.with_mails(mails.len()))
    }

    async fn remove(&self, person: SubjectId) -> Result<(), Fault> {
        const DRAFTS: &str = "delete from note_drafts where patient_id = $1";
        const CODES: &str = "delete from mailed_codes where holder = any ($1)";
        let addresses = self.addresses(person).await?;
        let mails = self.outbox.waiting_to(&addresses).await?;
        self.outbox.remove(&mails).await?;
        let holders = addresses
            .iter()
            .map(|to| self.logins.hash_login(to).to_vec());
        let holders: Vec<Vec<u8>> = holders.collect();
        let codes = sqlx::query(CODES).bind(holders).execute(&self.pool).await;
        codes.map_err(Fault::doing("removing the codes of a person"))?;
        let drafts = sqlx::query(DRAFTS).bind(person.as_uuid());
        let drafts = drafts.execute(&self.pool).await;
        drafts.map_err(Fault::doing("removing drafts about a person"))?;
        Ok(())
    }
}

impl Counted {
    fn with_mails(self, mails: usize) -> Counts {
        // A count is never negative, and one beyond 32 bits is told as the largest.
        let count = |count: i64| u32::try_from(count).unwrap_or(u32::MAX);
        Counts {
            erased: ErasedCounts {
                accounts: count(self.accounts),
                sessions: count(self.sessions),
                cards: count(self.cards),
                appointments: count(self.appointments),
                notes: count(self.notes),
                drafts: count(self.drafts),
                prescriptions: count(self.prescriptions),
                allergies: count(self.allergies),
                vitals: count(self.vitals),
                summary_items: count(self.summary_items),
                consents: count(self.consents),
                emergency_accesses: count(self.emergency_accesses),
                mails: u32::try_from(mails).unwrap_or(u32::MAX),
            },
            kept: KeptCounts {
                payments: count(self.payments),
                ledger_entries: count(self.ledger_entries),
                access_log_rows: count(self.access_log_rows),
            },
        }
    }
}
