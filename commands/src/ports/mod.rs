//! Ports: the outside systems that the write side needs, as traits. Each is implemented in `adapters`, one folder per outside system.

mod access_log;
mod blocked_clients;
mod clock;
mod credentials;
mod devices;
mod erasable_data;
mod gateway;
mod ids;
mod inbox;
mod mailed_codes;
mod mailer;
mod note_drafts;
mod notices;
mod passwords;
mod rate_limiter;
mod second_factors;
mod sessions;
mod throttle;

pub use access_log::{
    AccessEntry, AccessLog, AccessLogFigures, AccessOutcome, AccessQuery, AccessedItem, ItemKind,
    RecordedAccess,
};
pub use blocked_clients::{BlockedClient, BlockedClientStore, LONGEST_BLOCK, MOST_BLOCKED};
pub use clock::Clock;
pub use credentials::{Credential, CredentialStore, PasswordChange};
pub use devices::{DEVICE_KNOWN_FOR, DeviceStore, DeviceTokenHash, MOST_DEVICES};
pub use erasable_data::ErasableData;
pub use gateway::{
    AttemptStatus, GatewayAttempt, GatewayAttempts, GatewayDispute, GatewayDisputes, GatewayError,
    GatewayEvent, GatewayFact, GatewayRefund, GatewayRefundStatus, NewOrder, NewRefund,
    OrderDispute, PaymentGateway, UnreadableEvent,
};
pub use ids::IdSource;
pub use inbox::{
    Delivery, DeliveryDigest, DeliveryOutcome, GatewayInbox, InboxWaiting, KeptDelivery,
    NotADigest, Verdict,
};
pub use mailed_codes::{
    CodeHash, CodeHolder, CodePurpose, CodeStore, FIRST_MAIL_PAUSE, HeldCode, LONGEST_MAIL_PAUSE,
    MOST_CODE_ATTEMPTS, MOST_KEPT_CODES, MOST_WAITING_MAILS, NewCode, SetPassword,
};
pub use mailer::{
    Mail, MailError, MailFailure, MailMessage, MailOutbox, Mailer, NewMail, QueuedMail,
};
pub use note_drafts::{NoteDraftStore, StoredDraft};
pub use notices::{NoticeAddresses, NoticeRecipients};
pub use passwords::{HashingBusy, PasswordCheck, PasswordHash, PasswordHasher};
pub use rate_limiter::{Quota, RateDecision, RateKey, RateLimiter, RateSubject};
pub use second_factors::{RecoveryCodeHash, SecondFactor, SecondFactorStore};
pub use sessions::{
    DeviceName, NewSession, OpenSession, REFRESH_GRACE, RefreshTokenHash, Rotation, SessionId,
    SessionStore, Successor, SuccessorSalt,
};
pub use throttle::{LoginThrottle, ThrottleKey};
