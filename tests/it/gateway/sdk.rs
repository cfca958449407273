//! Razorpay's own SDK for Python as a client of the sandbox. `script/test` installs it.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use super::fixture::{Fixture, keys};
use super::receiver::Receiver;

/// Python with the SDK, as `script/test` installs it, relative to the workspace.
const PYTHON: &str = ".tools/razorpay/bin/python";

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[tokio::test]
async fn the_official_sdk_creates_orders_and_refunds_and_accepts_our_signatures() {
    let python = workspace().join(PYTHON);
    assert!(
        python.exists(),
        "{PYTHON} is missing: run the tests through script/test, or script/razorpay-sdk first"
    );
    let receiver = Receiver::start([]).await;
    let sandbox = Fixture::with_webhooks(Some(receiver.url.clone())).await;
    let order = sandbox.order().await;
    let mut paid = sandbox
        .attempt(&order, &json!({"outcome": "captured"}))
        .await;
    paid.as_object_mut().unwrap().remove("payment");
    let hook = receiver.wait_for(1).await.remove(0);
    let given = json!({
        "paid": paid,
        "webhook": {"body": String::from_utf8(hook.raw).unwrap(), "signature": hook.signature},
    });

    let keys = keys();
    let mut child = Command::new(python)
        .arg(workspace().join("tests/it/gateway/razorpay_sdk.py"))
        .arg(format!("http://{}", sandbox.sandbox.address()))
        .args([
            &keys.key_id,
            keys.key_secret.expose_secret(),
            keys.webhook_secret.expose_secret(),
        ])
        .env("NO_PROXY", "*")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(given.to_string().as_bytes()).await.unwrap();
    drop(stdin);
    let ended = child.wait_with_output().await.unwrap();
    assert!(
        ended.status.success(),
        "{}",
        String::from_utf8_lossy(&ended.stderr)
    );

    // Its orders and refunds are stored, not only answered.
    let made: Value = serde_json::from_slice(&ended.stdout).unwrap();
    let books = sandbox.get("/sandbox/books").await;
    let orders = books["orders"].as_array().unwrap();
    assert!(
        orders.iter().any(|order| order["id"] == made["order"]),
        "{books}"
    );
    assert_eq!(
        books["currencies"]["INR"],
        json!({"captured": 50_000, "refunded": 20_000, "refunding": 0, "lost": 0})
    );
}
