//! Access tokens for sessions.

use std::sync::Arc;

use adapters::jwt::{AccessClaims, AccessTokenSigner};
use chrono::{DateTime, TimeDelta, Utc};
use commands::Fault;
use commands::identity::Session;
use commands::ports::IdSource;
use domain::account::Person;

/// The lifetime of an access token.
pub const LIFETIME: TimeDelta = TimeDelta::minutes(15);

/// Makes access tokens.
#[derive(Clone)]
pub struct Tokens {
    signer: Arc<AccessTokenSigner>,
    ids: Arc<dyn IdSource>,
}

impl Tokens {
    /// Puts it together.
    pub fn new(signer: AccessTokenSigner, ids: Arc<dyn IdSource>) -> Self {
        Self {
            signer: Arc::new(signer),
            ids,
        }
    }

    /// An access token for a session, with who its account is.
    pub fn sign(&self, session: &Session, at: DateTime<Utc>) -> Result<String, Fault> {
        let account = &session.account;
        let (patient, doctor) = match account.person {
            Person::None => (None, None),
            Person::Patient(patient) => (Some(patient), None),
            Person::Doctor(doctor) => (None, Some(doctor)),
        };
        self.signer.sign(&AccessClaims {
            sub: account.account,
            sid: session.id,
            roles: account.roles.clone(),
            clinics: account.clinics.clone(),
            patient,
            doctor,
            iat: at,
            exp: at + LIFETIME,
            jti: self.ids.id(),
        })
    }
}
