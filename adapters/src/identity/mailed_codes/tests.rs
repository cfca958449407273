use commands::ports::{
    CodeHash, CodeHolder, CodePurpose, IdSource as _, Mail, MailMessage, NewMail,
};
use domain::EmailAddress;
use event_store::Sealing;
use futures::future::join_all;

use super::super::test_database::TestDatabase;
use super::*;
use crate::system::SystemIds;

fn now() -> DateTime<Utc> {
    "2026-12-01T09:00:00Z".parse().unwrap()
}

fn held(holder: u8, code: u8) -> HeldCode {
    HeldCode {
        purpose: CodePurpose::SignUp,
        holder: CodeHolder([holder; 32]),
        hash: CodeHash([code; 32]),
    }
}

fn new(code: HeldCode, at: DateTime<Utc>) -> NewCode {
    let mail = Mail {
        id: SystemIds.id(),
        to: EmailAddress::parse("asha@example.org").unwrap(),
        message: MailMessage::SignUp("7KQ2-01MR".to_owned()),
        at,
    };
    NewCode {
        code,
        at,
        expires_at: at + TimeDelta::days(1),
        mail: Some(NewMail {
            mail,
            give_up_at: at + TimeDelta::days(1),
        }),
    }
}

struct Fixture {
    pool: PgPool,
    codes: PgCodeStore,
}

impl Fixture {
    async fn new() -> Self {
        let pool = TestDatabase::create().await;
        let outbox = PgMailOutbox::new(pool.clone(), Sealing::off());
        let codes = PgCodeStore::new(pool.clone(), outbox);
        Self { pool, codes }
    }

    async fn issue(&self, code: HeldCode, at: DateTime<Utc>) -> bool {
        self.codes.issue(new(code, at)).await.unwrap()
    }

    async fn count(&self, table: &str) -> i64 {
        let count = format!("select count(*) from {table}");
        sqlx::query_scalar(&count)
            .fetch_one(&self.pool)
            .await
            .unwrap()
    }
}

#[tokio::test]
async fn a_code_is_right_until_it_is_used_or_expires() {
    let fixture = Fixture::new().await;
    let codes = &fixture.codes;
    assert!(!codes.attempt(held(1, 1), now()).await.unwrap(), "none yet");
    assert!(fixture.issue(held(1, 1), now()).await);
    assert!(codes.attempt(held(1, 1), now()).await.unwrap());
    assert!(!codes.attempt(held(1, 2), now()).await.unwrap());
    assert!(
        !codes.attempt(held(2, 1), now()).await.unwrap(),
        "another's"
    );
    let end = now() + TimeDelta::days(1);
    let last = end - TimeDelta::microseconds(1);
    assert!(codes.attempt(held(1, 1), last).await.unwrap());
    assert!(!codes.attempt(held(1, 1), end).await.unwrap());
    assert!(!codes.redeem(held(1, 1), end).await.unwrap());
    assert!(!codes.redeem(held(1, 2), now()).await.unwrap());
    assert!(codes.redeem(held(1, 1), now()).await.unwrap());
    assert!(!codes.redeem(held(1, 1), now()).await.unwrap(), "twice");
    assert!(!codes.attempt(held(1, 1), now()).await.unwrap());
}

#[tokio::test]
async fn of_a_thousand_guesses_at_once_ten_are_looked_at() {
    let fixture = Fixture::new().await;
    fixture.issue(held(1, 0), now()).await;
    let guesses = (0..1_000_u32).map(|guess| {
        let code = held(1, u8::try_from(guess % 255).unwrap() + 1);
        fixture.codes.attempt(code, now())
    });
    assert!(
        join_all(guesses)
            .await
            .into_iter()
            .all(|right| !right.unwrap())
    );
    assert!(
        !fixture.codes.attempt(held(1, 0), now()).await.unwrap(),
        "the right one comes too late"
    );
    let later = now() + TimeDelta::minutes(1);
    assert!(fixture.issue(held(1, 7), later).await);
    assert!(fixture.codes.attempt(held(1, 7), later).await.unwrap());
}

#[tokio::test]
async fn mails_to_one_address_have_pauses_that_double_up_to_a_quarter_of_an_hour() {
    let fixture = Fixture::new().await;
    let mut at = now();
    assert!(fixture.issue(held(1, 1), at).await);
    for (number, minutes) in [(2, 1), (3, 2), (4, 4), (5, 8), (6, 15), (7, 15)] {
        let pause = TimeDelta::minutes(minutes);
        let early = at + pause - TimeDelta::seconds(1);
        assert!(!fixture.issue(held(1, 99), early).await, "{minutes}");
        assert!(
            fixture
                .codes
                .attempt(held(1, number - 1), early)
                .await
                .unwrap(),
            "the code that was mailed stays valid"
        );
        at += pause;
        assert!(fixture.issue(held(1, number), at).await, "{minutes}");
        assert!(
            !fixture
                .codes
                .attempt(held(1, number - 1), at)
                .await
                .unwrap()
        );
    }
    assert!(fixture.issue(held(2, 1), at).await, "another address");
    at += TimeDelta::days(1);
    assert!(fixture.issue(held(1, 1), at).await);
    assert!(
        fixture.issue(held(1, 2), at + TimeDelta::minutes(1)).await,
        "forgotten"
    );
    assert_eq!(fixture.count("mail_outbox").await, 10);
    assert_eq!(fixture.count("timers where kind = 'mail'").await, 10);
}

#[tokio::test]
async fn codes_that_are_issued_at_once_are_one_code_and_one_mail() {
    let fixture = Fixture::new().await;
    let issued = join_all((0..8).map(|code| fixture.issue(held(1, code), now()))).await;
    assert_eq!(issued.iter().filter(|issued| **issued).count(), 1);
    assert_eq!(fixture.count("mail_outbox").await, 1);
    let codes = (0..8).map(|code| fixture.codes.redeem(held(1, code), now()));
    let redeemed = join_all(codes).await;
    assert_eq!(
        redeemed
            .into_iter()
            .filter(|used| matches!(used, Ok(true)))
            .count(),
        1
    );
}

#[tokio::test]
async fn a_code_that_is_redeemed_at_once_is_used_once() {
    let fixture = Fixture::new().await;
    fixture.issue(held(1, 1), now()).await;
    let redeemed = join_all((0..8).map(|_| fixture.codes.redeem(held(1, 1), now()))).await;
    assert_eq!(
        redeemed
            .into_iter()
            .filter(|used| matches!(used, Ok(true)))
            .count(),
        1
    );
}

#[tokio::test]
async fn nothing_is_left_of_codes_after_a_day_and_of_unsent_mails_after_three() {
    let fixture = Fixture::new().await;
    for number in 0..10 {
        fixture.issue(held(number, 1), now()).await;
    }
    let day = now() + TimeDelta::days(1);
    assert_eq!(
        fixture
            .codes
            .prune(day - TimeDelta::seconds(1))
            .await
            .unwrap(),
        0
    );
    assert_eq!(fixture.codes.prune(day).await.unwrap(), 10);
    assert_eq!(
        fixture.codes.outbox.prune(day).await.unwrap(),
        0,
        "mails wait"
    );
    let later = now() + TimeDelta::days(3);
    assert_eq!(fixture.codes.outbox.prune(later).await.unwrap(), 10);
    assert_eq!(fixture.count("mail_outbox").await, 0);
}
