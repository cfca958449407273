//! Time-based one-time passwords (RFC 6238), as authenticator apps compute them: HMAC-SHA-1, 30 seconds, six digits.

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

/// Seconds for which a code is valid.
const STEP_SECONDS: i64 = 30;
/// Number of digits of a code.
const DIGITS: usize = 6;
/// Steps before and after the present one whose codes are accepted, for clocks that differ (RFC 6238, section 5.2).
const TOLERANCE: i64 = 1;
/// Letters of Base32 (RFC 4648, section 6).
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The time step of a code that is valid at that time; `None` if it is not valid.
pub(super) fn step_of(secret: &[u8], code: &str, at: DateTime<Utc>) -> Option<i64> {
    let present = at.timestamp().div_euclid(STEP_SECONDS);
    let mut steps = (present - TOLERANCE)..=(present + TOLERANCE);
    steps.find(|step| this_code(secret, *step, DIGITS).is_some_and(|right| right == code))
}

/// The code of a time step (RFC 4226, section 5.3).
fn this_code(secret: &[u8], step: i64, digits: usize) -> Option<String> {
    let counter = u64::try_from(step).ok()?;
    let mut mac = Hmac::<Sha1>::new_from_slice(secret).ok()?;
    mac.update(&counter.to_be_bytes());
    let tag: [u8; 20] = mac.finalize().into_bytes().into();
    let offset = usize::from(tag[19] & 15);
    let truncated: [u8; 4] = tag.get(offset..offset + 4)?.try_into().ok()?;
    let number = u32::from_be_bytes(truncated) & 0x7fff_ffff;
    let code = format!("{number:010}");
    code.get(code.len() - digits..).map(str::to_owned)
}

/// Bytes in Base32, without padding.
pub(super) fn base32(bytes: &[u8]) -> String {
    let (mut text, mut buffer, mut bits) = (String::new(), 0_u32, 0_u32);
    for byte in bytes {
        buffer = (buffer << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(letter(buffer >> bits));
        }
    }
    if bits > 0 {
        text.push(letter(buffer << (5 - bits)));
    }
    text
}

fn letter(five_bits: u32) -> char {
    let index = usize::try_from(five_bits & 31).unwrap_or_default();
    char::from(BASE32[index])
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    #[test]
    fn codes_are_those_of_the_rfc() {
        // RFC 6238, appendix B, SHA-1.
        for (seconds, code) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            assert_eq!(
                this_code(SECRET, seconds / STEP_SECONDS, 8).as_deref(),
                Some(code)
            );
        }
    }

    #[test]
    fn a_code_is_valid_for_its_own_step_and_the_ones_beside_it() {
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        let code = "287082";
        assert_eq!(step_of(SECRET, code, at(29)), Some(1));
        assert_eq!(step_of(SECRET, code, at(59)), Some(1));
        assert_eq!(step_of(SECRET, code, at(89)), Some(1));
        assert_eq!(step_of(SECRET, code, at(90)), None);
        assert_eq!(step_of(SECRET, code, at(-1)), None);
        for wrong in ["287083", "94287082", "", "28708", " 287082", "２８７０８２"] {
            assert_eq!(step_of(SECRET, wrong, at(59)), None, "{wrong}");
        }
    }

    #[test]
    fn base32_is_that_of_the_rfc() {
        // RFC 4648, section 10, without padding.
        for (bytes, text) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32(bytes.as_bytes()), text);
        }
    }
}
