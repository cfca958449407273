//! Concurrent and repeated use of refresh tokens, by a front end with several tabs and by a thief.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::json;
use tests::app::Principal;
use tokio::task::JoinSet;

use crate::support::{Call, Client, Clinic, OtherNode, Reply, eventually};

const ME: &str = "/api/v1/auth/me";
const AT_ONCE: usize = 11;
/// Grace period in which a used token may be used again.
const GRACE: TimeDelta = TimeDelta::seconds(10);

/// Two nodes of one clinic, and a patient who has just signed in.
struct Fixture {
    clinic: Clinic,
    other: OtherNode,
    signed_in: Reply,
}

impl Fixture {
    async fn open() -> Self {
        let clinic = Clinic::open().await;
        let other = clinic.another_node().await;
        let login = json!({"email": "asha@example.org", "password": "correct horse battery"});
        let mut person = login.clone();
        person["name"] = json!("Asha Rao");
        person["birthDate"] = json!("1990-04-17");
        let here = clinic.anonymous();
        here.sign_up(&person).await.expect(201).await;
        let signed_in = here.post("/api/v1/auth/login", &login).expect(200).await;
        Self {
            clinic,
            other,
            signed_in,
        }
    }

    fn here(&self) -> &Client {
        self.clinic.anonymous()
    }

    fn there(&self) -> &Client {
        &self.other.client
    }

    async fn close(self) {
        self.other.stop().await;
        self.clinic.close().await;
    }

    /// Sends the same token several times at once, to both nodes in turn.
    async fn refresh_at_once(&self, tokens: &Reply) -> Vec<Reply> {
        let mut calls = JoinSet::new();
        for number in 0..AT_ONCE {
            let node = [self.here(), self.there()][number % 2];
            let call = refresh(node, tokens);
            calls.spawn(async move { call.expect(200).await });
        }
        calls.join_all().await
    }

    /// Asserts that no token of the session is accepted, on either node.
    async fn is_over(&self, tokens: &[&Reply]) {
        for tokens in tokens {
            for node in [self.here(), self.there()] {
                let refused = refresh(node, tokens).expect(401).await;
                refused.is("refresh-failed");
                let asha = node.with_token(tokens.text("accessToken"));
                eventually("its access tokens are refused", async || {
                    asha.get(ME).send().await.status == 401
                })
                .await;
            }
        }
    }
}

fn refresh(node: &Client, tokens: &Reply) -> Call {
    let presented = json!({"refreshToken": tokens.text("refreshToken")});
    node.post("/api/v1/auth/refresh", &presented)
}

fn refresh_token(tokens: &Reply) -> String {
    tokens.text("refreshToken").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_refreshes_on_two_nodes_get_the_same_successor() {
    let fixture = Fixture::open().await;
    let mut current = fixture.signed_in.body["refreshToken"].clone();
    let mut tokens = fixture.refresh_at_once(&fixture.signed_in).await;
    for _ in 0..5 {
        let successors: BTreeSet<_> = tokens.iter().map(refresh_token).collect();
        assert_eq!(successors.len(), 1, "{successors:?}");
        assert_ne!(tokens[0].body["refreshToken"], current);
        for one in &tokens {
            for node in [fixture.here(), fixture.there()] {
                let asha = node.with_token(one.text("accessToken"));
                asha.get(ME).expect(200).await;
            }
        }
        current = tokens[0].body["refreshToken"].clone();
        tokens = fixture.refresh_at_once(&tokens[0]).await;
    }
    fixture.close().await;
}

#[tokio::test]
async fn a_token_reused_within_the_grace_period_gets_the_same_successor_on_any_node() {
    let fixture = Fixture::open().await;
    let second = refresh(fixture.here(), &fixture.signed_in)
        .expect(200)
        .await;
    let just_in_time = GRACE - TimeDelta::milliseconds(1);
    fixture.clinic.site.clock.advance(just_in_time);
    let again = refresh(fixture.there(), &fixture.signed_in)
        .expect(200)
        .await;
    assert_eq!(again.text("refreshToken"), second.text("refreshToken"));
    refresh(fixture.there(), &again).expect(200).await;
    fixture.close().await;
}

#[tokio::test]
async fn a_token_reused_after_the_grace_period_ends_the_session_on_every_node() {
    let fixture = Fixture::open().await;
    let second = refresh(fixture.here(), &fixture.signed_in)
        .expect(200)
        .await;
    fixture.clinic.site.clock.advance(GRACE);
    let asha = fixture.here().with_token(second.text("accessToken"));
    let there = asha.at(fixture.there());
    there.get(ME).expect(200).await;
    let replayed = refresh(fixture.here(), &fixture.signed_in);
    replayed.expect(401).await.is("refresh-failed");
    asha.get(ME).expect(401).await.is("unauthenticated");
    fixture.is_over(&[&fixture.signed_in, &second]).await;
    fixture.close().await;
}

#[tokio::test]
async fn a_reused_token_whose_successor_was_used_ends_the_session() {
    let fixture = Fixture::open().await;
    let second = refresh(fixture.here(), &fixture.signed_in)
        .expect(200)
        .await;
    let third = refresh(fixture.there(), &second).expect(200).await;
    let replayed = refresh(fixture.there(), &fixture.signed_in);
    replayed.expect(401).await.is("refresh-failed");
    let newest = [&fixture.signed_in, &second, &third];
    fixture.is_over(&newest).await;
    fixture.close().await;
}

#[tokio::test]
async fn a_token_cannot_be_reused_after_sign_out() {
    let fixture = Fixture::open().await;
    let second = refresh(fixture.here(), &fixture.signed_in)
        .expect(200)
        .await;
    let asha = fixture.here().with_token(second.text("accessToken"));
    let logout = asha.call(Method::POST, "/api/v1/auth/logout");
    logout.expect(204).await;
    fixture.is_over(&[&fixture.signed_in, &second]).await;
    fixture.close().await;
}

#[tokio::test]
async fn a_token_cannot_be_reused_after_its_account_was_disabled() {
    let fixture = Fixture::open().await;
    let second = refresh(fixture.here(), &fixture.signed_in)
        .expect(200)
        .await;
    let account = second.body["account"]["id"].as_str().unwrap();
    let admin = fixture.clinic.client(&Principal::admin());
    let reason = json!({"reason": "Left the clinic"});
    let disabled = admin.post(&format!("/api/v1/accounts/{account}/disable"), &reason);
    disabled.expect(200).await;
    fixture.is_over(&[&fixture.signed_in, &second]).await;
    fixture.close().await;
}

#[tokio::test]
async fn a_token_cannot_be_reused_after_its_session_has_expired() {
    let fixture = Fixture::open().await;
    let almost = TimeDelta::days(30) - TimeDelta::seconds(1);
    fixture.clinic.site.clock.advance(almost);
    let second = refresh(fixture.here(), &fixture.signed_in)
        .expect(200)
        .await;
    fixture.clinic.site.clock.advance(TimeDelta::seconds(1));
    for tokens in [&fixture.signed_in, &second] {
        refresh(fixture.there(), tokens)
            .expect(401)
            .await
            .is("refresh-failed");
    }
    fixture.close().await;
}

#[tokio::test]
async fn the_table_of_refresh_tokens_holds_no_token_in_clear() {
    let fixture = Fixture::open().await;
    let second = refresh(fixture.here(), &fixture.signed_in)
        .expect(200)
        .await;
    // Bytes are shown in hexadecimal digits, as tokens are.
    let sql = "select count(*) from refresh_tokens t where position($1 in t::text) > 0";
    for tokens in [&fixture.signed_in, &second] {
        let token = tokens.text("refreshToken");
        assert_eq!(fixture.clinic.count(sql, token).await, 0);
    }
    fixture.close().await;
}
