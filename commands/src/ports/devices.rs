//! Storage of the clients from which an account was signed in to.

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use domain::AccountId;

use crate::Fault;

/// SHA-256 of a device's token. Tokens carry 256 random bits, so an unsalted hash cannot be guessed back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DeviceTokenHash(pub [u8; 32]);

/// The time after which a device that was not used is no longer known.
pub const DEVICE_KNOWN_FOR: TimeDelta = TimeDelta::days(400);

/// The number of devices that are known of one account; the one that was used least recently goes first.
pub const MOST_DEVICES: usize = 20;

/// Keeps the hashes of devices' tokens.
#[async_trait]
pub trait DeviceStore: Send + Sync {
    /// The account that was signed in to from this device within [`DEVICE_KNOWN_FOR`].
    async fn account_of(
        &self,
        device: DeviceTokenHash,
        at: DateTime<Utc>,
    ) -> Result<Option<AccountId>, Fault>;

    /// Records that the account was signed in to from this device.
    async fn remember(
        &self,
        account: AccountId,
        device: DeviceTokenHash,
        at: DateTime<Utc>,
    ) -> Result<(), Fault>;
}
