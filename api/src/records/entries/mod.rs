//! Entries of a chart: all of them in pages, and each with its history.

mod body;
mod change;
mod content;
mod get;
mod history;
mod kinds;
mod list;
mod path;

use actix_web::web::{self, ServiceConfig};

pub(crate) use body::{AuthorBody, EntryState};
pub(crate) use change::ChangeOfEntry;
pub(crate) use history::EntryHistory;
pub(crate) use path::EntryPath;
pub(crate) use {get::*, list::*};

/// The most entries in one answer: the chart of a long life in one or two.
pub const MAX_ENTRIES: u16 = 1_000;

/// The routes of this resource.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/patients/{id}/chart", web::get().to(list_chart))
        .route(
            "/patients/{id}/chart/{entryId}",
            web::get().to(get_chart_entry),
        );
}
