//! Access tokens for sessions.

use std::sync::Arc;

use adapters::jwt::{AccessClaims, AccessTokenSigner};
use chrono::{DateTime, TimeDelta, Utc};
use commands::Fault;
use commands::identity::Session;
use commands::ports::IdSource;
use domain::ClinicScope;
use domain::account::Person;

/// The lifetime of an access token.
pub const LIFETIME: TimeDelta = TimeDelta::minutes(15);

/// The number of clinics that a token names. With more it names none, and nodes look them up: a token travels with
/// every request, and what is longer than 4 KiB is refused.
const MOST_CLINICS: usize = 32;

fn fits(clinics: &ClinicScope) -> bool {
    match clinics {
        ClinicScope::All => true,
        ClinicScope::Only(named) => named.len() <= MOST_CLINICS,
    }
}

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
            clinics: fits(&account.clinics).then(|| account.clinics.clone()),
            patient,
            doctor,
            second_factor: session.second_factor,
            iat: at,
            exp: at + LIFETIME,
            jti: self.ids.id(),
        })
    }
}
