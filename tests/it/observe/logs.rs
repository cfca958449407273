//! The program's JSON log.

use adapters::jwt::JwtKeys;
use serde_json::{Value, json};

use crate::support::{Reply, Server};

/// Words that only clients send.
const CANARIES: [&str; 5] = [
    "zephyrine",
    "quillfeather",
    "1931-02-03",
    "7700900123",
    "canary-password-9",
];

/// The program with its default log format.
async fn server() -> Server {
    let mut server = Server::prepare(&JwtKeys::generate().unwrap());
    server.environment = vec![("RUST_LOG", "debug".to_owned())];
    server.restart().await;
    server
}

fn lines(server: &Server) -> Vec<Value> {
    let log = server.logged();
    let lines = log.lines().map(|line| {
        let parsed = serde_json::from_str::<Value>(line);
        let parsed = parsed.unwrap_or_else(|error| panic!("{error}: {line}"));
        for field in ["timestamp", "level", "target"] {
            assert!(parsed[field].is_string(), "no {field}: {line}");
        }
        parsed
    });
    lines.collect()
}

/// The lines of one request with this message.
fn lines_of<'a>(lines: &'a [Value], id: &str, message: &str) -> Vec<&'a Value> {
    let of_request = lines.iter().filter(|line| line["request.id"] == id);
    of_request
        .filter(|line| line["message"] == message)
        .collect()
}

async fn sign_up(server: &Server, id: &str) -> Reply {
    let new = json!({
        "name": "Zephyrine Quillfeather", "birthDate": "1931-02-03", "phone": "+447700900123",
        "email": "zephyrine@quillfeather.example", "password": "canary-password-9",
    });
    let call = server.client.sign_up(&new).await;
    call.header("X-Request-Id", id).expect(201).await
}

#[tokio::test]
async fn every_line_is_json_and_each_request_has_one() {
    let mut server = server().await;
    sign_up(&server, "sign-up").await;
    let login = json!({"email": "zephyrine@quillfeather.example", "password": "canary-password-9"});
    let login = server.client.post("/api/v1/auth/login", &login);
    let tokens = login.header("X-Request-Id", "login").expect(200).await;
    let (access, refresh) = (tokens.text("accessToken"), tokens.text("refreshToken"));
    let asha = server.client.with_token(access);
    let me = asha.get("/api/v1/auth/me?name=Zephyrine");
    me.header("X-Request-Id", "me").send().await;
    let lost = asha.get("/api/v1/Zephyrine/Quillfeather?phone=7700900123");
    lost.header("X-Request-Id", "lost").expect(404).await;
    let again = json!({"refreshToken": refresh});
    let again = server.client.post("/api/v1/auth/refresh", &again);
    again.header("X-Request-Id", "again").expect(200).await;
    let probe = server.client.get("/healthz");
    probe.header("X-Request-Id", "probe").expect(200).await;
    server.stop().await;

    let lines = lines(&server);
    for (id, method, route, status) in [
        ("sign-up", "POST", "/api/v1/auth/register/complete", 201),
        ("login", "POST", "/api/v1/auth/login", 200),
        ("lost", "GET", "unmatched", 404),
        ("again", "POST", "/api/v1/auth/refresh", 200),
    ] {
        let told = lines_of(&lines, id, "A request was answered.");
        let [line] = told[..] else {
            panic!("{id}: {told:?}");
        };
        assert_eq!(line["level"], "INFO", "{line}");
        assert_eq!(line["http.method"], method, "{line}");
        assert_eq!(line["http.route"], route, "{line}");
        assert_eq!(line["http.status"], status, "{line}");
        assert!(line["duration.ms"].as_f64().unwrap() > 0.0, "{line}");
    }
    let lost = lines_of(&lines, "lost", "A request was answered.")[0];
    assert_eq!(lost["problem.type"], "not-found");
    let probe = lines_of(&lines, "probe", "A probe was answered.");
    assert_eq!(probe.len(), 1);
    assert_eq!(probe[0]["level"], "DEBUG");

    let log = server.logged().to_lowercase();
    let secrets = [access, refresh].map(str::to_lowercase);
    let secrets = secrets.iter().map(String::as_str);
    let passwords = std::fs::read(server.folder().join("postgres/passwords.json")).unwrap();
    let passwords: Value = serde_json::from_slice(&passwords).unwrap();
    let passwords =
        ["superuser", "owner", "app"].map(|role| passwords[role].as_str().unwrap().to_lowercase());
    let passwords = passwords.iter().map(String::as_str);
    for word in CANARIES.into_iter().chain(secrets).chain(passwords) {
        assert!(!log.contains(word), "{word} stands in the log");
    }
}

#[tokio::test]
async fn a_server_error_is_logged_once_with_its_cause() {
    let mut server = server().await;
    let pool = server.pool().await;
    let away = "alter table reservations rename to gone";
    sqlx::raw_sql(away).execute(&pool).await.unwrap();
    let begin = json!({"email": "zephyrine@quillfeather.example"});
    let begin = server.client.post("/api/v1/auth/register", &begin);
    let failed = begin.header("X-Request-Id", "failed").expect(500).await;
    let back = "alter table gone rename to reservations";
    sqlx::raw_sql(back).execute(&pool).await.unwrap();
    pool.close().await;
    server.stop().await;

    let lines = lines(&server);
    let errors = lines.iter().filter(|line| line["request.id"] == "failed");
    let errors: Vec<_> = errors.filter(|line| line["level"] == "ERROR").collect();
    let [error] = errors[..] else {
        panic!("{errors:?}");
    };
    assert_eq!(error["error.id"], failed.body["errorId"]);
    assert!(
        error["error"].as_str().unwrap().contains("reservations"),
        "{error}"
    );
    assert_eq!(error["http.route"], "/api/v1/auth/register");
    let told = lines_of(&lines, "failed", "A request was answered.");
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["http.status"], 500);
    assert_eq!(told[0]["problem.type"], "internal-error");
}
