//! People who sign up and sign in. The only file of this bench that knows the form of the requests.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};

use super::mailbox::Mailbox;
use crate::client::{Pool, post};

const PASSWORD: &str = "gentle lamp in the fog";
/// The time for which a person tries again.
const PATIENCE: Duration = Duration::from_mins(1);

/// A person who has an account.
#[derive(Clone)]
pub struct Owner {
    email: String,
    address: String,
}

/// A sign-up that was accepted.
pub struct Accepted {
    /// The attempts that it took.
    pub attempts: usize,
}

/// The first request of a sign-up, which mails a code.
pub fn registration(email: &str, address: &str) -> Vec<u8> {
    let body = format!(r#"{{"email":"{email}"}}"#);
    post("/api/v1/auth/register", &forwarded(address), &body)
}

/// The second request of a sign-up.
fn completion(email: &str, address: &str, code: &str) -> Vec<u8> {
    let body = format!(
        r#"{{"name":"Asha Rao","birthDate":"1990-04-17","email":"{email}","password":"{PASSWORD}","code":"{code}"}}"#
    );
    post("/api/v1/auth/register/complete", &forwarded(address), &body)
}

fn forwarded(address: &str) -> String {
    format!("x-forwarded-for: {address}\r\n")
}

impl Owner {
    /// A request to sign in.
    pub fn sign_in(&self) -> Vec<u8> {
        let email = &self.email;
        let body = format!(r#"{{"email":"{email}","password":"{PASSWORD}"}}"#);
        post("/api/v1/auth/login", &forwarded(&self.address), &body)
    }
}

/// Makes accounts, each from an address of its own.
pub async fn owners(pool: &Arc<Pool>, mailbox: &Mailbox, count: u32) -> anyhow::Result<Vec<Owner>> {
    let mut owners = Vec::new();
    for number in 0..count {
        let owner = Owner {
            email: format!("owner-{number}@example.org"),
            address: format!("192.0.2.{number}"),
        };
        try_to_sign_up(pool, mailbox, &owner.email, &owner.address).await?;
        until_accepted(pool, &owner.sign_in()).await?;
        owners.push(owner);
    }
    Ok(owners)
}

/// A person signs up; `None` if that was refused to the end.
pub async fn sign_up(
    pool: Arc<Pool>,
    mailbox: Arc<Mailbox>,
    email: String,
    address: String,
) -> anyhow::Result<Option<Accepted>> {
    let attempts = try_to_sign_up(&pool, &mailbox, &email, &address).await;
    Ok(attempts.ok().map(|attempts| Accepted { attempts }))
}

/// Signs up with the code that is mailed. Returns the number of attempts of both requests.
async fn try_to_sign_up(
    pool: &Pool,
    mailbox: &Mailbox,
    email: &str,
    address: &str,
) -> anyhow::Result<usize> {
    let begun = until_accepted(pool, &registration(email, address)).await?;
    let code = mailbox.code(email).await?;
    let completed = until_accepted(pool, &completion(email, address, &code)).await?;
    Ok(begun + completed)
}

/// Sends a request until it is accepted, after each wait that is asked for. Returns the number of attempts.
///
/// # Errors
/// If it is refused for good, or for too long.
pub async fn until_accepted(pool: &Pool, request: &[u8]) -> anyhow::Result<usize> {
    let begin = Instant::now();
    let mut attempts = 1;
    loop {
        let answer = pool.send(request).await?;
        if (200..300).contains(&answer.status) {
            return Ok(attempts);
        }
        let status = answer.status;
        let wait = answer.retry_after;
        let wait = wait.with_context(|| format!("refused for good: {status}"))?;
        ensure!(
            begin.elapsed() + wait < PATIENCE,
            "refused for too long: {status}"
        );
        tokio::time::sleep(wait).await;
        attempts += 1;
    }
}
