//! Ids and codes of the payment gateway: opaque words that are stored unchanged.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::text::{public_display, text_value};

/// The longest that is accepted, in characters.
const MAX: usize = 64;

/// The text is not an id of a gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("an id of a gateway has 1 to {MAX} letters, digits, '_' and '-'")]
pub struct InvalidGatewayId;

macro_rules! gateway_ids {
    ($($(#[$doc:meta])+ $name:ident;)+) => {$(
        $(#[$doc])+
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Accepts any word of the right form; only the gateway knows if it exists.
            ///
            /// # Errors
            /// [`InvalidGatewayId`] if it is empty, too long, or has other characters.
            pub fn parse(raw: &str) -> Result<Self, InvalidGatewayId> {
                let known = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
                if raw.is_empty() || raw.len() > MAX || !raw.chars().all(known) {
                    return Err(InvalidGatewayId);
                }
                Ok(Self(raw.to_owned()))
            }
        }

        text_value!($name, InvalidGatewayId);
        public_display!($name);
    )+};
}

gateway_ids! {
    /// An order at the gateway: one amount to pay, with any number of attempts.
    GatewayOrderId;
    /// One attempt to pay an order.
    GatewayPaymentId;
    /// One refund of a captured attempt.
    GatewayRefundId;
    /// One dispute about a captured attempt.
    GatewayDisputeId;
    /// The public half of an API key at the gateway. An order can be paid with the key that made it.
    GatewayKeyId;
    /// The gateway's code of a failure, such as `BAD_REQUEST_ERROR`, or of a dispute's grounds. Its description is not stored:
    /// it is free text and may hold personal data.
    FailureCode;
}

impl GatewayKeyId {
    /// True if no money moves under this key: it is of a sandbox, or of the gateway's test mode.
    #[must_use]
    pub fn is_for_tests(&self) -> bool {
        ["rzp_sandbox_", "rzp_test_"]
            .iter()
            .any(|prefix| self.0.starts_with(prefix))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_kept_as_it_came() {
        let id = GatewayPaymentId::parse("pay_IH4NVgf4Dreq1l").unwrap();
        assert_eq!(id.as_str(), "pay_IH4NVgf4Dreq1l");
        assert_eq!(serde_json::to_value(&id).unwrap(), "pay_IH4NVgf4Dreq1l");
    }

    #[test]
    fn keys_of_the_sandbox_and_of_the_test_mode_move_no_money() {
        for (key, for_tests) in [
            ("rzp_sandbox_3b5c7d9e1f2a4b", true),
            ("rzp_test_8hPk3vQ1yZ0wLm", true),
            ("rzp_live_8hPk3vQ1yZ0wLm", false),
            ("rzp_storm_key", false),
        ] {
            assert_eq!(GatewayKeyId::parse(key).unwrap().is_for_tests(), for_tests);
        }
    }

    #[test]
    fn what_could_be_no_id_is_refused_at_every_door() {
        let long = "x".repeat(65);
        for raw in ["", " ", "order 1", "order|pay", "ordér", &*long] {
            assert_eq!(GatewayOrderId::parse(raw), Err(InvalidGatewayId), "{raw:?}");
            assert!(serde_json::from_value::<GatewayOrderId>(raw.into()).is_err());
        }
    }
}
