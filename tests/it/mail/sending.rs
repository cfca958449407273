//! Sending: a mail server that is away, slow, or refuses a recipient.

use chrono::TimeDelta;
use serde_json::json;
use tests::app::{Principal, SiteMail};

use super::server::MailServer;
use crate::support::{Client, Clinic, OtherNode, eventually, now};

const REGISTER: &str = "/api/v1/auth/register";

/// A clinic, and a node of it that uses the mail server at an address.
struct Fixture {
    clinic: Clinic,
    node: OtherNode,
    server: Option<MailServer>,
}

impl Fixture {
    async fn new() -> Self {
        let server = MailServer::start().await;
        let mut clinic = Clinic::open().await;
        clinic.stop_node().await;
        clinic.site.mail = SiteMail::Server(MailServer::config_at(server.address));
        let node = clinic.another_node().await;
        Self {
            clinic,
            node,
            server: Some(server),
        }
    }

    fn client(&self) -> &Client {
        &self.node.client
    }

    fn server(&self) -> &MailServer {
        self.server.as_ref().unwrap()
    }

    async fn begin(&self, to: &str) {
        let begin = self.client().post(REGISTER, &json!({"email": to}));
        begin.expect(202).await;
    }

    async fn arrives(&self, to: &str) {
        eventually("the mail arrives", async || {
            // Failed attempts are repeated at later times.
            self.clinic.site.clock.advance(TimeDelta::seconds(1));
            !self.server().received(to).is_empty()
        })
        .await;
    }

    /// The mails that are left in the outbox, by kind of failure; `None` waits.
    async fn left(&self) -> Vec<(Option<String>, Option<i16>, bool)> {
        let left =
            "select failure, smtp_code, content is not null from mail_outbox order by failure";
        let left = sqlx::query_as(left).fetch_all(&self.clinic.pool);
        left.await.unwrap()
    }

    async fn failed(&self, failure: &str, code: Option<i16>) {
        let expected = vec![(Some(failure.to_owned()), code, false)];
        eventually("the mail fails", async || self.left().await == expected).await;
    }

    async fn close(self) {
        self.node.stop().await;
        self.clinic.close().await;
    }
}

#[tokio::test]
async fn a_mail_is_sent_once_in_text_and_html_and_forgotten() {
    let fixture = Fixture::new().await;
    fixture.begin("asha@example.org").await;
    eventually("nothing is left", async || fixture.left().await.is_empty()).await;
    let mails = fixture.server().received("asha@example.org");
    let [mail] = &mails[..] else {
        panic!("{mails:?}");
    };
    assert_eq!(mail.from, "no-reply@clinic.example");
    assert!(mail.data.contains("Content-Type: text/plain"), "{mail:?}");
    assert!(mail.data.contains("Content-Type: text/html"), "{mail:?}");
    assert!(
        mail.data.contains("https://clinic.example/sign-up#email"),
        "{mail:?}"
    );
    let complete = json!({
        "name": "Asha Rao", "birthDate": "1990-04-17", "email": "asha@example.org",
        "password": "correct horse battery", "code": mail.code(),
    });
    let complete = fixture
        .client()
        .post("/api/v1/auth/register/complete", &complete);
    complete.expect(201).await;
    fixture.close().await;
}

#[tokio::test]
async fn a_server_that_is_away_gets_the_mail_later() {
    let mut fixture = Fixture::new().await;
    let address = fixture.server().address;
    fixture.server = None;
    fixture.begin("asha@example.org").await;
    let tries = "select count(*) from timers where kind = $1 and tries > 0";
    eventually("it was tried", async || {
        fixture.clinic.count(tries, "mail").await > 0
    })
    .await;
    fixture.server = Some(MailServer::start_at(address).await);
    fixture.arrives("asha@example.org").await;
    assert_eq!(fixture.server().received("asha@example.org").len(), 1);
    fixture.close().await;
}

#[tokio::test]
async fn a_recipient_that_is_refused_does_not_keep_others_waiting() {
    let fixture = Fixture::new().await;
    for to in ["refused@example.org", "asha@example.org"] {
        fixture.begin(to).await;
    }
    fixture.arrives("asha@example.org").await;
    fixture.failed("REFUSED", Some(550)).await;
    fixture.close().await;
}

#[tokio::test]
async fn a_slow_recipient_does_not_keep_others_waiting() {
    let fixture = Fixture::new().await;
    fixture.begin("slow@example.org").await;
    for number in 0..8 {
        fixture.begin(&format!("asha{number}@example.org")).await;
    }
    for number in 0..8 {
        fixture.arrives(&format!("asha{number}@example.org")).await;
    }
    assert!(fixture.server().received("slow@example.org").is_empty());
    fixture.close().await;
}

#[tokio::test]
async fn a_mail_that_cannot_be_sent_for_a_day_is_given_up() {
    for to in ["busy@example.org", "locked@example.org"] {
        let fixture = Fixture::new().await;
        fixture.begin(to).await;
        let tries = "select count(*) from timers where kind = $1 and tries > 0";
        eventually("it was tried", async || {
            fixture.clinic.count(tries, "mail").await > 0
        })
        .await;
        assert_eq!(fixture.left().await, [(None, None, true)]);
        let row: String = sqlx::query_scalar("select row(m)::text from mail_outbox m")
            .fetch_one(&fixture.clinic.pool)
            .await
            .unwrap();
        assert!(!row.contains("example.org"), "{row}");
        fixture.clinic.site.clock.advance(TimeDelta::days(1));
        fixture.failed("GAVE_UP", None).await;
        fixture.close().await;
    }
}

/// Mails that an admin asks for are queued all the same.
#[tokio::test]
async fn while_too_many_mails_wait_no_one_without_an_account_can_ask_for_another_one() {
    let mut fixture = Fixture::new().await;
    fixture.server = None;
    let pool = &fixture.clinic.pool;
    let fill = "
        insert into mail_outbox (mail_id, kind, queued_at, day, content, give_up_at)
        select gen_random_uuid(), 'sign-up', $1, ($1 at time zone 'utc')::date, 'sealed', $1 + interval '1 day'
        from generate_series(1, 5000)";
    let fill = sqlx::query(fill).bind(now()).execute(pool).await;
    assert_eq!(fill.unwrap().rows_affected(), 5_000);
    let address = json!({"email": "asha@example.org"});
    for path in [REGISTER, "/api/v1/auth/password/forgotten"] {
        let refused = fixture.client().post(path, &address).expect(503).await;
        refused.is("overloaded");
        assert_eq!(refused.header("retry-after"), "5");
    }
    let admin = fixture.clinic.client(&Principal::admin());
    let desk = json!({
        "email": "desk@example.org", "roles": ["RECEPTIONIST"],
        "clinics": {"kind": "only", "clinics": [fixture.clinic.facts.clinic]},
    });
    admin
        .at(fixture.client())
        .post("/api/v1/accounts", &desk)
        .expect(201)
        .await;
    let invitation = "select count(*) from mail_outbox where kind = $1";
    eventually("the invitation is queued", async || {
        fixture.clinic.count(invitation, "invitation").await == 1
    })
    .await;
    let one_less =
        "delete from mail_outbox where mail_id in (select mail_id from mail_outbox limit 2)";
    sqlx::query(one_less).execute(pool).await.unwrap();
    fixture.begin("asha@example.org").await;
    fixture.close().await;
}

#[tokio::test]
async fn without_mail_whatever_needs_it_is_refused() {
    let mut clinic = Clinic::open().await;
    clinic.site.mail = SiteMail::Off;
    let node = clinic.another_node().await;
    let refused = node
        .client
        .post(REGISTER, &json!({"email": "asha@example.org"}));
    let refused = refused.expect(503).await;
    refused.is("mail-not-configured");
    assert_eq!(refused.header("retry-after"), "3600");
    let mailbox = node.client.get("/sandbox/mail").send().await;
    assert_eq!(mailbox.status, 404);
    node.stop().await;
    clinic.close().await;
}
