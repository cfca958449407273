//! Throttling of failed sign-ins.

use chrono::TimeDelta;
use futures::future::join_all;
use serde_json::{Value, json};

use crate::support::{Call, Client, Clinic};

const PASSWORD: &str = "correct horse battery";

fn login(clinic: &Clinic, email: &str, password: &str) -> Call {
    let credentials = json!({"email": email, "password": password});
    clinic.anonymous().post("/api/v1/auth/login", &credentials)
}

async fn sign_up(clinic: &Clinic, email: &str) {
    let new: Value = json!({
        "name": "Asha Rao",
        "birthDate": "1990-04-17",
        "email": email,
        "password": PASSWORD,
    });
    clinic
        .anonymous()
        .post("/api/v1/auth/register", &new)
        .expect(201)
        .await;
}

#[tokio::test]
async fn after_five_failures_the_wait_of_a_login_doubles_each_time() {
    let clinic = Clinic::open().await;
    let (asha, ravi) = ("asha@example.org", "ravi@example.org");
    sign_up(&clinic, asha).await;
    sign_up(&clinic, ravi).await;
    for _ in 0..5 {
        login(&clinic, asha, "wrong horse battery")
            .expect(401)
            .await;
    }
    for seconds in [1, 2, 4] {
        let throttled = login(&clinic, asha, PASSWORD).expect(429).await;
        throttled.is("too-many-attempts");
        assert_eq!(throttled.header("retry-after"), seconds.to_string());
        clinic.site.clock.advance(TimeDelta::seconds(seconds));
        login(&clinic, asha, "wrong horse battery")
            .expect(401)
            .await;
    }
    login(&clinic, ravi, PASSWORD).expect(200).await;
    clinic.site.clock.advance(TimeDelta::seconds(8));
    login(&clinic, asha, PASSWORD).expect(200).await;
    login(&clinic, asha, "wrong horse battery")
        .expect(401)
        .await;
    login(&clinic, asha, PASSWORD).expect(200).await;
    clinic.close().await;
}

#[tokio::test]
async fn a_client_that_fails_for_many_logins_is_throttled_for_all_of_them() {
    let clinic = Clinic::open().await;
    sign_up(&clinic, "asha@example.org").await;
    for round in 0..5 {
        let guesses = (0..10).map(|guess| {
            let email = format!("user-{round}-{guess}@example.org");
            login(&clinic, &email, PASSWORD).expect(401)
        });
        join_all(guesses).await;
    }
    let throttled = login(&clinic, "asha@example.org", PASSWORD)
        .expect(429)
        .await;
    assert_eq!(throttled.header("retry-after"), "1");
    clinic.site.clock.advance(TimeDelta::seconds(1));
    login(&clinic, "asha@example.org", PASSWORD)
        .expect(200)
        .await;
    clinic.close().await;
}

/// Fifty failed sign-ins with this `X-Forwarded-For`.
async fn guess(node: &Client, forwarded: &str) {
    for guess in 0..50 {
        let email = format!("user-{guess}@example.org");
        let guess = json!({"email": email, "password": PASSWORD});
        let call = node.post("/api/v1/auth/login", &guess);
        call.header("X-Forwarded-For", forwarded).expect(401).await;
    }
}

/// Status of a correct sign-in with this `X-Forwarded-For`.
async fn sign_in(node: &Client, forwarded: &str) -> u16 {
    let right = json!({"email": "asha@example.org", "password": PASSWORD});
    let call = node.post("/api/v1/auth/login", &right);
    call.header("X-Forwarded-For", forwarded)
        .send()
        .await
        .status
}

#[tokio::test]
async fn clients_behind_a_trusted_proxy_are_counted_separately() {
    let mut clinic = Clinic::open().await;
    clinic.site.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    let other = clinic.another_node().await;
    let behind_proxy = &other.client;
    sign_up(&clinic, "asha@example.org").await;
    guess(behind_proxy, "203.0.113.9").await;
    assert_eq!(sign_in(behind_proxy, "203.0.113.9").await, 429);
    let forged = "198.51.100.1, 203.0.113.9";
    assert_eq!(sign_in(behind_proxy, forged).await, 429, "a forged entry");
    assert_eq!(sign_in(behind_proxy, "203.0.113.10").await, 200);
    other.stop().await;
    clinic.close().await;
}

#[tokio::test]
async fn a_forwarded_header_from_an_untrusted_client_is_ignored() {
    let clinic = Clinic::open().await;
    sign_up(&clinic, "asha@example.org").await;
    guess(clinic.anonymous(), "203.0.113.9").await;
    assert_eq!(sign_in(clinic.anonymous(), "203.0.113.10").await, 429);
    clinic.close().await;
}
