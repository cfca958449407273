//! Rules of passwords, and their normal form.

use domain::EmailAddress;
use secrecy::{ExposeSecret as _, SecretString};
use unicode_normalization::UnicodeNormalization as _;

use super::guessable::is_guessable;

/// The shortest password, in characters.
const SHORTEST: usize = 10;
/// The longest, so that hashing cannot be made to take long.
const LONGEST: usize = 128;

/// Reason to refuse a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPassword {
    /// Too short or too long.
    #[error("a password has {SHORTEST} to {LONGEST} characters")]
    Length,
    /// It contains a character that no keyboard types.
    #[error("a password has no control characters")]
    ControlCharacter,
    /// It is among the first that a guesser tries.
    #[error("this password is too easy to guess")]
    Guessable,
}

/// A password that an account is given, in its normal form.
#[derive(Debug, Clone)]
pub struct NewPassword(SecretString);

impl NewPassword {
    /// Takes any text of a sound length that is not among the first guesses, of which the address of its owner is
    /// one. Rules on its make-up would only make it weaker (NIST SP 800-63B, section 5.1.1.2).
    ///
    /// # Errors
    /// [`InvalidPassword`].
    pub fn parse(text: &str, owner: Option<&EmailAddress>) -> Result<Self, InvalidPassword> {
        let text = normal_form(text);
        if !(SHORTEST..=LONGEST).contains(&text.chars().count()) {
            return Err(InvalidPassword::Length);
        }
        if text.chars().any(char::is_control) {
            return Err(InvalidPassword::ControlCharacter);
        }
        if is_guessable(&text, owner) {
            return Err(InvalidPassword::Guessable);
        }
        Ok(Self(text.into()))
    }

    /// The text, to be hashed.
    pub(super) fn into_secret(self) -> SecretString {
        self.0
    }
}

/// A password that is to be checked.
#[derive(Debug, Clone)]
pub struct PresentedPassword(SecretString);

impl PresentedPassword {
    /// Takes it as it was typed.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text.into())
    }

    /// The text that is hashed today.
    pub(super) fn normal_form(&self) -> SecretString {
        normal_form(self.0.expose_secret()).into()
    }

    /// The texts that may have been hashed: the normal form first, then those of earlier versions, which hashed
    /// what was typed. Of a password in ASCII there is one.
    pub(super) fn spellings(&self) -> Vec<SecretString> {
        let typed = self.0.expose_secret();
        let normal = normal_form(typed);
        let mut spellings = vec![
            normal.clone(),
            typed.to_owned(),
            typed.nfc().collect(),
            typed.nfd().collect(),
        ];
        let mut known = Vec::new();
        spellings.retain(|spelling| {
            let new = !known.contains(spelling);
            known.push(spelling.clone());
            new
        });
        spellings.into_iter().map(SecretString::from).collect()
    }
}

/// The form in which a password is hashed, so that it is one on every keyboard: other spaces are spaces, in
/// Unicode's normal form C. Case and all else stay (RFC 8265, section 4.2, without its list of characters: emoji
/// with joiners are good passwords).
fn normal_form(text: &str) -> String {
    text.chars().map(plain_space).nfc().collect()
}

fn plain_space(c: char) -> char {
    match c {
        '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => {
            ' '
        }
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(text: &str) -> Result<String, InvalidPassword> {
        NewPassword::parse(text, None).map(|password| password.0.expose_secret().to_owned())
    }

    #[test]
    fn a_password_has_a_sound_length() {
        assert!(kept("gentle lamp").is_ok());
        assert_eq!(kept("gentlelam"), Err(InvalidPassword::Length));
        let animals: String = ('\u{1f300}'..).step_by(3).take(128).collect();
        assert_eq!(animals.len(), 4 * 128);
        assert!(kept(&animals).is_ok());
        assert_eq!(kept(&(animals + "!")), Err(InvalidPassword::Length));
    }

    #[test]
    fn a_password_is_measured_in_its_normal_form() {
        let marked: String = ('a'..='z')
            .step_by(2)
            .flat_map(|c| [c, '\u{323}', '\u{302}'])
            .collect();
        assert_eq!(kept(&marked).unwrap().chars().count(), marked.nfc().count());
        assert_eq!(kept(&"e\u{301}".repeat(9)), Err(InvalidPassword::Length));
    }

    #[test]
    fn a_password_is_not_the_first_guess() {
        assert_eq!(kept("1234567890"), Err(InvalidPassword::Guessable));
        let own = EmailAddress::parse("asha.rao@example.org").unwrap();
        let parsed = NewPassword::parse("asha.rao@example.org", Some(&own));
        assert!(matches!(parsed, Err(InvalidPassword::Guessable)));
    }

    #[test]
    fn a_password_has_no_control_characters() {
        assert_eq!(
            kept("gentle\u{0}lamp"),
            Err(InvalidPassword::ControlCharacter)
        );
        assert_eq!(
            kept("gentle\u{85}lamp"),
            Err(InvalidPassword::ControlCharacter)
        );
    }

    #[test]
    fn one_password_on_two_keyboards_has_one_normal_form() {
        assert_eq!(kept("caf\u{e9} at noon"), kept("cafe\u{301} at\u{a0}noon"));
        assert_ne!(kept("Cafe at noon"), kept("cafe at noon"));
        assert_eq!(kept("\u{ff43}afe at noon").unwrap(), "\u{ff43}afe at noon");
        let family = "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467} at noon";
        assert_eq!(kept(family).unwrap(), family);
    }

    #[test]
    fn every_form_that_was_hashed_is_tried_once() {
        let spellings = |text: &str| -> Vec<String> {
            let presented = PresentedPassword::new(text.to_owned());
            let spellings = presented.spellings();
            spellings
                .iter()
                .map(|one| one.expose_secret().to_owned())
                .collect()
        };
        assert_eq!(spellings("plain text"), ["plain text"]);
        assert_eq!(
            spellings("caf\u{e9} noon"),
            ["caf\u{e9} noon", "cafe\u{301} noon"]
        );
        assert_eq!(
            spellings("cafe\u{301} noon"),
            ["caf\u{e9} noon", "cafe\u{301} noon"]
        );
        assert_eq!(spellings("a\u{a0}b"), ["a b", "a\u{a0}b"]);
    }
}
