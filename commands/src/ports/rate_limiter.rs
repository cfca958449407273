//! Counting of requests against quotas.

use std::num::NonZeroU32;
use std::time::Duration;

use async_trait::async_trait;
use domain::AccountId;

use crate::{ClientNetwork, Fault};

/// The number of requests that are admitted in any window of a length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// The requests.
    pub requests: NonZeroU32,
    /// The length of the window, in seconds.
    pub seconds: NonZeroU32,
}

impl Quota {
    /// Returns the length of the window.
    #[must_use]
    pub fn window(self) -> Duration {
        Duration::from_secs(self.seconds.get().into())
    }
}

/// The caller for whom a request is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RateSubject {
    /// A client without a session.
    Client(ClientNetwork),
    /// An account.
    Account(AccountId),
}

/// The key under which requests are counted: one caller in one class of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RateKey {
    /// The name of the class.
    pub class: &'static str,
    /// The caller.
    pub subject: RateSubject,
}

/// The decision about a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateDecision {
    /// True if the request is admitted. A request that is not admitted is not counted.
    pub admitted: bool,
    /// The requests that are left.
    pub remaining: u32,
    /// The time until more are left. A caller that was refused and waits for so long is admitted.
    pub reset: Duration,
}

/// Counts requests.
#[async_trait]
pub trait RateLimiter: Send + Sync {
    /// Counts a request, unless the quota of its key is used up. A key has one quota, always the same.
    async fn take(&self, key: RateKey, quota: Quota) -> Result<RateDecision, Fault>;
}
