//! Abuse: refused requests and failed sign-ins of one client. Beyond a quota the client is blocked for a while.

use std::num::NonZeroU32;
use std::str::FromStr;

use adapters::system::SystemIds;
use chrono::TimeDelta;
use commands::ClientNetwork;
use commands::ports::{BlockedClient, IdSource as _, Quota, RateKey, RateSubject};

use super::Limits;
use super::quotas::{InvalidQuota, parse_quota};
use crate::app::App;
use crate::http::problem_type::ProblemType;
use crate::metrics::Metrics;

/// The name under which offences are counted.
const OFFENCES: &str = "offences";

/// Problems of a client without a session that count as offences.
const COUNTED: [ProblemType; 4] = [
    ProblemType::QuotaExceeded,
    ProblemType::LoginFailed,
    ProblemType::CodeFailed,
    ProblemType::TooManyAttempts,
];

/// The offences after which a client is blocked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AbuseQuota(Quota);

impl Default for AbuseQuota {
    /// 300 in ten minutes.
    fn default() -> Self {
        let number = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        Self(Quota {
            requests: number(300),
            seconds: number(600),
        })
    }
}

impl FromStr for AbuseQuota {
    type Err = InvalidQuota;

    fn from_str(text: &str) -> Result<Self, InvalidQuota> {
        parse_quota(text).map(Self)
    }
}

/// Rule by which the program blocks clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockPolicy {
    /// The offences that are accepted.
    pub offences: AbuseQuota,
    /// The length of a block, in minutes.
    pub minutes: u16,
}

impl Default for BlockPolicy {
    /// Half an hour after 300 offences in ten minutes.
    fn default() -> Self {
        Self {
            offences: AbuseQuota::default(),
            minutes: 30,
        }
    }
}

/// Returns whether an answer with such a problem counts.
pub fn is_offence(slug: &str) -> bool {
    COUNTED.iter().any(|problem| problem.slug() == slug)
}

impl Limits {
    /// Counts an offence of a client, and blocks it if there were too many.
    pub(super) async fn count_offence(&self, client: ClientNetwork, app: &App, metrics: &Metrics) {
        let key = RateKey {
            class: OFFENCES,
            subject: RateSubject::Client(client),
        };
        match self.limiter.take(key, self.blocks.offences.0).await {
            Ok(decision) if !decision.admitted => self.block(client, app, metrics).await,
            Ok(_) => {}
            Err(_) => metrics.limits().failed(),
        }
    }

    async fn block(&self, client: ClientNetwork, app: &App, metrics: &Metrics) {
        let now = app.clock.now();
        let block = BlockedClient {
            id: SystemIds.id(),
            client,
            blocked_at: now,
            blocked_until: now + TimeDelta::minutes(self.blocks.minutes.into()),
            blocked_by: None,
        };
        match app.blocked.block(block).await {
            Ok(Some(blocked)) => {
                metrics.limits().blocked();
                // The address is in the table, for the time of the block.
                tracing::warn!(block.id = %blocked.id, "A client is blocked after too many offences.");
            }
            Ok(None) => tracing::warn!("A client is not blocked: too many are."),
            Err(error) => {
                if !event_store::report_outage(&error) {
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "A client could not be blocked."
                    );
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_abuse_quota_is_a_number_in_a_time() {
        assert_eq!("300/600".parse(), Ok(AbuseQuota::default()));
        for text in ["", "300", "0/600", "300/0", "300/600/1"] {
            assert_eq!(text.parse::<AbuseQuota>(), Err(InvalidQuota), "{text}");
        }
    }

    #[test]
    fn what_an_honest_client_may_meet_is_no_offence() {
        assert!(is_offence("login-failed"));
        for slug in [
            "unauthenticated",
            "refresh-failed",
            "client-blocked",
            "overloaded",
        ] {
            assert!(!is_offence(slug), "{slug}");
        }
    }
}
