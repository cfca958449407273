//! Sessions that ended while their access tokens still run.

use std::collections::HashSet;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use commands::identity::Identity;
use commands::ports::{Clock, SessionId};

use crate::tokens::LIFETIME;

/// Time between two questions to the database: a revoked session is refused on every node within two seconds.
const INTERVAL: Duration = Duration::from_secs(1);
/// Sessions revoked longer ago have no token that still runs; some slack for clocks that differ.
const LOOK_BACK: TimeDelta = TimeDelta::minutes(20);

/// The revoked sessions, as this node knows them.
#[derive(Clone, Default)]
pub struct RevokedSessions {
    known: Arc<RwLock<HashSet<SessionId>>>,
    /// All sessions ended then: the database was restored, and no longer knows which were revoked.
    all_ended: Option<DateTime<Utc>>,
}

impl RevokedSessions {
    /// Creates the list for a database that was restored at `all_ended`, if it ever was.
    #[must_use]
    pub fn new(all_ended: Option<DateTime<Utc>>) -> Self {
        Self {
            // Tokens tell whole seconds.
            all_ended: all_ended.map(|at| at.trunc_subsecs(0)),
            ..Self::default()
        }
    }

    /// Returns whether a token of that session, issued then, is refused.
    #[must_use]
    pub fn refuses(&self, session: SessionId, issued: DateTime<Utc>) -> bool {
        self.all_ended.is_some_and(|ended| issued < ended) || self.contains(session)
    }

    fn contains(&self, session: SessionId) -> bool {
        self.known
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .contains(&session)
    }

    /// Refuses a session's tokens on this node from now on.
    pub fn add(&self, session: SessionId) {
        self.known
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(session);
    }

    fn known(&self) -> HashSet<SessionId> {
        self.known
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Takes what the database answered to a question that was asked when `known` was all. What was
    /// added meanwhile stays: the answer may be older.
    fn replace(&self, known: &HashSet<SessionId>, answer: Vec<SessionId>) {
        let mut sessions = self.known.write().unwrap_or_else(PoisonError::into_inner);
        sessions.retain(|session| !known.contains(session));
        sessions.extend(answer);
    }

    /// Asks the database what was revoked.
    pub async fn refresh(
        &self,
        identity: &Identity,
        clock: &dyn Clock,
    ) -> Result<(), commands::Fault> {
        let since = clock.now() - LOOK_BACK.max(LIFETIME);
        let known = self.known();
        self.replace(&known, identity.revoked_since(since).await?);
        Ok(())
    }

    /// Asks for ever.
    pub async fn follow(self, identity: Identity, clock: Arc<dyn Clock>) {
        loop {
            tokio::time::sleep(INTERVAL).await;
            if let Err(error) = self.refresh(&identity, &*clock).await
                && !event_store::report_outage(&error)
            {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "Revoked sessions could not be read; those known stay refused."
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn session(number: u128) -> SessionId {
        SessionId(Uuid::from_u128(number))
    }

    #[test]
    fn tokens_from_before_a_restore_are_refused() {
        let restored = DateTime::from_timestamp(1_000, 500_000_000).unwrap();
        let revoked = RevokedSessions::new(Some(restored));
        let second = |second| DateTime::from_timestamp(second, 0).unwrap();
        assert!(revoked.refuses(session(1), second(999)));
        assert!(!revoked.refuses(session(1), second(1_000)));
        assert!(!RevokedSessions::new(None).refuses(session(1), second(0)));
    }

    #[test]
    fn a_session_that_is_revoked_while_the_database_is_asked_stays_refused() {
        let revoked = RevokedSessions::default();
        revoked.add(session(1));
        let known = revoked.known();
        revoked.add(session(2));
        revoked.replace(&known, vec![session(3)]);
        assert!(revoked.contains(session(2)));
        assert!(revoked.contains(session(3)));
        assert!(
            !revoked.contains(session(1)),
            "the database has forgotten it"
        );
    }
}
