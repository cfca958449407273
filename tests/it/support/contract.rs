//! The OpenAPI document as a contract: every answer to a test is one that the document describes.

use std::sync::LazyLock;

use reqwest::header::HeaderMap;
use serde_json::Value;

/// Path templates with their operations.
static PATHS: LazyLock<Vec<(Vec<String>, Value)>> = LazyLock::new(|| {
    let document = serde_json::to_value(api::document()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let split = |path: &String| path.split('/').map(str::to_owned).collect();
    paths
        .iter()
        .map(|(path, item)| (split(path), item.clone()))
        .collect()
});

/// Headers that are described where they come.
const DESCRIBED: [&str; 9] = [
    "CareSync-Position",
    "ETag",
    "Idempotency-Replayed",
    "Location",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "WWW-Authenticate",
    "X-Request-Id",
];

/// Asserts that the document describes the status, the headers and the type of problem of an answer. A path that it
/// does not know, or that is cut off, is nobody's contract.
pub fn assert_described(what: &str, status: u16, headers: &HeaderMap, body: &Value) {
    let Some(operation) = operation(what) else {
        return;
    };
    let response = &operation["responses"][status.to_string()];
    assert!(
        response.is_object(),
        "{what}: {status} is not described: {body}"
    );
    for name in DESCRIBED {
        let described = response["headers"].get(name).is_some();
        assert!(
            described || !headers.contains_key(name),
            "{what}: {status} has {name}"
        );
    }
    let schema = &response["content"]["application/problem+json"]["schema"];
    if let Some(types) = schema["allOf"][1]["properties"]["type"]["enum"].as_array() {
        assert!(
            types.contains(&body["type"]),
            "{what}: {body} is not described"
        );
    }
}

/// The operation that `GET /path?query` is about.
fn operation(what: &str) -> Option<&'static Value> {
    let (method, path) = what.split_once(' ')?;
    let path = path.split('?').next()?;
    let segments: Vec<_> = path.split('/').collect();
    let fits = |template: &[String]| {
        let mut pairs = template.iter().zip(&segments);
        template.len() == segments.len()
            && pairs.all(|(wanted, found)| wanted == found || wanted.starts_with('{'))
    };
    // A literal segment wins over a parameter, as it does in the server.
    let candidates = PATHS.iter().filter(|(template, _)| fits(template));
    let parameters = |template: &[String]| template.iter().filter(|of| of.starts_with('{')).count();
    let (_, item) = candidates.min_by_key(|(template, _)| parameters(template))?;
    item.get(method.to_lowercase())
}
