//! Accounts.

mod refusal;

use actix_web::web::ServiceConfig;

pub(crate) use refusal::refusal;

/// The routes of this resource.
pub fn routes(_: &mut ServiceConfig) {}
