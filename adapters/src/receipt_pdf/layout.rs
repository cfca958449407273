//! Layout of lines on one or more pages.

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
/// Left edge of the text after a label.
const VALUES: f32 = 180.0;
const BANNER: Style = Style {
    size: 40.0,
    bold: true,
};
const TITLE: Style = Style {
    size: 15.0,
    bold: true,
};
const LABEL: Style = Style {
    size: 11.0,
    bold: true,
};
const TEXT: Style = Style {
    size: 11.0,
    bold: false,
};
/// Line height, as a multiple of the font size.
const LEADING: f32 = 1.5;

/// Size and weight of a text.
#[derive(Clone, Copy)]
struct Style {
    size: f32,
    bold: bool,
}

/// A receipt under construction: texts with their positions, the first page first.
pub(super) struct Sheet<'l> {
    letters: &'l Letters,
    pages: Vec<Vec<Piece>>,
    /// Vertical position of the last line on the page.
    down: f32,
}

/// A text at a position.
struct Piece {
    text: String,
    left: f32,
    down: f32,
    style: Style,
}

impl<'l> Sheet<'l> {
    pub(super) fn new(letters: &'l Letters) -> Self {
        Self {
            letters,
            pages: vec![Vec::new()],
            down: MARGIN,
        }
    }

    /// The text, or if the font lacks some of its letters, a notice with the id of its owner.
    pub(super) fn printable(&self, text: &str, whose: impl FnOnce() -> String) -> String {
        if self.letters.have(text) {
            return text.to_owned();
        }
        let whose = whose();
        format!("({whose}: written in letters that can't be printed here)")
    }

    /// Name and id of a person; the id alone if no name is on record.
    pub(super) fn person(&self, name: Option<&PersonName>, id: &str) -> String {
        match name {
            Some(name) => self.printable(name.as_str(), || id.to_owned()),
            None => format!("({id}: no name on record)"),
        }
    }

    /// A line in large letters.
    pub(super) fn banner(&mut self, text: &str) {
        self.lines(text, MARGIN, BANNER);
    }

    pub(super) fn title(&mut self, text: &str) {
        self.lines(text, MARGIN, TITLE);
    }

    pub(super) fn note(&mut self, text: &str) {
        self.lines(text, MARGIN, TEXT);
    }

    /// A label, with its text next to it.
    pub(super) fn row(&mut self, label: &str, value: &str) {
        self.down_by(LABEL.size);
        self.put(label.to_owned(), MARGIN, LABEL);
        self.down -= TEXT.size * LEADING;
        self.lines(value, VALUES, TEXT);
    }

    pub(super) fn gap(&mut self) {
        self.down += TEXT.size * LEADING;
    }

    fn lines(&mut self, text: &str, left: f32, style: Style) {
        let weight = weight(self.letters, style.bold);
        let width = PAGE.0 - MARGIN - left;
        for line in weight.lines(text, style.size, width) {
            self.down_by(style.size);
            self.put(line, left, style);
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

    fn put(&mut self, text: String, left: f32, style: Style) {
        let down = self.down;
        if let Some(page) = self.pages.last_mut() {
            page.push(Piece {
                text,
                left,
                down,
                style,
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
                let font = weight(self.letters, piece.style.bold).font.clone();
                let start = Point::from_xy(piece.left, piece.down);
                let direction = TextDirection::Auto;
                surface.draw_text(start, font, piece.style.size, &piece.text, false, direction);
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
