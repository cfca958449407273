//! Applies the deliveries of the payment gateway that wait in the inbox.

use std::sync::Arc;

use super::timers::{Running, TimerHandler};
use crate::Fault;
use crate::payments::Inbox;
use crate::ports::DeliveryDigest;

/// The timers' kind. One is set together with each delivery, under the delivery's digest.
pub const GATEWAY_EVENT: &str = "gateway-news";

/// Applies deliveries.
pub(super) struct GatewayEventHandler(pub(super) Inbox);

impl TimerHandler for GatewayEventHandler {
    fn kind(&self) -> &'static str {
        GATEWAY_EVENT
    }

    fn run(self: Arc<Self>, key: String, _: u32) -> Running {
        Box::pin(async move {
            let digest = DeliveryDigest::parse(&key);
            let digest = digest.map_err(Fault::doing("reading a timer's key"))?;
            Ok(self.0.apply(&digest).await?.into())
        })
    }
}
