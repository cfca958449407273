//! One's own sessions, listed and ended.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};
use tests::app::Principal;

use crate::support::{Call, Client, Clinic, Reply, eventually};

const SESSIONS: &str = "/api/v1/auth/sessions";
const ME: &str = "/api/v1/auth/me";
const PASSWORD: &str = "correct horse battery";
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

async fn sign_up(clinic: &Clinic, email: &str) {
    let new = json!({"name": "Asha Rao", "birthDate": "1990-04-17", "email": email, "password": PASSWORD});
    clinic.anonymous().sign_up(&new).await.expect(201).await;
}

fn login(client: &Client, email: &str) -> Call {
    let login = json!({"email": email, "password": PASSWORD});
    client.post("/api/v1/auth/login", &login)
}

/// A client with the tokens of a new sign-in on this device.
async fn signed_in(client: &Client, email: &str, device: &str) -> (Client, Reply) {
    let tokens = login(client, email)
        .header("User-Agent", device)
        .expect(200)
        .await;
    (client.with_token(tokens.text("accessToken")), tokens)
}

async fn listed(client: &Client) -> Vec<Value> {
    let listed = client.get(SESSIONS).expect(200).await;
    listed.body["items"].as_array().unwrap().clone()
}

/// The path of the session of this client.
async fn own(client: &Client) -> String {
    let sessions = listed(client).await;
    let own = sessions
        .iter()
        .find(|session| session["current"] == true)
        .unwrap();
    format!("{SESSIONS}/{}", own["id"].as_str().unwrap())
}

fn end(client: &Client, path: &str) -> Call {
    client.call(Method::DELETE, path)
}

#[tokio::test]
async fn a_session_is_listed_with_its_device_and_its_last_use() {
    let clinic = Clinic::open().await;
    sign_up(&clinic, "asha@example.org").await;
    let (asha, tokens) = signed_in(clinic.anonymous(), "asha@example.org", FIREFOX).await;
    clinic.site.clock.advance(TimeDelta::minutes(1));
    let long = format!("  {}\u{e9}", "phone ".repeat(100));
    let (_, _) = signed_in(clinic.anonymous(), "asha@example.org", &long).await;
    let sessions = listed(&asha).await;
    assert_eq!(sessions.len(), 2);
    assert_eq!(sessions[0]["device"], "phone ".repeat(20).trim_end());
    assert_eq!(sessions[0]["current"], false);
    assert_eq!(sessions[1]["device"], FIREFOX);
    assert_eq!(sessions[1]["current"], true);
    assert_eq!(sessions[1]["openedAt"], "2026-12-01T00:00:00Z");
    assert_eq!(sessions[1]["lastUsedAt"], "2026-12-01T00:00:00Z");
    assert_eq!(sessions[1]["expiresAt"], "2026-12-31T00:00:00Z");
    clinic.site.clock.advance(TimeDelta::minutes(1));
    let refresh = json!({"refreshToken": tokens.text("refreshToken")});
    clinic
        .anonymous()
        .post("/api/v1/auth/refresh", &refresh)
        .expect(200)
        .await;
    let sessions = listed(&asha).await;
    assert_eq!(sessions[0]["device"], FIREFOX, "the one that was used last");
    assert_eq!(sessions[0]["lastUsedAt"], "2026-12-01T00:02:00Z");
    clinic.site.clock.advance(TimeDelta::days(30));
    let (asha, _) = signed_in(clinic.anonymous(), "asha@example.org", FIREFOX).await;
    assert_eq!(listed(&asha).await.len(), 1, "the others are over");
    clinic.close().await;
}

#[tokio::test]
async fn only_the_owner_sees_and_ends_a_session() {
    let clinic = Clinic::open().await;
    sign_up(&clinic, "asha@example.org").await;
    sign_up(&clinic, "ravi@example.org").await;
    let (asha, _) = signed_in(clinic.anonymous(), "asha@example.org", FIREFOX).await;
    let (ravi, _) = signed_in(clinic.anonymous(), "ravi@example.org", FIREFOX).await;
    let path = own(&asha).await;
    for stranger in [&ravi, &clinic.client(&Principal::admin()), &clinic.desk()] {
        assert!(
            listed(stranger)
                .await
                .iter()
                .all(|session| !path.ends_with(session["id"].as_str().unwrap()))
        );
        end(stranger, &path).expect(404).await.is("not-found");
        end(stranger, SESSIONS).expect(204).await;
    }
    asha.get(ME).expect(200).await;
    clinic.anonymous().get(SESSIONS).expect(401).await;
    end(clinic.anonymous(), &path).expect(401).await;
    end(clinic.anonymous(), SESSIONS).expect(401).await;
    end(&asha, &format!("{SESSIONS}/mine"))
        .expect(400)
        .await
        .is("malformed");
    clinic.close().await;
}

#[tokio::test]
async fn a_session_that_is_ended_ends_on_every_node() {
    let clinic = Clinic::open().await;
    let other = clinic.another_node().await;
    sign_up(&clinic, "asha@example.org").await;
    let (here, _) = signed_in(clinic.anonymous(), "asha@example.org", FIREFOX).await;
    let (lost, stale) = signed_in(&other.client, "asha@example.org", "lost phone").await;
    let path = own(&lost).await;
    end(&here, &path).expect(204).await;
    end(&here, &path).expect(404).await;
    lost.at(clinic.anonymous()).get(ME).expect(401).await;
    eventually("it ends on the other node", async || {
        lost.get(ME).send().await.status == 401
    })
    .await;
    let refresh = json!({"refreshToken": stale.text("refreshToken")});
    other
        .client
        .post("/api/v1/auth/refresh", &refresh)
        .expect(401)
        .await;
    here.get(ME).expect(200).await;
    other.stop().await;
    clinic.close().await;
}

#[tokio::test]
async fn all_other_sessions_end_at_once() {
    let clinic = Clinic::open().await;
    sign_up(&clinic, "asha@example.org").await;
    sign_up(&clinic, "ravi@example.org").await;
    let (ravi, _) = signed_in(clinic.anonymous(), "ravi@example.org", FIREFOX).await;
    let mut clients = Vec::new();
    for _ in 0..4 {
        clients.push(
            signed_in(clinic.anonymous(), "asha@example.org", FIREFOX)
                .await
                .0,
        );
    }
    let here = clients.pop().unwrap();
    end(&here, SESSIONS).expect(204).await;
    for ended in clients {
        ended.get(ME).expect(401).await;
    }
    assert_eq!(listed(&here).await.len(), 1);
    ravi.get(ME).expect(200).await;
    // One's own session can be ended as well.
    let path = own(&here).await;
    end(&here, &path).expect(204).await;
    here.get(ME).expect(401).await;
    clinic.close().await;
}
