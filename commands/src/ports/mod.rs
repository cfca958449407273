//! What the write side needs from outside, as traits. Each is implemented in `adapters`, one folder per outside system.

mod clock;
mod credentials;
mod gateway;
mod ids;
mod inbox;
mod passwords;
mod sessions;
mod throttle;

pub use clock::Clock;
pub use credentials::CredentialStore;
pub use gateway::{
    AttemptStatus, GatewayAttempt, GatewayError, GatewayFact, GatewayNews, GatewayRefund,
    GatewayRefundStatus, NewOrder, NewRefund, PaymentGateway, UnreadableNews,
};
pub use ids::IdSource;
pub use inbox::{
    Delivery, DeliveryDigest, DeliveryOutcome, GatewayInbox, InboxWaiting, KeptDelivery,
    NotADigest, Verdict,
};
pub use passwords::{PasswordCheck, PasswordHash, PasswordHasher};
pub use sessions::{
    NewSession, REFRESH_GRACE, RefreshTokenHash, Rotation, SessionId, SessionStore, Successor,
    SuccessorSalt,
};
pub use throttle::{LoginThrottle, ThrottleKey};
