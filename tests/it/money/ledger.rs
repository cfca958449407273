//! Payments, receipts, ledger and takings over HTTP: contents and access.

use adapters::receipt_pdf::ReceiptPrinter;
use chrono::TimeDelta;
use domain::{ClinicScope, DoctorId};
use reqwest::Method;
use serde_json::{Value, json};
use tests::app::Principal;
use uuid::Uuid;

use super::fixture::{FEE, Fixture};
use crate::support::{Client, Reply, eventually};

const TODAY: &str = "2026-12-01";

fn inr(amount: i64) -> Value {
    json!({"amount": amount, "currency": "INR"})
}

/// Books the first slot, pays for it and waits for the receipt.
async fn paid(fixture: &Fixture, client: &Client) -> (Reply, Reply) {
    let (booked, checkout) = fixture.paid(client, 0).await;
    shown(client, &checkout, "receiptNumber").await;
    (booked, checkout)
}

/// Cancels it, and waits until the refund is in the ledger.
async fn cancelled(fixture: &Fixture, booked: &Reply, checkout: &Reply) {
    let reason = json!({"onBehalfOf": "DOCTOR", "reason": "The doctor is ill"});
    let cancel = fixture.admin().post(&booked.appointment("cancel"), &reason);
    cancel.expect(200).await;
    let back = inr(FEE);
    eventually("the refund is in the ledger", async || {
        payment(&fixture.admin(), checkout).await["refunded"] == back
    })
    .await;
}

fn path(checkout: &Reply, verb: &str) -> String {
    format!("/api/v1/payments/{}{verb}", checkout.text("paymentId"))
}

async fn payment(who: &Client, checkout: &Reply) -> Value {
    who.get(&path(checkout, "")).expect(200).await.body
}

/// The payment, once it shows a field.
async fn shown(who: &Client, checkout: &Reply, field: &str) -> Value {
    let what = format!("the payment shows {field}");
    eventually(&what, async || {
        who.get(&path(checkout, "")).send().await.body[field] != Value::Null
    })
    .await;
    payment(who, checkout).await
}

async fn items(who: &Client, query: &str) -> Vec<Value> {
    let page = who.get(&format!("/api/v1/payments?{query}")).expect(200);
    let items = page.await.body["items"].clone();
    items.as_array().unwrap().clone()
}

#[tokio::test]
async fn a_payment_and_its_refund_are_in_the_ledger_to_the_paisa() {
    let fixture = Fixture::open().await;
    let asha = fixture.patient();
    let (booked, checkout) = paid(&fixture, &asha).await;
    let read = payment(&asha, &checkout).await;
    assert_eq!(read["status"], "PAID");
    assert_eq!(read["amount"], inr(FEE));
    assert_eq!((&read["captured"], &read["refunded"]), (&inr(FEE), &inr(0)));
    assert_eq!(read["receiptNumber"], 1);
    assert_eq!(read["testMode"], true);
    cancelled(&fixture, &booked, &checkout).await;
    let read = payment(&asha, &checkout).await;
    // It was paid, whatever was refunded since.
    assert_eq!(read["status"], "PAID");
    assert_eq!(read["refunds"][0]["grounds"], "CANCELLED_BY_CLINIC");
    assert_eq!(read["refunds"][0]["status"], "REFUNDED");
    let ledger = asha.get(&booked.appointment("ledger")).expect(200).await;
    let moved: Vec<_> = ledger.body["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| (entry["kind"].as_str().unwrap(), &entry["amount"]))
        .collect();
    assert_eq!(moved, [("CAPTURE", &inr(FEE)), ("REFUND", &inr(FEE))]);
    assert_eq!(read["ledger"], ledger.body["entries"]);
    assert_eq!(fixture.amounts(&checkout).await, (FEE, FEE));
    fixture.close().await;
}

#[tokio::test]
async fn takings_show_captured_refunded_and_open_amounts() {
    let fixture = Fixture::open().await;
    let asha = fixture.patient();
    let (booked, checkout) = paid(&fixture, &asha).await;
    cancelled(&fixture, &booked, &checkout).await;
    let ravi = fixture.patient();
    let (_, open) = fixture.book(&ravi, 4).await;
    shown(&ravi, &open, "orderId").await;
    let clinic = fixture.clinic.facts.clinic;
    let takings = format!("/api/v1/clinics/{clinic}/takings?day={TODAY}");
    let read = fixture.clinic.desk().get(&takings).expect(200).await;
    let line = json!({
        "captured": inr(FEE), "refunded": inr(FEE), "lostToDisputes": inr(0), "open": inr(FEE),
    });
    assert_eq!(read.body["totals"], json!([line]));
    let day = format!("clinicId={clinic}&day={TODAY}");
    let listed = items(&fixture.clinic.desk(), &day).await;
    let mut statuses: Vec<_> = listed.iter().map(|item| item["status"].as_str()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [Some("OPEN"), Some("PAID")]);
    let other_day = format!("/api/v1/clinics/{clinic}/takings?day=2026-12-02");
    let other_day = fixture.clinic.desk().get(&other_day).expect(200).await;
    assert_eq!(other_day.body["totals"], json!([]));
    fixture.close().await;
}

#[tokio::test]
async fn payments_are_listed_by_patient_by_visit_and_by_page() {
    let fixture = Fixture::open().await;
    let asha = fixture.patient();
    let mut checkouts = Vec::new();
    for number in 0..3 {
        let booked = fixture.clinic.book(&asha, number).expect(201).await;
        let checkout = fixture.checkout(&asha, &booked).await;
        shown(&asha, &checkout, "orderId").await;
        checkouts.push((booked, checkout));
    }
    let own = items(&asha, "").await;
    assert_eq!(own.len(), 3);
    let (booked, checkout) = &checkouts[0];
    let of_visit = items(&asha, &format!("appointmentId={}", booked.id())).await;
    assert_eq!(of_visit.len(), 1);
    assert_eq!(of_visit[0]["id"], checkout.body["paymentId"]);
    let payable = json!({"kind": "VISIT", "id": booked.id()});
    assert_eq!(of_visit[0]["payable"], payable);
    assert_eq!(of_visit[0]["appointmentId"], payable["id"]);
    let first = asha.get("/api/v1/payments?limit=2").expect(200).await;
    let cursor = first.text("nextCursor");
    let rest = items(&asha, &format!("limit=2&cursor={cursor}")).await;
    let mut paged = first.body["items"].as_array().unwrap().clone();
    paged.extend(rest);
    assert_eq!(paged, own);
    fixture.close().await;
}

#[tokio::test]
async fn unrelated_callers_cannot_read_payments() {
    let fixture = Fixture::open().await;
    let asha = fixture.patient();
    let (booked, checkout) = paid(&fixture, &asha).await;
    let clinic = &fixture.clinic;
    let own_doctor = clinic.client(&Principal::doctor(clinic.doctor));
    let other_doctor = Principal::doctor(DoctorId::from_uuid(Uuid::from_u128(7)));
    let nowhere = Principal {
        clinics: ClinicScope::Only([].into()),
        ..Principal::auditor()
    };
    // A doctor has nothing to do with money, not even that of an own visit.
    for (stranger, status) in [
        (clinic.patient(), 404),
        (own_doctor, 403),
        (clinic.client(&other_doctor), 403),
        (clinic.other_desk(), 404),
        (clinic.client(&nowhere), 404),
    ] {
        stranger.get(&path(&checkout, "")).expect(status).await;
        stranger
            .get(&path(&checkout, "/receipt"))
            .expect(status)
            .await;
        let ledger = stranger.get(&booked.appointment("ledger"));
        ledger.expect(status).await;
    }
    for concerned in [
        clinic.desk(),
        clinic.admin(),
        clinic.client(&Principal::auditor()),
    ] {
        payment(&concerned, &checkout).await;
        concerned
            .get(&path(&checkout, "/receipt"))
            .expect(200)
            .await;
        concerned
            .get(&booked.appointment("ledger"))
            .expect(200)
            .await;
    }
    // Staff elsewhere is shown what the patient paid there: nothing.
    let patient = payment(&asha, &checkout).await["patientId"].clone();
    let of_asha = format!("patientId={}", patient.as_str().unwrap());
    assert_eq!(items(&clinic.desk(), &of_asha).await.len(), 1);
    assert_eq!(items(&clinic.other_desk(), &of_asha).await.len(), 0);
    fixture.close().await;
}

#[tokio::test]
async fn a_proxy_reads_the_patients_payments() {
    let fixture = Fixture::open().await;
    let tara = fixture.clinic.world.patient().await.unwrap();
    let (booked, checkout) = paid(&fixture, &fixture.long_lived(&Principal::patient(tara))).await;
    let mother = Principal::patient(domain::PatientId::from_uuid(Uuid::from_u128(11)));
    let account = mother.account;
    let world = &fixture.clinic.world;
    let patient = mother.patient.unwrap();
    world.account(account, patient).await.unwrap();
    let client = fixture.clinic.client(&mother);
    client.get(&path(&checkout, "")).expect(404).await;
    let proxies = format!("/api/v1/patients/{tara}/proxies");
    let added = fixture.clinic.desk().post(
        &proxies,
        &json!({"accountId": account, "evidence": "BIRTH_CERTIFICATE"}),
    );
    let added = added.expect(200).await;
    let seen = fixture
        .clinic
        .settled(async || client.get(&path(&checkout, "")).after(&added));
    assert_eq!(seen.await.body["status"], "PAID");
    client.get(&booked.appointment("ledger")).expect(200).await;
    assert_eq!(items(&client, &format!("patientId={tara}")).await.len(), 1);
    fixture.close().await;
}

#[tokio::test]
async fn a_receipt_is_a_pdf_with_payer_doctor_amount_and_refunds() {
    let fixture = Fixture::open().await;
    let asha = fixture.clinic.world.patient().await.unwrap();
    let asha = fixture.long_lived(&Principal::patient(asha));
    let (booked, checkout) = paid(&fixture, &asha).await;
    let receipt = asha.get(&path(&checkout, "/receipt")).expect(200).await;
    assert_eq!(receipt.header("content-type"), "application/pdf");
    let name = "inline; filename=\"receipt-sandbox-1.pdf\"";
    assert_eq!(receipt.header("content-disposition"), name);
    let text = read(&receipt);
    for line in [
        "Lakeside Clinic",
        "SANDBOX NO MONEY MOVED",
        "Sandbox receipt no. 1",
        "Received from Asha Rao",
        "For a visit with Meera Iyer",
        "Amount ₹800.00",
    ] {
        assert!(text.contains(line), "{line} is not in {text}");
    }
    assert!(!text.contains("Refunds so far"), "{text}");
    cancelled(&fixture, &booked, &checkout).await;
    let receipt = asha.get(&path(&checkout, "/receipt")).expect(200).await;
    let text = read(&receipt);
    assert!(text.contains("Refunds so far"), "{text}");
    assert_eq!(text.matches("₹800.00").count(), 2, "{text}");
    fixture.close().await;
}

#[tokio::test]
async fn a_receipt_is_503_while_too_many_are_printed() {
    let mut fixture = Fixture::open().await;
    let asha = fixture.patient();
    let (_, checkout) = paid(&fixture, &asha).await;
    fixture.clinic.site.printer = ReceiptPrinter::with_limits(0, 0);
    let busy = fixture.clinic.another_node().await;
    let token = fixture.clinic.site.token(&Principal::auditor()).unwrap();
    let auditor = busy.client.with_token(token);
    let refused = auditor.get(&path(&checkout, "/receipt")).expect(503).await;
    refused.is("overloaded");
    assert_eq!(refused.header("retry-after"), "1");
    asha.get(&path(&checkout, "/receipt")).expect(200).await;
    busy.stop().await;
    fixture.close().await;
}

#[tokio::test]
async fn an_unpaid_payment_has_no_receipt() {
    let fixture = Fixture::open().await;
    let asha = fixture.patient();
    let (_, checkout) = fixture.book(&asha, 0).await;
    shown(&asha, &checkout, "orderId").await;
    let receipt = asha.get(&path(&checkout, "/receipt")).expect(409).await;
    receipt.is("no-receipt-yet");
    fixture.close().await;
}

#[tokio::test]
async fn concurrent_payments_number_a_clinics_receipts_without_gaps() {
    let fixture = Fixture::open().await;
    let patients: Vec<_> = (0..6).map(|_| fixture.patient()).collect();
    let mut checkouts = Vec::new();
    for (number, patient) in (0..).zip(&patients) {
        let booked = fixture.clinic.book(patient, number).expect(201).await;
        let checkout = fixture.checkout(patient, &booked).await;
        let proof = fixture.pay_without_webhook(&checkout).await;
        checkouts.push((patient, checkout, proof));
    }
    let verifying = checkouts
        .iter()
        .map(|(patient, checkout, proof)| fixture.verify(patient, checkout, proof));
    futures::future::join_all(verifying).await;
    let mut numbers = Vec::new();
    for (patient, checkout, _) in &checkouts {
        let read = shown(patient, checkout, "receiptNumber").await;
        numbers.push(read["receiptNumber"].as_i64().unwrap());
    }
    numbers.sort_unstable();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6]);
    assert_eq!(fixture.clinic.events("receipt.issued").await, 6);
    fixture.close().await;
}

#[tokio::test]
async fn a_failed_refund_is_listed_for_the_clinics_admins() {
    let fixture = Fixture::open().await;
    let asha = fixture.patient();
    let (_, checkout) = paid(&fixture, &asha).await;
    let plan = format!("/sandbox/orders/{}/refunds", checkout.text("orderId"));
    let fails = json!({"outcome": "failed", "webhook": {"drop": true}});
    fixture.control(Method::PUT, &plan, fails).await;
    let refund = fixture
        .admin()
        .post(&path(&checkout, "/refunds"), &json!({}));
    refund.expect(201).await;
    let list = "/api/v1/payments/refunds/failed";
    // The gateway sends no webhook: a timer asks it.
    eventually("the refund is on the list", async || {
        fixture.set_clock(fixture.clinic.site.clock_now() + TimeDelta::seconds(1));
        let page = fixture.admin().get(list).send().await;
        page.body["items"][0]["paymentId"] == checkout.body["paymentId"]
    })
    .await;
    let page = fixture.admin().get(list).expect(200).await;
    let item = &page.body["items"][0];
    assert_eq!(
        (&item["status"], &item["amount"]),
        (&json!("FAILED"), &inr(FEE))
    );
    let elsewhere = Principal {
        clinics: ClinicScope::Only([].into()),
        ..Principal::admin()
    };
    let none = fixture
        .clinic
        .client(&elsewhere)
        .get(list)
        .expect(200)
        .await;
    assert_eq!(none.body["items"], json!([]));
    fixture.close().await;
}

#[tokio::test]
async fn payments_are_listed_by_exactly_one_filter() {
    let fixture = Fixture::open().await;
    let desk = fixture.clinic.desk();
    let clinic = fixture.clinic.facts.clinic;
    for query in [
        String::new(),
        format!("?clinicId={clinic}"),
        format!("?clinicId={clinic}&day=2026-13-01"),
        format!("?clinicId={clinic}&patientId={clinic}"),
    ] {
        let asked = desk.get(&format!("/api/v1/payments{query}"));
        asked.expect(400).await.is("malformed");
    }
    fixture.close().await;
}

/// The text of a PDF as Poppler reads it.
fn read(pdf: &Reply) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("receipt.pdf");
    std::fs::write(&file, &pdf.bytes).unwrap();
    let text = std::process::Command::new("pdftotext")
        .args(["-layout", "-enc", "UTF-8"])
        .arg(&file)
        .arg("-")
        .output()
        .expect("pdftotext, of poppler-utils");
    assert!(text.status.success(), "{text:?}");
    let text = String::from_utf8(text.stdout).unwrap();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
