//! One mailbox, one password and one name each, however it is typed.

use adapters::argon2::Argon2PasswordHasher;
use chrono::TimeDelta;
use commands::ports::PasswordHasher as _;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use tests::app::Principal;

use crate::support::{Call, Clinic, Reply};

const COMPLETE: &str = "/api/v1/auth/register/complete";
const PASSWORD: &str = "correct horse battery";

fn asha(email: &str, password: &str) -> Value {
    json!({"name": "Asha Rao", "birthDate": "1990-04-17", "email": email, "password": password})
}

async fn register(clinic: &Clinic, email: &str, password: &str) -> Reply {
    let sign_up = clinic.anonymous().sign_up(&asha(email, password)).await;
    sign_up.expect(201).await
}

/// A request to complete a sign-up.
fn complete(clinic: &Clinic, email: &str, password: &str) -> Call {
    let mut new = asha(email, password);
    new["code"] = json!("7KQ2-01MR");
    clinic.anonymous().post(COMPLETE, &new)
}

/// Asserts that the newest mail to an address that begins to sign up says that it has an account.
async fn has_an_account(clinic: &Clinic, email: &str) {
    clinic.site.clock.advance(TimeDelta::minutes(16));
    let anonymous = clinic.anonymous();
    let before = anonymous.mails(email).await.len();
    let begin = json!({"email": email});
    anonymous
        .post("/api/v1/auth/register", &begin)
        .expect(202)
        .await;
    let mails = anonymous.mails_after(email, before).await;
    assert_eq!(mails[0]["subject"], "You have an account at CareSync");
    assert!(mails[0]["code"].is_null());
}

fn login(clinic: &Clinic, email: &str, password: &str) -> Call {
    let credentials = json!({"email": email, "password": password});
    clinic.anonymous().post("/api/v1/auth/login", &credentials)
}

/// Gives an account the login and the password that an earlier version would have stored.
async fn as_stored_earlier(clinic: &Clinic, account: &str, email: &str, password: &str) {
    let mut mac = Hmac::<Sha256>::new_from_slice(&[7; 32]).unwrap();
    mac.update(&5_u64.to_be_bytes());
    mac.update(b"login");
    mac.update(email.as_bytes());
    let key = mac.finalize().into_bytes().to_vec();
    let moved = sqlx::query("update reservations set key = $2 where holder = $1");
    let moved = moved.bind(account).bind(key).execute(&clinic.pool).await;
    assert_eq!(moved.unwrap().rows_affected(), 1);
    let hash = Argon2PasswordHasher::new()
        .hash(password.into())
        .await
        .unwrap();
    let set = sqlx::query("update credentials set password_hash = $2 where account_id::text = $1");
    let set = set
        .bind(account)
        .bind(hash.expose())
        .execute(&clinic.pool)
        .await;
    assert_eq!(set.unwrap().rows_affected(), 1);
}

async fn stored_hash(clinic: &Clinic, account: &str) -> String {
    let hash =
        sqlx::query_scalar("select password_hash from credentials where account_id::text = $1");
    hash.bind(account).fetch_one(&clinic.pool).await.unwrap()
}

#[tokio::test]
async fn a_password_is_the_same_on_every_keyboard() {
    let clinic = Clinic::open().await;
    let (composed, decomposed) = ("caf\u{e9} at the corner", "cafe\u{301} at\u{a0}the corner");
    register(&clinic, "asha@example.org", composed).await;
    register(&clinic, "ravi@example.org", decomposed).await;
    for email in ["asha@example.org", "ravi@example.org"] {
        for password in [composed, decomposed] {
            login(&clinic, email, password).expect(200).await;
        }
        login(&clinic, email, "cafe at the corner")
            .expect(401)
            .await;
    }
    clinic.close().await;
}

#[tokio::test]
async fn a_password_may_have_128_characters_of_four_bytes() {
    let clinic = Clinic::open().await;
    let longest: String = ('\u{1f300}'..).step_by(3).take(128).collect();
    register(&clinic, "asha@example.org", &longest).await;
    login(&clinic, "asha@example.org", &longest)
        .expect(200)
        .await;
    let cut: String = longest.chars().take(127).collect();
    login(&clinic, "asha@example.org", &cut).expect(401).await;
    let longer = format!("{longest}\u{1f400}");
    let refused = complete(&clinic, "ravi@example.org", &longer)
        .expect(422)
        .await;
    refused.points_at("/password");
    let refused = complete(&clinic, "ravi@example.org", "null\u{0}in the middle")
        .expect(422)
        .await;
    refused.points_at("/password");
    clinic.close().await;
}

#[tokio::test]
async fn one_mailbox_is_one_account_in_every_spelling() {
    let clinic = Clinic::open().await;
    let spellings = [
        "j\u{fc}rgen@m\u{fc}nchen.example",
        "ju\u{308}rgen@mu\u{308}nchen.example",
        "J\u{dc}RGEN@xn--mnchen-3ya.example",
        " j\u{fc}rgen@M\u{dc}NCHEN\u{3002}EXAMPLE ",
    ];
    register(&clinic, spellings[1], PASSWORD).await;
    for email in spellings {
        has_an_account(&clinic, email).await;
        login(&clinic, email, PASSWORD).expect(200).await;
    }
    // A dot, a tag and another letter are another mailbox.
    for email in [
        "j.urgen@m\u{fc}nchen.example",
        "j\u{fc}rgen+1@m\u{fc}nchen.example",
        "jurgen@munchen.example",
    ] {
        login(&clinic, email, PASSWORD).expect(401).await;
        register(&clinic, email, PASSWORD).await;
    }
    clinic.close().await;
}

#[tokio::test]
async fn an_account_of_an_earlier_version_still_signs_in() {
    let clinic = Clinic::open().await;
    let composed = "j\u{fc}rgen@m\u{fc}nchen.example";
    let secret = "cafe\u{301} at the corner";
    for earlier in [
        "ju\u{308}rgen@mu\u{308}nchen.example",
        "j\u{fc}rgen@xn--mnchen-3ya.example",
    ] {
        let clinic = Clinic::open().await;
        let account = register(&clinic, "old@example.org", PASSWORD).await;
        let account = account.text("accountId");
        as_stored_earlier(&clinic, account, earlier, secret).await;
        let stored = stored_hash(&clinic, account).await;
        has_an_account(&clinic, composed).await;
        login(&clinic, composed, PASSWORD).expect(401).await;
        login(&clinic, composed, "caf\u{e9} at the corner")
            .expect(200)
            .await;
        let rehashed = stored_hash(&clinic, account).await;
        assert_ne!(stored, rehashed, "the hash is of the normal form now");
        login(&clinic, earlier, secret).expect(200).await;
        assert_eq!(stored_hash(&clinic, account).await, rehashed);
        clinic.close().await;
    }
    // Two accounts for one mailbox, as an earlier version let them be: each has its own password.
    let first = register(&clinic, composed, "first of the two").await;
    let second = register(&clinic, "old@example.org", PASSWORD).await;
    as_stored_earlier(
        &clinic,
        second.text("accountId"),
        "ju\u{308}rgen@m\u{fc}nchen.example",
        secret,
    )
    .await;
    for (account, password) in [(first, "first of the two"), (second, secret)] {
        let tokens = login(&clinic, composed, password).expect(200).await;
        assert_eq!(tokens.body["account"]["id"], account.body["accountId"]);
    }
    clinic.close().await;
}

#[tokio::test]
async fn an_address_that_no_mail_reaches_is_refused() {
    let clinic = Clinic::open().await;
    let label = "b".repeat(61);
    let longest = format!("{}@{label}.{label}.{label}.b", "a".repeat(64));
    assert!(longest.len() <= 254);
    register(&clinic, &longest, PASSWORD).await;
    for email in [
        format!("{}@example.org", "a".repeat(65)),
        format!("a@{}.org", "b".repeat(64)),
        format!("a@{}.org", [label.as_str(); 5].join(".")),
        "a@".to_owned() + &"\u{e9}".repeat(200) + ".org",
        "asha@xn--zzzzzzz-.org".to_owned(),
        "asha@exa_mple.org".to_owned(),
        "asha@\u{200b}.org".to_owned(),
        "asha rao@example.org".to_owned(),
    ] {
        let refused = complete(&clinic, &email, PASSWORD).expect(422).await;
        refused.points_at("/email");
    }
    clinic.close().await;
}

/// Texts that are no names.
const NO_NAMES: [&str; 7] = [
    "\u{200b}",
    "As\u{200b}ha",
    "\u{301}\u{302}",
    "Asha \u{202e}oaR",
    "\u{2067}Asha\u{2069}",
    "\u{3164}",
    "- . -",
];

#[tokio::test]
async fn a_name_can_be_seen_and_read() {
    let clinic = Clinic::open().await;
    let admin = clinic.client(&Principal::admin());
    let doctor = json!({
        "name": "Arun Bose", "specialisations": ["cardiology"], "languages": ["en"],
        "email": "arun@example.org",
    });
    let mut sign_up = asha("asha@example.org", PASSWORD);
    let begin = json!({"email": "asha@example.org"});
    let begin = clinic.anonymous().post("/api/v1/auth/register", &begin);
    let code = clinic
        .anonymous()
        .mailed_code("asha@example.org", begin)
        .await;
    sign_up["code"] = json!(code);
    let bodies = [
        (COMPLETE, sign_up, &["name"][..]),
        (
            "/api/v1/patients",
            json!({"name": "Asha Rao", "birthDate": "1990-04-17"}),
            &["name"],
        ),
        ("/api/v1/doctors", doctor, &["name"]),
        (
            "/api/v1/clinics",
            json!({"name": "Lakeside", "city": "Pune", "timeZone": "Asia/Kolkata", "currency": "INR"}),
            &["name", "city"],
        ),
    ];
    for (path, right, fields) in bodies {
        for field in fields {
            for name in NO_NAMES {
                let mut wrong = right.clone();
                wrong[field] = json!(name);
                let refused = admin.post(path, &wrong).expect(422).await;
                refused.points_at(&format!("/{field}"));
            }
        }
        admin.post(path, &right).expect(201).await;
    }
    clinic.close().await;
}

#[tokio::test]
async fn a_clinic_and_a_holiday_have_names_that_can_be_read() {
    let clinic = Clinic::open().await;
    let admin = clinic.admin();
    let path = format!("/api/v1/clinics/{}", clinic.facts.clinic);
    for name in NO_NAMES {
        for field in ["name", "city"] {
            let mut body = json!({"name": "Lakeside", "city": "Pune"});
            body[field] = json!(name);
            let refused = admin.put(&path, &body).header("If-Match", "\"1\"");
            refused.expect(422).await.points_at(&format!("/{field}"));
        }
        let holiday = admin.put(
            &format!("{path}/holidays/2027-01-26"),
            &json!({"name": name}),
        );
        let refused = holiday.header("If-Match", "\"1\"").expect(422).await;
        refused.points_at("/name");
    }
    clinic.close().await;
}

#[tokio::test]
async fn a_name_is_stored_in_one_form() {
    let clinic = Clinic::open().await;
    let body = json!({"name": "Jose\u{301} Nair", "birthDate": "1990-04-17", "email": "JOSE@XN--MNCHEN-3YA.example"});
    let desk = clinic.desk();
    let made = desk.post("/api/v1/patients", &body).expect(201).await;
    let path = format!("/api/v1/patients/{}", made.id());
    let card = clinic.settled(async || desk.get(&path).after(&made)).await;
    assert_eq!(card.body["name"], "Jos\u{e9} Nair");
    assert_eq!(card.body["email"], "jose@m\u{fc}nchen.example");
    clinic.close().await;
}
