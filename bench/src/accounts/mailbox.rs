//! A mailer of the bench's own: it keeps the newest code of each address.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::ensure;
use async_trait::async_trait;
use commands::ports::{Mail, MailError, Mailer};

/// The time that a mail may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// The codes that were mailed, by address.
#[derive(Default)]
pub struct Mailbox(Mutex<HashMap<String, String>>);

#[async_trait]
impl Mailer for Mailbox {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        if let Some(code) = mail.message.code() {
            let mut codes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            codes.insert(mail.to.as_str().to_owned(), code.to_owned());
        }
        Ok(())
    }
}

impl Mailbox {
    /// Waits for the code that an address is mailed.
    pub async fn code(&self, email: &str) -> anyhow::Result<String> {
        let begin = Instant::now();
        loop {
            let code = {
                let codes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                codes.get(email).cloned()
            };
            if let Some(code) = code {
                return Ok(code);
            }
            ensure!(begin.elapsed() < PATIENCE, "an address was mailed no code");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
