//! Change of one's own password.

use std::time::Duration;

use domain::AccountId;
use tracing::instrument;

use super::{Identity, NewPassword, PresentedPassword};
use crate::Fault;
use crate::ports::{PasswordChange, SessionId, ThrottleKey};

/// The wait for a caller whose attempt finds too many others in line.
const LINE_WAIT: Duration = Duration::from_secs(1);

/// A change of password.
#[derive(Debug, Clone)]
pub struct ChangePassword {
    /// The account.
    pub account: AccountId,
    /// The session in which it is changed, which goes on.
    pub session: SessionId,
    /// The password so far.
    pub current: PresentedPassword,
    /// The password from now on.
    pub new: NewPassword,
}

/// The refusal of a change of password.
#[derive(Debug, thiserror::Error)]
pub enum ChangePasswordError {
    /// The account has another password.
    #[error("the password is not the current one")]
    WrongPassword,
    /// Too many failures lately.
    #[error("too many failed attempts")]
    Throttled(Duration),
    /// Something outside the rules failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Identity {
    /// Changes the password, and tells the owner. Every other session ends; those are returned. Attempts are counted like those of
    /// signing in, for each session apart.
    ///
    /// # Errors
    /// [`ChangePasswordError`].
    #[instrument(name = "command.account.change_password", skip_all)]
    pub async fn change_password(
        &self,
        change: ChangePassword,
    ) -> Result<Vec<SessionId>, ChangePasswordError> {
        let key = self.logins.throttle_session(change.session);
        let turn = self.turns.take(key).await;
        let _turn = turn.ok_or(ChangePasswordError::Throttled(LINE_WAIT))?;
        let at = self.commands.clock.now();
        let counted = [ThrottleKey::Device(key)];
        if let Some(wait) = self.throttle.attempt(&counted, &[], at).await? {
            return Err(ChangePasswordError::Throttled(wait));
        }
        let account = change.account;
        let generation = self.check_password(Some(account), &change.current).await?;
        let generation = generation.ok_or(ChangePasswordError::WrongPassword)?;
        self.throttle.succeeded(&counted).await?;
        let change = PasswordChange {
            account,
            generation,
            hash: self.hasher.hash(change.new.into_secret()).await?,
            session: change.session,
            notice: self.notice_of_change(account, at).await?,
            at,
        };
        let ended = self.credentials.change(change).await?;
        // `None`: a change at the same time was faster.
        ended.ok_or(ChangePasswordError::WrongPassword)
    }
}
