//! Rules of passwords.

use secrecy::SecretString;

/// The shortest password, in characters.
const SHORTEST: usize = 10;
/// The longest, so that hashing cannot be made to take long.
const LONGEST: usize = 128;

/// The text cannot be a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a password has {SHORTEST} to {LONGEST} characters")]
pub struct InvalidPassword;

/// Takes any text of a sound length: rules on its make-up would only make it weaker
/// (NIST SP 800-63B §5.1.1.2).
pub fn parse_password(text: String) -> Result<SecretString, InvalidPassword> {
    let length = text.chars().count();
    if (SHORTEST..=LONGEST).contains(&length) {
        Ok(text.into())
    } else {
        Err(InvalidPassword)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_has_a_sound_length() {
        assert!(parse_password("0123456789".to_owned()).is_ok());
        assert!(parse_password("012345678".to_owned()).is_err());
        assert!(parse_password("é".repeat(128)).is_ok());
        assert!(parse_password("é".repeat(129)).is_err());
    }
}
