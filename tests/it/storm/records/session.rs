//! A person's requests, at the program's current address.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::answers::Answers;
use super::practice::Practice;
use crate::support::{Call, Client, Reply};

/// Limit for an answer, across a restart.
const PATIENCE: Duration = Duration::from_mins(3);
const PAUSE: Duration = Duration::from_millis(100);

/// Requests with one token, and what was answered.
pub struct Session {
    address: watch::Receiver<Client>,
    pub token: String,
    pub answers: Answers,
}

impl Session {
    pub fn new(practice: &Practice, token: String) -> Self {
        Self {
            address: practice.address.subscribe(),
            token,
            answers: Answers::default(),
        }
    }

    /// Repeats a request until it is answered.
    pub async fn ask(&mut self, request: impl Fn(&Client) -> Call) -> Reply {
        let until = Instant::now() + PATIENCE;
        loop {
            let client = self.address.borrow().with_token(&self.token);
            match request(&client).try_send().await {
                Ok(reply) if !is_busy(&reply) => return reply,
                Ok(_) | Err(_) => self.answers.repeated += 1,
            }
            assert!(Instant::now() < until, "no answer");
            sleep(PAUSE).await;
        }
    }

    /// Repeats a command until it is done.
    pub async fn done(&mut self, status: u16, request: impl Fn(&Client) -> Call) -> Reply {
        let reply = self.ask(request).await;
        assert_eq!(reply.status, status, "{reply:?}");
        reply
    }

    /// Reads something of a patient, which is on file then.
    pub async fn read(&mut self, path: &str) -> Reply {
        let reply = self.done(200, |client| client.get(path)).await;
        self.answers.shown.insert(request_id(&reply));
        reply
    }

    /// Tries to read something of another patient: that is on file as well.
    pub async fn try_to_read(&mut self, path: &str) {
        let reply = self.done(404, |client| client.get(path)).await;
        self.answers.refused.insert(request_id(&reply));
    }
}

/// The request, as the access log calls it.
fn request_id(reply: &Reply) -> Uuid {
    reply.header("x-request-id").parse().unwrap()
}

/// True while the program is starting, the database is away, or a first request with the same key goes on.
fn is_busy(reply: &Reply) -> bool {
    let waits = reply.body["type"] == "request-in-progress";
    assert!(reply.status < 500 || reply.status == 503, "{reply:?}");
    reply.status == 503 || waits
}
