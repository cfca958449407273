//! Storage of the payment gateway's deliveries until they are applied.

use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::GatewayOrderId;
use sha2::{Digest as _, Sha256};

use crate::Fault;

/// Stores the deliveries of the gateway. Each is applied, however often the program dies.
#[async_trait]
pub trait GatewayInbox: Send + Sync {
    /// Keeps a delivery and sets the timer of the work on it, both or neither. False if it is here already.
    async fn keep(&self, delivery: &Delivery) -> Result<bool, Fault>;

    /// A delivery with its body opened.
    async fn find(&self, digest: &DeliveryDigest) -> Result<Option<KeptDelivery>, Fault>;

    /// Stores its outcome.
    async fn settle(&self, digest: &DeliveryDigest, verdict: &Verdict) -> Result<(), Fault>;

    /// The number of waiting deliveries, and the time of the oldest.
    async fn waiting(&self) -> Result<InboxWaiting, Fault>;
}

/// The id of a delivery: a hash over the event's id and the body. The event's id is an unsigned header, and a
/// forged one must not hide another body; the same delivery again has the same digest.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct DeliveryDigest([u8; 32]);

/// Not a digest as [`DeliveryDigest`] is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a digest has 64 hexadecimal digits")]
pub struct NotADigest;

impl DeliveryDigest {
    /// The digest of a delivery.
    #[must_use]
    pub fn new(event_id: &[u8], body: &[u8]) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"caresync gateway delivery v1\0");
        hash.update((event_id.len() as u64).to_be_bytes());
        hash.update(event_id);
        hash.update(body);
        Self(hash.finalize().into())
    }

    /// Stored before.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// To be stored.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Reads what `Display` wrote.
    ///
    /// # Errors
    /// [`NotADigest`] for anything else.
    pub fn parse(text: &str) -> Result<Self, NotADigest> {
        let text = text.as_bytes();
        let mut bytes = [0; 32];
        if text.len() != 2 * bytes.len() {
            return Err(NotADigest);
        }
        for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
            let digits = std::str::from_utf8(pair).map_err(|_| NotADigest)?;
            let plain = pair.iter().all(u8::is_ascii_hexdigit);
            let read = u8::from_str_radix(digits, 16).ok().filter(|_| plain);
            *byte = read.ok_or(NotADigest)?;
        }
        Ok(Self(bytes))
    }
}

impl fmt::Display for DeliveryDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for DeliveryDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeliveryDigest({self})")
    }
}

/// Something that the gateway delivered and signed.
#[derive(Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its id.
    pub digest: DeliveryDigest,
    /// The gateway's name of the event, if it is one that can be shown.
    pub event_id: Option<String>,
    /// The time of its arrival.
    pub received_at: DateTime<Utc>,
    /// The very bytes that were signed. They tell of a payer.
    pub body: Vec<u8>,
}

/// Event ids that are kept have at most so many characters; others only go into the digest.
const LONGEST_EVENT_ID: usize = 64;

impl Delivery {
    /// A delivery under the event id that came with it.
    #[must_use]
    pub fn new(event_id: &[u8], body: Vec<u8>, received_at: DateTime<Utc>) -> Self {
        let shown = (1..=LONGEST_EVENT_ID).contains(&event_id.len())
            && event_id.iter().all(u8::is_ascii_graphic);
        Self {
            digest: DeliveryDigest::new(event_id, &body),
            event_id: shown.then(|| String::from_utf8_lossy(event_id).into_owned()),
            received_at,
            body,
        }
    }
}

/// A delivery that was kept.
#[derive(Clone, PartialEq, Eq)]
pub struct KeptDelivery {
    /// The time of its arrival.
    pub received_at: DateTime<Utc>,
    /// The bytes; none once they are too old to be kept.
    pub body: Option<Vec<u8>>,
    /// Its outcome; none while it waits.
    pub outcome: Option<DeliveryOutcome>,
}

/// The outcome of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DeliveryOutcome {
    /// It is in the log.
    Applied,
    /// It was known.
    NothingNew,
    /// It is about another account at the gateway.
    OtherAccount,
    /// Its order is none of ours, and did not become one while it waited.
    UnknownOrder,
    /// Nothing that a payment records.
    OtherKind,
    /// Signed, and not in the gateway's form.
    Unreadable,
    /// The payment does not take it.
    Refused,
}

impl DeliveryOutcome {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Applied,
        Self::NothingNew,
        Self::OtherAccount,
        Self::UnknownOrder,
        Self::OtherKind,
        Self::Unreadable,
        Self::Refused,
    ];

    /// As it is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "APPLIED",
            Self::NothingNew => "NOTHING_NEW",
            Self::OtherAccount => "OTHER_ACCOUNT",
            Self::UnknownOrder => "UNKNOWN_ORDER",
            Self::OtherKind => "OTHER_KIND",
            Self::Unreadable => "UNREADABLE",
            Self::Refused => "REFUSED",
        }
    }

    /// Reads what [`Self::as_str`] wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == text)
    }
}

/// The outcome of a delivery as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The outcome.
    pub outcome: DeliveryOutcome,
    /// The gateway's name of the kind of event, if it could be read.
    pub kind: Option<String>,
    /// The order that it is about, if any.
    pub order: Option<GatewayOrderId>,
    /// The time.
    pub at: DateTime<Utc>,
}

/// The waiting deliveries of the inbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InboxWaiting {
    /// Their number.
    pub count: u64,
    /// The time of the oldest.
    pub since: Option<DateTime<Utc>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_delivery_again_has_the_same_digest_and_any_other_has_another() {
        let digest = DeliveryDigest::new(b"evt_1", b"{}");
        assert_eq!(digest, DeliveryDigest::new(b"evt_1", b"{}"));
        assert_ne!(digest, DeliveryDigest::new(b"evt_1", b"{ }"));
        assert_ne!(digest, DeliveryDigest::new(b"evt_2", b"{}"));
        assert_ne!(digest, DeliveryDigest::new(b"evt_", b"1{}"));
        assert_ne!(digest, DeliveryDigest::new(b"", b"evt_1{}"));
    }

    #[test]
    fn a_digest_is_read_as_it_is_written_and_in_no_other_way() {
        let digest = DeliveryDigest::new(b"evt_1", b"{}");
        assert_eq!(DeliveryDigest::parse(&digest.to_string()), Ok(digest));
        let wrong = [
            "",
            "00",
            &"0".repeat(63),
            &"+1".repeat(32),
            &"zz".repeat(32),
            &"é".repeat(32),
        ];
        for text in wrong {
            assert_eq!(DeliveryDigest::parse(text), Err(NotADigest), "{text}");
        }
    }

    #[test]
    fn an_event_id_that_cannot_be_shown_counts_and_is_not_kept() {
        let at = DateTime::UNIX_EPOCH;
        let kept = |id: &[u8]| Delivery::new(id, b"{}".to_vec(), at).event_id;
        assert_eq!(kept(b"evt_1").as_deref(), Some("evt_1"));
        assert_eq!(kept(&[b'e'; 64]).map(|id| id.len()), Some(64));
        for id in [&b""[..], b"evt 1", b"evt\n1", &[0xff], &[b'e'; 65]] {
            assert_eq!(kept(id), None);
            assert_ne!(
                DeliveryDigest::new(id, b"{}"),
                DeliveryDigest::new(b"evt_1", b"{}")
            );
        }
    }

    #[test]
    fn every_outcome_is_read_as_it_is_written() {
        for outcome in DeliveryOutcome::ALL {
            assert_eq!(DeliveryOutcome::parse(outcome.as_str()), Some(outcome));
        }
        assert_eq!(DeliveryOutcome::parse("applied"), None);
    }
}
