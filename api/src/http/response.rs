//! Responses to a command that was done, and to a query that found its thing.

use actix_web::http::StatusCode;
use actix_web::http::header::{ETAG, LOCATION};
use actix_web::{HttpResponse, HttpResponseBuilder};
use commands::Done;
use serde::Serialize;

use super::outcome::Outcome;
use super::position::POSITION;
use super::precondition::etag;

/// A reply that knows its aggregate's version.
pub trait Versioned {
    /// The aggregate's version after the command, or as it was read.
    fn version(&self) -> i64;
}

/// 201 with the address of the new thing.
pub fn created<T: Serialize + Versioned>(done: &Done<T>, location: &str) -> HttpResponse {
    let mut response = HttpResponseBuilder::new(StatusCode::CREATED);
    response.insert_header((LOCATION, location.to_owned()));
    with_version(response, done)
}

/// 201 with several new things, each of which says its own version.
pub fn created_many<T: Serialize>(done: &Done<T>) -> HttpResponse {
    with_reply(HttpResponseBuilder::new(StatusCode::CREATED), done)
}

/// 200 with the state after the change.
pub fn changed<T: Serialize + Versioned>(done: &Done<T>) -> HttpResponse {
    with_version(HttpResponseBuilder::new(StatusCode::OK), done)
}

/// 200 with one thing as it was read.
pub fn found<T: Serialize + Versioned>(body: &T) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((ETAG, etag(body.version())))
        .json(body)
}

/// 200 with the reply of a command, without a version.
pub fn replied<T: Serialize>(done: &Done<T>) -> HttpResponse {
    with_reply(HttpResponseBuilder::new(StatusCode::OK), done)
}

fn with_version<T: Serialize + Versioned>(
    mut response: HttpResponseBuilder,
    done: &Done<T>,
) -> HttpResponse {
    response.insert_header((ETAG, etag(done.reply.version())));
    with_reply(response, done)
}

fn with_reply<T: Serialize>(mut response: HttpResponseBuilder, done: &Done<T>) -> HttpResponse {
    if let Some(cursor) = done.cursor {
        response.insert_header((POSITION, cursor.to_string()));
    }
    let mut outcome = Outcome::Done;
    if done.replayed {
        outcome = Outcome::Replayed;
        response.insert_header(("Idempotency-Replayed", "true"));
    }
    response.extensions_mut().insert(outcome);
    response.json(&done.reply)
}
