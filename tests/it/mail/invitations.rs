//! Invitations of staff, who set their own password.

use chrono::TimeDelta;
use futures::future::join_all;
use serde_json::{Value, json};
use tests::app::Principal;

use crate::support::{Call, Client, Clinic, Reply, all_read};

const ACCEPT: &str = "/api/v1/auth/invitation/accept";
const DESK: &str = "desk@example.org";
const PASSWORD: &str = "correct horse battery";

fn accept(client: &Client, code: &str, password: &str) -> Call {
    let accept = json!({"email": DESK, "code": code, "password": password});
    client.post(ACCEPT, &accept)
}

fn login(client: &Client, password: &str) -> Call {
    let login = json!({"email": DESK, "password": password});
    client.post("/api/v1/auth/login", &login)
}

async fn registered(clinic: &Clinic, admin: &Client) -> Reply {
    let desk = json!({
        "email": DESK, "roles": ["RECEPTIONIST"],
        "clinics": {"kind": "only", "clinics": [clinic.facts.clinic]},
    });
    admin.post("/api/v1/accounts", &desk).expect(201).await
}

fn code(mails: &[Value]) -> String {
    mails[0]["code"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_holder_of_an_invited_account_sets_its_password_once() {
    let clinic = Clinic::open().await;
    let other = clinic.another_node().await;
    let anonymous = clinic.anonymous();
    registered(&clinic, &clinic.admin()).await;
    let code = code(&anonymous.mails_after(DESK, 0).await);
    login(anonymous, PASSWORD).expect(401).await;
    let credentials = "select count(*) from credentials where $1 <> ''";
    assert_eq!(clinic.count(credentials, "-").await, 0);
    let weak = accept(anonymous, &code, "1234567890").expect(422).await;
    weak.points_at("/password");
    let attempts = (0..8).map(|number| {
        let node = [anonymous, &other.client][number % 2];
        accept(node, &code, &format!("gentle lamp number {number}")).send()
    });
    let replies = join_all(attempts).await;
    let set: Vec<_> = (0..8)
        .filter(|number| replies[*number].status == 204)
        .collect();
    assert_eq!(set.len(), 1, "{replies:?}");
    login(&other.client, &format!("gentle lamp number {}", set[0]))
        .expect(200)
        .await;
    accept(anonymous, &code, PASSWORD)
        .expect(403)
        .await
        .is("wrong-code");
    other.stop().await;
    clinic.close().await;
}

#[tokio::test]
async fn an_invitation_is_good_for_seven_days_and_can_be_sent_again() {
    let clinic = Clinic::open().await;
    let anonymous = clinic.anonymous();
    let admin = clinic.admin();
    let account = registered(&clinic, &admin).await;
    let first = code(&anonymous.mails_after(DESK, 0).await);
    clinic.site.clock.advance(TimeDelta::days(7));
    accept(anonymous, &first, PASSWORD).expect(403).await;
    all_read(anonymous).await;
    let again = format!("/api/v1/accounts/{}/invitation", account.id());
    let admin = clinic.admin();
    clinic
        .other_admin()
        .post(&again, &json!({}))
        .expect(404)
        .await;
    clinic.desk().post(&again, &json!({})).expect(403).await;
    admin.post(&again, &json!({})).expect(202).await;
    let second = code(&anonymous.mails_after(DESK, 1).await);
    // Within a minute there is no other one.
    admin.post(&again, &json!({})).expect(202).await;
    // Until then the password cannot be forgotten.
    let forget = json!({"email": DESK});
    let forget = anonymous.post("/api/v1/auth/password/forgotten", &forget);
    forget.expect(202).await;
    assert!(anonymous.mails_after(DESK, 2).await[0]["code"].is_null());
    accept(anonymous, &first, PASSWORD).expect(403).await;
    accept(anonymous, &second, PASSWORD).expect(204).await;
    login(anonymous, PASSWORD).expect(200).await;
    let accepted = admin.post(&again, &json!({})).expect(409).await;
    accepted.is("invitation-accepted");
    clinic.close().await;
}

#[tokio::test]
async fn a_doctor_is_invited_and_an_account_that_was_disabled_stays_so() {
    let clinic = Clinic::open().await;
    let admin = clinic.client(&Principal::admin());
    let doctor = json!({
        "name": "Arun Bose", "specialisations": ["cardiology"], "languages": ["en"],
        "email": "arun@example.org", "password": PASSWORD,
    });
    admin.post("/api/v1/doctors", &doctor).expect(400).await;
    admin.invite("/api/v1/doctors", &doctor).await;
    let arun = json!({"email": "arun@example.org", "password": PASSWORD});
    clinic
        .anonymous()
        .post("/api/v1/auth/login", &arun)
        .expect(200)
        .await;
    let account = registered(&clinic, &admin).await;
    let code = code(&admin.mails_after(DESK, 0).await);
    let disable = format!("/api/v1/accounts/{}/disable", account.id());
    all_read(clinic.anonymous()).await;
    admin
        .post(&disable, &json!({"reason": "Left"}))
        .expect(200)
        .await;
    accept(&admin, &code, PASSWORD).expect(204).await;
    login(&admin, PASSWORD)
        .expect(403)
        .await
        .is("account-disabled");
    clinic.close().await;
}

/// One of a refused registration, or of the demo, gets no mail.
#[tokio::test]
async fn an_address_that_is_taken_is_not_invited() {
    let clinic = Clinic::open().await;
    let admin = clinic.client(&Principal::admin());
    admin
        .invite(
            "/api/v1/accounts",
            &json!({"email": DESK, "password": PASSWORD, "roles": ["AUDITOR"], "clinics": {"kind": "all"}}),
        )
        .await;
    let keys = "select count(*) from subject_keys where $1 <> ''";
    let before = clinic.count(keys, "-").await;
    let again =
        json!({"email": "Desk@Example.org", "roles": ["AUDITOR"], "clinics": {"kind": "all"}});
    admin
        .post("/api/v1/accounts", &again)
        .expect(409)
        .await
        .is("login-taken");
    assert_eq!(clinic.count(keys, "-").await, before);
    all_read(clinic.anonymous()).await;
    assert_eq!(admin.mails(DESK).await.len(), 1);
    clinic.close().await;
}
