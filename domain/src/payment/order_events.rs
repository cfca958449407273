//! Events of a payment about its orders at the gateway.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::values::{FailureCode, GatewayKeyId, GatewayOrderId, PaymentId};

/// Grounds for which an order was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ClosingGrounds {
    /// It was made with another API key, perhaps of another account.
    KeyChanged,
    /// The money that it brought was refunded, and the gateway takes no second payment for it.
    WrongAmount,
    /// The gateway refused to tell of it for as long as it was asked.
    NotTold,
    /// It has captured money that can't be read, such as in an unknown currency.
    Unreadable,
    /// The gateway gave it for this payment, and it belongs to another one.
    OtherPayment,
}

impl ClosingGrounds {
    /// All grounds.
    pub const ALL: [Self; 5] = [
        Self::KeyChanged,
        Self::WrongAmount,
        Self::NotTold,
        Self::Unreadable,
        Self::OtherPayment,
    ];

    /// Returns the name that is stored and sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::KeyChanged => "KEY_CHANGED",
            Self::WrongAmount => "WRONG_AMOUNT",
            Self::NotTold => "NOT_TOLD",
            Self::Unreadable => "UNREADABLE",
            Self::OtherPayment => "OTHER_PAYMENT",
        }
    }

    /// True if an operator has to compare the order with the gateway's records.
    pub const fn needs_operator(self) -> bool {
        match self {
            Self::KeyChanged | Self::WrongAmount => false,
            Self::NotTold | Self::Unreadable | Self::OtherPayment => true,
        }
    }
}

/// The gateway created an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PaymentOrderCreated {
    /// The payment.
    pub payment: PaymentId,
    /// The order.
    pub order: GatewayOrderId,
    /// The API key that made it; it was not recorded at first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<GatewayKeyId>,
    /// Time at which we learnt of it.
    pub at: DateTime<Utc>,
}

/// An order was closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PaymentOrderClosed {
    /// The payment.
    pub payment: PaymentId,
    /// The order.
    pub order: GatewayOrderId,
    /// Grounds for which it was closed.
    pub grounds: ClosingGrounds,
    /// The gateway's reason, if it gave one.
    pub code: Option<FailureCode>,
    /// Time of the event.
    pub at: DateTime<Utc>,
}
