//! The program with the sandbox in it, and without.

use adapters::jwt::JwtKeys;
use caresync::gateway::sandbox_keys;
use commands::identity::LoginIndex;
use reqwest::{Method, RequestBuilder};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use sqlx::ConnectOptions as _;
use tests::database::Database;

use super::fixture::expect;
use crate::support::{Server, http};

/// A request to the sandbox in a server, with its key.
fn request(server: &Server, method: Method, path: &str) -> RequestBuilder {
    // The index key that the tests give the program.
    let keys = sandbox_keys(&LoginIndex::new([7; 32]));
    let request = http().request(method, format!("{}{path}", server.sandbox()));
    request.basic_auth(&keys.key_id, Some(keys.key_secret.expose_secret()))
}

#[tokio::test]
async fn a_killed_program_loses_no_payment_and_no_webhook() {
    let mut server = Server::start(&JwtKeys::generate().unwrap()).await;
    let order =
        json!({"amount": 50_000, "currency": "INR", "receipt": "r", "unique_receipt": true});
    let made = expect(
        200,
        request(&server, Method::POST, "/v1/orders").json(&order),
    )
    .await;
    let attempts = format!("/sandbox/orders/{}/attempts", made["id"].as_str().unwrap());
    // Due after the test: the webhooks stay waiting.
    let plan = json!({"outcome": "captured", "webhook": {"delay_ms": 3_600_000}});
    expect(200, request(&server, Method::POST, &attempts).json(&plan)).await;
    server.kill();
    server.restart().await;

    let again = expect(
        200,
        request(&server, Method::POST, "/v1/orders").json(&order),
    )
    .await;
    assert_eq!(
        (&again["id"], &again["status"]),
        (&made["id"], &json!("paid"))
    );
    let books = expect(200, request(&server, Method::GET, "/sandbox/books")).await;
    assert_eq!(books["currencies"]["INR"]["captured"], 50_000);
    let deliveries = expect(200, request(&server, Method::GET, "/sandbox/deliveries")).await;
    assert_eq!(deliveries["waiting"], 3);
    server.stop().await;
}

#[tokio::test]
async fn operators_list_the_orders_that_they_have_to_look_at() {
    let mut server = Server::start(&JwtKeys::generate().unwrap()).await;
    let (done, told) = server.run(&["payments", "orders"]);
    assert!(
        done && told.contains("No order has to be looked at"),
        "{told}"
    );
    let sql = "
        insert into payment_closed_orders
          (payment_id, entry, order_id, payable_id, clinic_id, grounds, failure_code, closed_at)
        select gen_random_uuid(), 3, 'order_' || grounds, gen_random_uuid(), gen_random_uuid(), grounds,
          'BAD_REQUEST_ERROR', '2026-12-01T00:00:00Z'
        from unnest(array['NOT_TOLD', 'KEY_CHANGED']) as grounds";
    sqlx::query(sql)
        .execute(&server.pool().await)
        .await
        .unwrap();
    let (done, told) = server.run(&["payments", "orders"]);
    assert!(done, "{told}");
    for shown in [
        "2026-12-01 00:00:00Z",
        "NOT_TOLD",
        "order_NOT_TOLD",
        "BAD_REQUEST_ERROR",
    ] {
        assert!(told.contains(shown), "{shown} is not in {told}");
    }
    assert!(!told.contains("KEY_CHANGED"), "{told}");
    server.stop().await;
}

#[tokio::test]
async fn on_a_shared_database_the_sandbox_has_to_be_asked_for() {
    let database = Database::create().await.unwrap();
    let mut server = Server::prepare(&JwtKeys::generate().unwrap());
    let url = database.options().to_url_lossy().to_string();
    server.environment.push(("DATABASE_URL", url));
    let refused = server.refuses_to_start().await;
    assert!(
        refused.contains("CARESYNC_PAYMENTS=sandbox") && refused.contains("RAZORPAY_KEY_ID"),
        "{refused}"
    );
    let sandbox = ("CARESYNC_PAYMENTS", "sandbox".to_owned());
    server.environment.push(sandbox);
    server.restart().await;
    let log = server.logged();
    assert!(log.contains("no money moves"), "{log}");
    server.stop().await;
}

#[tokio::test]
async fn the_start_logs_which_gateway_is_used_and_refuses_incomplete_settings() {
    let mut server = Server::prepare(&JwtKeys::generate().unwrap());
    server.restart().await;
    let said = |server: &Server| -> Vec<String> {
        let log = server.logged();
        let lines = log
            .lines()
            .filter(|line| line.contains("RAZORPAY_KEY_ID is"));
        lines.map(ToOwned::to_owned).collect()
    };
    let lines = said(&server);
    assert!(
        lines.len() == 1 && lines[0].contains("no money moves"),
        "{lines:?}"
    );
    server.stop().await;

    server
        .environment
        .push(("RAZORPAY_KEY_ID", "rzp_live_1".to_owned()));
    server
        .environment
        .push(("RAZORPAY_KEY_SECRET", "canary-secret-1".to_owned()));
    let refused = server.refuses_to_start().await;
    assert!(
        refused.contains("RAZORPAY_WEBHOOK_SECRET is not"),
        "{refused}"
    );
    server
        .environment
        .push(("RAZORPAY_WEBHOOK_SECRET", "canary-secret-2".to_owned()));
    // Nothing is sent there.
    server
        .environment
        .push(("RAZORPAY_BASE_URL", "http://127.0.0.1:9/v1".to_owned()));
    server.restart().await;
    let lines = said(&server);
    assert!(
        lines.len() == 1 && lines[0].contains("the sandbox is off"),
        "{lines:?}"
    );
    assert!(
        !server.logged().contains("canary-secret"),
        "a secret is in the log"
    );
    let checkout = server
        .client
        .get("/sandbox/checkout/order_x")
        .expect(404)
        .await;
    assert_eq!(checkout.body["status"], Value::from(404));
    server.stop().await;
}
