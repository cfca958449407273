//! Passwords that a guesser tries first.
//!
//! The measure is the number of pieces that a password is made of: a word of the list, a piece of the owner's own
//! address, a run on the keyboard or in the alphabet, and a year are one piece each, and so is any other character.
//! There are no rules on its make-up.

use std::collections::HashSet;
use std::sync::LazyLock;

use domain::EmailAddress;

/// The fewest pieces of an acceptable password.
const FEWEST_PIECES: usize = 6;
/// The shortest word that counts as one piece, in characters.
const SHORTEST_WORD: usize = 4;
/// The shortest run that counts as one piece, in characters.
const SHORTEST_RUN: usize = 3;
/// The rows of a keyboard. Each begins half a key to the right of the one above.
const KEYBOARD: [&str; 4] = ["1234567890-=", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./"];
/// The digits with the shift key held.
const SHIFTED: &str = "!@#$%^&*()";

/// Words that stand in lists of leaked passwords, and the words of this product.
static COMMON: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("common_passwords.txt").lines().collect());

/// Returns whether a password in its normal form is among the first that are tried, also by a guesser who knows
/// the owner's address.
pub(super) fn is_guessable(password: &str, owner: Option<&EmailAddress>) -> bool {
    let own = owner.map(words_of).unwrap_or_default();
    let text = Text::new(password);
    let unit = text.repeated_unit();
    pieces(&text.first(unit), &own) + usize::from(unit < text.plain.len()) < FEWEST_PIECES
}

/// The parts of an address that a guesser would use.
fn words_of(address: &EmailAddress) -> HashSet<String> {
    let address = address.as_str();
    let parts = address.split(|c: char| !c.is_alphanumeric());
    let halves = address.split('@');
    let words = parts.chain(halves).chain([address]);
    let words = words.filter(|word| word.chars().count() >= SHORTEST_RUN);
    words.map(str::to_owned).collect()
}

/// A password in lower case, and as it reads with the usual substitutes for letters undone.
struct Text {
    plain: Vec<char>,
    readings: [Vec<char>; 2],
}

impl Text {
    fn new(password: &str) -> Self {
        let lower = |c: char| c.to_lowercase().next().unwrap_or(c);
        Self::from_plain(password.chars().map(lower).collect())
    }

    fn from_plain(plain: Vec<char>) -> Self {
        let readings = ['i', 'l'].map(|one| plain.iter().map(|c| unsubstituted(*c, one)).collect());
        Self { plain, readings }
    }

    fn first(&self, length: usize) -> Self {
        Self::from_plain(self.plain[..length].to_vec())
    }

    /// The length of the shortest beginning of which the whole is a repetition.
    fn repeated_unit(&self) -> usize {
        let all = self.plain.len();
        let repeats = |unit: &usize| self.plain[*unit..] == self.plain[..all - unit];
        (1..=all / 2).find(repeats).unwrap_or(all)
    }

    /// Returns whether the characters from `start` to `end` are one piece.
    fn is_piece(&self, start: usize, end: usize, own: &HashSet<String>) -> bool {
        let plain = &self.plain[start..end];
        if plain.len() >= SHORTEST_RUN && (is_run(plain) || is_year(plain)) {
            return true;
        }
        let known = |characters: &[char]| {
            let word: String = characters.iter().collect();
            let common = characters.len() >= SHORTEST_WORD && COMMON.contains(word.as_str());
            common || own.contains(&word)
        };
        let mut readings = self.readings.iter().map(|reading| &reading[start..end]);
        known(plain) || readings.any(known)
    }
}

/// The letter that a digit or a sign stands for; a one stands for either of two.
fn unsubstituted(c: char, one: char) -> char {
    match c {
        '0' => 'o',
        '1' | '!' | '|' => one,
        '3' | '€' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' | '+' => 't',
        '8' => 'b',
        '9' => 'g',
        c => c,
    }
}

/// The smallest number of pieces that make up the text.
fn pieces(text: &Text, own: &HashSet<String>) -> usize {
    let mut fewest = vec![0];
    for end in 1..=text.plain.len() {
        let single = fewest[end - 1] + 1;
        let longer = (0..end - 1).filter(|start| text.is_piece(*start, end, own));
        let shortest = longer.map(|start| fewest[start] + 1).min();
        fewest.push(shortest.map_or(single, |pieces| pieces.min(single)));
    }
    fewest[text.plain.len()]
}

/// True for neighbours in the code, up, down or the same (`abcd`, `4321`, `aaaa`), and on the keyboard (`qwer`,
/// `1qaz`).
fn is_run(characters: &[char]) -> bool {
    let steps = || {
        characters
            .windows(2)
            .map(|pair| i64::from(u32::from(pair[1])) - i64::from(u32::from(pair[0])))
    };
    let first = steps().next().unwrap_or_default();
    if first.abs() <= 1 && steps().all(|step| step == first) {
        return true;
    }
    characters
        .windows(2)
        .all(|pair| are_neighbours(pair[0], pair[1]))
}

fn are_neighbours(one: char, other: char) -> bool {
    match (key(one), key(other)) {
        (Some(one), Some(other)) => {
            let (upper, lower) = (one.min(other), one.max(other));
            match lower.0 - upper.0 {
                0 => lower.1 - upper.1 == 1,
                1 => upper.1 == lower.1 || upper.1 == lower.1 + 1,
                _ => false,
            }
        }
        _ => false,
    }
}

/// The row and the column of a character's key.
fn key(c: char) -> Option<(usize, usize)> {
    if let Some(digit) = SHIFTED.find(c) {
        return Some((0, digit));
    }
    let mut rows = KEYBOARD.iter().enumerate();
    rows.find_map(|(row, keys)| Some((row, keys.find(c)?)))
}

fn is_year(characters: &[char]) -> bool {
    matches!(characters, ['1', '9', a, b] | ['2', '0', a, b] if a.is_ascii_digit() && b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guessable(password: &str) -> bool {
        let owner = EmailAddress::parse("asha.rao@lakeside.example").unwrap();
        is_guessable(password, Some(&owner))
    }

    #[test]
    fn the_list_has_more_than_a_thousand_words_in_lower_case() {
        assert!(COMMON.len() > 1_000);
        for word in COMMON.iter() {
            assert!(word.chars().count() >= SHORTEST_WORD, "{word}");
            assert_eq!(**word, word.to_lowercase());
        }
    }

    #[test]
    fn runs_and_repetitions_are_guessable() {
        for password in [
            "1234567890",
            "0987654321",
            "1111111111",
            "qwertyuiop",
            "asdfghjkl;",
            "1q2w3e4r5t",
            "1qaz2wsx3edc",
            "!QAZ@WSX#EDC",
            "abcdefghij",
            "zyxwvutsrq",
            "abcabcabcabc",
            "a1a1a1a1a1a1",
            "абвгдежзик",
            "          ",
            "qwerty123456",
            "poiuytrewq",
            "zxcvbnm,./",
        ] {
            assert!(guessable(password), "{password}");
        }
    }

    #[test]
    fn common_words_with_what_is_usually_added_are_guessable() {
        for password in [
            "password123",
            "Password2026",
            "P@ssw0rd2026",
            "passwordpassword",
            "iloveyou123",
            "Welcome2026!",
            "sunshine1999",
            "dragon12345",
            "letmein!!!!!",
            "football2026",
            "Princess1234",
            "123456password",
            "omsairam2024",
            "monkeydragon",
            "1l0vey0u2026",
        ] {
            assert!(guessable(password), "{password}");
        }
    }

    #[test]
    fn the_product_and_the_owners_address_are_guessable() {
        for password in [
            "caresync123",
            "CareSync2026",
            "hospital2026",
            "asha.rao@lakeside.example",
            "asharao1234",
            "lakeside2026",
            "asha.rao2026",
            "Asha@Lakeside",
        ] {
            assert!(guessable(password), "{password}");
        }
        assert!(!is_guessable("lakeside!7rk", None));
    }

    #[test]
    fn other_passwords_are_not() {
        for password in [
            "correct horse battery",
            "caresync-demo",
            "wrong horse battery",
            "canary-password-9",
            "gentle lamp",
            "tumbler of green ink",
            "kd83hs02kd",
            "मेरा पुराना घर",
            "мой старый дом",
        ] {
            assert!(!guessable(password), "{password}");
        }
    }
}
