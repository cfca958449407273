//! Fingerprints of the secrets, kept in the database: a start with secrets that do not belong to it is refused
//! before anything is made or changed.
//!
//! A fingerprint of the index key is a hash under that key, one of a token key a hash of its public half. Both
//! reveal nothing. Master keys have a check value per epoch (`master_key_epochs`).
//!
//! The queries are not checked at compile time: they also read databases of earlier versions, which do not have
//! these tables.

use adapters::jwt::JwtKeys;
use anyhow::{Context as _, bail, ensure};
use sqlx::{Connection as _, PgConnection};

use crate::secrets::{FoundSecrets, Secrets};

const INDEX_KEY: &str = "index-key";
const TOKEN_KEY: &str = "token-key";

/// The facts about its secrets that a database has.
#[derive(Default)]
struct Recorded {
    index_key: Option<Vec<u8>>,
    token_keys: Vec<Vec<u8>>,
    /// Set if anything was ever sealed here.
    sealed: bool,
}

/// Refuses secrets that do not belong to the database. A database that knows none accepts all.
pub(crate) async fn check(
    connection: &mut PgConnection,
    found: &FoundSecrets,
) -> anyhow::Result<()> {
    let recorded = Recorded::read(connection).await?;
    recorded.check_index_key(found)?;
    match &found.master.value {
        Some(masters) if recorded.sealed => masters.verify(connection).await.with_context(|| {
            format!(
                "{} does not belong to this database: put back your copy of it. Nothing was changed",
                found.master.place
            )
        })?,
        None if recorded.sealed => bail!(missing(
            &found.master.place,
            "without it, what is stored about persons can't be read"
        )),
        _ => {}
    }
    recorded.check_token_keys(found)
}

/// Records the fingerprints of the secrets of a database that accepts them.
pub(crate) async fn record(connection: &mut PgConnection, secrets: &Secrets) -> anyhow::Result<()> {
    let sql = "insert into secret_fingerprints (secret, fingerprint) values ($1, $2)
               on conflict do nothing";
    sqlx::query(sql)
        .bind(INDEX_KEY)
        .bind(secrets.index_fingerprint().as_slice())
        .execute(&mut *connection)
        .await
        .context("recording the fingerprint of the index key")?;
    let recorded = index_key(connection).await?;
    ensure!(
        recorded.as_deref() == Some(secrets.index_fingerprint().as_slice()),
        "another node was started at the same time with another index key: give both the same"
    );
    replace_token_keys(connection, &secrets.jwt).await
}

/// Makes these the token keys that belong to the database.
pub(crate) async fn replace_token_keys(
    connection: &mut PgConnection,
    keys: &JwtKeys,
) -> anyhow::Result<()> {
    let doing = "recording the fingerprints of the token keys";
    let prints = keys.fingerprints();
    let prints: Vec<&[u8]> = prints.iter().map(<[u8; 32]>::as_slice).collect();
    let mut transaction = connection.begin().await.context(doing)?;
    let gone = "delete from secret_fingerprints where secret = $1 and fingerprint <> all ($2)";
    let new = "insert into secret_fingerprints (secret, fingerprint)
               select $1, * from unnest($2::bytea[])
               on conflict do nothing";
    for sql in [gone, new] {
        sqlx::query(sql)
            .bind(TOKEN_KEY)
            .bind(&prints)
            .execute(&mut *transaction)
            .await
            .context(doing)?;
    }
    transaction.commit().await.context(doing)
}

/// Refuses an index key that a restored log does not know. Backups of earlier versions know none.
pub(crate) async fn check_index_key(
    connection: &mut PgConnection,
    found: &FoundSecrets,
) -> anyhow::Result<()> {
    Recorded::read(connection).await?.check_index_key(found)
}

/// The recorded fingerprint of the index key, for a backup's manifest.
pub(crate) async fn index_key(connection: &mut PgConnection) -> anyhow::Result<Option<Vec<u8>>> {
    Ok(Recorded::read(connection).await?.index_key)
}

impl Recorded {
    async fn read(connection: &mut PgConnection) -> anyhow::Result<Self> {
        let doing = "reading the fingerprints of the secrets";
        let mut recorded = Self::default();
        if has_rows(connection, "master_key_epochs")
            .await
            .context(doing)?
        {
            recorded.sealed = true;
        }
        if !has_rows(connection, "secret_fingerprints")
            .await
            .context(doing)?
        {
            return Ok(recorded);
        }
        let sql = "select secret, fingerprint from secret_fingerprints";
        let rows: Vec<(String, Vec<u8>)> = sqlx::query_as(sql)
            .fetch_all(connection)
            .await
            .context(doing)?;
        for (secret, fingerprint) in rows {
            match secret.as_str() {
                INDEX_KEY => recorded.index_key = Some(fingerprint),
                _ => recorded.token_keys.push(fingerprint),
            }
        }
        Ok(recorded)
    }

    fn check_index_key(&self, found: &FoundSecrets) -> anyhow::Result<()> {
        let place = &found.logins.place;
        match (found.index_fingerprint(), &self.index_key) {
            (None, known) if self.sealed || known.is_some() => {
                bail!(missing(place, "with a new one no account could sign in"))
            }
            (Some(found), Some(known)) if found.as_slice() != known => bail!(
                "{place} is another key than the one that this database was made with, and no account could \
                 sign in: put back your copy of it. Nothing was changed"
            ),
            _ => Ok(()),
        }
    }

    /// Token keys are rotated one by one: a set of which none is known is another one.
    fn check_token_keys(&self, found: &FoundSecrets) -> anyhow::Result<()> {
        let place = &found.jwt.place;
        let replace = "To end every access token and go on with new keys, run \
                       `caresync keys replace-token-keys`; clients then refresh theirs";
        match &found.jwt.value {
            None if self.sealed || !self.token_keys.is_empty() => bail!(
                "{place} is missing, and this database was made with one: put back your copy of it. {replace}. \
                 Nothing was changed"
            ),
            Some(keys) if !self.token_keys.is_empty() => {
                let prints = keys.fingerprints();
                let mut known = self.token_keys.iter();
                if known.any(|known| prints.iter().any(|print| print == known.as_slice())) {
                    return Ok(());
                }
                bail!(
                    "{place} has none of the token keys that this database knows: put back your copy of it. \
                     {replace}. Nothing was changed"
                )
            }
            _ => Ok(()),
        }
    }
}

fn missing(place: &str, consequence: &str) -> String {
    format!(
        "{place} is missing, and this database was made with one: {consequence}. Put back your copy of it. \
         Nothing was changed"
    )
}

async fn has_rows(connection: &mut PgConnection, table: &str) -> Result<bool, sqlx::Error> {
    let exists: bool = sqlx::query_scalar("select to_regclass('public.' || $1) is not null")
        .bind(table)
        .fetch_one(&mut *connection)
        .await?;
    if !exists {
        return Ok(false);
    }
    sqlx::query_scalar(&format!("select exists (select from {table})"))
        .fetch_one(connection)
        .await
}
