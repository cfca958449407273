//! Sign-ins of the demo.

use std::fmt::Write as _;
use std::io::Write as _;

use commands::Fault;
use commands::identity::{InvalidPassword, NewPassword};
use domain::{EmailAddress, InvalidEmail};

use crate::Target;

/// The password of every demo account. It opens nothing but demo data.
const PASSWORD: &str = "caresync-demo";

/// The patient to sign in as.
pub(super) const PATIENT: &str = "patient";
/// Another one, who is after the same slot.
const OTHER_PATIENT: &str = "vikram.nair";
/// A doctor with a fee, at two clinics.
pub(super) const DOCTOR: &str = "doctor";
/// The front desk of the clinic where that doctor works.
const RECEPTIONIST: &str = "desk.pune";
/// The admin who made the demo data.
pub(super) const ADMIN: &str = "admin";
/// Made last.
pub(super) const AUDITOR: &str = "auditor";

/// The demo data that is in the log.
pub(super) enum Known {
    All,
    Some,
    None,
}

/// An address that is not in use: the domain is reserved (RFC 2606 §2).
pub(super) fn email(local: &str) -> Result<EmailAddress, InvalidEmail> {
    EmailAddress::parse(&format!("{local}@caresync.example"))
}

/// The address of a person by their name.
pub(super) fn email_of(name: &str) -> Result<EmailAddress, InvalidEmail> {
    email(&name.to_lowercase().replace(' ', "."))
}

/// The password of every demo account.
pub(super) fn password() -> Result<NewPassword, InvalidPassword> {
    NewPassword::parse(PASSWORD, None)
}

/// Looks for the first and the last account that a demo makes.
pub(super) async fn known(target: &Target) -> anyhow::Result<Known> {
    if !exists(target, email(ADMIN)?).await? {
        return Ok(Known::None);
    }
    let finished = exists(target, email(AUDITOR)?).await?;
    Ok(if finished { Known::All } else { Known::Some })
}

async fn exists(target: &Target, email: EmailAddress) -> Result<bool, Fault> {
    Ok(target.identity.account_of(&email).await?.is_some())
}

/// Prints whom to sign in as. The log has its own stream; this is for the person at the terminal,
/// and whether it can be shown changes nothing.
pub(super) fn print() {
    let _ = std::io::stdout().write_all(text().as_bytes());
}

fn text() -> String {
    let rows = [
        ("patient", PATIENT),
        ("another patient", OTHER_PATIENT),
        ("doctor", DOCTOR),
        ("receptionist", RECEPTIONIST),
        ("admin", ADMIN),
        ("auditor", AUDITOR),
    ];
    let mut text = String::from("\nDemo sign-ins, with the password of each:\n\n");
    for (who, local) in rows {
        let email = format!("{local}@caresync.example");
        let _ = writeln!(text, "  {who:<16} {email:<32} {PASSWORD}");
    }
    text.push_str(
        "\nThe README has a tour in the terminal. In a browser, open /docs at the address below:\n\
         send auth/login, then put the accessToken into Authorize.\n\n",
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demos_password_may_be_one() {
        assert!(password().is_ok());
    }

    #[test]
    fn a_name_is_an_address() {
        let email = email_of("Vikram Nair").unwrap();
        assert_eq!(email.as_str(), "vikram.nair@caresync.example");
    }

    #[test]
    fn the_text_names_every_role() {
        let text = text();
        for local in [PATIENT, OTHER_PATIENT, DOCTOR, RECEPTIONIST, ADMIN, AUDITOR] {
            assert!(
                text.contains(&format!("{local}@caresync.example")),
                "{local}"
            );
        }
    }
}
