//! The sandbox's checkout script, run by Node as a page would run it. `script/test` installs Node.

use std::path::Path;

use commands::ports::PaymentGateway as _;
use domain::{GatewayOrderId, GatewayPaymentId};
use serde_json::{Value, json};
use tokio::process::Command;

use super::fixture::{Fixture, keys};

const SCRIPT: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/it/gateway/checkout_script.mjs"
);
/// Node as `script/test` installs it where the system has none.
const OWN_NODE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../.tools/node/path/node");

/// Runs all scenarios, each with an order, and returns what they told.
async fn told(sandbox: &Fixture, orders: &[String]) -> Value {
    let node = if Path::new(OWN_NODE).exists() {
        OWN_NODE
    } else {
        "node"
    };
    let ran = Command::new(node)
        .arg(SCRIPT)
        .arg(format!("http://{}", sandbox.sandbox.address()))
        .arg(keys().key_id)
        .args(orders)
        .env("NO_PROXY", "*")
        .kill_on_drop(true)
        .output();
    let ran = ran
        .await
        .expect("Node: run the tests through script/test, which installs it");
    let errors = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{errors}");
    serde_json::from_slice(&ran.stdout).unwrap()
}

async fn status(sandbox: &Fixture, order: &str) -> Value {
    sandbox.get(&format!("/v1/orders/{order}")).await["status"].clone()
}

/// Asserts that the fields are those of the real checkout, for this order.
fn is_signed(sandbox: &Fixture, order: &str, handed: &Value) {
    assert_eq!(handed["razorpay_order_id"], order);
    assert_eq!(handed.as_object().unwrap().len(), 3);
    let text = |field: &str| handed[field].as_str().unwrap().to_owned();
    let vouched = sandbox.adapter().vouches_for(
        &GatewayOrderId::parse(order).unwrap(),
        &GatewayPaymentId::parse(&text("razorpay_payment_id")).unwrap(),
        &text("razorpay_signature"),
    );
    assert!(vouched, "{handed}");
}

#[tokio::test]
async fn the_checkout_script_has_the_interface_of_the_providers() {
    let sandbox = Fixture::start().await;
    let mut orders = Vec::new();
    for _ in 0..5 {
        orders.push(sandbox.order().await);
    }
    let told = told(&sandbox, &orders).await;

    let paid = &told["paid"];
    is_signed(&sandbox, &orders[0], &paid["calls"]["handled"][0]);
    let text = paid["text"].as_str().unwrap();
    assert!(
        text.contains("NO MONEY MOVES") && text.contains("Lakeside Clinic: ₹500.00"),
        "{text}"
    );
    assert_eq!(
        (&paid["left"], &paid["calls"]["dismissed"]),
        (&json!(0), &json!(0))
    );
    assert_eq!(status(&sandbox, &orders[0]).await, "paid");

    let failed = &told["failed_and_paid"]["calls"];
    assert_eq!(failed["failed"][0]["reason"], "payment_failed");
    assert_eq!(failed["failed"][0]["metadata"]["order_id"], orders[1]);
    is_signed(&sandbox, &orders[1], &failed["handled"][0]);

    let dismissed = &told["dismissed"];
    assert_eq!(dismissed["calls"]["dismissed"], 1);
    assert_eq!(dismissed["byKey"]["dismissed"], 1);
    assert_eq!(dismissed["calls"]["handled"], json!([]));
    assert_eq!(
        (&dismissed["left"], &dismissed["stays"]),
        (&json!(0), &json!(1))
    );
    assert_eq!(status(&sandbox, &orders[2]).await, "created");

    let submitted = &told["called_back"]["submitted"];
    for form in submitted.as_array().unwrap() {
        assert_eq!(form["method"], "POST");
        assert_eq!(form["action"], "https://front.example/paid");
    }
    assert_eq!(submitted[0]["fields"]["error[reason]"], "payment_failed");
    is_signed(&sandbox, &orders[3], &submitted[1]["fields"]);

    let refused = &told["refused"];
    let shows = |field: &str, text: &str| {
        let shown = refused[field].as_str().unwrap();
        assert!(shown.contains(text) && !shown.contains("Pay "), "{shown}");
    };
    shows("wrongKey", "The key is not the sandbox's.");
    shows("unknown", "The id provided does not exist");
    assert_eq!(refused["withoutKey"], "key is required.");
    assert_eq!(status(&sandbox, &orders[4]).await, "created");
}

#[tokio::test]
async fn the_script_can_be_loaded_by_pages_of_any_origin() {
    let site = tests::app::Site::at(crate::support::now()).await.unwrap();
    let node = site.node().await.unwrap();
    let url = node.url("/sandbox/checkout.js");
    let loaded = crate::support::http().get(url).send().await.unwrap();
    assert_eq!(loaded.status().as_u16(), 200);
    let header = |name: &str| loaded.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "text/javascript; charset=utf-8");
    assert_eq!(header("cross-origin-resource-policy"), "cross-origin");
    node.stop().await;
}
