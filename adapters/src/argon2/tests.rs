//! Tests of password checks.

use std::time::{Duration, Instant};

use super::*;

fn password(text: &str) -> SecretString {
    text.into()
}

async fn hashed(hasher: &Argon2PasswordHasher, text: &str) -> PasswordHash {
    hasher.hash(password(text)).await.unwrap()
}

#[tokio::test]
async fn a_password_matches_its_own_hash_only() {
    let hasher = Argon2PasswordHasher::new();
    let hash = hashed(&hasher, "correct horse battery staple").await;
    assert!(
        hash.expose().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
        "{}",
        hash.expose()
    );

    let right = hasher
        .check(password("correct horse battery staple"), Some(&hash))
        .await;
    assert_eq!(right.unwrap(), PasswordCheck::Matches);
    let wrong = hasher
        .check(password("Correct horse battery staple"), Some(&hash))
        .await;
    assert_eq!(wrong.unwrap(), PasswordCheck::Differs);
}

#[tokio::test]
async fn a_long_password_counts_to_its_last_letter() {
    let hasher = Argon2PasswordHasher::new();
    let long = "ü".repeat(200);
    let hash = hashed(&hasher, &long).await;
    let cut = &long[..long.len() - "ü".len()];
    assert_eq!(
        hasher.check(password(cut), Some(&hash)).await.unwrap(),
        PasswordCheck::Differs
    );
}

#[tokio::test]
async fn the_same_password_never_has_the_same_hash_twice() {
    let hasher = Argon2PasswordHasher::new();
    let (one, other) = (hashed(&hasher, "same").await, hashed(&hasher, "same").await);
    assert_ne!(one.expose(), other.expose());
}

#[tokio::test]
async fn a_hash_made_with_weaker_parameters_matches_but_is_outdated() {
    let weaker = Argon2PasswordHasher::with_params(Params::new(8_192, 1, 1, None).unwrap());
    let hash = hashed(&weaker, "old but right").await;

    let today = Argon2PasswordHasher::new();
    let right = today
        .check(password("old but right"), Some(&hash))
        .await
        .unwrap();
    assert_eq!(right, PasswordCheck::MatchesOutdated);
    let wrong = today
        .check(password("old and wrong"), Some(&hash))
        .await
        .unwrap();
    assert_eq!(wrong, PasswordCheck::Differs);
}

#[tokio::test]
async fn an_unknown_login_costs_what_a_wrong_password_costs() {
    let hasher = Argon2PasswordHasher::new();
    let hash = hashed(&hasher, "another's").await;
    let wrong = fastest(|| hasher.check(password("a guess"), Some(&hash))).await;
    let unknown = fastest(|| hasher.check(password("a guess"), None)).await;
    let ratio = unknown.as_secs_f64() / wrong.as_secs_f64();
    assert!(
        (0.25..4.0).contains(&ratio),
        "unknown {unknown:?}, wrong {wrong:?}"
    );
}

async fn fastest<F>(check: impl Fn() -> F) -> Duration
where
    F: Future<Output = Result<PasswordCheck, Fault>>,
{
    let mut fastest = Duration::MAX;
    for _ in 0..5 {
        let begun = Instant::now();
        assert_eq!(check().await.unwrap(), PasswordCheck::Differs);
        fastest = fastest.min(begun.elapsed());
    }
    fastest
}

#[tokio::test]
async fn what_is_no_hash_is_a_fault_and_not_a_wrong_password() {
    let hasher = Argon2PasswordHasher::new();
    for broken in [
        "",
        "plain text",
        "$argon2id$v=19$m=19456,t=2,p=1$",
        "$2b$12$abcdefghijklmnop",
    ] {
        let broken = PasswordHash::new(broken.to_owned());
        let checked = hasher.check(password("anything"), Some(&broken)).await;
        assert!(checked.is_err(), "{:?} for {}", checked, broken.expose());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_than_two_hashes_are_computed_at_a_time_even_when_callers_hang_up() {
    let slow = Params::new(65_536, 20, 1, None).unwrap();
    let hasher = Argon2PasswordHasher::with_params(slow);
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let hasher = hasher.clone();
        callers.spawn(async move { hasher.check(password("hung up"), None).await.map(|_| ()) });
    }
    while hasher.turns.available_permits() > 0 {
        tokio::task::yield_now().await;
    }
    callers.shutdown().await;
    assert_eq!(
        hasher.turns.available_permits(),
        0,
        "permits were released before the work ended"
    );
    drop(hasher.turns.acquire_many(2).await.unwrap());
}

#[tokio::test]
async fn new_passwords_are_hashed_one_at_a_time_and_leave_a_turn_for_sign_ins() {
    let hasher = Argon2PasswordHasher::new();
    let new_turn = hasher.new_turns.acquire().await.unwrap();
    let mut new = Box::pin(hasher.hash(password("new")));
    assert!(begun(&mut new).is_none());
    assert_eq!(hasher.turns.available_permits(), AT_A_TIME, "it waits");
    let sign_in = hasher.check(password("guess"), None).await;
    assert_eq!(sign_in.unwrap(), PasswordCheck::Differs);
    drop(new_turn);
    assert!(new.await.is_ok());
}

/// Polls once what a caller waits for.
fn begun<T>(waiting: &mut std::pin::Pin<Box<impl Future<Output = T>>>) -> Option<T> {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match waiting.as_mut().poll(&mut context) {
        std::task::Poll::Ready(done) => Some(done),
        std::task::Poll::Pending => None,
    }
}

fn is_busy<T>(done: Option<Result<T, Fault>>) -> bool {
    let Some(Err(fault)) = done else { return false };
    let source = std::error::Error::source(&fault);
    source.is_some_and(<dyn std::error::Error>::is::<HashingBusy>)
}

#[tokio::test]
async fn a_full_queue_turns_callers_away_and_new_passwords_first() {
    let hasher = Argon2PasswordHasher::new();
    let _turns = hasher.turns.acquire_many(2).await.unwrap();
    let hash = || Box::pin(hasher.hash(password("new")));
    let check = || Box::pin(hasher.check(password("guess"), None));
    let mut new: Vec<_> = (0..MOST_NEW_IN_QUEUE).map(|_| hash()).collect();
    for waiting in &mut new {
        assert!(begun(waiting).is_none());
    }
    assert!(is_busy(begun(&mut hash())));
    let mut others: Vec<_> = (MOST_NEW_IN_QUEUE..MOST_IN_QUEUE)
        .map(|_| check())
        .collect();
    for waiting in &mut others {
        assert!(begun(waiting).is_none());
    }
    assert!(is_busy(begun(&mut check())));
    others.pop();
    assert!(begun(&mut check()).is_none(), "a place is free again");
    drop(new.pop());
    assert!(begun(&mut hash()).is_none());
}
