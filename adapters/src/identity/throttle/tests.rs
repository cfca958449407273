//! Tests of the waiting times.

use chrono::TimeDelta;
use tokio::task::JoinSet;

use super::{super::test_database::TestDatabase, *};

const LOGIN: ThrottleKey = ThrottleKey::LoginFromClient([1; 32]);
const EVERYWHERE: ThrottleKey = ThrottleKey::Login([1; 32]);
const CLIENT: ThrottleKey = ThrottleKey::Client([1; 32]);

fn now() -> DateTime<Utc> {
    "2026-11-24T09:00:00Z".parse().unwrap()
}

async fn throttle() -> PgLoginThrottle {
    PgLoginThrottle::new(TestDatabase::create().await)
}

async fn fail(throttle: &PgLoginThrottle, key: ThrottleKey, times: u32) {
    for _ in 0..times {
        throttle.failed(&[key], now()).await.unwrap();
    }
}

async fn seconds(throttle: &PgLoginThrottle, key: ThrottleKey, at: DateTime<Utc>) -> Option<u64> {
    let wait = throttle.attempt(&[], &[key], at).await.unwrap();
    wait.map(|wait| wait.as_secs())
}

#[tokio::test]
async fn four_failures_cost_nothing_and_each_further_one_doubles_the_wait() {
    let throttle = throttle().await;
    fail(&throttle, LOGIN, 4).await;
    assert_eq!(seconds(&throttle, LOGIN, now()).await, None);
    for expected in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900] {
        fail(&throttle, LOGIN, 1).await;
        assert_eq!(seconds(&throttle, LOGIN, now()).await, Some(expected));
    }
    fail(&throttle, LOGIN, 60).await;
    assert_eq!(
        seconds(&throttle, LOGIN, now()).await,
        Some(900),
        "however many there are"
    );
}

#[tokio::test]
async fn a_wait_ends_when_its_time_is_over() {
    let throttle = throttle().await;
    fail(&throttle, LOGIN, 6).await;
    let wait = async |at| throttle.attempt(&[], &[LOGIN], at).await;
    let half = wait(now() + TimeDelta::milliseconds(500)).await.unwrap();
    assert_eq!(half, Some(Duration::from_millis(1_500)));
    assert_eq!(wait(now() + TimeDelta::seconds(2)).await.unwrap(), None);
}

#[tokio::test]
async fn a_client_may_fail_fifty_times_since_a_whole_clinic_may_sit_behind_it() {
    let throttle = throttle().await;
    fail(&throttle, CLIENT, 49).await;
    assert_eq!(seconds(&throttle, CLIENT, now()).await, None);
    fail(&throttle, CLIENT, 1).await;
    assert_eq!(seconds(&throttle, CLIENT, now()).await, Some(1));
}

#[tokio::test]
async fn failures_count_for_login_and_client_and_the_longer_wait_holds() {
    let throttle = throttle().await;
    let both = [LOGIN, CLIENT];
    for _ in 0..51 {
        throttle.failed(&both, now()).await.unwrap();
    }
    assert_eq!(seconds(&throttle, CLIENT, now()).await, Some(2));
    let wait = throttle.attempt(&[], &both, now()).await.unwrap();
    assert_eq!(wait, Some(Duration::from_mins(15)));
}

#[tokio::test]
async fn a_success_clears_the_login_and_leaves_the_client_and_other_logins() {
    let throttle = throttle().await;
    let other = ThrottleKey::LoginFromClient([2; 32]);
    fail(&throttle, LOGIN, 5).await;
    fail(&throttle, other, 5).await;
    fail(&throttle, CLIENT, 50).await;
    throttle.succeeded(&[LOGIN]).await.unwrap();
    assert_eq!(seconds(&throttle, LOGIN, now()).await, None);
    assert_eq!(seconds(&throttle, other, now()).await, Some(1));
    assert_eq!(seconds(&throttle, CLIENT, now()).await, Some(1));
    fail(&throttle, LOGIN, 4).await;
    assert_eq!(
        seconds(&throttle, LOGIN, now()).await,
        None,
        "counting starts anew"
    );
}

#[tokio::test]
async fn failures_are_forgotten_a_quarter_of_an_hour_after_the_wait_they_led_to() {
    let throttle = throttle().await;
    fail(&throttle, LOGIN, 5).await;
    let forgotten = now() + TimeDelta::seconds(1) + TimeDelta::minutes(15);
    let still = forgotten - TimeDelta::microseconds(1);
    throttle.failed(&[LOGIN], still).await.unwrap();
    assert_eq!(seconds(&throttle, LOGIN, still).await, Some(2));

    let forgotten = still + TimeDelta::seconds(2) + TimeDelta::minutes(15);
    throttle.failed(&[LOGIN], forgotten).await.unwrap();
    assert_eq!(seconds(&throttle, LOGIN, forgotten).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_at_the_same_time_are_all_counted_and_never_deadlock() {
    let throttle = throttle().await;
    let mut nodes = JoinSet::new();
    for number in 0..40 {
        let throttle = throttle.clone();
        let keys = if number % 2 == 0 {
            [LOGIN, CLIENT]
        } else {
            [CLIENT, LOGIN]
        };
        nodes.spawn(async move { throttle.failed(&keys, now()).await.unwrap() });
    }
    nodes.join_all().await;
    let counted: Vec<i32> = sqlx::query_scalar("select failures from login_failures")
        .fetch_all(&throttle.pool)
        .await
        .unwrap();
    assert_eq!(counted, [40, 40]);
}

#[tokio::test]
async fn a_login_that_is_guessed_from_many_places_waits_a_minute_at_most() {
    let throttle = throttle().await;
    fail(&throttle, EVERYWHERE, 9).await;
    assert_eq!(seconds(&throttle, EVERYWHERE, now()).await, None);
    for expected in [1, 2, 4, 8, 16, 32, 60, 60] {
        fail(&throttle, EVERYWHERE, 1).await;
        assert_eq!(seconds(&throttle, EVERYWHERE, now()).await, Some(expected));
    }
}

#[tokio::test]
async fn an_attempt_is_counted_unless_it_has_to_wait() {
    let throttle = throttle().await;
    let attempt = async || {
        throttle
            .attempt(&[EVERYWHERE, LOGIN], &[CLIENT], now())
            .await
            .unwrap()
    };
    for _ in 0..5 {
        assert_eq!(attempt().await, None);
    }
    for _ in 0..3 {
        assert_eq!(attempt().await, Some(Duration::from_secs(1)));
    }
    throttle.succeeded(&[LOGIN]).await.unwrap();
    assert_eq!(attempt().await, None);
    fail(&throttle, CLIENT, 50).await;
    assert_eq!(
        attempt().await,
        Some(Duration::from_secs(1)),
        "the client waits"
    );
    let counted: Vec<i32> = sqlx::query_scalar("select failures from login_failures order by kind")
        .fetch_all(&throttle.pool)
        .await
        .unwrap();
    assert_eq!(counted, [50, 6, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_attempts_at_the_same_time_five_are_made() {
    let throttle = throttle().await;
    for number in 0..10 {
        let key = ThrottleKey::LoginFromClient([number; 32]);
        let mut nodes = JoinSet::new();
        for _ in 0..40 {
            let throttle = throttle.clone();
            nodes.spawn(async move { throttle.attempt(&[key], &[CLIENT], now()).await.unwrap() });
        }
        let waits = nodes.join_all().await;
        assert_eq!(waits.iter().filter(|wait| wait.is_none()).count(), 5);
    }
}

#[tokio::test]
async fn no_keys_need_no_query() {
    let throttle = throttle().await;
    throttle.failed(&[], now()).await.unwrap();
    assert_eq!(throttle.attempt(&[], &[], now()).await.unwrap(), None);
}

#[tokio::test]
async fn pruning_removes_what_is_forgotten_and_nothing_else() {
    let throttle = throttle().await;
    fail(&throttle, LOGIN, 1).await;
    fail(&throttle, CLIENT, 50).await;
    let quarter = now() + TimeDelta::minutes(15);
    assert_eq!(
        throttle
            .prune(quarter - TimeDelta::microseconds(1))
            .await
            .unwrap(),
        0
    );
    assert_eq!(
        throttle.prune(quarter).await.unwrap(),
        1,
        "the client waited, and counts on"
    );
    assert_eq!(
        throttle
            .prune(quarter + TimeDelta::seconds(1))
            .await
            .unwrap(),
        1
    );
}
