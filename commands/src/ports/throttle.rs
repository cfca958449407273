//! Slows down password guessing, on every node alike.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::Fault;

/// The key of a throttle. Holds keyed hashes only: neither logins nor addresses are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ThrottleKey {
    /// One login name, whether or not it exists, from whatever address.
    Login([u8; 32]),
    /// One login name from one client address.
    LoginFromClient([u8; 32]),
    /// One client address.
    Client([u8; 32]),
    /// One known device, or one session.
    Device([u8; 32]),
}

/// Counts failed sign-ins.
#[async_trait]
pub trait LoginThrottle: Send + Sync {
    /// Counts an attempt as a failure for each of `keys`, before it is made. If one of `keys` or `watched` has to
    /// wait, the attempt is not counted, and the time to wait is returned.
    async fn attempt(
        &self,
        keys: &[ThrottleKey],
        watched: &[ThrottleKey],
        at: DateTime<Utc>,
    ) -> Result<Option<Duration>, Fault>;

    /// Counts one failure for each of `keys`.
    async fn failed(&self, keys: &[ThrottleKey], at: DateTime<Utc>) -> Result<(), Fault>;

    /// Forgets the failures of `keys`, after a success.
    async fn succeeded(&self, keys: &[ThrottleKey]) -> Result<(), Fault>;
}
