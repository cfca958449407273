//! Razorpay's HTTP API and its signatures.
//!
//! This module does not know why money moves: it sends requests, parses answers, and checks
//! signatures. The base URL is a setting: it may be Razorpay or a server with the same API. A new
//! request goes into the file of its resource (`orders`, `payments`, `refunds`,
//! `disputes`), a new kind of webhook into `webhook`.
//!
//! Sources: <https://razorpay.com/docs/api/> and <https://razorpay.com/docs/webhooks/>.

mod breaker;
mod client;
mod config;
mod disputes;
mod failure;
mod orders;
mod payments;
mod refunds;
mod retry;
mod signature;
mod webhook;
mod wire;

#[cfg(test)]
mod tests;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use commands::ports::{
    GatewayAttempts, GatewayDisputes, GatewayError, GatewayEvent, GatewayRefund, NewOrder,
    NewRefund, PaymentGateway, UnreadableEvent,
};
use domain::{GatewayKeyId, GatewayOrderId, GatewayPaymentId, Money};
use secrecy::SecretString;

use client::Client;

pub use config::{RazorpayConfig, RazorpayConfigError, RazorpayLimits};

/// Client of the gateway of a configuration.
#[derive(Debug)]
pub struct Razorpay {
    client: Client,
    key_id: GatewayKeyId,
    key_secret: SecretString,
    webhook_secret: SecretString,
    previous_webhook_secret: Option<SecretString>,
}

impl Razorpay {
    /// Prepares the client; nothing is sent yet.
    pub fn new(config: RazorpayConfig) -> Result<Self, RazorpayConfigError> {
        config.check()?;
        let key_id = GatewayKeyId::parse(&config.key_id);
        Ok(Self {
            client: Client::new(&config),
            key_id: key_id.map_err(|_| RazorpayConfigError::KeyId)?,
            key_secret: config.key_secret,
            webhook_secret: config.webhook_secret,
            previous_webhook_secret: config.previous_webhook_secret,
        })
    }
}

#[async_trait]
impl PaymentGateway for Razorpay {
    async fn create_order(&self, order: &NewOrder) -> Result<GatewayOrderId, GatewayError> {
        orders::create(&self.client, order).await
    }

    async fn attempts(&self, order: &GatewayOrderId) -> Result<GatewayAttempts, GatewayError> {
        orders::attempts(&self.client, order).await
    }

    async fn is_paid(&self, order: &GatewayOrderId, amount: Money) -> Result<bool, GatewayError> {
        orders::is_paid(&self.client, order, amount).await
    }

    async fn capture(&self, attempt: &GatewayPaymentId, amount: Money) -> Result<(), GatewayError> {
        payments::capture(&self.client, attempt, amount).await
    }

    async fn refund(&self, refund: &NewRefund) -> Result<GatewayRefund, GatewayError> {
        refunds::create(&self.client, refund).await
    }

    async fn refunds(
        &self,
        attempt: &GatewayPaymentId,
    ) -> Result<Vec<GatewayRefund>, GatewayError> {
        refunds::of_attempt(&self.client, attempt).await
    }

    async fn disputes(&self, since: DateTime<Utc>) -> Result<GatewayDisputes, GatewayError> {
        disputes::since(&self.client, since).await
    }

    fn key_id(&self) -> &GatewayKeyId {
        &self.key_id
    }

    fn vouches_for(
        &self,
        order: &GatewayOrderId,
        attempt: &GatewayPaymentId,
        signature: &str,
    ) -> bool {
        signature::vouches(&self.key_secret, order, attempt, signature)
    }

    fn signed(&self, body: &[u8], signature: &str) -> bool {
        let secrets = [
            Some(&self.webhook_secret),
            self.previous_webhook_secret.as_ref(),
        ];
        let mut secrets = secrets.into_iter().flatten();
        secrets.any(|secret| signature::signs(secret, body, signature))
    }

    fn read(&self, body: &[u8]) -> Result<GatewayEvent, UnreadableEvent> {
        webhook::read(body)
    }
}
