use commands::ports::{
    CodeHash, CodeHolder, CodePurpose, IdSource as _, Mail, MailFailure, MailMessage,
    MailOutbox as _, NewMail,
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
        mail: NewMail {
            mail,
            give_up_at: at + TimeDelta::days(1),
        },
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
async fn nothing_is_left_of_codes_and_mails_of_anyone_after_a_day() {
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
    let outbox = &fixture.codes.outbox;
    let before = day - TimeDelta::seconds(1);
    assert_eq!(outbox.prune(before).await.unwrap(), 0, "mails wait");
    let failed: Uuid = sqlx::query_scalar("select mail_id from mail_outbox limit 1")
        .fetch_one(&fixture.pool)
        .await
        .unwrap();
    let failure = MailFailure::Refused(550);
    outbox.failed(failed, failure, now()).await.unwrap();
    assert_eq!(outbox.prune(day).await.unwrap(), 10);
    assert_eq!(fixture.count("mail_outbox").await, 0);
}

/// Rows of invitations and other mails that not everyone can ask for are for the operator.
#[tokio::test]
async fn a_failed_invitation_is_known_for_thirty_days_and_an_unsent_one_for_three() {
    let fixture = Fixture::new().await;
    let outbox = &fixture.codes.outbox;
    for holder in [1, 2] {
        let mut invitation = new(held(holder, 1), now());
        invitation.mail.mail.message = MailMessage::Invitation("7KQ2-01MR".to_owned());
        fixture.codes.issue(invitation.clone()).await.unwrap();
        if holder == 1 {
            let id = invitation.mail.mail.id;
            let failure = MailFailure::Refused(550);
            outbox.failed(id, failure, now()).await.unwrap();
        }
    }
    let after = async |days| outbox.prune(now() + TimeDelta::days(days)).await.unwrap();
    assert_eq!(after(2).await, 0);
    assert_eq!(after(3).await, 1);
    assert_eq!(after(30).await, 0);
    assert_eq!(after(31).await, 1);
}

#[tokio::test]
async fn while_as_many_mails_wait_as_may_there_is_no_room_for_another_one() {
    let mut fixture = Fixture::new().await;
    fixture.codes.bounds.mails = 3;
    for holder in 0..3 {
        assert!(fixture.codes.has_room().await.unwrap());
        fixture.issue(held(holder, 1), now()).await;
    }
    assert!(!fixture.codes.has_room().await.unwrap());
    let waiting: Uuid = sqlx::query_scalar("select mail_id from mail_outbox limit 1")
        .fetch_one(&fixture.pool)
        .await
        .unwrap();
    let outbox = &fixture.codes.outbox;
    let gave_up = MailFailure::GaveUp;
    outbox.failed(waiting, gave_up, now()).await.unwrap();
    assert!(fixture.codes.has_room().await.unwrap(), "it waits no more");
}

/// The newest codes stay, so who signs up now can complete it. Codes of accounts are not counted.
#[tokio::test]
async fn of_codes_that_anyone_asked_for_the_newest_are_kept() {
    let mut fixture = Fixture::new().await;
    fixture.codes.bounds.codes = 2;
    for (holder, purpose) in [
        (0, CodePurpose::Invitation),
        (1, CodePurpose::SignUp),
        (2, CodePurpose::PasswordReset),
        (3, CodePurpose::SignUp),
        (4, CodePurpose::PasswordReset),
    ] {
        let code = HeldCode {
            purpose,
            ..held(holder, 1)
        };
        let at = now() + TimeDelta::seconds(i64::from(holder));
        assert!(fixture.issue(code, at).await);
    }
    assert_eq!(fixture.codes.prune(now()).await.unwrap(), 2);
    let left: Vec<Vec<u8>> = sqlx::query_scalar("select holder from mailed_codes order by holder")
        .fetch_all(&fixture.pool)
        .await
        .unwrap();
    assert_eq!(left, [0, 3, 4].map(|holder| vec![holder; 32]));
    assert_eq!(fixture.codes.prune(now()).await.unwrap(), 0);
}

#[tokio::test]
async fn of_failed_mails_of_anyone_the_newest_are_kept() {
    let fixture = Fixture::new().await;
    let outbox = &fixture.codes.outbox;
    for holder in 0..3 {
        let code = new(held(holder, 1), now());
        let id = code.mail.mail.id;
        fixture.codes.issue(code).await.unwrap();
        let at = now() + TimeDelta::seconds(i64::from(holder));
        outbox.failed(id, MailFailure::GaveUp, at).await.unwrap();
    }
    fixture.issue(held(3, 1), now()).await;
    assert_eq!(outbox.prune_beyond(1).await.unwrap(), 2);
    let newest = fixture.count("mail_outbox where failed_at = '2026-12-01T09:00:02Z'");
    assert_eq!(newest.await, 1);
    assert_eq!(fixture.count("mail_outbox where failure is null").await, 1);
}
