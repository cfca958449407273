//! Secrets of one-time codes, sealed under the key of their person.

use async_trait::async_trait;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use commands::{
    Fault,
    ports::{RecoveryCodeHash, SecondFactor, SecondFactorStore},
};
use domain::{AccountId, SubjectId};
use event_store::{Cell, SealedCell, Sealing, associated_data_of_row};
use secrecy::{ExposeSecret as _, SecretSlice};
use serde_json::{Value, json};
use sqlx::{PgPool, Row as _, postgres::PgRow};
use uuid::Uuid;

const TABLE: &str = "second_factors";

/// Stores second factors in table `second_factors`.
#[derive(Debug, Clone)]
pub struct PgSecondFactorStore {
    pool: PgPool,
    sealing: Sealing,
}

/// A row whose secret is still sealed.
struct Stored {
    subject: Uuid,
    secret: String,
    confirmed: bool,
}

impl PgSecondFactorStore {
    /// A store on `pool`, sealed by `sealing`.
    #[must_use]
    pub fn new(pool: PgPool, sealing: Sealing) -> Self {
        Self { pool, sealing }
    }

    async fn row(&self, account: AccountId) -> Result<Option<Stored>, sqlx::Error> {
        let row: Option<PgRow> = sqlx::query(
            "select subject, secret, confirmed from second_factors where account_id = $1",
        )
        .bind(account.as_uuid())
        .fetch_optional(&self.pool)
        .await?;
        let stored = row.map(|row| {
            Ok::<_, sqlx::Error>(Stored {
                subject: row.try_get("subject")?,
                secret: row.try_get("secret")?,
                confirmed: row.try_get("confirmed")?,
            })
        });
        stored.transpose()
    }
}

fn location(account: AccountId) -> Vec<String> {
    associated_data_of_row(TABLE, &account.to_string())
}

/// The bytes of an opened secret; `None` if its person was erased.
fn secret(opened: &Value) -> Option<SecretSlice<u8>> {
    let bytes = STANDARD.decode(opened.as_str()?).ok()?;
    Some(SecretSlice::from(bytes))
}

#[async_trait]
impl SecondFactorStore for PgSecondFactorStore {
    async fn begin(
        &self,
        account: AccountId,
        subject: SubjectId,
        secret: SecretSlice<u8>,
    ) -> Result<bool, Fault> {
        const DOING: &str = "storing the secret of a second factor";
        let cell = Cell {
            subject: subject.as_uuid(),
            associated_data: location(account),
            value: json!(STANDARD.encode(secret.expose_secret())),
        };
        let sealed = self.sealing.seal_many(vec![cell]).await;
        let sealed = sealed.map_err(Fault::doing(DOING))?;
        let Some(sealed) = sealed.into_iter().next().flatten() else {
            // The person was erased a moment ago.
            return Ok(false);
        };
        let stored = sqlx::query(
            "
            insert into second_factors (account_id, subject, secret)
            values ($1, $2, $3)
            on conflict (account_id) do update
            set subject = excluded.subject, secret = excluded.secret, last_step = 0
            where not second_factors.confirmed
            ",
        )
        .bind(account.as_uuid())
        .bind(subject.as_uuid())
        .bind(sealed)
        .execute(&self.pool)
        .await
        .map_err(Fault::doing(DOING))?;
        Ok(stored.rows_affected() > 0)
    }

    async fn find(&self, account: AccountId) -> Result<Option<SecondFactor>, Fault> {
        const DOING: &str = "reading a second factor";
        let Some(row) = self.row(account).await.map_err(Fault::doing(DOING))? else {
            return Ok(None);
        };
        let cell = SealedCell {
            subject: row.subject,
            associated_data: location(account),
            sealed: Some(row.secret),
        };
        let opened = self.sealing.open_many(vec![cell]).await;
        let opened = opened.map_err(Fault::doing(DOING))?;
        Ok(opened.first().and_then(secret).map(|secret| SecondFactor {
            secret,
            confirmed: row.confirmed,
        }))
    }

    async fn confirm(
        &self,
        account: AccountId,
        step: i64,
        recovery_codes: &[RecoveryCodeHash],
    ) -> Result<bool, Fault> {
        let codes: Vec<Vec<u8>> = recovery_codes.iter().map(|code| code.0.to_vec()).collect();
        let confirmed = sqlx::query(
            "
            update second_factors set confirmed = true, last_step = $2, recovery_codes = $3
            where account_id = $1 and not confirmed
            ",
        )
        .bind(account.as_uuid())
        .bind(step)
        .bind(codes)
        .execute(&self.pool)
        .await
        .map_err(Fault::doing("confirming a second factor"))?;
        Ok(confirmed.rows_affected() > 0)
    }

    async fn use_step(&self, account: AccountId, step: i64) -> Result<bool, Fault> {
        let used = sqlx::query(
            "
            update second_factors set last_step = $2
            where account_id = $1 and confirmed and last_step < $2
            ",
        )
        .bind(account.as_uuid())
        .bind(step)
        .execute(&self.pool)
        .await
        .map_err(Fault::doing("using a one-time code"))?;
        Ok(used.rows_affected() > 0)
    }

    async fn use_recovery_code(
        &self,
        account: AccountId,
        code: RecoveryCodeHash,
    ) -> Result<bool, Fault> {
        let used = sqlx::query(
            "
            update second_factors set recovery_codes = array_remove(recovery_codes, $2)
            where account_id = $1 and confirmed and $2 = any (recovery_codes)
            ",
        )
        .bind(account.as_uuid())
        .bind(code.0.as_slice())
        .execute(&self.pool)
        .await
        .map_err(Fault::doing("using a recovery code"))?;
        Ok(used.rows_affected() > 0)
    }

    async fn remove(&self, account: AccountId) -> Result<(), Fault> {
        sqlx::query("delete from second_factors where account_id = $1")
            .bind(account.as_uuid())
            .execute(&self.pool)
            .await
            .map_err(Fault::doing("removing a second factor"))?;
        Ok(())
    }
}
