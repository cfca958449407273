//! Rate limits: by client and by account, in each class of routes.

use api::RateLimits;
use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::app::Principal;

use crate::observe::scrape::Scrape;
use crate::support::{Call, Client, Clinic, OtherNode, Reply};

/// A second node with other quotas, behind a proxy on this machine.
async fn node(clinic: &mut Clinic, quotas: &[&str]) -> OtherNode {
    let quotas: Vec<_> = quotas.iter().map(|quota| quota.parse().unwrap()).collect();
    clinic.site.rate_limits = RateLimits::default().with(&quotas);
    clinic.site.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    clinic.another_node().await
}

/// A call of a client behind the proxy.
fn from(call: Call, address: &str) -> Call {
    call.header("X-Forwarded-For", address)
}

#[track_caller]
fn is_refused(reply: &Reply, class: &str) {
    reply.is("quota-exceeded");
    let wait: u64 = reply.header("retry-after").parse().unwrap();
    assert!((1..=68).contains(&wait), "{wait}");
    let left = format!("\"{class}\";r=0;t={wait}");
    assert_eq!(reply.header("ratelimit"), left);
}

#[tokio::test]
async fn each_class_is_limited_and_says_so() {
    let mut clinic = Clinic::open().await;
    let classes = [
        ("sign-up", "POST", "/api/v1/auth/register"),
        ("sign-in", "POST", "/api/v1/auth/login"),
        ("sessions", "POST", "/api/v1/auth/refresh"),
        ("commands", "POST", "/api/v1/clinics"),
        ("queries", "GET", "/api/v1/clinics"),
        ("reports", "GET", "/api/v1/payments/disputes"),
    ];
    let quotas = classes.map(|(class, _, _)| format!("{class}.client=2/60"));
    let quotas: Vec<_> = quotas.iter().map(String::as_str).collect();
    let node = node(&mut clinic, &quotas).await;
    for (class, method, path) in classes {
        let send = || node.client.call(method.parse().unwrap(), path).send();
        for left in [1, 0] {
            let reply = send().await;
            assert_ne!(reply.status, 429, "{class}");
            let policy = format!("\"{class}\";q=2;w=60");
            assert_eq!(reply.header("ratelimit-policy"), policy);
            let standing = reply.header("ratelimit");
            assert!(
                standing.starts_with(&format!("\"{class}\";r={left};t=")),
                "{standing}"
            );
        }
        let refused = send().await;
        assert_eq!(refused.status, 429, "{class}");
        is_refused(&refused, class);
    }
    node.stop().await;
    clinic.close().await;
}

#[tokio::test]
async fn a_caller_that_waits_as_it_is_told_is_admitted() {
    let mut clinic = Clinic::open().await;
    let node = node(&mut clinic, &["queries.client=3/60"]).await;
    let ask = || node.client.get("/api/v1/clinics");
    for _ in 0..3 {
        ask().expect(200).await;
    }
    let refused = ask().expect(429).await;
    let wait: i64 = refused.header("retry-after").parse().unwrap();
    clinic.site.clock.advance(TimeDelta::seconds(wait));
    ask().expect(200).await;
    node.stop().await;
    clinic.close().await;
}

#[tokio::test]
async fn one_accounts_requests_leave_those_of_others_alone() {
    let mut clinic = Clinic::open().await;
    let quotas = ["queries.account=2/60", "queries.client=1/60"];
    let node = node(&mut clinic, &quotas).await;
    let (asha, ravi) = (
        clinic.patient().at(&node.client),
        clinic.patient().at(&node.client),
    );
    let me = |who: &Client| who.get("/api/v1/auth/me");
    for _ in 0..2 {
        me(&asha).expect(200).await;
    }
    is_refused(&me(&asha).expect(429).await, "queries");
    me(&ravi).expect(200).await;
    // Strangers at the same address use up their own quota only.
    node.client.get("/api/v1/clinics").expect(200).await;
    node.client.get("/api/v1/clinics").expect(429).await;
    me(&ravi).expect(200).await;
    node.stop().await;
    clinic.close().await;
}

#[tokio::test]
async fn a_token_that_is_not_valid_is_no_session() {
    let mut clinic = Clinic::open().await;
    let node = node(&mut clinic, &["queries.client=2/60"]).await;
    let principal = Principal::admin();
    let expired = clinic.site.clock_now() - TimeDelta::minutes(1);
    let expired = clinic.site.token_until(&principal, expired).unwrap();
    for token in [expired, "nonsense".to_owned()] {
        let stranger = node.client.with_token(token);
        stranger.get("/api/v1/auth/me").expect(401).await;
    }
    node.client.get("/api/v1/clinics").expect(429).await;
    node.stop().await;
    clinic.close().await;
}

#[tokio::test]
async fn forwarded_addresses_do_not_dodge_the_limit() {
    let mut clinic = Clinic::open().await;
    let node = node(&mut clinic, &["queries.client=2/60"]).await;
    let ask = |address: &str| from(node.client.get("/api/v1/clinics"), address);
    ask("203.0.113.9").expect(200).await;
    ask("198.51.100.1, 203.0.113.9").expect(200).await;
    for forged in [
        "203.0.113.9",
        "198.51.100.2, 203.0.113.9",
        "10.0.0.1, ::1, 203.0.113.9",
    ] {
        is_refused(&ask(forged).expect(429).await, "queries");
    }
    ask("203.0.113.10").expect(200).await;
    // One subscriber has a whole /64.
    ask("2001:db8:1:2::1").expect(200).await;
    ask("2001:db8:1:2:ffff::2").expect(200).await;
    ask("2001:db8:1:2::3").expect(429).await;
    ask("2001:db8:1:3::1").expect(200).await;
    node.stop().await;
    // Without a trusted proxy the header is not read at all.
    clinic.site.trusted_proxies.clear();
    let plain = clinic.another_node().await;
    let ask = |address: &str| from(plain.client.get("/api/v1/clinics"), address);
    ask("203.0.113.1").expect(200).await;
    ask("203.0.113.2").expect(200).await;
    ask("203.0.113.3").expect(429).await;
    plain.stop().await;
    clinic.close().await;
}

#[tokio::test]
async fn a_session_is_no_reason_to_make_more_accounts() {
    let mut clinic = Clinic::open().await;
    let node = node(&mut clinic, &["sign-up.client=1/60"]).await;
    for (client, status) in [(clinic.patient(), 400), (clinic.patient(), 429)] {
        let sign_up = client
            .at(&node.client)
            .post("/api/v1/auth/register", &json!({}));
        sign_up.expect(status).await;
    }
    node.stop().await;
    clinic.close().await;
}

#[tokio::test]
async fn machines_are_not_limited() {
    let mut clinic = Clinic::open().await;
    let quotas = ["queries.client=1/60", "commands.client=1/60"];
    let node = node(&mut clinic, &quotas).await;
    for _ in 0..5 {
        for path in ["/healthz", "/readyz"] {
            let reply = node.client.get(path).expect(200).await;
            assert!(!reply.has("ratelimit") && !reply.has("ratelimit-policy"));
        }
        let webhook = node.client.post("/api/v1/webhooks/razorpay", &Value::Null);
        webhook.expect(401).await;
    }
    node.stop().await;
    clinic.close().await;
}

#[tokio::test]
async fn refused_requests_are_counted_by_class() {
    let mut clinic = Clinic::open().await;
    let node = node(&mut clinic, &["queries.client=1/60"]).await;
    let before = Scrape::fetch(&node.client).await;
    for _ in 0..4 {
        node.client.get("/api/v1/no/such/place").send().await;
    }
    let after = Scrape::fetch(&node.client).await;
    let refused = after.since(&before, "caresync_rate_limited_requests_total");
    assert_eq!(refused, [(r#"class="queries""#.to_owned(), 3)].into());
    node.stop().await;
    clinic.close().await;
}
