//! Password hashing with argon2id.
//!
//! The parameters are the minimum of OWASP's Password Storage Cheat Sheet: 19 MiB, two passes, one
//! lane. To raise them, change [`parameters`]: older hashes then return
//! [`PasswordCheck::MatchesOutdated`] and are replaced at the next login.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use argon2::{
    Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version,
    password_hash::{Error as HashError, phc::PasswordHash as PhcHash},
};
use async_trait::async_trait;
use commands::{
    Fault,
    ports::{HashingBusy, PasswordCheck, PasswordHash, PasswordHasher},
};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    task::spawn_blocking,
};

/// Number of hashes computed at a time. Each takes a core for tens of milliseconds: a burst of
/// logins waits in a queue instead of taking all cores.
const AT_A_TIME: usize = 2;

/// Number of callers in the queue, with those whose hash is being computed. The last of them waits for about half a
/// second; further ones are turned away.
const MOST_IN_QUEUE: usize = 32;

/// Number of those who may wait for the hash of a new password: a flood of registrations leaves room for sign-ins.
const MOST_NEW_IN_QUEUE: usize = 16;

/// Number of new passwords that are hashed at a time. The other turns are for sign-ins, however many register.
const NEW_AT_A_TIME: usize = 1;

/// Password whose hash is compared for an unknown login, so that it takes the same time.
const UNKNOWN_LOGIN_SALT: &[u8; 16] = b"salt of nobody's";

/// Hashes and checks passwords with argon2id, on the blocking pool, a few at a time.
#[derive(Debug, Clone)]
pub struct Argon2PasswordHasher {
    argon2: Argon2<'static>,
    turns: Arc<Semaphore>,
    queue: Arc<Semaphore>,
    new_in_queue: Arc<Semaphore>,
    new_turns: Arc<Semaphore>,
}

impl Default for Argon2PasswordHasher {
    fn default() -> Self {
        Self::with_params(parameters())
    }
}

impl Argon2PasswordHasher {
    /// Hashes with the present parameters.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn with_params(params: Params) -> Self {
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        Self {
            argon2,
            turns: Arc::new(Semaphore::new(AT_A_TIME)),
            queue: Arc::new(Semaphore::new(MOST_IN_QUEUE)),
            new_in_queue: Arc::new(Semaphore::new(MOST_NEW_IN_QUEUE)),
            new_turns: Arc::new(Semaphore::new(NEW_AT_A_TIME)),
        }
    }

    /// Runs `work` on the blocking pool with a permit, and with one of `first` if it has to wait there before. They belong to the work, not to the
    /// caller: a client that disconnects does not free them while the work still runs.
    async fn in_turn<T: Send + 'static>(
        &self,
        doing: &'static str,
        first: Option<&Arc<Semaphore>>,
        work: impl FnOnce(Argon2<'static>) -> Result<T, HashError> + Send + 'static,
    ) -> Result<T, Fault> {
        let _place = place(&self.queue, doing)?;
        let mut permits = Vec::new();
        for turns in first.into_iter().chain([&self.turns]) {
            let permit = Arc::clone(turns).acquire_owned().await;
            permits.push(permit.map_err(Fault::doing(doing))?);
        }
        let argon2 = self.argon2.clone();
        spawn_blocking(move || {
            let done = work(argon2);
            drop(permits);
            done
        })
        .await
        .map_err(Fault::doing(doing))?
        .map_err(Fault::doing(doing))
    }
}

/// Takes a place in a queue that has one left.
fn place<'a>(queue: &'a Semaphore, doing: &'static str) -> Result<SemaphorePermit<'a>, Fault> {
    queue
        .try_acquire()
        .map_err(|_| Fault::new(doing, HashingBusy))
}

/// Returns the present parameters: `m=19456,t=2,p=1`. They are also the crate's defaults, but
/// stated here so that an update of the crate does not change them.
fn parameters() -> Params {
    const { assert!(Params::DEFAULT_M_COST == 19_456 && Params::DEFAULT_T_COST == 2) };
    const { assert!(Params::DEFAULT_P_COST == 1) };
    Params::DEFAULT
}

#[async_trait]
impl PasswordHasher for Argon2PasswordHasher {
    async fn hash(&self, password: SecretString) -> Result<PasswordHash, Fault> {
        const DOING: &str = "hashing a password";
        let _place = place(&self.new_in_queue, DOING)?;
        self.in_turn(DOING, Some(&self.new_turns), move |argon2| {
            let hash: PhcHash = argon2.hash_password(password.expose_secret().as_bytes())?;
            Ok(PasswordHash::new(hash.to_string()))
        })
        .await
    }

    async fn check(
        &self,
        password: SecretString,
        hash: Option<&PasswordHash>,
    ) -> Result<PasswordCheck, Fault> {
        let hash = hash.cloned();
        self.in_turn("checking a password", None, move |argon2| {
            let password = password.expose_secret().as_bytes();
            match hash {
                Some(hash) => check(&argon2, password, &hash),
                None => differs_in_the_same_time(&argon2, password),
            }
        })
        .await
    }
}

fn check(
    argon2: &Argon2<'_>,
    password: &[u8],
    hash: &PasswordHash,
) -> Result<PasswordCheck, HashError> {
    let hash = PhcHash::new(hash.expose())?;
    match argon2.verify_password(password, &hash) {
        Ok(()) if is_up_to_date(argon2, &hash)? => Ok(PasswordCheck::Matches),
        Ok(()) => Ok(PasswordCheck::MatchesOutdated),
        Err(HashError::PasswordInvalid) => Ok(PasswordCheck::Differs),
        Err(error) => Err(error),
    }
}

fn differs_in_the_same_time(
    argon2: &Argon2<'_>,
    password: &[u8],
) -> Result<PasswordCheck, HashError> {
    let _: PhcHash = argon2.hash_password_with_salt(password, UNKNOWN_LOGIN_SALT)?;
    Ok(PasswordCheck::Differs)
}

/// True if `hash` was made with the present parameters.
fn is_up_to_date(argon2: &Argon2<'_>, hash: &PhcHash) -> Result<bool, HashError> {
    let (made_with, today) = (Params::try_from(hash)?, argon2.params());
    Ok(hash.algorithm == Algorithm::Argon2id.ident()
        && hash.version == Some(Version::V0x13.into())
        && made_with.m_cost() >= today.m_cost()
        && made_with.t_cost() >= today.t_cost()
        && made_with.p_cost() == today.p_cost())
}
