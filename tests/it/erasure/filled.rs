//! A patient about whom everything is stored that can be, with a canary in each field of text.

use domain::{AccountId, PatientId};
use serde_json::{Value, json};
use tests::app::Principal;
use tests::world::Terms;

use crate::money::fixture::Fixture;
use crate::records::seen;
use crate::support::{Client, Reply, all_read, slot};

pub const EMAIL: &str = "ferngloss@moorhollow.example";
pub const PASSWORD: &str = "canary-password-27";
/// The name of a device, which is not sealed, and removed with the account.
pub const DEVICE: &str = "Wimblephone";

/// Words that occur nowhere in the product itself, each stored about the patient once.
pub const CANARIES: [&str; 32] = [
    "Zorabelle",
    "1927-08-19",
    "7700900987",
    "ferngloss",
    PASSWORD,
    "Thistlewump",
    "Grobbleham",
    "Peregrissa",
    "7700900654",
    "fluxiform",
    "snorbling",
    "mizzlewort",
    "crumplewink",
    "dribblemark",
    "gloamspotted",
    "hurdlefever",
    "yonderpain",
    "blathergout",
    "quibblerash",
    "pollenwhisk",
    "sneezlewelt",
    "Vexatrine",
    "plumblewater",
    "nudgewrong",
    "tinklebone",
    "crackleknee",
    "glasswhistle",
    "reviewthrum",
    "courtbramble",
    "settlebramble",
    "farewellnote",
    "dosagewobble",
];

/// The patient, and the ids of what is stored.
pub struct Filled {
    pub money: Fixture,
    pub patient: PatientId,
    pub account: AccountId,
    /// The patient, with a token that outlives the session.
    pub asha: Client,
    /// The same, with a token of a session.
    pub session: Client,
    pub doctor: Client,
    /// A doctor who has opened the chart in an emergency.
    pub opener: Client,
    pub appointment: String,
    /// Another visit, which was cancelled.
    pub cancelled: String,
    pub payment: String,
    pub draft: String,
    pub note: String,
    pub prescription: String,
    pub vitals: String,
}

impl Filled {
    pub async fn new() -> Self {
        let money = Fixture::open().await;
        let (patient, account, session) = sign_up(&money).await;
        let own = Principal {
            account,
            ..Principal::patient(patient)
        };
        let asha = money.long_lived(&own);
        let terms = Terms::default();
        let opener = money.clinic.world.doctor(money.clinic.facts, terms).await;
        let doctor = money.long_lived(&Principal::doctor(money.clinic.doctor));
        let opener = money.long_lived(&Principal::doctor(opener.unwrap()));
        let mut filled = Self {
            patient,
            account,
            asha,
            session,
            doctor,
            opener,
            money,
            appointment: String::new(),
            cancelled: String::new(),
            payment: String::new(),
            draft: String::new(),
            note: String::new(),
            prescription: String::new(),
            vitals: String::new(),
        };
        filled.fill_card().await;
        filled.visit().await;
        filled.write_notes().await;
        filled.prescribe().await;
        filled.fill_entries().await;
        filled.open_in_emergency().await;
        filled.ask().await;
        all_read(filled.money.clinic.anonymous()).await;
        filled
    }

    /// A path below the patient's.
    pub fn path(&self, of: &str) -> String {
        format!("/api/v1/patients/{}{of}", self.patient)
    }

    async fn fill_card(&self) {
        let profile = json!({
            "gender": "female", "bloodGroup": "AB-",
            "address": {"lines": ["Thistlewump Lodge"], "city": "Grobbleham", "country": "GB"},
            "emergencyContact": {
                "name": "Peregrissa Lane", "phone": "+447700900654", "relationship": "CHILD",
            },
        });
        let changed = self.asha.post(&self.path("/profile"), &profile);
        let changed = changed.expect(200).await;
        let illnesses = json!({"illnesses": ["fluxiform ague"]});
        let recorded = self.asha.put(&self.path("/illnesses"), &illnesses);
        let recorded = recorded.header("If-Match", changed.header("etag"));
        recorded.expect(200).await;
        let consent = json!({"purpose": {"kind": "SENSITIVE", "category": "HIV"}});
        let consents = self.path("/consents");
        self.asha.post(&consents, &consent).expect(201).await;
    }

    async fn book(&self, number: i32, reason: &str) -> Reply {
        let mut request = self.money.clinic.booking_request(slot(number));
        request["reason"] = json!(reason);
        let booked = self.asha.post("/api/v1/appointments", &request);
        booked.expect(201).await
    }

    /// A visit that is paid, moved and takes place, and one that is cancelled.
    async fn visit(&mut self) {
        let money = &self.money;
        let booked = self.book(0, "snorbling cough").await;
        let checkout = money.checkout(&self.asha, &booked).await;
        money.pay(&self.asha, &checkout).await;
        money
            .wait_for_status(&self.asha, &booked, "CONFIRMED")
            .await;
        let moved = json!({"start": slot(1), "reason": "mizzlewort delay"});
        let moved = self.asha.post(&booked.appointment("reschedule"), &moved);
        moved.expect(200).await;
        let desk = money.desk();
        let arrive = desk.post(&booked.appointment("arrive"), &json!({}));
        arrive.expect(200).await;
        let reason = json!({"reason": "dribblemark came early"});
        for verb in ["start", "complete"] {
            let step = desk.post(&booked.appointment(verb), &reason);
            step.expect(200).await;
        }
        let other = self.book(9, "snorbling cough").await;
        let cancel = json!({"reason": "crumplewink trip"});
        let cancel = self.asha.post(&other.appointment("cancel"), &cancel);
        cancel.expect(200).await;
        self.appointment = booked.text("id").to_owned();
        self.cancelled = other.text("id").to_owned();
        self.payment = checkout.text("paymentId").to_owned();
        all_read(money.clinic.anonymous()).await;
    }

    /// A signed note with an addendum, and a draft.
    async fn write_notes(&mut self) {
        let draft = |content: Value| {
            json!({
                "clinicId": self.money.clinic.facts.clinic,
                "visitedAt": "2026-11-30T23:00:00Z", "content": content,
            })
        };
        let drafts = self.path("/note-drafts");
        let waiting = draft(json!({"complaint": "gloamspotted skin"}));
        let waiting = self.doctor.post(&drafts, &waiting).expect(201).await;
        let content = json!({
            "complaint": "hurdlefever", "text": "yonderpain at night",
            "diagnoses": [{"condition": "blathergout"}],
        });
        let begun = self.doctor.post(&drafts, &draft(content));
        let note = begun.expect(201).await.text("id").to_owned();
        let sign = format!("/api/v1/note-drafts/{note}/sign");
        let sign = seen(self.doctor.post(&sign, &json!({})), 1);
        sign.expect(201).await;
        let addendum = json!({"text": "quibblerash since"});
        let add = format!("/api/v1/notes/{note}/addenda");
        self.doctor.post(&add, &addendum).expect(201).await;
        self.draft = waiting.text("id").to_owned();
        self.note = note;
    }

    async fn prescribe(&mut self) {
        let line = json!({
            "drug": "Vexatrine", "instructions": "with plumblewater",
            "dose": {"amount": "1", "unit": "TABLET"}, "route": "ORAL",
            "frequency": {"times": 1, "per": "DAY"},
        });
        let clinic = self.money.clinic.facts.clinic;
        let request = json!({"clinicId": clinic, "lines": [line]});
        let issued = self.doctor.post(&self.path("/prescriptions"), &request);
        let issued = issued.expect(201).await;
        let amended = json!({"lines": [line], "reason": "dosagewobble"});
        let amend = format!("{}/amend", issued.header("location"));
        let amend = seen(self.doctor.post(&amend, &amended), 1);
        amend.expect(200).await;
        self.prescription = issued.text("id").to_owned();
    }

    async fn fill_entries(&mut self) {
        let post = async |of: &str, body: Value| {
            let posted = self.doctor.post(&self.path(of), &body);
            posted.expect(201).await.id()
        };
        let allergy = json!({"substance": "pollenwhisk", "reaction": "sneezlewelt"});
        post("/allergies", allergy).await;
        let pulse = json!({"measurements": {"pulse": {"value": "72"}}});
        let vitals = post("/vitals", pulse.clone()).await;
        let mut correction = pulse;
        correction["reason"] = json!("nudgewrong");
        correction["takenAt"] = json!("2026-11-30T08:00:00Z");
        let path = self.path(&format!("/vitals/{vitals}"));
        let correct = seen(self.doctor.put(&path, &correction), 1);
        correct.expect(200).await;
        let problem = json!({"diagnosis": {"condition": "tinklebone"}, "remark": "crackleknee"});
        post("/health-summary", json!({"content": {"problem": problem}})).await;
        self.vitals = vitals.to_string();
    }

    /// An emergency access that is reviewed.
    async fn open_in_emergency(&self) {
        let clinic = &self.money.clinic;
        let emergency = json!({"clinicId": clinic.facts.clinic, "reason": "glasswhistle"});
        let opened = self.opener.post(&self.path("/break-glass"), &emergency);
        let review = format!(
            "/api/v1/break-glass/{}/review",
            opened.expect(201).await.id()
        );
        let verdict = json!({"verdict": "JUSTIFIED", "note": "reviewthrum"});
        clinic.admin().post(&review, &verdict).expect(200).await;
    }

    /// A request of the patient after a hold that was lifted, and one that is in force.
    async fn ask(&self) {
        let admin = self.money.admin();
        let step = async |who: &Client, of: &str, reason: &str, status: u16| {
            let path = self.path(&format!("/erasure{of}"));
            who.post(&path, &json!({"reason": reason}))
                .expect(status)
                .await;
        };
        step(&admin, "/hold", "courtbramble", 200).await;
        step(&admin, "/hold/lift", "settlebramble", 200).await;
        step(&self.asha, "", "farewellnote", 201).await;
        step(&admin, "/hold", "courtbramble", 200).await;
    }
}

/// Signs the patient up and in.
async fn sign_up(money: &Fixture) -> (PatientId, AccountId, Client) {
    let anonymous = money.clinic.anonymous();
    let new = json!({
        "name": "Zorabelle Moor", "birthDate": "1927-08-19", "phone": "+447700900987",
        "email": EMAIL, "password": PASSWORD,
    });
    let registered = anonymous.sign_up(&new).await.expect(201).await;
    let login = json!({"email": EMAIL, "password": PASSWORD});
    let login = anonymous.post("/api/v1/auth/login", &login);
    let tokens = login.header("User-Agent", DEVICE).expect(200).await;
    let id = |field: &str| registered.text(field).parse().unwrap();
    (
        PatientId::from_uuid(id("patientId")),
        AccountId::from_uuid(id("accountId")),
        anonymous.with_token(tokens.text("accessToken")),
    )
}
