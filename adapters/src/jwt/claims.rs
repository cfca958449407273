//! Claims of an access token.

use chrono::{DateTime, Utc};
use commands::ports::SessionId;
use domain::{AccountId, ClinicScope, DoctorId, PatientId, Roles};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{TokenRealm, TokenRefusal};

/// Account, roles and scope, under the registered names of the claims. Issuer and audience are
/// missing on purpose: they belong to the realm, and no caller chooses them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessClaims {
    /// The account that signed in.
    pub sub: AccountId,
    /// The session, so that revoking it ends the token as well.
    pub sid: SessionId,
    /// The roles the account may act in.
    pub roles: Roles,
    /// The clinics at which the account may act; `None` if there are too many for a token, so that the node looks
    /// them up.
    pub clinics: Option<ClinicScope>,
    /// The patient to whom the account belongs, if any.
    pub patient: Option<PatientId>,
    /// The doctor to whom the account belongs, if any.
    pub doctor: Option<DoctorId>,
    /// True if the account had a second factor when the token was issued. Claim `sf`; absent if not.
    pub second_factor: bool,
    /// Time of issue, in whole seconds.
    pub iat: DateTime<Utc>,
    /// Expiry: from this time on the token is refused. Whole seconds, rounded down.
    pub exp: DateTime<Utc>,
    /// The token's own id.
    pub jti: Uuid,
}

/// The claims as they are serialised.
#[derive(Serialize, Deserialize)]
pub(super) struct WireClaims {
    iss: String,
    aud: String,
    sub: AccountId,
    sid: Uuid,
    roles: Roles,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    clinics: Option<ClinicScope>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    patient: Option<PatientId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    doctor: Option<DoctorId>,
    #[serde(default, rename = "sf", skip_serializing_if = "std::ops::Not::not")]
    second_factor: bool,
    iat: i64,
    /// We issue none: our tokens are valid from `iat` on. If a token has one, it is checked.
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
            second_factor: claims.second_factor,
            iat: claims.iat.timestamp(),
            nbf: None,
            exp: claims.exp.timestamp(),
            jti: claims.jti,
        }
    }

    /// Returns the claims, if they were issued in `realm`. A later `nbf` replaces `iat`.
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
            second_factor: self.second_factor,
            iat: moment(self.nbf.map_or(self.iat, |nbf| nbf.max(self.iat)))?,
            exp: moment(self.exp)?,
            jti: self.jti,
        })
    }
}

fn moment(seconds: i64) -> Result<DateTime<Utc>, TokenRefusal> {
    DateTime::from_timestamp(seconds, 0).ok_or(TokenRefusal::Malformed)
}
