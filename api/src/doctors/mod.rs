//! Placeholder for doctors.

use actix_web::web::ServiceConfig;

/// The routes of this resource.
pub fn routes(_: &mut ServiceConfig) {}
