//! Signing of tokens.

use commands::Fault;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};

use super::{AccessClaims, JwtKeys, TYPE, TokenRealm, claims::WireClaims};

/// Signs access tokens with the first of our keys.
#[derive(Clone)]
pub struct AccessTokenSigner {
    header: Header,
    key: EncodingKey,
    realm: TokenRealm,
}

impl AccessTokenSigner {
    /// A signer for `realm`.
    #[must_use]
    pub fn new(keys: &JwtKeys, realm: TokenRealm) -> Self {
        let signing = keys.signing();
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some(TYPE.to_owned());
        header.kid = Some(signing.kid.clone());
        Self {
            header,
            key: signing.signs.clone(),
            realm,
        }
    }

    /// Returns the token with `claims`.
    pub fn sign(&self, claims: &AccessClaims) -> Result<String, Fault> {
        encode(
            &self.header,
            &WireClaims::new(claims, &self.realm),
            &self.key,
        )
        .map_err(Fault::doing("signing an access token"))
    }
}
