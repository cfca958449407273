//! `PUT /sandbox/faults`: planned failures of the API.

use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{ContentType, RETRY_AFTER};
use actix_web::middleware::Next;
use actix_web::web::{Bytes, Data};
use actix_web::{Error, HttpResponse};
use serde::Deserialize;
use serde_json::json;
use sqlx::{FromRow, PgPool};
use tokio::time::sleep;

use crate::response::{ApiError, body};
use crate::state::State;

/// Plan of failures.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Plan {
    /// Number of requests that fail.
    fail_next: u16,
    /// Status of the response; 400 is a refusal of the gateway. Without it, and without `html`, the response is only delayed.
    status: Option<u16>,
    /// True: the response is an HTML page.
    #[serde(default)]
    html: bool,
    /// Delay in milliseconds.
    #[serde(default)]
    delay_ms: u32,
    /// True: the request is carried out, and only its response is lost.
    #[serde(default)]
    after_effect: bool,
}

/// Sets the failures of the API's next requests.
pub(crate) async fn set(state: Data<State>, bytes: Bytes) -> Result<HttpResponse, ApiError> {
    let plan: Plan = body(&bytes)?;
    let known = plan
        .status
        .is_none_or(|status| (200..=599).contains(&status));
    if !known {
        return Err(ApiError::field(
            "status",
            "A status is between 200 and 599.",
        ));
    }
    let sql = "
        update razorpay_sandbox_faults
        set fail_next = $1, status = $2, html = $3, delay_ms = $4, after_effect = $5";
    sqlx::query(sql)
        .bind(i32::from(plan.fail_next))
        .bind(plan.status.map(i32::from))
        .bind(plan.html)
        .bind(i32::try_from(plan.delay_ms).unwrap_or(i32::MAX))
        .bind(plan.after_effect)
        .execute(&state.pool)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A failure of one request.
#[derive(FromRow)]
struct Fault {
    status: Option<i32>,
    html: bool,
    delay_ms: i32,
    after_effect: bool,
}

/// Returns the failure of this request, if one is planned.
async fn next(pool: &PgPool) -> Result<Option<Fault>, sqlx::Error> {
    let sql = "
        update razorpay_sandbox_faults set fail_next = fail_next - 1
        where fail_next > 0
        returning status, html, delay_ms, after_effect";
    sqlx::query_as(sql).fetch_optional(pool).await
}

impl Fault {
    fn answer(&self) -> Option<HttpResponse> {
        let status = match self.status {
            None if !self.html => return None,
            None => StatusCode::OK,
            Some(status) => u16::try_from(status)
                .ok()
                .and_then(|status| StatusCode::from_u16(status).ok())
                .unwrap_or(StatusCode::SERVICE_UNAVAILABLE),
        };
        let mut answer = HttpResponse::build(status);
        if status == StatusCode::TOO_MANY_REQUESTS {
            answer.insert_header((RETRY_AFTER, "1"));
        }
        if self.html {
            let page = "<!doctype html><title>Sandbox</title><p>The sandbox was told to fail.";
            return Some(answer.insert_header(ContentType::html()).body(page));
        }
        let code = match status {
            StatusCode::BAD_REQUEST => "BAD_REQUEST_ERROR",
            _ => "SERVER_ERROR",
        };
        let description = "The sandbox was told to fail.";
        Some(answer.json(json!({"error": {"code": code, "description": description}})))
    }
}

/// Middleware of the API.
pub(crate) async fn inject_faults(
    request: ServiceRequest,
    next_one: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let state = request.app_data::<Data<State>>().cloned();
    let fault = match state {
        Some(state) => next(&state.pool).await.map_err(ApiError::from)?,
        None => None,
    };
    let Some(fault) = fault else {
        return Ok(next_one.call(request).await?.map_into_boxed_body());
    };
    sleep(Duration::from_millis(
        u64::try_from(fault.delay_ms).unwrap_or(0),
    ))
    .await;
    match fault.answer() {
        None => Ok(next_one.call(request).await?.map_into_boxed_body()),
        Some(answer) if fault.after_effect => {
            let done = next_one.call(request).await?;
            Ok(done.into_response(answer))
        }
        Some(answer) => Ok(request.into_response(answer)),
    }
}
