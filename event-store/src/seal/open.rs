//! The checks at start: the right master keys, all of them, and none that should be gone.

use sqlx::PgPool;

use super::error::{OpenSealingError as Error, SealFault};
use super::master::MasterKeys;

/// Registers new epochs and checks the known ones. Returns those that were retired.
pub(super) async fn check(pool: &PgPool, masters: &MasterKeys) -> Result<Vec<i16>, Error> {
    let known: i64 = sqlx::query_scalar!(r#"select count(*) as "count!" from master_key_epochs"#)
        .fetch_one(pool)
        .await?;
    // Once there is an epoch, everything was appended sealed: the log need not be searched again.
    if known == 0 {
        refuse_clear_log(pool).await?;
    }
    register(pool, masters).await?;
    let epochs = sqlx::query!(
        r#"
        select
          epoch, check_value, retired_at,
          exists (select from subject_keys where master_epoch = epoch) as "in_use!"
        from master_key_epochs
        order by epoch
        "#
    )
    .fetch_all(pool)
    .await?;
    let set = masters.epochs();
    let mut retired = Vec::new();
    for row in epochs {
        let epoch = row.epoch;
        match (set.contains(&epoch), row.retired_at.is_some()) {
            (true, true) => return Err(Error::RetiredEpoch { epoch }),
            (true, false) if !masters.made(epoch, &row.check_value) => {
                return Err(Error::WrongMasterKey { epoch });
            }
            (false, false) if row.in_use => return Err(Error::MissingMasterKey { epoch }),
            (false, true) => retired.push(epoch),
            _ => {}
        }
    }
    Ok(retired)
}

/// If two nodes bring different keys for one epoch, one of them is first and the other one is wrong.
async fn register(pool: &PgPool, masters: &MasterKeys) -> Result<(), Error> {
    for epoch in masters.epochs() {
        let check = masters.check_value(epoch).map_err(|fault| match fault {
            SealFault::MissingMasterKey { epoch } => Error::MissingMasterKey { epoch },
            _ => Error::NoRandomness,
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

async fn refuse_clear_log(pool: &PgPool) -> Result<(), Error> {
    let clear = sqlx::query_scalar!(
        r#"
        select exists (
          select from events where jsonb_typeof(payload -> 'phi') = 'object'
        ) as "clear!"
        "#
    )
    .fetch_one(pool)
    .await?;
    if clear { Err(Error::ClearLog) } else { Ok(()) }
}
