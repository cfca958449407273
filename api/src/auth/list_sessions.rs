//! `GET /api/v1/auth/sessions`

use actix_web::web::{Data, Json};
use chrono::{DateTime, Utc};
use commands::authorization::permit;
use commands::ports::{OpenSession, SessionId};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::http::access::Access;
use crate::http::problem::Problem;

/// One's own open sessions.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SessionsReply {
    /// The sessions, the one that was used last first; at most a hundred.
    items: Vec<SessionBody>,
}

/// A session: a sign-in on one device that has not ended.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SessionBody {
    /// The session.
    id: Uuid,
    /// The `User-Agent` that signed in, shortened; absent if there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(
        max_length = 120,
        example = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    )]
    device: Option<String>,
    /// The time of the sign-in.
    opened_at: DateTime<Utc>,
    /// The time of the last refresh, or else of the sign-in.
    last_used_at: DateTime<Utc>,
    /// The end of the session, however often it is refreshed.
    expires_at: DateTime<Utc>,
    /// Set for the session of this request.
    current: bool,
}

impl SessionBody {
    fn new(session: OpenSession, current: SessionId) -> Self {
        Self {
            id: session.session.0,
            device: session.device.map(|device| device.as_str().to_owned()),
            opened_at: session.opened_at,
            last_used_at: session.last_used_at,
            expires_at: session.expires_at,
            current: session.session == current,
        }
    }
}

/// List your own open sessions.
#[utoipa::path(
    get,
    path = "/api/v1/auth/sessions",
    tag = "auth",
    operation_id = "listSessions",
    security(("bearer" = [])),
    responses(
        (status = 200, description = "Your open sessions", body = SessionsReply),
    ),
)]
pub async fn list_sessions(
    app: Data<App>,
    caller: Access<permit::ManageSessions>,
) -> Result<Json<SessionsReply>, Problem> {
    let sessions = app.identity.sessions(caller.account, app.clock.now());
    let sessions = sessions.await?.into_iter();
    let items = sessions.map(|session| SessionBody::new(session, caller.session()));
    Ok(Json(SessionsReply {
        items: items.collect(),
    }))
}
