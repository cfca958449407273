//! The font of receipts: available letters and their widths.

use krilla::text::Font;
use ttf_parser::Face;

use super::PrintError;

/// Noto Sans, under the SIL Open Font License; its text comes with the crate.
const REGULAR: &[u8] = notosans::REGULAR_TTF;
const BOLD: &[u8] = notosans::BOLD_TTF;

/// Both weights.
pub(super) struct Letters {
    pub(super) regular: Weight,
    pub(super) bold: Weight,
}

/// One weight of the font.
pub(super) struct Weight {
    face: Face<'static>,
    pub(super) font: Font,
}

impl Letters {
    pub(super) fn open() -> Result<Self, PrintError> {
        Ok(Self {
            regular: Weight::open(REGULAR)?,
            bold: Weight::open(BOLD)?,
        })
    }

    /// True if all of a text can be printed, in either weight.
    pub(super) fn have(&self, text: &str) -> bool {
        [&self.regular, &self.bold]
            .into_iter()
            .all(|weight| text.chars().all(|letter| weight.has(letter)))
    }
}

impl Weight {
    fn open(bytes: &'static [u8]) -> Result<Self, PrintError> {
        Ok(Self {
            face: Face::parse(bytes, 0).map_err(|_| PrintError::Font)?,
            font: Font::new(bytes.into(), 0).ok_or(PrintError::Font)?,
        })
    }

    fn has(&self, letter: char) -> bool {
        self.face.glyph_index(letter).is_some()
    }

    /// Returns the width of a text at a size, in points.
    fn width(&self, text: &str, size: f32) -> f32 {
        let advance = |letter| {
            let glyph = self.face.glyph_index(letter)?;
            self.face.glyph_hor_advance(glyph)
        };
        let units: f32 = text.chars().filter_map(advance).map(f32::from).sum();
        units * size / f32::from(self.face.units_per_em())
    }

    /// Breaks a text into lines of at most that width, between words where possible.
    pub(super) fn lines(&self, text: &str, size: f32, width: f32) -> Vec<String> {
        let mut lines = vec![String::new()];
        for word in text.split_whitespace() {
            let joined = |line: &str| format!("{line} {word}");
            match lines.last_mut() {
                Some(line) if line.is_empty() => line.push_str(word),
                Some(line) if self.width(&joined(line), size) <= width => *line = joined(line),
                _ => lines.push(word.to_owned()),
            }
        }
        let fitting = lines.iter().flat_map(|line| self.cut(line, size, width));
        fitting.collect()
    }

    /// Breaks a word that is wider than the page.
    fn cut(&self, line: &str, size: f32, width: f32) -> Vec<String> {
        let mut pieces = vec![String::new()];
        for letter in line.chars() {
            let fits = |piece: &str| self.width(&format!("{piece}{letter}"), size) <= width;
            match pieces.last_mut() {
                Some(piece) if piece.is_empty() || fits(piece) => piece.push(letter),
                _ => pieces.push(letter.to_string()),
            }
        }
        pieces
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_font_has_latin_greek_and_cyrillic_letters_and_the_signs_of_currencies() {
        let letters = Letters::open().unwrap();
        for text in ["Łucja Żółć-Nguyễn", "Ελένη", "Ольга", "₹ € £ ¥ $"] {
            assert!(letters.have(text), "{text}");
        }
    }

    #[test]
    fn it_has_no_letters_of_indian_scripts_and_says_so() {
        let letters = Letters::open().unwrap();
        for text in ["आशा राव", "ஆஷா", "أشا", "阿莎", "Asha राव"] {
            assert!(!letters.have(text), "{text}");
        }
    }

    #[test]
    fn lines_are_broken_between_words_and_too_long_words_anywhere() {
        let letters = Letters::open().unwrap();
        let lines = letters.regular.lines("Asha Rao of Pune", 10.0, 60.0);
        assert_eq!(lines, ["Asha Rao of", "Pune"]);
        let word = "m".repeat(30);
        let lines = letters.regular.lines(&word, 10.0, 60.0);
        assert!(lines.len() > 2, "{lines:?}");
        assert_eq!(lines.concat(), word);
    }
}
