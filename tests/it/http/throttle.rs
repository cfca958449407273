//! Throttling of failed sign-ins.

use chrono::TimeDelta;
use futures::future::join_all;
use serde_json::{Value, json};

use crate::support::{Call, Client, Clinic, eventually};

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
    clinic.anonymous().sign_up(&new).await.expect(201).await;
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

/// A wrong sign-in, from this address.
fn wrong(node: &Client, forwarded: &str) -> Call {
    let guess = json!({"email": "asha@example.org", "password": "wrong horse battery"});
    node.post("/api/v1/auth/login", &guess)
        .header("X-Forwarded-For", forwarded)
}

#[tokio::test]
async fn of_many_guesses_at_once_five_are_checked() {
    let clinic = Clinic::open().await;
    let other = clinic.another_node().await;
    sign_up(&clinic, "asha@example.org").await;
    let guesses = (0..60).map(|number| {
        let node = if number % 2 == 0 {
            clinic.anonymous()
        } else {
            &other.client
        };
        wrong(node, "").send()
    });
    let replies = join_all(guesses).await;
    let with = |status| {
        replies
            .iter()
            .filter(|reply| reply.status == status)
            .count()
    };
    assert_eq!((with(401), with(429)), (5, 55));
    other.stop().await;
    clinic.close().await;
}

#[tokio::test]
async fn many_right_sign_ins_at_once_all_succeed() {
    let clinic = Clinic::open().await;
    sign_up(&clinic, "asha@example.org").await;
    let attempts = (0..8).map(|_| login(&clinic, "asha@example.org", PASSWORD).expect(200));
    join_all(attempts).await;
    clinic.close().await;
}

#[tokio::test]
async fn guesses_of_a_stranger_do_not_keep_the_owner_out() {
    let mut clinic = Clinic::open().await;
    clinic.site.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    let other = clinic.another_node().await;
    let node = &other.client;
    sign_up(&clinic, "asha@example.org").await;
    let right = json!({"email": "asha@example.org", "password": PASSWORD});
    let first = node.post("/api/v1/auth/login", &right).expect(200).await;
    let device = first.text("deviceToken").to_owned();
    for _ in 0..15 {
        wrong(node, "203.0.113.9").expect(401).await;
        clinic.site.clock.advance(TimeDelta::seconds(600));
    }
    for stranger in 0..15 {
        let forwarded = format!("198.51.100.{stranger}");
        let reply = wrong(node, &forwarded).send().await;
        assert!([401, 429].contains(&reply.status), "{reply:?}");
    }
    // A known device gets in at once, and is not given another token.
    let mut known = right.clone();
    known["deviceToken"] = json!(device);
    let from = |body: &Value| {
        node.post("/api/v1/auth/login", body)
            .header("X-Forwarded-For", "192.0.2.1")
    };
    let tokens = from(&known).expect(200).await;
    assert!(tokens.body["deviceToken"].is_null());
    // Any other device gets in after a wait of a minute at most, however many guesses there were.
    let throttled = from(&right).expect(429).await;
    let wait: i64 = throttled.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    clinic.site.clock.advance(TimeDelta::seconds(wait));
    assert_ne!(from(&right).expect(200).await.text("deviceToken"), device);
    other.stop().await;
    clinic.close().await;
}

#[tokio::test]
async fn a_known_device_is_slowed_down_for_its_own_failures_only() {
    let clinic = Clinic::open().await;
    sign_up(&clinic, "asha@example.org").await;
    sign_up(&clinic, "ravi@example.org").await;
    let device = |email: &str| {
        let login = login(&clinic, email, PASSWORD).expect(200);
        async move { login.await.text("deviceToken").to_owned() }
    };
    let (ashas, ravis) = (
        device("asha@example.org").await,
        device("ravi@example.org").await,
    );
    let from = |device: &str, password: &str| {
        let body =
            json!({"email": "asha@example.org", "password": password, "deviceToken": device});
        clinic.anonymous().post("/api/v1/auth/login", &body)
    };
    for _ in 0..5 {
        from(&ashas, "wrong horse battery").expect(401).await;
    }
    from(&ashas, PASSWORD).expect(429).await;
    login(&clinic, "asha@example.org", PASSWORD)
        .expect(200)
        .await;
    // Another account's token, and what is none, count as no device.
    for token in [ravis.as_str(), "", "\u{0}", "\u{e9}", &"0".repeat(9_000)] {
        assert!(from(token, PASSWORD).expect(200).await.body["deviceToken"].is_string());
    }
    clinic.site.clock.advance(TimeDelta::seconds(1));
    from(&ashas, PASSWORD).expect(200).await;
    clinic.close().await;
}

#[tokio::test]
async fn a_change_of_password_forgets_known_devices() {
    let clinic = Clinic::open().await;
    sign_up(&clinic, "asha@example.org").await;
    let tokens = login(&clinic, "asha@example.org", PASSWORD)
        .expect(200)
        .await;
    let asha = clinic.anonymous().with_token(tokens.text("accessToken"));
    let change = json!({"currentPassword": PASSWORD, "newPassword": "gentle lamp in the fog"});
    asha.post("/api/v1/auth/password", &change)
        .expect(204)
        .await;
    let again = json!({
        "email": "asha@example.org", "password": "gentle lamp in the fog",
        "deviceToken": tokens.text("deviceToken"),
    });
    let again = clinic
        .anonymous()
        .post("/api/v1/auth/login", &again)
        .expect(200)
        .await;
    assert!(again.body["deviceToken"].is_string(), "it is known anew");
    clinic.close().await;
}

/// Rows of a table.
async fn rows(clinic: &Clinic, table: &str) -> i64 {
    let count = format!("select count(*) from {table}");
    sqlx::query_scalar(&count)
        .fetch_one(&clinic.pool)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_refused_registration_leaves_nothing_behind() {
    let clinic = Clinic::open().await;
    let new = json!({
        "name": "Asha Rao", "birthDate": "1990-04-17", "email": "asha@example.org", "password": PASSWORD,
    });
    let keys = rows(&clinic, "subject_keys").await;
    let begin = json!({"email": "asha@example.org"});
    let begin = clinic.anonymous().post("/api/v1/auth/register", &begin);
    let mut complete = new.clone();
    complete["code"] = json!(
        clinic
            .anonymous()
            .mailed_code("asha@example.org", begin)
            .await
    );
    // An address that is not verified has nothing: one key seals all mails of the day.
    assert_eq!(rows(&clinic, "credentials").await, 0);
    assert_eq!(rows(&clinic, "reservations").await, 0);
    assert_eq!(rows(&clinic, "subject_keys").await, keys + 1);
    // The same code many times at once: one is registered, the others are refused.
    let attempts = (0..8).map(|_| {
        clinic
            .anonymous()
            .post("/api/v1/auth/register/complete", &complete)
            .send()
    });
    let replies = join_all(attempts).await;
    let with = |status| {
        replies
            .iter()
            .filter(|reply| reply.status == status)
            .count()
    };
    assert_eq!((with(201), with(409) + with(403)), (1, 7), "{replies:?}");
    assert_eq!(rows(&clinic, "credentials").await, 1);
    assert_eq!(rows(&clinic, "subject_keys").await, keys + 2);
    let again = clinic
        .anonymous()
        .post("/api/v1/auth/register/complete", &complete);
    again.expect(403).await.is("wrong-code");
    clinic.close().await;
}

/// Registrations of many addresses that all have their codes: each needs a password to be hashed.
#[tokio::test]
async fn a_flood_of_registrations_is_turned_away_and_sign_ins_are_not() {
    let clinic = Clinic::open().await;
    sign_up(&clinic, "asha@example.org").await;
    let keys = rows(&clinic, "subject_keys").await;
    let begin = (0..60).map(|number| {
        let begin = json!({"email": format!("user-{number}@example.org")});
        clinic
            .anonymous()
            .post("/api/v1/auth/register", &begin)
            .expect(202)
    });
    join_all(begin).await;
    let mut mails = Vec::new();
    eventually("all mails arrive", async || {
        let mailbox = clinic.anonymous().get("/sandbox/mail").expect(200).await;
        mails = mailbox.body["items"].as_array().unwrap().clone();
        mails.len() == 61
    })
    .await;
    assert_eq!(rows(&clinic, "credentials").await, 1);
    assert_eq!(rows(&clinic, "subject_keys").await, keys);
    let registrations = mails.iter().filter(|mail| mail["to"] != "asha@example.org");
    let registrations = registrations.map(|mail| {
        let new = json!({
            "name": "Asha Rao", "birthDate": "1990-04-17",
            "email": mail["to"], "password": PASSWORD, "code": mail["code"],
        });
        clinic
            .anonymous()
            .post("/api/v1/auth/register/complete", &new)
            .send()
    });
    let sign_ins = (0..8).map(|_| login(&clinic, "asha@example.org", PASSWORD).expect(200));
    let (replies, _) = tokio::join!(join_all(registrations), join_all(sign_ins));
    let with = |status| {
        replies
            .iter()
            .filter(|reply| reply.status == status)
            .count()
    };
    assert_eq!(with(201) + with(503), 60);
    assert!(
        with(201) > 0 && with(503) > 0,
        "{} and {}",
        with(201),
        with(503)
    );
    for reply in replies.iter().filter(|reply| reply.status == 503) {
        reply.is("overloaded");
    }
    let registered = i64::try_from(with(201)).unwrap();
    assert_eq!(rows(&clinic, "credentials").await, 1 + registered);
    assert_eq!(rows(&clinic, "subject_keys").await, keys + registered);
    clinic.close().await;
}
