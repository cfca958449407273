//! Identifiers and randomness, as arguments.

use uuid::Uuid;

/// Makes identifiers and secrets.
pub trait IdSource: Send + Sync {
    /// A new `UUIDv7` (RFC 9562 §5.7): unique, roughly ordered by time.
    fn id(&self) -> Uuid;

    /// 32 random bytes from the operating system's generator.
    fn secret(&self) -> [u8; 32];
}
