//! A second factor that a clinic requires of its staff.

use domain::{ClinicId, Currency};
use serde_json::{Value, json};
use tests::app::Principal;

use super::schedule::etag;
use super::second_factor::code;
use crate::support::{Call, Client, Clinic, Reply, eventually};

const PASSWORD: &str = "correct horse battery";
const REQUIRED: &str = "second-factor-required";

fn sign_in(clinic: &Clinic, email: &str, code: Option<&str>) -> Call {
    let login = json!({"email": email, "password": PASSWORD, "code": code});
    clinic.anonymous().post("/api/v1/auth/login", &login)
}

/// An account of staff, signed in: its client, and the tokens.
async fn staff(clinic: &Clinic, role: &str, at: &[ClinicId]) -> (Client, Reply) {
    let email = format!("{}-{}@example.org", role.to_lowercase(), at.len());
    let admin = clinic.client(&Principal::admin());
    let account = json!({
        "email": email, "password": PASSWORD, "roles": [role],
        "clinics": {"kind": "only", "clinics": at},
    });
    admin.invite("/api/v1/accounts", &account).await;
    let tokens = sign_in(clinic, &email, None).expect(200).await;
    (client(clinic, &tokens), tokens)
}

fn client(clinic: &Clinic, tokens: &Reply) -> Client {
    clinic.anonymous().with_token(tokens.text("accessToken"))
}

async fn refreshed(clinic: &Clinic, tokens: &Reply) -> Reply {
    let refresh = json!({"refreshToken": tokens.text("refreshToken")});
    let refreshed = clinic.anonymous().post("/api/v1/auth/refresh", &refresh);
    refreshed.expect(200).await
}

async fn set_at(clinic: &Clinic, at: ClinicId, who: &Client, setting: Value) -> Call {
    let path = format!("/api/v1/clinics/{at}/second-factor");
    let tag = etag(clinic, at).await;
    who.put(&path, &setting).header("If-Match", tag)
}

async fn require(clinic: &Clinic) {
    let admin = clinic.client(&Principal::admin());
    let at = clinic.facts.clinic;
    let set = set_at(clinic, at, &admin, json!({"required": true})).await;
    set.expect(200).await;
}

/// A request that a receptionist may make at any time.
fn ask(who: &Client) -> Call {
    who.get(&format!("/api/v1/patients/{}", uuid::Uuid::nil()))
}

async fn is_refused(who: &Client) {
    eventually("the setting counts", async || {
        ask(who).send().await.body["type"] == REQUIRED
    })
    .await;
}

/// Sets up a second factor; returns the recovery codes.
async fn set_up(clinic: &Clinic, who: &Client) -> Value {
    let password = json!({"currentPassword": PASSWORD});
    let begun = who.post("/api/v1/auth/second-factor", &password);
    let secret = begun.expect(200).await.text("secret").to_owned();
    let proof = json!({"code": code(clinic, &secret, 0)});
    let confirmed = who.post("/api/v1/auth/second-factor/confirm", &proof);
    confirmed.expect(200).await.body["recoveryCodes"].clone()
}

#[tokio::test]
async fn an_open_session_leads_to_a_second_factor_and_then_goes_on() {
    let clinic = Clinic::open().await;
    let (desk, tokens) = staff(&clinic, "RECEPTIONIST", &[clinic.facts.clinic]).await;
    assert_eq!(tokens.body["account"].get("secondFactorRequired"), None);
    ask(&desk).expect(404).await;
    let other = clinic.another_node().await;
    require(&clinic).await;
    is_refused(&desk).await;
    is_refused(&desk.at(&other.client)).await;
    let me = desk.get("/api/v1/auth/me").expect(200).await;
    assert_eq!(me.body["secondFactorRequired"], true);
    // A new sign-in and a refresh lead no further.
    let again = sign_in(&clinic, "receptionist-1@example.org", None);
    let again = again.expect(200).await;
    assert_eq!(again.body["account"]["secondFactorRequired"], true);
    ask(&client(&clinic, &again)).expect(403).await.is(REQUIRED);
    let tokens = refreshed(&clinic, &tokens).await;
    ask(&client(&clinic, &tokens))
        .expect(403)
        .await
        .is(REQUIRED);

    let codes = set_up(&clinic, &desk).await;
    // The token still says that there is none.
    ask(&desk).expect(403).await.is(REQUIRED);
    let tokens = refreshed(&clinic, &tokens).await;
    assert_eq!(tokens.body["account"].get("secondFactorRequired"), None);
    let desk = client(&clinic, &tokens);
    ask(&desk).expect(404).await;
    ask(&desk.at(&other.client)).expect(404).await;
    // From now on a sign-in needs a code; a recovery code is one.
    let email = "receptionist-1@example.org";
    sign_in(&clinic, email, None)
        .expect(401)
        .await
        .is("code-required");
    let recovered = sign_in(&clinic, email, codes[0].as_str()).expect(200).await;
    ask(&client(&clinic, &recovered)).expect(404).await;
    // The operator helps who has lost everything.
    let identity = &clinic.app().identity;
    let account = identity.account_of(&email.parse().unwrap()).await.unwrap();
    let account = account.unwrap();
    assert!(identity.reset_second_factor(account).await.unwrap());
    assert!(!identity.reset_second_factor(account).await.unwrap());
    let again = sign_in(&clinic, email, None).expect(200).await;
    assert_eq!(again.body["account"]["secondFactorRequired"], true);
    other.stop().await;
    clinic.close().await;
}

#[tokio::test]
async fn those_who_work_elsewhere_and_patients_need_none() {
    let clinic = Clinic::open().await;
    let second = clinic.world.clinic("Asia/Kolkata", Currency::Inr).await;
    let second = second.unwrap().clinic;
    let elsewhere = clinic.client(&Principal::receptionist(domain::ClinicScope::Only(
        [second].into(),
    )));
    let both = clinic.client(&Principal::receptionist(domain::ClinicScope::Only(
        [second, clinic.facts.clinic].into(),
    )));
    let auditor = clinic.client(&Principal::auditor());
    let doctor = clinic.client(&Principal::doctor(clinic.doctor));
    let other_doctor = clinic.client(&Principal::doctor(domain::DoctorId::from_uuid(
        uuid::Uuid::nil(),
    )));
    let asha = clinic.patient();
    require(&clinic).await;
    is_refused(&both).await;
    ask(&elsewhere).expect(404).await;
    let path = format!("/api/v1/doctors/{}/leaves", clinic.doctor);
    doctor.get(&path).expect(403).await.is(REQUIRED);
    other_doctor.get(&path).expect(404).await;
    let list = format!("/api/v1/appointments?patientId={}", uuid::Uuid::nil());
    auditor.get(&list).expect(403).await.is(REQUIRED);
    clinic.book(&asha, 0).expect(201).await;
    clinic.close().await;
}

#[tokio::test]
async fn the_admin_who_requires_it_is_not_locked_out() {
    let clinic = Clinic::open().await;
    let at = clinic.facts.clinic;
    let (admin, tokens) = staff(&clinic, "ADMIN", &[at]).await;
    let set = set_at(&clinic, at, &admin, json!({"required": true})).await;
    set.expect(200).await;
    is_refused(&admin).await;
    let revoke = set_at(&clinic, at, &admin, json!({})).await;
    revoke.expect(403).await.is(REQUIRED);
    set_up(&clinic, &admin).await;
    let tokens = refreshed(&clinic, &tokens).await;
    let admin = client(&clinic, &tokens);
    let path = format!("/api/v1/clinics/{at}/second-factor");
    let shown = admin.get(&path).expect(200).await;
    assert_eq!(shown.body["required"], true);
    let revoke = set_at(&clinic, at, &admin, json!({})).await;
    revoke.expect(200).await;
    let shown = admin.get(&path).expect(200).await;
    assert_eq!(shown.body.get("required"), None);
    // Whoever has none is admitted again.
    let desk = clinic.desk();
    eventually("the setting counts no more", async || {
        ask(&desk).send().await.status == 404
    })
    .await;
    clinic.close().await;
}

#[tokio::test]
async fn a_factor_that_is_removed_is_required_again() {
    let clinic = Clinic::open().await;
    let (desk, tokens) = staff(&clinic, "RECEPTIONIST", &[clinic.facts.clinic]).await;
    let codes = set_up(&clinic, &desk).await;
    require(&clinic).await;
    is_refused(&desk).await;
    let tokens = refreshed(&clinic, &tokens).await;
    let desk = client(&clinic, &tokens);
    ask(&desk).expect(404).await;
    let remove = json!({"currentPassword": PASSWORD, "code": codes[0]});
    let removed = desk.post("/api/v1/auth/second-factor/remove", &remove);
    removed.expect(204).await;
    let tokens = refreshed(&clinic, &tokens).await;
    assert_eq!(tokens.body["account"]["secondFactorRequired"], true);
    ask(&client(&clinic, &tokens))
        .expect(403)
        .await
        .is(REQUIRED);
    clinic.close().await;
}

#[tokio::test]
async fn the_groups_setting_counts_where_a_clinic_has_none() {
    let mut clinic = Clinic::open().await;
    clinic.site.staff_second_factor = true;
    let strict = clinic.another_node().await;
    let desk = clinic.desk().at(&strict.client);
    ask(&desk).expect(403).await.is(REQUIRED);
    let admin = clinic.client(&Principal::admin());
    let set = set_at(
        &clinic,
        clinic.facts.clinic,
        &admin,
        json!({"required": false}),
    )
    .await;
    set.expect(200).await;
    eventually("the clinic's own setting counts", async || {
        ask(&desk).send().await.status == 404
    })
    .await;
    strict.stop().await;
    clinic.close().await;
}

#[tokio::test]
async fn what_is_no_setting_is_refused() {
    let clinic = Clinic::open().await;
    let at = clinic.facts.clinic;
    let admin = clinic.admin();
    for wrong in [
        json!({"required": "yes"}),
        json!({"required": 1}),
        json!({"require": true}),
        json!([]),
    ] {
        set_at(&clinic, at, &admin, wrong)
            .await
            .expect(400)
            .await
            .is("malformed");
    }
    let path = format!("/api/v1/clinics/{at}/second-factor");
    let unread = admin.put(&path, &json!({"required": true}));
    unread.expect(428).await.is("if-match-required");
    let stale = admin.put(&path, &json!({"required": true}));
    stale.header("If-Match", "\"7\"").expect(412).await;
    clinic.other_desk().get(&path).expect(403).await;
    assert_eq!(clinic.events("clinic.staff_second_factor_set").await, 0);
    clinic.close().await;
}
