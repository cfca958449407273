//! Request bodies that are malformed, invalid or too large.

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::{Clinic, slot};

const APPOINTMENTS: &str = "/api/v1/appointments";
const JSON: &str = "application/json";

#[tokio::test]
async fn a_malformed_body_is_refused_with_a_pointer_to_the_fault() {
    let clinic = Clinic::open().await;
    let asha = clinic.patient();
    let with = |field: &str, value: Value| {
        let mut request = clinic.booking_request(slot(0));
        request[field] = value;
        request
    };
    let mut without_start = clinic.booking_request(slot(0));
    without_start.as_object_mut().unwrap().remove("start");
    for (body, pointer) in [
        (with("start", json!(7)), "/start"),
        (with("doctorId", json!(7)), "/doctorId"),
        (with("doctorId", json!(null)), "/doctorId"),
        (with("reason", json!(["a cough"])), "/reason"),
        (with("notes", json!("a cough")), "/notes"),
        (without_start, ""),
        (json!([]), ""),
        (json!("book"), ""),
    ] {
        let refused = asha.post(APPOINTMENTS, &body).expect(400).await;
        refused.is("malformed");
        refused.points_at(pointer);
    }
    clinic.close().await;
}

#[tokio::test]
async fn a_body_that_is_not_json_is_refused() {
    let clinic = Clinic::open().await;
    let asha = clinic.patient();
    let request = clinic.booking_request(slot(0)).to_string();
    let twice = format!("{request}{request}");
    let doubled = request.replacen('{', &format!("{{\"doctorId\":\"{}\",", clinic.doctor), 1);
    let cut = &request[..request.len() - 1];
    for body in ["start=now", "{", cut, &twice, &doubled, "\u{feff}{}", "\0"] {
        let sent = asha.call(reqwest::Method::POST, APPOINTMENTS);
        sent.raw(JSON, body.to_owned())
            .expect(400)
            .await
            .is("malformed");
    }
    let deep = "[".repeat(60_000);
    let sent = asha.call(reqwest::Method::POST, APPOINTMENTS);
    sent.raw(JSON, deep).expect(400).await.is("malformed");
    let latin = asha.call(reqwest::Method::POST, APPOINTMENTS);
    let latin = latin.raw(JSON, b"{\"reason\":\"caf\xe9\"}".to_vec());
    latin.expect(400).await.is("malformed");
    clinic.close().await;
}

#[tokio::test]
async fn an_invalid_value_is_422_and_not_400() {
    let clinic = Clinic::open().await;
    for (field, value) in [
        ("reason", json!("x".repeat(501))),
        ("reason", json!("  ")),
        ("start", json!("tomorrow")),
        ("start", json!("2026-12-01T03:30:00")),
    ] {
        let mut request = clinic.booking_request(slot(0));
        request[field] = value;
        let refused = clinic
            .patient()
            .post(APPOINTMENTS, &request)
            .expect(422)
            .await;
        refused.is("invalid-value");
        refused.points_at(&format!("/{field}"));
    }
    clinic.close().await;
}

#[tokio::test]
async fn another_media_type_is_refused() {
    let clinic = Clinic::open().await;
    let asha = clinic.patient();
    let request = clinic.booking_request(slot(0)).to_string();
    for media in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonx",
        "",
    ] {
        let sent = asha.call(reqwest::Method::POST, APPOINTMENTS);
        let refused = sent.raw(media, request.clone()).expect(415).await;
        refused.is("unsupported-media-type");
    }
    let sent = asha.call(reqwest::Method::POST, APPOINTMENTS);
    let charset = sent.raw("Application/JSON; charset=utf-8", request);
    charset.expect(201).await;
    clinic.close().await;
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_by_its_header() {
    let clinic = Clinic::open().await;
    let token = clinic.site.token(&tests::app::Principal::admin()).unwrap();
    let size = 10 * 1024 * 1024;
    for announced in [
        format!("Content-Length: {size}"),
        "Transfer-Encoding: chunked".to_owned(),
    ] {
        let address = clinic.anonymous().host().to_owned();
        let mut stream = TcpStream::connect(&address).await.unwrap();
        let head = format!(
            "POST {APPOINTMENTS} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/json\r\n{announced}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let chunk = if announced.contains("chunked") {
            format!("{size:x}\r\n")
        } else {
            String::new()
        };
        let body = format!("{chunk}{}", " ".repeat(100 * 1024));
        stream.write_all(body.as_bytes()).await.unwrap();
        let mut answer = vec![0; 4096];
        let read = stream.read(&mut answer).await.unwrap();
        let answer = String::from_utf8_lossy(&answer[..read]).to_lowercase();
        assert!(answer.starts_with("http/1.1 413 "), "{answer}");
        assert!(answer.contains("application/problem+json"), "{answer}");
        assert!(answer.contains("body-too-large"), "{answer}");
    }
    clinic.close().await;
}

#[tokio::test]
async fn a_client_that_sends_ten_megabytes_still_reads_the_refusal() {
    let clinic = Clinic::open().await;
    let body = vec![b' '; 10 * 1024 * 1024];
    let sent = clinic.patient().call(reqwest::Method::POST, APPOINTMENTS);
    sent.raw(JSON, body).expect(413).await.is("body-too-large");
    clinic.close().await;
}

#[tokio::test]
async fn an_id_that_is_no_uuid_is_malformed() {
    let clinic = Clinic::open().await;
    for id in [
        "1",
        "me",
        "%00",
        "..%2f..",
        "00000000-0000-0000-0000-00000000000g",
    ] {
        let refused = clinic
            .patient()
            .get(&format!("{APPOINTMENTS}/{id}"))
            .expect(400);
        refused.await.is("malformed");
    }
    clinic.close().await;
}

#[tokio::test]
async fn an_unknown_path_is_answered_with_a_problem() {
    let clinic = Clinic::open().await;
    for path in ["/", "/api", "/api/v1/nothing", "/api/v1/appointments/"] {
        clinic
            .anonymous()
            .get(path)
            .expect(404)
            .await
            .is("not-found");
    }
    clinic.close().await;
}
