//! Checks at start: all master keys are present and right, and none is retired.

use sqlx::{PgConnection, PgExecutor, PgPool};

use super::error::SealFault;
use super::master::MasterKeys;

/// The encryption could not be started.
#[derive(Debug, thiserror::Error)]
pub enum OpenSealingError {
    /// The master key is not the one that was used under this epoch.
    #[error("the master key of epoch {epoch} is not the one that this database was sealed with")]
    WrongMasterKey {
        /// The epoch.
        epoch: i16,
    },
    /// A master key that this database was sealed with is not set.
    #[error("the master key of epoch {epoch} is missing: this database was sealed with it")]
    MissingMasterKey {
        /// The epoch.
        epoch: i16,
    },
    /// A master key that should have been destroyed is still set.
    #[error(
        "the master key of epoch {epoch} was retired: take it out of the settings and destroy it"
    )]
    RetiredEpoch {
        /// The epoch.
        epoch: i16,
    },
    /// The log holds personal data in clear text.
    #[error(
        "this log was written before personal data was sealed and can't be used any more: stop the \
         program, move the data folder away (or drop and create the database that DATABASE_URL names), \
         and start again with an empty one"
    )]
    ClearLog,
    /// The system gave no random numbers.
    #[error("the system gives no random numbers")]
    NoRandomness,
    /// The database did not respond.
    #[error("checking the master keys failed")]
    Store(#[from] sqlx::Error),
}

impl MasterKeys {
    /// Checks them against the database, and changes nothing. Keys that a new database does not know yet match it.
    ///
    /// # Errors
    /// [`OpenSealingError`] names the key that is wrong, missing or retired.
    pub async fn verify(&self, connection: &mut PgConnection) -> Result<(), OpenSealingError> {
        verify(connection, self).await.map(|_| ())
    }
}

/// The epochs of the database.
struct KnownEpochs {
    count: usize,
    retired: Vec<i16>,
}

/// Checks the master keys and registers new epochs. Returns those that were retired.
pub(super) async fn check(
    pool: &PgPool,
    masters: &MasterKeys,
) -> Result<Vec<i16>, OpenSealingError> {
    // Before anything is registered: an epoch of foreign keys would stay.
    let known = verify(pool, masters).await?;
    // Once there is an epoch, all events were appended sealed: the log need not be searched again.
    if known.count == 0 {
        refuse_clear_log(pool).await?;
    }
    register(pool, masters).await?;
    // Another node may have been first, with other keys.
    Ok(verify(pool, masters).await?.retired)
}

async fn verify(
    executor: impl PgExecutor<'_>,
    masters: &MasterKeys,
) -> Result<KnownEpochs, OpenSealingError> {
    let epochs = sqlx::query!(
        r#"
        select
          epoch, check_value, retired_at,
          exists (select from subject_keys where master_epoch = epoch) as "in_use!"
        from master_key_epochs
        order by epoch
        "#
    )
    .fetch_all(executor)
    .await?;
    let set = masters.epochs();
    let mut retired = Vec::new();
    // The newest epoch that is neither set, nor retired, nor in use.
    let mut unused = None;
    for row in &epochs {
        let epoch = row.epoch;
        match (set.contains(&epoch), row.retired_at.is_some()) {
            (true, true) => return Err(OpenSealingError::RetiredEpoch { epoch }),
            (true, false) if !masters.matches(epoch, &row.check_value) => {
                return Err(OpenSealingError::WrongMasterKey { epoch });
            }
            (false, false) if row.in_use => {
                return Err(OpenSealingError::MissingMasterKey { epoch });
            }
            (false, true) => retired.push(epoch),
            (false, false) => unused = Some(epoch),
            (true, false) => {}
        }
    }
    let is_known = epochs.iter().any(|row| set.contains(&row.epoch));
    match unused {
        Some(epoch) if !is_known => Err(OpenSealingError::MissingMasterKey { epoch }),
        _ => Ok(KnownEpochs {
            count: epochs.len(),
            retired,
        }),
    }
}

/// Registers new epochs. If two nodes have different keys for one epoch, the first one is right.
async fn register(pool: &PgPool, masters: &MasterKeys) -> Result<(), OpenSealingError> {
    for epoch in masters.epochs() {
        let check = masters.check_value(epoch).map_err(|fault| match fault {
            SealFault::MissingMasterKey { epoch } => OpenSealingError::MissingMasterKey { epoch },
            _ => OpenSealingError::NoRandomness,
        })?;
        sqlx::query!(
            r#"
            insert into master_key_epochs (epoch, check_value)
            values ($1, $2)
            on conflict do nothing
            "#,
            epoch,
            check
        )
        .execute(pool)
        .await?;
    }
    Ok(())
}

async fn refuse_clear_log(pool: &PgPool) -> Result<(), OpenSealingError> {
    let clear = sqlx::query_scalar!(
        r#"
        select exists (
          select from events where jsonb_typeof(payload -> 'phi') = 'object'
        ) as "clear!"
        "#
    )
    .fetch_one(pool)
    .await?;
    if clear {
        Err(OpenSealingError::ClearLog)
    } else {
        Ok(())
    }
}
