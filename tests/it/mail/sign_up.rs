//! Signing up with an address whose mail is read.

use chrono::TimeDelta;
use futures::future::join_all;
use serde_json::{Value, json};

use crate::support::{Call, Client, Clinic, Reply};

const REGISTER: &str = "/api/v1/auth/register";
const COMPLETE: &str = "/api/v1/auth/register/complete";
const LOGIN: &str = "/api/v1/auth/login";
const PASSWORD: &str = "correct horse battery";
const ASHA: &str = "asha@example.org";

fn begin(client: &Client, email: &str) -> Call {
    client.post(REGISTER, &json!({"email": email}))
}

fn complete(client: &Client, email: &str, code: &str) -> Call {
    let new = json!({
        "name": "Asha Rao", "birthDate": "1990-04-17",
        "email": email, "password": PASSWORD, "code": code,
    });
    client.post(COMPLETE, &new)
}

async fn code(client: &Client, email: &str) -> String {
    client.mailed_code(email, begin(client, email)).await
}

/// Everything that a client sees of an answer, but the id of its request.
fn seen(reply: &Reply) -> (u16, Vec<(String, String)>, String) {
    let headers = reply
        .headers
        .iter()
        .filter(|(name, _)| !["x-request-id", "date", "ratelimit"].contains(&name.as_str()));
    let headers =
        headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    (reply.status, headers.collect(), reply.raw.clone())
}

#[tokio::test]
async fn the_answer_is_the_same_whether_or_not_the_address_has_an_account() {
    let clinic = Clinic::open().await;
    let anonymous = clinic.anonymous();
    let first = code(anonymous, ASHA).await;
    complete(anonymous, ASHA, &first).expect(201).await;
    clinic.site.clock.advance(TimeDelta::minutes(1));
    let known = begin(anonymous, ASHA).expect(202).await;
    let unknown = begin(anonymous, "ravi@example.org").expect(202).await;
    assert_eq!(seen(&known), seen(&unknown));
    let told = anonymous.mails_after(ASHA, 1).await;
    assert_eq!(told[0]["subject"], "You have an account at CareSync");
    assert!(told[0]["code"].is_null());
    // A guess at a code says as little.
    let known = complete(anonymous, ASHA, "7KQ2-01MR").expect(403).await;
    let unknown = complete(anonymous, "tara@example.org", "7KQ2-01MR");
    let unknown = unknown.expect(403).await;
    assert_eq!(seen(&known), seen(&unknown));
    assert_eq!(clinic.events("account.registered").await, 1);
    clinic.close().await;
}

#[tokio::test]
async fn an_address_holds_nothing_until_its_mail_is_read() {
    let clinic = Clinic::open().await;
    let anonymous = clinic.anonymous();
    let code = code(anonymous, ASHA).await;
    let login = json!({"email": ASHA, "password": PASSWORD});
    anonymous.post(LOGIN, &login).expect(401).await;
    for table in ["credentials", "reservations", "sessions"] {
        let rows = format!("select count(*) from {table} where $1 <> ''");
        assert_eq!(clinic.count(&rows, "-").await, 0, "{table}");
    }
    for event in ["account.registered", "patient.registered"] {
        assert_eq!(clinic.events(event).await, 0);
    }
    // However it is typed.
    let typed = code.to_lowercase().replace('-', " ").replace('0', "o");
    let registered = complete(anonymous, " Asha@Example.org ", &typed);
    let registered = registered.expect(201).await;
    let tokens = anonymous.post(LOGIN, &login).expect(200).await;
    assert_eq!(
        tokens.body["account"]["patientId"],
        registered.body["patientId"]
    );
    let asha = anonymous.with_token(tokens.text("accessToken"));
    clinic.book(&asha, 0).expect(201).await;
    clinic.close().await;
}

#[tokio::test]
async fn a_code_is_good_once_and_for_a_day() {
    let clinic = Clinic::open().await;
    let anonymous = clinic.anonymous();
    let first = code(anonymous, ASHA).await;
    clinic.site.clock.advance(TimeDelta::days(1));
    complete(anonymous, ASHA, &first)
        .expect(403)
        .await
        .is("wrong-code");
    let second = code(anonymous, ASHA).await;
    complete(anonymous, ASHA, &first).expect(403).await;
    complete(anonymous, "ravi@example.org", &second)
        .expect(403)
        .await;
    // A request that is refused for another reason leaves the code as it is.
    let short = json!({
        "name": "Asha Rao", "birthDate": "1990-04-17",
        "email": ASHA, "password": "short", "code": second,
    });
    anonymous.post(COMPLETE, &short).expect(422).await;
    complete(anonymous, ASHA, &second).expect(201).await;
    complete(anonymous, ASHA, &second)
        .expect(403)
        .await
        .is("wrong-code");
    clinic.close().await;
}

#[tokio::test]
async fn a_code_that_is_guessed_a_thousand_times_is_not_found() {
    let mut clinic = Clinic::open().await;
    clinic.site.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    let other = clinic.another_node().await;
    let node = &other.client;
    let right = code(node, ASHA).await;
    // From so many clients that none of them has to wait.
    let mut statuses = Vec::new();
    for batch in 0..20 {
        let guesses = (0..50).map(|guess| {
            let forwarded = format!("203.0.{batch}.{guess}");
            let code = format!("AAAA-{:04}", batch * 50 + guess);
            complete(node, ASHA, &code)
                .header("X-Forwarded-For", forwarded)
                .send()
        });
        statuses.extend(join_all(guesses).await.iter().map(|reply| reply.status));
    }
    assert!(statuses.iter().all(|status| *status == 403), "{statuses:?}");
    complete(node, ASHA, &right).expect(403).await;
    // Another code can be asked for at once.
    clinic.site.clock.advance(TimeDelta::minutes(1));
    let next = code(node, ASHA).await;
    complete(node, ASHA, &next).expect(201).await;
    other.stop().await;
    clinic.close().await;
}

#[tokio::test]
async fn a_client_that_guesses_has_to_wait() {
    let clinic = Clinic::open().await;
    let anonymous = clinic.anonymous();
    for number in 0..50 {
        let email = format!("user-{number}@example.org");
        complete(anonymous, &email, "7KQ2-01MR").expect(403).await;
    }
    let waits = complete(anonymous, ASHA, "7KQ2-01MR").expect(429).await;
    waits.is("too-many-attempts");
    clinic.close().await;
}

#[tokio::test]
async fn mails_to_one_address_are_few_however_often_it_signs_up() {
    let clinic = Clinic::open().await;
    let other = clinic.another_node().await;
    let attempts = (0..20).map(|number| {
        let node = [clinic.anonymous(), &other.client][number % 2];
        begin(node, ASHA).expect(202)
    });
    join_all(attempts).await;
    let mails = clinic.anonymous().mails_after(ASHA, 0).await;
    let code = mails[0]["code"].as_str().unwrap().to_owned();
    complete(&other.client, ASHA, &code).expect(201).await;
    other.stop().await;
    clinic.close().await;
}

/// An address that others ask for belongs to the reader of its mail.
#[tokio::test]
async fn a_stranger_cannot_keep_an_address_from_its_owner() {
    let clinic = Clinic::open().await;
    let anonymous = clinic.anonymous();
    begin(anonymous, ASHA).expect(202).await;
    for guess in 0..3 {
        let code = format!("AAAA-000{guess}");
        complete(anonymous, ASHA, &code).expect(403).await;
    }
    // The owner asks as well: no further mail, and the code of the first one is theirs.
    begin(anonymous, ASHA).expect(202).await;
    let mails = anonymous.mails_after(ASHA, 0).await;
    let code = mails[0]["code"].as_str().unwrap();
    complete(anonymous, ASHA, code).expect(201).await;
    clinic.close().await;
}

#[tokio::test]
async fn unusual_addresses_sign_up() {
    let clinic = Clinic::open().await;
    let anonymous = clinic.anonymous();
    let label = "d".repeat(63);
    let longest = format!("{}@{label}.{label}.{}", "a".repeat(64), "e".repeat(61));
    assert_eq!(longest.len(), 254);
    let addresses = [
        "A.Rao@example.org",
        "arao+clinic@example.org",
        "j\u{fc}rgen@m\u{fc}nchen.example",
        "\u{905}\u{936}\u{93e}@\u{909}\u{926}\u{93e}\u{939}\u{930}\u{923}.\u{92d}\u{93e}\u{930}\u{924}",
        longest.as_str(),
    ];
    for email in addresses {
        let code = code(anonymous, email).await;
        complete(anonymous, email, &code).expect(201).await;
    }
    let too_long = format!("{longest}e");
    for email in [
        too_long.as_str(),
        "asha",
        "asha@",
        "@example.org",
        "a b@example.org",
    ] {
        let refused: Value = begin(anonymous, email).expect(422).await.body;
        assert_eq!(refused["errors"][0]["pointer"], "/email", "{email}");
    }
    clinic.close().await;
}
