//! Accounts that admins keep.

use chrono::TimeDelta;
use serde_json::json;
use tests::app::Somebody;

use crate::support::{Client, Clinic, Reply, eventually};

const ME: &str = "/api/v1/auth/me";
const PASSWORD: &str = "correct horse battery";

async fn desk_account(clinic: &Clinic, admin: &Client) -> Reply {
    let new = json!({
        "email": "desk@example.org",
        "password": PASSWORD,
        "roles": ["RECEPTIONIST"],
        "clinics": {"kind": "only", "clinics": [clinic.facts.clinic]},
    });
    admin.post("/api/v1/accounts", &new).expect(201).await
}

fn login(clinic: &Clinic) -> crate::support::Call {
    let login = json!({"email": "desk@example.org", "password": PASSWORD});
    clinic.nobody().post("/api/v1/auth/login", &login)
}

#[tokio::test]
async fn a_disabled_account_is_out_everywhere_and_stays_out_until_it_is_enabled() {
    let clinic = Clinic::open().await;
    let other = clinic.another_node().await;
    let admin = clinic.client(&Somebody::admin());
    let account = desk_account(&clinic, &admin).await;
    let path = format!("/api/v1/accounts/{}", account.id());
    let tokens = login(&clinic).expect(200).await;
    let desk = clinic.nobody().with_token(tokens.text("accessToken"));
    desk.get(ME).expect(200).await;
    let disable = admin.post(&format!("{path}/disable"), &json!({"reason": "Left"}));
    disable.expect(200).await;
    for node in [clinic.nobody(), &other.1] {
        let desk = desk.at(node);
        eventually("its session ends", async || {
            desk.get(ME).send().await.status == 401
        })
        .await;
    }
    login(&clinic).expect(403).await.is("account-disabled");
    let refresh = json!({"refreshToken": tokens.text("refreshToken")});
    let refresh = || clinic.nobody().post("/api/v1/auth/refresh", &refresh);
    refresh().expect(401).await;
    let enable = admin.call(reqwest::Method::POST, &format!("{path}/enable"));
    enable.expect(200).await;
    refresh().expect(401).await;
    clinic.site.clock.advance(TimeDelta::seconds(1));
    login(&clinic).expect(200).await;
    clinic.stop(other).await;
    clinic.close().await;
}

#[tokio::test]
async fn nobody_disables_themselves() {
    let clinic = Clinic::open().await;
    let admin = clinic.client(&Somebody::admin());
    let account = desk_account(&clinic, &admin).await;
    let itself = Somebody {
        account: account.text("id").parse().unwrap(),
        ..Somebody::admin()
    };
    let path = format!("/api/v1/accounts/{}/disable", account.id());
    let disable = clinic
        .client(&itself)
        .post(&path, &json!({"reason": "Tired"}));
    disable.expect(409).await.is("cannot-disable-oneself");
    clinic.close().await;
}

#[tokio::test]
async fn staff_has_no_more_rights_than_who_lets_them_in() {
    let clinic = Clinic::open().await;
    let here = Somebody {
        clinics: domain::ClinicScope::Only([clinic.facts.clinic].into()),
        ..Somebody::admin()
    };
    let new = json!({
        "email": "auditor@example.org",
        "password": PASSWORD,
        "roles": ["AUDITOR"],
        "clinics": {"kind": "all"},
    });
    let refused = clinic.client(&here).post("/api/v1/accounts", &new);
    refused.expect(403).await.is("scope-wider-than-own");
    clinic.close().await;
}
