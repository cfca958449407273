//! Health summaries: items are added, corrected, ended and entered in error.

mod add;
mod change;
mod content;
mod correct;
mod end;
mod mark_in_error;
mod refusal;

use actix_web::web::{self, ServiceConfig};

pub(crate) use content::{FamilyHistoryBody, ImmunisationBody, ProblemBody, SocialHistoryBody};
pub(crate) use {add::*, correct::*, end::*, mark_in_error::*};

/// The routes of this resource.
pub fn routes(config: &mut ServiceConfig) {
    const ONE: &str = "/patients/{id}/health-summary/{entryId}";
    config
        .route(
            "/patients/{id}/health-summary",
            web::post().to(add_summary_item),
        )
        .route(ONE, web::put().to(correct_summary_item))
        .route(&format!("{ONE}/end"), web::post().to(end_summary_item))
        .route(
            &format!("{ONE}/entered-in-error"),
            web::post().to(mark_summary_item_in_error),
        );
}
