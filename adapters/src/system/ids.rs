//! Identifiers and secrets.

use std::io;

use commands::ports::IdSource;
use uuid::Uuid;

/// Generates ids from the system clock and secrets from the system's random generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemIds;

impl IdSource for SystemIds {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the source that all other code is passed"
    )]
    fn id(&self) -> Uuid {
        Uuid::now_v7()
    }

    #[expect(
        clippy::expect_used,
        reason = "without randomness there is no safe way to go on"
    )]
    fn secret(&self) -> [u8; 32] {
        random_secret().expect("the operating system gives random bytes")
    }
}

/// 256 random bits.
pub(crate) fn random_secret() -> io::Result<[u8; 32]> {
    let mut secret = [0; 32];
    // The crate's error is not a `std` error, and its message describes its number.
    getrandom::fill(&mut secret).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ids_are_version_7_unique_and_in_the_order_of_their_making() {
        let made: Vec<_> = (0..1_000).map(|_| SystemIds.id()).collect();
        assert!(made.iter().all(|id| id.get_version_num() == 7));
        assert!(made.is_sorted());
        assert_eq!(made.iter().collect::<BTreeSet<_>>().len(), made.len());
    }

    #[test]
    fn no_secret_comes_twice() {
        assert_ne!(SystemIds.secret(), SystemIds.secret());
    }
}
