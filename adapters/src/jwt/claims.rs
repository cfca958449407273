//! What a token says about its bearer.

use chrono::{DateTime, Utc};
use commands::ports::SessionId;
use domain::{AccountId, ClinicScope, DoctorId, PatientId, Roles};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{TokenRealm, TokenRefusal};

/// Who somebody is and what they may act as, under the claims' registered names. Issuer and
/// audience are missing on purpose: they are the realm's, and no caller gets to choose them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessClaims {
    /// The account that signed in.
    pub sub: AccountId,
    /// The session, so that revoking it ends the token as well.
    pub sid: SessionId,
    /// The roles the account may act in.
    pub roles: Roles,
    /// The clinics they hold for.
    pub clinics: ClinicScope,
    /// The patient that the account is, if it is one.
    pub patient: Option<PatientId>,
    /// The doctor that the account is, if it is one.
    pub doctor: Option<DoctorId>,
    /// When it was issued. The token keeps whole seconds.
    pub iat: DateTime<Utc>,
    /// When it ends: at this moment it is refused. The token keeps whole seconds, rounded down.
    pub exp: DateTime<Utc>,
    /// The token's own id.
    pub jti: Uuid,
}

/// The claims as they travel.
#[derive(Serialize, Deserialize)]
pub(super) struct WireClaims {
    iss: String,
    aud: String,
    sub: AccountId,
    sid: Uuid,
    roles: Roles,
    clinics: ClinicScope,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    patient: Option<PatientId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    doctor: Option<DoctorId>,
    iat: i64,
    /// We issue none: our tokens hold from `iat` on. One that came with it is held to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nbf: Option<i64>,
    exp: i64,
    jti: Uuid,
}

impl WireClaims {
    pub(super) fn new(claims: &AccessClaims, realm: &TokenRealm) -> Self {
        Self {
            iss: realm.issuer.clone(),
            aud: realm.audience.clone(),
            sub: claims.sub,
            sid: claims.sid.0,
            roles: claims.roles.clone(),
            clinics: claims.clinics.clone(),
            patient: claims.patient,
            doctor: claims.doctor,
            iat: claims.iat.timestamp(),
            nbf: None,
            exp: claims.exp.timestamp(),
            jti: claims.jti,
        }
    }

    /// The claims, if they were made in `realm`. A later `nbf` takes the place of `iat`.
    pub(super) fn within(self, realm: &TokenRealm) -> Result<AccessClaims, TokenRefusal> {
        if self.iss != realm.issuer {
            return Err(TokenRefusal::WrongIssuer);
        }
        if self.aud != realm.audience {
            return Err(TokenRefusal::WrongAudience);
        }
        Ok(AccessClaims {
            sub: self.sub,
            sid: SessionId(self.sid),
            roles: self.roles,
            clinics: self.clinics,
            patient: self.patient,
            doctor: self.doctor,
            iat: moment(self.nbf.map_or(self.iat, |nbf| nbf.max(self.iat)))?,
            exp: moment(self.exp)?,
            jti: self.jti,
        })
    }
}

fn moment(seconds: i64) -> Result<DateTime<Utc>, TokenRefusal> {
    DateTime::from_timestamp(seconds, 0).ok_or(TokenRefusal::Malformed)
}
