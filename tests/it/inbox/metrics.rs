//! Metrics of the inbox.

use super::fixture::{Inbox, captured};

async fn sample(inbox: &Inbox, name: &str) -> f64 {
    let text = inbox.client.get("/metrics").expect(200).await.raw;
    let line = text
        .lines()
        .find(|line| line.starts_with(&format!("{name} ")));
    let line = line.unwrap_or_else(|| panic!("no {name} in {text}"));
    line.rsplit(' ').next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn deliveries_are_counted_by_outcome_and_the_oldest_waiting_shows_its_age() {
    let inbox = Inbox::open().await;
    let (_, order) = inbox.order(0).await;
    let body = captured(&order, "pay_1");
    inbox.deliver("evt_1", &body).await;
    inbox.deliver("evt_1", &body).await;
    inbox.deliver_signed("evt_1", &body, None).await;
    inbox.outcome().await;
    inbox
        .deliver("evt_2", &captured("order_unknown", "pay_2"))
        .await;
    inbox.site.clock.advance(chrono::TimeDelta::seconds(90));
    let expected = [
        (r#"caresync_gateway_deliveries_total{taken="kept"}"#, 2.0),
        (
            r#"caresync_gateway_deliveries_total{taken="repeated"}"#,
            1.0,
        ),
        (r#"caresync_gateway_deliveries_total{taken="forged"}"#, 1.0),
        (r#"caresync_gateway_news_total{outcome="APPLIED"}"#, 1.0),
        (r#"caresync_gateway_news_total{outcome="UNREADABLE"}"#, 0.0),
        ("caresync_gateway_news_waiting", 1.0),
        ("caresync_gateway_news_waiting_seconds", 90.0),
    ];
    for (name, value) in expected {
        let found = sample(&inbox, name).await;
        assert!((found - value).abs() < f64::EPSILON, "{name}: {found}");
    }
    inbox.close().await;
}
