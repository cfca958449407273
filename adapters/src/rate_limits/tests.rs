//! Properties of the window, and the bound of the memory.

use std::net::{IpAddr, Ipv4Addr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use commands::ClientNetwork;
use commands::ports::{Quota, RateKey, RateSubject};
use proptest::prelude::*;

use super::counts::Counts;
use super::*;
use crate::system::TestClock;

fn quota(requests: u32, seconds: u32) -> Quota {
    Quota {
        requests: NonZeroU32::new(requests).unwrap(),
        seconds: NonZeroU32::new(seconds).unwrap(),
    }
}

/// Quotas, and pauses between requests: many within a part, some of about a window, few longer ones.
fn scenario() -> impl Strategy<Value = (Quota, Vec<Duration>)> {
    (1..40_u32, 1..100_u32).prop_flat_map(|(requests, seconds)| {
        let window = u64::from(seconds) * 1_000_000_000;
        let pause = prop_oneof![
            8 => 0..window / 50,
            3 => 0..window / 4,
            1 => 0..window * 3,
        ];
        let pauses = prop::collection::vec(pause.prop_map(Duration::from_nanos), 1..200);
        (Just(quota(requests, seconds)), pauses)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// However requests come, no window has more than the quota of those that are admitted.
    #[test]
    fn no_window_has_more_than_the_quota((quota, pauses) in scenario(), start in 0..10_000_000_u64) {
        let mut counts = Counts::default();
        let mut now = Duration::from_micros(start);
        let mut admitted = Vec::new();
        for pause in pauses {
            now += pause;
            if counts.take(quota, now).admitted {
                admitted.push(now);
            }
        }
        let most = quota.requests.get() as usize;
        for burst in admitted.windows(most + 1) {
            prop_assert!(burst[most] >= burst[0] + quota.window());
        }
    }

    /// A caller is told how many are left, and these are admitted at once; then none is.
    #[test]
    fn what_remains_is_admitted_at_once((quota, pauses) in scenario()) {
        let mut counts = Counts::default();
        let mut now = Duration::ZERO;
        for pause in pauses {
            now += pause;
            let decision = counts.take(quota, now);
            prop_assert!(decision.remaining < quota.requests.get());
            prop_assert!(decision.admitted || decision.remaining == 0);
            let mut further = counts;
            for left in (0..decision.remaining).rev() {
                let next = further.take(quota, now);
                prop_assert!(next.admitted);
                prop_assert_eq!(next.remaining, left);
            }
            prop_assert!(!further.take(quota, now).admitted);
        }
    }

    /// A caller that is refused and waits as it is told is admitted, and does not wait for much longer than a window.
    #[test]
    fn the_time_that_is_told_is_enough((quota, pauses) in scenario()) {
        let mut counts = Counts::default();
        let mut now = Duration::ZERO;
        for pause in pauses {
            now += pause;
            let decision = counts.take(quota, now);
            prop_assert!(decision.reset > Duration::ZERO);
            prop_assert!(decision.reset <= quota.window() * 9 / 8 + Duration::from_nanos(9));
            if !decision.admitted {
                let mut patient = counts;
                prop_assert!(patient.take(quota, now + decision.reset).admitted);
            }
        }
    }
}

#[test]
fn a_clock_that_is_set_back_admits_no_more() {
    let mut counts = Counts::default();
    let two = quota(2, 60);
    let at = |second| Duration::from_secs(second);
    assert!(counts.take(two, at(1_000)).admitted);
    assert!(counts.take(two, at(10)).admitted);
    assert!(!counts.take(two, at(10)).admitted);
    assert!(counts.take(two, at(1_070)).admitted);
}

fn key(class: &'static str, address: u32) -> RateKey {
    let address = IpAddr::V4(Ipv4Addr::from_bits(address));
    RateKey {
        class,
        subject: RateSubject::Client(ClientNetwork::from_address(address)),
    }
}

fn limiter(callers: usize) -> LocalRateLimiter {
    let clock = TestClock::at("2026-11-30T08:00:00Z".parse().unwrap());
    LocalRateLimiter::with_capacity(Arc::new(clock), callers)
}

#[test]
fn callers_and_classes_are_counted_apart() {
    let limiter = limiter(1_000);
    let one = quota(1, 60);
    assert!(limiter.count(key("queries", 1), one).admitted);
    assert!(!limiter.count(key("queries", 1), one).admitted);
    assert!(limiter.count(key("commands", 1), one).admitted);
    assert!(limiter.count(key("queries", 2), one).admitted);
}

#[test]
fn a_flood_from_a_million_addresses_is_forgotten_and_a_caller_in_it_is_not() {
    let limiter = limiter(10_000);
    let few = quota(100, 60);
    let known = key("queries", 0);
    let mut admitted = 0;
    for address in 1..=1_000_000 {
        limiter.count(key("queries", address), few);
        if address % 1_000 == 0 && limiter.count(known, few).admitted {
            admitted += 1;
        }
    }
    // Each part of the cache is rounded up.
    assert!(limiter.callers.len() <= 11_000);
    // It is forgotten once at most, as long as it has called only once.
    assert!((100..=101).contains(&admitted), "{admitted} of 1,000");
}
