//! Clinics that require a second factor of their staff, as this node knows them.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use commands::authorization::{SecondFactorPolicy, is_staff};
use commands::identity::Identity;
use commands::{Caller, Fault};

use crate::app::App;

/// Time between two questions to the log: a clinic's setting counts on every node within two seconds.
const INTERVAL: Duration = Duration::from_secs(1);

/// The settings of the clinics, and that of the group.
#[derive(Clone)]
pub struct SecondFactorPolicies {
    known: Arc<RwLock<SecondFactorPolicy>>,
    group: bool,
}

impl SecondFactorPolicies {
    /// Creates it for a group with this setting. The clinics' own ones are not known yet.
    #[must_use]
    pub fn new(group: bool) -> Self {
        let known = SecondFactorPolicy {
            group,
            ..SecondFactorPolicy::default()
        };
        Self {
            known: Arc::new(RwLock::new(known)),
            group,
        }
    }

    fn known(&self) -> SecondFactorPolicy {
        let known = self.known.read();
        known.unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn is_in_force(&self) -> bool {
        let known = self.known.read();
        known.unwrap_or_else(PoisonError::into_inner).is_in_force()
    }

    /// Returns whether a caller with these factors surely lacks none, without a question to the log.
    pub(crate) fn surely_needs_none(&self, caller: &Caller, has_one: bool) -> bool {
        has_one || !is_staff(&caller.roles) || !self.is_in_force()
    }

    /// Asks the log for the settings.
    pub async fn refresh(&self, identity: &Identity) -> Result<(), Fault> {
        let policy = identity.second_factor_policy(self.group).await?;
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = policy;
        Ok(())
    }

    /// Asks for ever.
    pub async fn follow(self, identity: Identity) {
        loop {
            tokio::time::sleep(INTERVAL).await;
            if let Err(error) = self.refresh(&identity).await
                && !event_store::report_outage(&error)
            {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "The clinics' second factors could not be read; those known stay in force."
                );
            }
        }
    }
}

impl App {
    /// Returns whether the caller is a member of staff who needs a second factor and has none.
    pub(crate) async fn lacks_second_factor(
        &self,
        caller: &Caller,
        has_one: bool,
    ) -> Result<bool, Fault> {
        let policies = &self.second_factors;
        if policies.surely_needs_none(caller, has_one) {
            return Ok(false);
        }
        let workplaces = self.identity.workplaces(caller).await?;
        Ok(policies.known().requires(&caller.roles, &workplaces))
    }
}
