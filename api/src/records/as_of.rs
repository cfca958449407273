//! A record as it was at an earlier time.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::http::instant::instant_if_any;

/// The time as of which a record is read.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AsOfParameters {
    /// Reads it as it was at this time; as it is now if not given.
    #[serde(default, deserialize_with = "instant_if_any")]
    pub as_of: Option<DateTime<Utc>>,
}
