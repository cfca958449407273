//! Read your writes: a query sent with `CareSync-Position` waits for its read model. And what the read
//! model had to leave aside is told with the answer.

use std::collections::BTreeSet;
use std::future::{Ready, ready};
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use event_store::Cursor;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::{IntoParams, PartialSchema as _};
use uuid::Uuid;

use super::problem::{Flaw, Problem};
use super::problem_type::ProblemType;
use super::schemas::{self, header_parameter};
use crate::app::App;

/// The header that a command's answer carries and a query may send.
pub const POSITION: &str = "CareSync-Position";

/// Time for which a query waits for its read model.
const PATIENCE: Duration = Duration::from_secs(2);

/// The position that the caller wants to see, if any.
pub struct Position(Option<Cursor>);

/// Aggregates with events that a read model could not apply: answers that depend on them say so.
#[derive(Debug, Default)]
pub struct Parked(BTreeSet<String>);

impl Parked {
    /// Returns whether any aggregate is parked: then a list may lack something.
    pub fn any(&self) -> bool {
        !self.0.is_empty()
    }

    /// Returns whether this one is: then it is shown as it was before.
    pub fn has(&self, aggregate: Uuid) -> bool {
        self.any() && self.0.contains(&aggregate.to_string())
    }
}

impl Position {
    /// Any position: nothing is waited for.
    pub const fn any() -> Self {
        Self(None)
    }

    /// Waits until the read model has come that far. Tells what it had to leave aside on its way.
    ///
    /// # Errors
    /// 400 for a position beyond the end of the log, 503 if the read model does not get there in
    /// time.
    pub async fn wait_for(&self, app: &App, read_model: &'static str) -> Result<Parked, Problem> {
        self.arrive(app, read_model).await?;
        match app.progress.state(read_model) {
            Some((version, state)) if state.parked > 0 => {
                let store = app.commands.store();
                Ok(Parked(store.parked(read_model, version).await?))
            }
            _ => Ok(Parked::default()),
        }
    }

    async fn arrive(&self, app: &App, read_model: &'static str) -> Result<(), Problem> {
        let Some(wanted) = self.0 else { return Ok(()) };
        if app.progress.position(read_model) >= wanted {
            return Ok(());
        }
        if wanted > app.commands.store().head().await? {
            return Err(beyond_the_log());
        }
        app.progress
            .wait_for(read_model, wanted, PATIENCE)
            .await
            .map_err(|_| ProblemType::ReadModelBehind.into())
    }
}

impl FromRequest for Position {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(parse(request).map(Self))
    }
}

impl IntoParams for Position {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let about = "Waits until this position can be read";
        vec![header_parameter(
            POSITION,
            about,
            Required::False,
            schemas::LogPosition::schema(),
        )]
    }
}

fn parse(request: &HttpRequest) -> Result<Option<Cursor>, Problem> {
    let Some(header) = request.headers().get(POSITION) else {
        return Ok(None);
    };
    let cursor = header.to_str().ok().and_then(|text| text.parse().ok());
    cursor.map(Some).ok_or_else(|| {
        let detail = "not a position that this server gave out".to_owned();
        Problem::malformed(vec![Flaw {
            pointer: POSITION.to_owned(),
            detail,
        }])
    })
}

fn beyond_the_log() -> Problem {
    let detail = "beyond the end of the log".to_owned();
    Problem::malformed(vec![Flaw {
        pointer: POSITION.to_owned(),
        detail,
    }])
}
