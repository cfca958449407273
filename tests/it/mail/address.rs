//! Changes of the address that an account signs in with.

use chrono::TimeDelta;
use futures::future::join_all;
use serde_json::{Value, json};
use tests::app::Principal;

use crate::support::{Call, Client, Clinic, Reply};

const BEGIN: &str = "/api/v1/auth/address";
const CONFIRM: &str = "/api/v1/auth/address/confirm";
const OLD: &str = "asha@example.org";
const NEW: &str = "asha.rao@example.org";
const PASSWORD: &str = "correct horse battery";

fn login(client: &Client, email: &str) -> Call {
    let login = json!({"email": email, "password": PASSWORD});
    client.post("/api/v1/auth/login", &login)
}

async fn signed_up(clinic: &Clinic, email: &str) -> (Client, Reply) {
    let anonymous = clinic.anonymous();
    let new = json!({
        "name": "Asha Rao", "birthDate": "1990-04-17", "email": email, "password": PASSWORD,
    });
    let registered = anonymous.sign_up(&new).await.expect(201).await;
    let tokens = login(anonymous, email).expect(200).await;
    (anonymous.with_token(tokens.text("accessToken")), registered)
}

fn begin(client: &Client, email: &str) -> Call {
    client.post(BEGIN, &json!({"email": email, "currentPassword": PASSWORD}))
}

fn confirm(client: &Client, email: &str, code: &str, present_code: &str) -> Call {
    let confirm = json!({"email": email, "code": code, "presentCode": present_code});
    client.post(CONFIRM, &confirm)
}

/// The code in the newest mail.
fn code(mails: &[Value]) -> String {
    mails[0]["code"].as_str().unwrap().to_owned()
}

/// Begins a change, and returns the codes of the new and the present address.
async fn codes(client: &Client, present: &str, new: &str) -> (String, String) {
    let before = client.mails(present).await.len();
    let code_of_new = client.mailed_code(new, begin(client, new)).await;
    (
        code_of_new,
        code(&client.mails_after(present, before).await),
    )
}

#[tokio::test]
async fn an_address_is_changed_once_both_addresses_confirm() {
    let clinic = Clinic::open().await;
    let (asha, registered) = signed_up(&clinic, OLD).await;
    let (new, present) = codes(&asha, OLD, NEW).await;
    for (first, second) in [(&present, &new), (&new, &new), (&present, &present)] {
        confirm(&asha, NEW, first, second)
            .expect(403)
            .await
            .is("wrong-code");
    }
    let changed = confirm(&asha, NEW, &new, &present).expect(200).await;
    login(clinic.anonymous(), OLD).expect(401).await;
    login(clinic.anonymous(), NEW).expect(200).await;
    asha.get("/api/v1/auth/me").expect(200).await;
    confirm(&asha, NEW, &new, &present)
        .expect(409)
        .await
        .is("same-address");
    let admin = clinic.client(&Principal::admin());
    let path = format!("/api/v1/accounts/{}", registered.text("accountId"));
    let shown = clinic
        .settled(async || admin.get(&path).after(&changed))
        .await;
    assert_eq!(shown.text("email"), NEW);
    // The address before is free, the new one is not.
    let (other, _) = signed_up(&clinic, "ravi@example.org").await;
    let (new, present) = codes(&other, "ravi@example.org", "tara@example.org").await;
    confirm(&other, OLD, &new, &present).expect(403).await;
    confirm(&other, "tara@example.org", &new, &present)
        .expect(200)
        .await;
    clinic.site.clock.advance(TimeDelta::minutes(2));
    signed_up(&clinic, OLD).await;
    clinic.close().await;
}

#[tokio::test]
async fn an_address_of_another_account_is_not_given_away_and_not_told_of() {
    let clinic = Clinic::open().await;
    let (asha, _) = signed_up(&clinic, OLD).await;
    signed_up(&clinic, NEW).await;
    let known = begin(&asha, NEW).expect(202).await;
    let mails = asha.mails_after(NEW, 1).await;
    assert_eq!(mails[0]["subject"], "You have an account at CareSync");
    let present = code(&asha.mails_after(OLD, 1).await);
    confirm(&asha, NEW, "7KQ2-01MR", &present).expect(403).await;
    clinic.site.clock.advance(TimeDelta::minutes(1));
    let unknown = begin(&asha, "tara@example.org").expect(202).await;
    assert_eq!(
        (known.raw, known.headers.len()),
        (unknown.raw, unknown.headers.len())
    );
    begin(&asha, OLD).expect(409).await.is("same-address");
    let wrong = json!({"email": NEW, "currentPassword": "wrong horse battery"});
    asha.post(BEGIN, &wrong)
        .expect(403)
        .await
        .is("wrong-password");
    clinic.close().await;
}

/// Two accounts ask for one address at once, and one of them asks on two nodes.
#[tokio::test]
async fn an_address_is_given_once() {
    let clinic = Clinic::open().await;
    let other = clinic.another_node().await;
    let (asha, _) = signed_up(&clinic, OLD).await;
    let (ravi, _) = signed_up(&clinic, "ravi@example.org").await;
    let (new, present) = codes(&asha, OLD, NEW).await;
    begin(&ravi, NEW).expect(202).await;
    let ravis = code(&ravi.mails_after("ravi@example.org", 1).await);
    let attempts = (0..6).map(|number| {
        let (who, own) = if number % 2 == 0 {
            (&asha, &present)
        } else {
            (&ravi, &ravis)
        };
        let who = if number < 3 {
            who.clone()
        } else {
            who.at(&other.client)
        };
        confirm(&who, NEW, &new, own).send()
    });
    let replies = join_all(attempts).await;
    assert!(
        replies.iter().any(|reply| reply.status == 200),
        "{replies:?}"
    );
    assert!(
        replies
            .iter()
            .all(|reply| [200, 403, 409].contains(&reply.status)),
        "{replies:?}"
    );
    let logins = "select count(distinct holder) from reservations where space = $1";
    assert_eq!(clinic.count(logins, "account.login").await, 2);
    login(clinic.anonymous(), NEW).expect(200).await;
    let statuses = [OLD, "ravi@example.org"].map(|email| login(&other.client, email).send());
    let mut statuses: Vec<_> = join_all(statuses)
        .await
        .iter()
        .map(|reply| reply.status)
        .collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401], "one of them keeps its address");
    other.stop().await;
    clinic.close().await;
}
