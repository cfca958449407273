//! Cross-origin requests: allowed and refused origins.

use reqwest::Method;
use reqwest::header::HeaderMap;

use crate::support::Clinic;

const OURS: &str = "https://front.example";
const THEIRS: &str = "https://evil.example";

async fn ask(clinic: &Clinic, method: Method, origin: &str) -> HeaderMap {
    let url = format!("http://{}/api/v1/appointments", clinic.anonymous().host());
    let request = reqwest::Client::new()
        .request(method, url)
        .header("Origin", origin);
    let request = request.header("Access-Control-Request-Method", "POST");
    request.send().await.unwrap().headers().clone()
}

#[tokio::test]
async fn a_page_of_an_allowed_origin_may_call() {
    let clinic = Clinic::open().await;
    for method in [Method::GET, Method::OPTIONS] {
        let headers = ask(&clinic, method, OURS).await;
        assert_eq!(headers["access-control-allow-origin"], OURS);
        assert!(!headers.contains_key("access-control-allow-credentials"));
    }
    let preflight = ask(&clinic, Method::OPTIONS, OURS).await;
    let methods = preflight["access-control-allow-methods"].to_str().unwrap();
    assert!(methods.contains("POST"), "{methods}");
    let answer = ask(&clinic, Method::GET, OURS).await;
    let exposed = answer["access-control-expose-headers"].to_str().unwrap();
    assert!(
        exposed.to_lowercase().contains("caresync-position"),
        "{exposed}"
    );
    clinic.close().await;
}

#[tokio::test]
async fn a_page_of_another_origin_may_not_call() {
    let clinic = Clinic::open().await;
    for origin in [
        THEIRS,
        "null",
        "https://front.example.evil.example",
        "http://front.example",
    ] {
        for method in [Method::GET, Method::OPTIONS] {
            let headers = ask(&clinic, method, origin).await;
            assert!(
                !headers.contains_key("access-control-allow-origin"),
                "{origin}"
            );
        }
    }
    clinic.close().await;
}
