//! Registration, sign-in, refresh and sign-out.
//!
//! Accounts are aggregates in the log; password hashes and sessions are not: they live beside it,
//! where they can be replaced and removed. Nothing here records a reply for replay, because the
//! replies are secrets.

mod change_address;
mod change_password;
mod device;
mod guessable;
mod invitation;
mod login_index;
mod mailed_code;
mod new_login;
mod password;
mod register;
mod reset_password;
mod second_factor;
mod session;
mod sign_in;
mod sign_up;
mod turns;

use std::sync::Arc;

use domain::AccountId;

pub use change_address::{ChangeAddress, ChangeAddressError};
pub use change_password::{ChangePassword, ChangePasswordError};
pub use device::DeviceToken;
pub use invitation::InvitationError;
pub use login_index::LoginIndex;
pub use mailed_code::{MailedCodeError, PasswordByCode, PresentedMailedCode};
pub(crate) use new_login::NewLogin;
pub use password::{InvalidPassword, NewPassword, PresentedPassword};
pub use register::{NewPatientAccount, RegisterRefusal, RegisteredPatient};
pub use second_factor::{NewSecret, PresentedCode, RecoveryCodes, SecondFactorError};
pub use session::{RefreshRefusal, RefreshToken, Session};
pub use sign_in::{Credentials, SignInError, SignedIn};
pub use sign_up::{SignUp, SignUpError};

use crate::Commands;
use crate::ports::{
    CodeStore, CredentialStore, DeviceStore, LoginThrottle, PasswordHasher, SecondFactorStore,
    SessionStore,
};
use turns::Turns;

/// The length of a session in all, however often it is refreshed.
pub const SESSION_DAYS: i64 = 30;

/// Everything that signing in needs.
#[derive(Clone)]
pub struct Identity {
    pub(crate) commands: Commands,
    pub(crate) credentials: Arc<dyn CredentialStore>,
    pub(crate) sessions: Arc<dyn SessionStore>,
    pub(crate) throttle: Arc<dyn LoginThrottle>,
    pub(crate) devices: Arc<dyn DeviceStore>,
    pub(crate) second_factors: Arc<dyn SecondFactorStore>,
    pub(crate) codes: Option<Arc<dyn CodeStore>>,
    pub(crate) hasher: Arc<dyn PasswordHasher>,
    pub(crate) logins: LoginIndex,
    turns: Turns,
}

/// The ports of an [`Identity`].
pub struct IdentityPorts {
    /// Password hashes.
    pub credentials: Arc<dyn CredentialStore>,
    /// Sessions.
    pub sessions: Arc<dyn SessionStore>,
    /// Failed sign-ins.
    pub throttle: Arc<dyn LoginThrottle>,
    /// Known devices.
    pub devices: Arc<dyn DeviceStore>,
    /// Second factors.
    pub second_factors: Arc<dyn SecondFactorStore>,
    /// Mailed codes; `None` if there is no mail.
    pub codes: Option<Arc<dyn CodeStore>>,
    /// The hasher of passwords.
    pub hasher: Arc<dyn PasswordHasher>,
}

impl Identity {
    /// Puts it together.
    #[must_use]
    pub fn new(commands: Commands, ports: IdentityPorts, logins: LoginIndex) -> Self {
        let IdentityPorts {
            credentials,
            sessions,
            throttle,
            devices,
            second_factors,
            codes,
            hasher,
        } = ports;
        Self {
            commands,
            credentials,
            sessions,
            throttle,
            devices,
            second_factors,
            codes,
            hasher,
            logins,
            turns: Turns::default(),
        }
    }

    /// An id for a new account.
    pub(crate) fn new_account_id(&self) -> AccountId {
        AccountId::from_uuid(self.commands.ids.id())
    }
}
