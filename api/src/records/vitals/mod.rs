//! Vital signs: recorded by staff and by patients themselves, corrected, and their trends.

mod change;
mod correct;
mod mark_in_error;
mod measurements;
mod record;
mod refusal;
mod trends;

use actix_web::web::{self, ServiceConfig};

pub(crate) use measurements::VitalsBody;
pub(crate) use {correct::*, mark_in_error::*, record::*, trends::*};

/// The routes of this resource.
pub fn routes(config: &mut ServiceConfig) {
    const ONE: &str = "/patients/{id}/vitals/{entryId}";
    config
        .route("/patients/{id}/vitals", web::post().to(record_vitals))
        .route(
            "/patients/{id}/vitals/trends",
            web::get().to(get_vitals_trend),
        )
        .route(ONE, web::put().to(correct_vitals))
        .route(
            &format!("{ONE}/entered-in-error"),
            web::post().to(mark_vitals_in_error),
        );
}
