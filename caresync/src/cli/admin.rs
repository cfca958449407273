//! `caresync admin …`

use std::io::{BufRead as _, stdin};
use std::sync::Arc;

use adapters::argon2::Argon2PasswordHasher;
use adapters::identity::{
    PgCredentialStore, PgDeviceStore, PgLoginThrottle, PgSecondFactorStore, PgSessionStore,
};
use adapters::mail::PgMailOutbox;
use adapters::system::{SystemClock, SystemIds};
use anyhow::Context as _;
use commands::Commands;
use commands::accounts::NewStaffAccount;
use commands::identity::{Identity, IdentityPorts, NewPassword};
use domain::{ClinicScope, EmailAddress, Role};
use event_store::{EventStore, Sealing};

use crate::settings::Settings;
use crate::storage::Storage;

/// Makes an admin, also while servers run.
pub async fn create(settings: Settings, email: &str) -> anyhow::Result<()> {
    let email = EmailAddress::parse(email).context("reading the e-mail address")?;
    let mut password = String::new();
    stdin()
        .lock()
        .read_line(&mut password)
        .context("reading the password")?;
    let password = NewPassword::parse(password.trim_end_matches(['\r', '\n']), Some(&email))?;
    let storage = Storage::open_beside(&settings).await?;
    let created = register(
        &storage,
        NewStaffAccount {
            email,
            password: Some(password),
            roles: [Role::Admin].into(),
            clinics: ClinicScope::All,
        },
    )
    .await;
    storage.close().await?;
    created
}

/// Removes the second factor of an account, also while servers run.
pub async fn remove_second_factor(settings: &Settings, email: &str) -> anyhow::Result<()> {
    let email = EmailAddress::parse(email).context("reading the e-mail address")?;
    let storage = Storage::open_beside(settings).await?;
    let removed = remove(&storage, &email).await;
    storage.close().await?;
    removed
}

async fn remove(storage: &Storage, email: &EmailAddress) -> anyhow::Result<()> {
    let (_, identity) = open(storage).await?;
    let account = identity.account_of(email).await?;
    let account = account.context("no account signs in with this address")?;
    let removed = identity.reset_second_factor(account).await?;
    anyhow::ensure!(removed, "the account has no second factor");
    tracing::warn!(account.id = %account, "Removed the second factor of an account.");
    Ok(())
}

async fn register(storage: &Storage, admin: NewStaffAccount) -> anyhow::Result<()> {
    let (commands, identity) = open(storage).await?;
    let done = identity
        .register_staff(admin, &commands.system_context())
        .await
        .map_err(|error| match error {
            commands::CommandError::Refused(refusal) => anyhow::Error::new(refusal),
            other => anyhow::Error::new(other),
        })
        .context("making the admin")?;
    tracing::info!(account.id = %done.reply.account, "Made an admin.");
    Ok(())
}

/// The write side and the accounts, beside the servers.
async fn open(storage: &Storage) -> anyhow::Result<(Commands, Identity)> {
    let secrets = storage.secrets.clone();
    let pool = &storage.pool;
    let sealing = Sealing::open(pool.clone(), secrets.master).await?;
    let options = commands::store_options::options(secrets.logins.clone(), sealing.clone());
    let store = EventStore::open_with(pool.clone(), options).await?;
    let commands = Commands::new(store, Arc::new(SystemClock), Arc::new(SystemIds));
    let outbox = PgMailOutbox::new(pool.clone(), sealing.clone());
    let ports = IdentityPorts {
        credentials: Arc::new(PgCredentialStore::new(pool.clone(), outbox)),
        sessions: Arc::new(PgSessionStore::new(pool.clone())),
        throttle: Arc::new(PgLoginThrottle::new(pool.clone())),
        devices: Arc::new(PgDeviceStore::new(pool.clone())),
        second_factors: Arc::new(PgSecondFactorStore::new(pool.clone(), sealing)),
        codes: None,
        hasher: Arc::new(Argon2PasswordHasher::new()),
    };
    let identity = Identity::new(commands.clone(), ports, secrets.logins);
    Ok((commands, identity))
}
