//! `caresync payments inbox`, as an operator runs it beside the server.

use adapters::gateway_inbox::PgGatewayInbox;
use adapters::jwt::JwtKeys;
use adapters::system::SystemClock;
use commands::ports::{Clock as _, Delivery, GatewayInbox as _};
use tests::sealing::sealing;

use crate::support::{Server, eventually};

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_lists_shows_and_retries_deliveries() {
    let keys = JwtKeys::generate().unwrap();
    let mut server = Server::start(&keys).await;
    let pool = server.pool().await;
    let store = PgGatewayInbox::new(pool.clone(), sealing(pool.clone()).await.unwrap());
    let (done, said) = server.run(&["payments", "disputes"]);
    assert!(done && said.contains("No dispute is open."), "{said}");
    let (done, said) = server.run(&["payments", "inbox", "list"]);
    assert!(done && said.contains("No such delivery is kept."), "{said}");

    let body = b"<html>asha@example.com</html>".to_vec();
    let delivery = Delivery::new(b"evt_1", body, SystemClock.now());
    let digest = delivery.digest.to_string();
    assert!(store.keep(&delivery).await.unwrap());
    let outcome = "UNREADABLE";
    let settled = async || {
        let (done, said) = server.run(&["payments", "inbox", "list", "--outcome", "unreadable"]);
        assert!(done, "{said}");
        said.contains(&digest) && said.contains(outcome)
    };
    eventually("it is processed", settled).await;
    let (done, said) = server.run(&["payments", "inbox", "list", "--outcome", "APPLIED"]);
    assert!(done && !said.contains(&digest), "{said}");

    let (done, said) = server.run(&["payments", "inbox", "show", &digest]);
    assert!(
        done && said.contains("evt_1") && said.contains(outcome),
        "{said}"
    );
    assert!(!said.contains("asha"), "{said}");
    let (done, said) = server.run(&["payments", "inbox", "show", &digest, "--body"]);
    assert!(done && said.contains("asha@example.com"), "{said}");

    let settled_at = "select settled_at::text from gateway_inbox where settled_at is not null";
    let settled_at = async || {
        let found = sqlx::query_scalar::<_, String>(settled_at)
            .fetch_optional(&pool)
            .await;
        found.unwrap()
    };
    let before = settled_at().await;
    let (done, said) = server.run(&["payments", "inbox", "retry", &digest]);
    assert!(done && said.contains("1 deliveries"), "{said}");
    let again = async || settled_at().await.is_some_and(|at| Some(at) != before);
    eventually("it is processed again", again).await;

    for arguments in [
        &["retry"][..],
        &["retry", &"0".repeat(64)],
        &["retry", "--outcome", "refused"],
        &["show", &"0".repeat(64)],
        &["show", "not a digest"],
        &["list", "--outcome", "lost"],
    ] {
        let arguments = [&["payments", "inbox"][..], arguments].concat();
        let (done, said) = server.run(&arguments);
        assert!(!done, "{arguments:?}: {said}");
    }
    pool.close().await;
    server.stop().await;
}
