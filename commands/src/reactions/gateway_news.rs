//! A delivery of the payment gateway waits in the inbox: work on it.

use std::sync::Arc;

use super::timers::{Due, Running};
use crate::Fault;
use crate::payments::Inbox;
use crate::ports::DeliveryDigest;

/// The timers' kind. Whoever keeps a delivery sets one with it, under the delivery's digest.
pub const GATEWAY_NEWS: &str = "gateway-news";

/// Works on deliveries.
pub(super) struct GatewayNewsDue(pub(super) Inbox);

impl Due for GatewayNewsDue {
    fn kind(&self) -> &'static str {
        GATEWAY_NEWS
    }

    fn run(self: Arc<Self>, key: String, _: u32) -> Running {
        Box::pin(async move {
            let digest = DeliveryDigest::parse(&key);
            let digest = digest.map_err(Fault::doing("reading a timer's key"))?;
            self.0.work_on(&digest).await
        })
    }
}
