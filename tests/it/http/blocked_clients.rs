//! Clients that are turned away: by the program after abuse, and by an admin.

use api::{BlockPolicy, RateLimits};
use chrono::{DateTime, TimeDelta, Utc};
use reqwest::Method;
use serde_json::{Value, json};
use tests::app::Principal;

use crate::observe::scrape::Scrape;
use crate::support::{Call, Client, Clinic, OtherNode, eventually};

const ABUSER: &str = "203.0.113.9";
const BLOCKED: &str = "/api/v1/blocked-clients";

/// A node behind a proxy on this machine that blocks clients after three offences, for ten minutes.
async fn strict(clinic: &mut Clinic) -> OtherNode {
    clinic.site.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    clinic.site.blocks = BlockPolicy {
        offences: "3/600".parse().unwrap(),
        minutes: 10,
    };
    clinic.another_node().await
}

fn from(call: Call, address: &str) -> Call {
    call.header("X-Forwarded-For", address)
}

fn read(node: &Client, address: &str) -> Call {
    from(node.get("/api/v1/clinics"), address)
}

/// A sign-in that fails.
fn guess(node: &Client, number: usize) -> Call {
    let email = format!("user-{number}@example.org");
    let guess = json!({"email": email, "password": "correct horse battery"});
    from(node.post("/api/v1/auth/login", &guess), ABUSER)
}

async fn abuse(node: &Client) {
    for number in 0..4 {
        guess(node, number).expect(401).await;
    }
}

fn group_admin(clinic: &Clinic, node: &OtherNode) -> Client {
    clinic.client(&Principal::admin()).at(&node.client)
}

/// The blocks that an admin sees.
async fn listed(admin: &Client) -> Vec<Value> {
    let list = admin.get(BLOCKED).expect(200).await;
    list.body["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn too_many_failed_sign_ins_block_a_client_until_the_block_ends() {
    let mut clinic = Clinic::open().await;
    let node = strict(&mut clinic).await;
    let before = Scrape::fetch(&node.client).await;
    abuse(&node.client).await;
    let refused = read(&node.client, ABUSER).expect(429).await;
    refused.is("client-blocked");
    assert_eq!(refused.header("retry-after"), "600");
    read(&node.client, "203.0.113.10").expect(200).await;
    let after = Scrape::fetch(&node.client).await;
    for (name, count) in [
        ("caresync_clients_blocked_total", 1),
        ("caresync_blocked_client_requests_total", 1),
        ("caresync_blocked_clients", 1),
    ] {
        assert_eq!(after.count(name) - before.count(name), count, "{name}");
    }
    clinic.site.clock.advance(TimeDelta::seconds(599));
    read(&node.client, ABUSER).expect(429).await;
    clinic.site.clock.advance(TimeDelta::seconds(1));
    read(&node.client, ABUSER).expect(200).await;
    assert_eq!(listed(&group_admin(&clinic, &node)).await, [Value::Null; 0]);
    node.stop().await;
    clinic.close().await;
}

#[tokio::test]
async fn requests_beyond_the_quota_are_offences() {
    let mut clinic = Clinic::open().await;
    let quota = "queries.client=1/60".parse().unwrap();
    clinic.site.rate_limits = RateLimits::default().with(&[quota]);
    let node = strict(&mut clinic).await;
    read(&node.client, ABUSER).expect(200).await;
    for _ in 0..4 {
        let refused = read(&node.client, ABUSER).expect(429).await;
        refused.is("quota-exceeded");
    }
    let blocked = guess(&node.client, 1).expect(429).await;
    blocked.is("client-blocked");
    node.stop().await;
    clinic.close().await;
}

#[tokio::test]
async fn sessions_behind_the_address_go_on() {
    let mut clinic = Clinic::open().await;
    let node = strict(&mut clinic).await;
    let new = json!({
        "name": "Asha Rao", "birthDate": "1990-04-17", "email": "asha@example.org",
        "password": "correct horse battery",
    });
    node.client.sign_up(&new).await.expect(201).await;
    let login = json!({"email": "asha@example.org", "password": "correct horse battery"});
    let sign_in = || from(node.client.post("/api/v1/auth/login", &login), ABUSER);
    let tokens = sign_in().expect(200).await;
    abuse(&node.client).await;
    sign_in().expect(429).await.is("client-blocked");
    let asha = node.client.with_token(tokens.text("accessToken"));
    from(asha.get("/api/v1/auth/me"), ABUSER).expect(200).await;
    let refresh = json!({"refreshToken": tokens.text("refreshToken")});
    let refreshed = from(node.client.post("/api/v1/auth/refresh", &refresh), ABUSER);
    let asha = node
        .client
        .with_token(refreshed.expect(200).await.text("accessToken"));
    from(asha.get("/api/v1/auth/me"), ABUSER).expect(200).await;
    // A token that is not valid is no way in.
    let stranger = node.client.with_token("nonsense");
    from(stranger.get("/api/v1/auth/me"), ABUSER)
        .expect(429)
        .await;
    node.stop().await;
    clinic.close().await;
}

#[tokio::test]
async fn an_admin_sees_and_lifts_a_block_on_every_node() {
    let mut clinic = Clinic::open().await;
    let node = strict(&mut clinic).await;
    let other = clinic.another_node().await;
    abuse(&node.client).await;
    eventually("the other node turns the client away", async || {
        read(&other.client, ABUSER).send().await.status == 429
    })
    .await;
    let admin = group_admin(&clinic, &other);
    let blocks = listed(&admin).await;
    assert_eq!(blocks.len(), 1);
    assert_eq!(blocks[0]["client"], ABUSER);
    assert!(blocks[0]["blockedBy"].is_null());
    let lift = format!("{BLOCKED}/{}", blocks[0]["id"].as_str().unwrap());
    admin.call(Method::DELETE, &lift).expect(204).await;
    read(&other.client, ABUSER).expect(200).await;
    eventually("the first node admits the client", async || {
        read(&node.client, ABUSER).send().await.status == 200
    })
    .await;
    let again = admin.call(Method::DELETE, &lift).expect(404).await;
    again.is("not-found");
    node.stop().await;
    other.stop().await;
    clinic.close().await;
}

#[tokio::test]
async fn an_admin_blocks_a_client_and_sets_another_end() {
    let mut clinic = Clinic::open().await;
    let node = strict(&mut clinic).await;
    let admin = group_admin(&clinic, &node);
    let block = |client: &str, minutes: u32| {
        admin.post(BLOCKED, &json!({"client": client, "minutes": minutes}))
    };
    let blocked = block("2001:db8:1:2::77", 60).expect(200).await;
    assert_eq!(blocked.text("client"), "2001:db8:1:2::");
    assert!(blocked.body["blockedBy"].is_string());
    let end: DateTime<Utc> = blocked.text("blockedUntil").parse().unwrap();
    assert_eq!(end, clinic.site.clock_now() + TimeDelta::minutes(60));
    read(&node.client, "2001:db8:1:2:ffff::1").expect(429).await;
    let shorter = block("2001:db8:1:2::78", 5).expect(200).await;
    assert_eq!(shorter.id(), blocked.id());
    clinic.site.clock.advance(TimeDelta::minutes(5));
    read(&node.client, "2001:db8:1:2:ffff::1").expect(200).await;
    node.stop().await;
    clinic.close().await;
}

#[tokio::test]
async fn proxies_nonsense_and_endless_blocks_are_refused() {
    let mut clinic = Clinic::open().await;
    clinic.site.trusted_proxies = vec!["10.0.0.0/24".parse().unwrap()];
    let node = clinic.another_node().await;
    let admin = group_admin(&clinic, &node);
    let refused = async |client: &str, minutes: u32, pointer: &str| {
        let body = json!({"client": client, "minutes": minutes});
        admin
            .post(BLOCKED, &body)
            .expect(422)
            .await
            .points_at(pointer);
    };
    for proxy in ["127.0.0.1", "::1", "10.0.0.7", "::ffff:10.0.0.7"] {
        refused(proxy, 5, "/client").await;
    }
    for nonsense in [
        "",
        "203.0.113.9/24",
        "203.0.113",
        "localhost",
        "203.0.113.9:80",
    ] {
        refused(nonsense, 5, "/client").await;
    }
    for minutes in [0, 43_201] {
        refused(ABUSER, minutes, "/minutes").await;
    }
    assert_eq!(listed(&admin).await, [Value::Null; 0]);
    // An admin of one clinic has nothing to do with it.
    let own = clinic.admin().at(&node.client);
    own.get(BLOCKED).expect(403).await;
    node.stop().await;
    clinic.close().await;
}

#[tokio::test]
async fn a_program_on_this_machine_is_never_blocked_by_itself() {
    let mut clinic = Clinic::open().await;
    clinic.site.blocks.offences = "3/600".parse().unwrap();
    let node = clinic.another_node().await;
    for number in 0..8 {
        let email = format!("user-{number}@example.org");
        let guess = json!({"email": email, "password": "correct horse battery"});
        node.client
            .post("/api/v1/auth/login", &guess)
            .expect(401)
            .await;
    }
    node.client.get("/api/v1/clinics").expect(200).await;
    node.stop().await;
    clinic.close().await;
}
