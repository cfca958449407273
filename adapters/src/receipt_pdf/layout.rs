//! Lines one below the other, on as many pages as they take.

use domain::PersonName;
use krilla::Document;
use krilla::geom::Point;
use krilla::metadata::Metadata;
use krilla::page::PageSettings;
use krilla::text::TextDirection;

use super::PrintError;
use super::letters::{Letters, Weight};

/// A4, in points.
const PAGE: (f32, f32) = (595.0, 842.0);
const MARGIN: f32 = 56.0;
/// Where what is said of a label begins.
const VALUES: f32 = 180.0;
const TITLE: f32 = 15.0;
const TEXT: f32 = 11.0;
/// From one line to the next, as a multiple of its size.
const LEADING: f32 = 1.5;

/// A receipt under way: pieces of text with their places, the first page first.
pub(super) struct Sheet<'l> {
    letters: &'l Letters,
    pages: Vec<Vec<Piece>>,
    /// How far down the page the last line stands.
    down: f32,
}

/// A text at its place.
struct Piece {
    text: String,
    at: (f32, f32),
    size: f32,
    bold: bool,
}

impl<'l> Sheet<'l> {
    pub(super) fn new(letters: &'l Letters) -> Self {
        Self {
            letters,
            pages: vec![Vec::new()],
            down: MARGIN,
        }
    }

    /// The text, or a notice in its place that says whose it is, if the font lacks letters of it.
    pub(super) fn printable(&self, text: &str, whose: impl FnOnce() -> String) -> String {
        if self.letters.have(text) {
            return text.to_owned();
        }
        let whose = whose();
        format!("({whose}: written in letters that can't be printed here)")
    }

    /// What somebody is called, and who that is; the id alone where no name is on record.
    pub(super) fn person(&self, name: Option<&PersonName>, id: &str) -> String {
        match name {
            Some(name) => self.printable(name.as_str(), || id.to_owned()),
            None => format!("({id}: no name on record)"),
        }
    }

    pub(super) fn title(&mut self, text: &str) {
        self.lines(text, MARGIN, (TITLE, true));
    }

    pub(super) fn note(&mut self, text: &str) {
        self.lines(text, MARGIN, (TEXT, false));
    }

    /// A label, and beside it what there is to say.
    pub(super) fn row(&mut self, label: &str, value: &str) {
        self.down_by(TEXT);
        self.put(label.to_owned(), MARGIN, (TEXT, true));
        self.down -= TEXT * LEADING;
        self.lines(value, VALUES, (TEXT, false));
    }

    pub(super) fn gap(&mut self) {
        self.down += TEXT * LEADING;
    }

    fn lines(&mut self, text: &str, left: f32, (size, bold): (f32, bool)) {
        let weight = weight(self.letters, bold);
        let width = PAGE.0 - MARGIN - left;
        for line in weight.lines(text, size, width) {
            self.down_by(size);
            self.put(line, left, (size, bold));
        }
    }

    /// Goes on to the next line, or to the next page if this one is full.
    fn down_by(&mut self, size: f32) {
        self.down += size * LEADING;
        if self.down > PAGE.1 - MARGIN {
            self.pages.push(Vec::new());
            self.down = MARGIN + size * LEADING;
        }
    }

    fn put(&mut self, text: String, left: f32, (size, bold): (f32, bool)) {
        let at = (left, self.down);
        if let Some(page) = self.pages.last_mut() {
            page.push(Piece {
                text,
                at,
                size,
                bold,
            });
        }
    }

    pub(super) fn print(self, title: String) -> Result<Vec<u8>, PrintError> {
        let mut document = Document::new();
        let about = Metadata::new().title(title).language("en".to_owned());
        document.set_metadata(about);
        for pieces in &self.pages {
            let settings = PageSettings::from_wh(PAGE.0, PAGE.1).ok_or(PrintError::Page)?;
            let mut page = document.start_page_with(settings);
            let mut surface = page.surface();
            for piece in pieces {
                let font = weight(self.letters, piece.bold).font.clone();
                let start = Point::from_xy(piece.at.0, piece.at.1);
                let direction = TextDirection::Auto;
                surface.draw_text(start, font, piece.size, &piece.text, false, direction);
            }
            surface.finish();
            page.finish();
        }
        let written = document.finish();
        written.map_err(|error| PrintError::Document(format!("{error:?}")))
    }
}

fn weight(letters: &Letters, bold: bool) -> &Weight {
    if bold {
        &letters.bold
    } else {
        &letters.regular
    }
}
