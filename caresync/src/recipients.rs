//! Recipients of notices about charts, found in the read models.

use async_trait::async_trait;
use commands::Fault;
use commands::ports::{NoticeAddresses, NoticeRecipients};
use domain::{ClinicId, ClinicScope, EmailAddress, PatientId};
use event_store::Sealing;
use projections::account_directory::{self, ListedAccount};
use projections::{ReadError, SealedRow, open_all, patient_card};
use sqlx::PgPool;

/// Finds recipients in the list of accounts and on patients' cards.
pub struct ListedRecipients {
    pool: PgPool,
    sealing: Sealing,
}

impl ListedRecipients {
    /// Reads from `pool`, and opens with `sealing`.
    #[must_use]
    pub fn new(pool: PgPool, sealing: Sealing) -> Self {
        Self { pool, sealing }
    }

    /// The address of the patient's account, or else the one on the card.
    async fn of_patient(&self, patient: PatientId) -> Result<Vec<EmailAddress>, ReadError> {
        let accounts = account_directory::of_patient(&self.pool, patient).await?;
        let addresses = self.addresses(accounts).await?;
        if !addresses.is_empty() {
            return Ok(addresses);
        }
        self.of_card(patient).await
    }

    /// The addresses of the patient's accounts, and the one on the card.
    pub(crate) async fn all_of_patient(
        &self,
        patient: PatientId,
    ) -> Result<Vec<EmailAddress>, ReadError> {
        let accounts = account_directory::of_patient(&self.pool, patient).await?;
        let mut addresses = self.addresses(accounts).await?;
        addresses.extend(self.of_card(patient).await?);
        Ok(addresses)
    }

    async fn of_card(&self, patient: PatientId) -> Result<Vec<EmailAddress>, ReadError> {
        let Some(card) = patient_card::get(&self.pool, patient).await? else {
            return Ok(Vec::new());
        };
        let card = card.open(&self.sealing).await?;
        Ok(card.email().cloned().into_iter().collect())
    }

    /// The addresses of the admins of a clinic, or if it has none of its own, of the group's.
    async fn of_admins(&self, clinic: ClinicId) -> Result<Vec<EmailAddress>, ReadError> {
        let admins = account_directory::admins(&self.pool).await?;
        let own = |account: &SealedRow<ListedAccount>| match &account.row().clinics {
            ClinicScope::All => false,
            ClinicScope::Only(clinics) => clinics.contains(&clinic),
        };
        let (own, others): (Vec<_>, Vec<_>) = admins.into_iter().partition(own);
        if !own.is_empty() {
            return self.addresses(own).await;
        }
        let of_group =
            |account: &SealedRow<ListedAccount>| matches!(account.row().clinics, ClinicScope::All);
        self.addresses(others.into_iter().filter(of_group).collect())
            .await
    }

    async fn addresses(
        &self,
        accounts: Vec<SealedRow<ListedAccount>>,
    ) -> Result<Vec<EmailAddress>, ReadError> {
        let accounts = open_all(&self.sealing, accounts).await?;
        Ok(accounts
            .iter()
            .filter_map(|account| account.email().cloned())
            .collect())
    }
}

#[async_trait]
impl NoticeRecipients for ListedRecipients {
    async fn find(&self, patient: PatientId, clinic: ClinicId) -> Result<NoticeAddresses, Fault> {
        const DOING: &str = "finding the recipients of a notice";
        Ok(NoticeAddresses {
            patient: self
                .of_patient(patient)
                .await
                .map_err(Fault::doing(DOING))?,
            admins: self.of_admins(clinic).await.map_err(Fault::doing(DOING))?,
        })
    }
}
