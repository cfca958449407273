//! Logins and client addresses under a keyed hash, for tables that must not hold them in clear.

use std::net::IpAddr;

use domain::{AccountId, EmailAddress};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretBox};
use sha2::Sha256;
use std::sync::Arc;

use crate::ClientNetwork;
use crate::ports::{CodeHash, CodeHolder, CodePurpose, SessionId};

/// A blind index: equal logins have equal hashes, which say nothing without the key.
#[derive(Clone)]
pub struct LoginIndex(Arc<SecretBox<[u8; 32]>>);

impl LoginIndex {
    /// Takes the key. It must stay the same as long as the database: logins are found by it.
    #[must_use]
    pub fn new(key: [u8; 32]) -> Self {
        Self(Arc::new(SecretBox::new(Box::new(key))))
    }

    /// The hash of a login.
    #[must_use]
    pub fn hash_login(&self, login: &EmailAddress) -> [u8; 32] {
        self.hash(b"login", login.as_str().as_bytes())
    }

    /// The hashes of the spellings that earlier versions kept apart from this login.
    pub(crate) fn earlier_hashes(&self, login: &EmailAddress) -> Vec<[u8; 32]> {
        let spellings = login.earlier_spellings();
        let hashes = spellings
            .iter()
            .map(|one| self.hash(b"login", one.as_bytes()));
        hashes.collect()
    }

    /// A secret for another purpose, which says nothing about this key or about those for other purposes.
    #[must_use]
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        self.hash(b"derived secret", purpose.as_bytes())
    }

    /// The keys by which attempts on a login from a client are counted.
    pub(super) fn throttle_keys(&self, login: &EmailAddress, client: IpAddr) -> ThrottleKeys {
        let login = login.as_str();
        let both = format!("{} {login}", ClientNetwork::from_address(client));
        ThrottleKeys {
            login: self.hash(b"throttle login", login.as_bytes()),
            login_from_client: self.hash(b"throttle login from client", both.as_bytes()),
            client: self.throttle_client(client),
        }
    }

    /// The key by which failures of a client are counted.
    pub(super) fn throttle_client(&self, client: IpAddr) -> [u8; 32] {
        let client = ClientNetwork::from_address(client).to_string();
        self.hash(b"throttle client", client.as_bytes())
    }

    /// The hash of a mailed code. It says nothing without the key, though a code is short.
    pub(super) fn hash_code(
        &self,
        purpose: CodePurpose,
        holder: CodeHolder,
        code: &str,
    ) -> CodeHash {
        let purpose = purpose.as_str();
        let text = [
            holder.0.as_slice(),
            purpose.as_bytes(),
            b" ",
            code.as_bytes(),
        ]
        .concat();
        CodeHash(self.hash(b"mailed code", &text))
    }

    /// The key by which attempts at the codes of an account are counted.
    pub(super) fn throttle_code(&self, account: AccountId) -> [u8; 32] {
        self.hash(b"throttle code", account.as_uuid().as_bytes())
    }

    /// The key by which attempts at the password of a signed-in account are counted, but for changing it.
    pub(super) fn throttle_password(&self, account: AccountId) -> [u8; 32] {
        self.hash(b"throttle password", account.as_uuid().as_bytes())
    }

    /// The key by which changes of password in a session are counted.
    pub(super) fn throttle_session(&self, session: SessionId) -> [u8; 32] {
        self.hash(b"throttle session", session.0.as_bytes())
    }

    fn hash(&self, purpose: &[u8], value: &[u8]) -> [u8; 32] {
        // HMAC takes a key of any length, so this cannot fail; an empty tag would match nothing.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.0.expose_secret()) else {
            return [0; 32];
        };
        mac.update(&(purpose.len() as u64).to_be_bytes());
        mac.update(purpose);
        mac.update(value);
        mac.finalize().into_bytes().into()
    }
}

/// Hashes by which attempts on a login are counted.
pub(super) struct ThrottleKeys {
    pub(super) login: [u8; 32],
    pub(super) login_from_client: [u8; 32],
    pub(super) client: [u8; 32],
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_logins_have_equal_hashes_under_one_key_only() {
        let login = EmailAddress::parse("asha@example.org").unwrap();
        let (one, other) = (LoginIndex::new([1; 32]), LoginIndex::new([2; 32]));
        assert_eq!(
            one.hash_login(&login),
            one.hash_login(&EmailAddress::parse("Asha@Example.org").unwrap())
        );
        assert_ne!(one.hash_login(&login), other.hash_login(&login));
    }
}
