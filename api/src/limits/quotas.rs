//! Quotas of the classes: defaults, and settings that replace them.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::str::FromStr;

use commands::ports::Quota;

use super::class::RouteClass;

/// The caller that a quota is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum QuotaHolder {
    /// A client that shows no session.
    Client,
    /// An account.
    Account,
}

impl QuotaHolder {
    const ALL: [Self; 2] = [Self::Client, Self::Account];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Account => "account",
        }
    }
}

/// A quota that replaces a default: `queries.client=3000/60`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuotaSetting {
    class: RouteClass,
    holder: QuotaHolder,
    quota: Quota,
}

/// A text that sets no quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "write quotas as queries.client=3000/60 or queries.account=1200/60: requests in so many seconds"
)]
pub struct InvalidQuota;

impl FromStr for QuotaSetting {
    type Err = InvalidQuota;

    fn from_str(text: &str) -> Result<Self, InvalidQuota> {
        let (name, quota) = text.split_once('=').ok_or(InvalidQuota)?;
        let (class, holder) = name.split_once('.').ok_or(InvalidQuota)?;
        let mut classes = RouteClass::COUNTED.into_iter();
        let class = classes.find(|known| known.as_str() == class);
        let mut holders = QuotaHolder::ALL.into_iter();
        let holder = holders.find(|known| known.as_str() == holder);
        let setting = Self {
            class: class.ok_or(InvalidQuota)?,
            holder: holder.ok_or(InvalidQuota)?,
            quota: parse_quota(quota)?,
        };
        let unused = setting.holder == QuotaHolder::Account && setting.class.is_by_client_only();
        if unused {
            Err(InvalidQuota)
        } else {
            Ok(setting)
        }
    }
}

/// Reads `REQUESTS/SECONDS`.
pub(super) fn parse_quota(text: &str) -> Result<Quota, InvalidQuota> {
    let (requests, seconds) = text.split_once('/').ok_or(InvalidQuota)?;
    let number = |text: &str| text.parse::<NonZeroU32>().map_err(|_| InvalidQuota);
    Ok(Quota {
        requests: number(requests)?,
        seconds: number(seconds)?,
    })
}

/// The quotas of all classes.
#[derive(Debug, Clone)]
pub struct RateLimits(BTreeMap<(RouteClass, QuotaHolder), Quota>);

impl RateLimits {
    /// Replaces quotas.
    #[must_use]
    pub fn with(mut self, settings: &[QuotaSetting]) -> Self {
        let quotas = settings
            .iter()
            .map(|setting| ((setting.class, setting.holder), setting.quota));
        self.0.extend(quotas);
        self
    }

    /// Multiplies all quotas, for load tests: requests are counted as ever.
    #[must_use]
    pub fn times(mut self, factor: NonZeroU32) -> Self {
        for quota in self.0.values_mut() {
            quota.requests = quota.requests.saturating_mul(factor);
        }
        self
    }

    /// Returns the quota of a class, if it has one for such callers.
    pub(crate) fn quota(&self, class: RouteClass, holder: QuotaHolder) -> Option<Quota> {
        self.0.get(&(class, holder)).copied()
    }
}

impl Default for RateLimits {
    /// Quotas that a clinic lives with whose staff and visitors share one address.
    fn default() -> Self {
        use QuotaHolder::{Account, Client};
        use RouteClass::{Commands, Queries, Reports, Sessions, SignIn, SignUp};
        let quotas = [
            (SignUp, Client, 200, 600),
            (SignIn, Client, 1_500, 300),
            (Sessions, Client, 600, 300),
            (Commands, Client, 600, 60),
            (Commands, Account, 1_200, 60),
            (Queries, Client, 3_000, 60),
            (Queries, Account, 1_200, 60),
            (Reports, Client, 120, 60),
            (Reports, Account, 240, 60),
        ];
        let quotas = quotas.map(|(class, holder, requests, seconds)| {
            let number = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
            let quota = Quota {
                requests: number(requests),
                seconds: number(seconds),
            };
            ((class, holder), quota)
        });
        Self(quotas.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_that_is_counted_has_a_quota_for_each_caller_that_it_may_have() {
        let limits = RateLimits::default();
        for class in RouteClass::COUNTED {
            assert!(limits.quota(class, QuotaHolder::Client).is_some());
            let by_account = limits.quota(class, QuotaHolder::Account).is_some();
            assert_eq!(by_account, !class.is_by_client_only(), "{class:?}");
        }
        assert_eq!(limits.quota(RouteClass::Exempt, QuotaHolder::Client), None);
    }

    #[test]
    fn a_setting_replaces_one_quota() {
        let setting = "queries.account=7/30".parse().unwrap();
        let limits = RateLimits::default().with(&[setting]);
        let own = limits
            .quota(RouteClass::Queries, QuotaHolder::Account)
            .unwrap();
        assert_eq!((own.requests.get(), own.seconds.get()), (7, 30));
        let other = limits
            .quota(RouteClass::Queries, QuotaHolder::Client)
            .unwrap();
        assert_eq!(other.requests.get(), 3_000);
    }

    #[test]
    fn what_sets_no_quota_is_refused() {
        for text in [
            "",
            "queries=7/30",
            "queries.account",
            "queries.account=7",
            "queries.account=0/30",
            "queries.account=7/0",
            "queries.account=-7/30",
            "queries.patient=7/30",
            "sign-up.account=7/30",
            "exempt.client=7/30",
            "nonsense.client=7/30",
        ] {
            assert_eq!(text.parse::<QuotaSetting>(), Err(InvalidQuota), "{text}");
        }
    }
}
