//! A limiter that fails.

use std::net::Ipv4Addr;

use async_trait::async_trait;
use chrono::DateTime;
use commands::Fault;
use commands::ports::{Quota, RateDecision};

use super::*;
use crate::metrics::AccessLogMetrics;

struct Away;

#[async_trait]
impl RateLimiter for Away {
    async fn take(&self, _: RateKey, _: Quota) -> Result<RateDecision, Fault> {
        let away = std::io::Error::other("away");
        Err(Fault::new("counting a request", away))
    }
}

#[actix_web::test]
async fn a_limiter_that_fails_lets_requests_through_and_is_counted() {
    let metrics = Metrics::new(DateTime::UNIX_EPOCH, &AccessLogMetrics::new().unwrap()).unwrap();
    let limits = Limits::new(
        Arc::new(Away),
        RateLimits::default(),
        BlockPolicy::default(),
    );
    let client = ClientNetwork::from_address(Ipv4Addr::LOCALHOST.into());
    for _ in 0..2 {
        let subject = RateSubject::Client(client);
        let standing = limits.count(RouteClass::Queries, subject, &metrics).await;
        assert!(standing.is_none());
    }
    let text = metrics.text(Vec::new()).unwrap();
    let faults = "caresync_rate_limiter_faults_total 2";
    assert!(text.contains(faults), "{text}");
}
