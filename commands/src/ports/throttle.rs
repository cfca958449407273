//! Slows down password guessing, on every node alike.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::Fault;

/// The key of a throttle. Holds keyed hashes only: neither logins nor addresses are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ThrottleKey {
    /// One login name, whether or not it exists.
    Login([u8; 32]),
    /// One client address.
    Client([u8; 32]),
}

/// Counts failed sign-ins per login and per client.
#[async_trait]
pub trait LoginThrottle: Send + Sync {
    /// The time that the caller must wait, if any of `keys` is being slowed down at `at`.
    async fn wait(
        &self,
        keys: &[ThrottleKey],
        at: DateTime<Utc>,
    ) -> Result<Option<Duration>, Fault>;

    /// Counts one failure for each of `keys`.
    async fn failed(&self, keys: &[ThrottleKey], at: DateTime<Utc>) -> Result<(), Fault>;

    /// Forgets the failures of `key`, after a success.
    async fn succeeded(&self, key: ThrottleKey) -> Result<(), Fault>;
}
