//! Problems of an endpoint in the OpenAPI document.
//!
//! An endpoint names its own with [`problems!`]. Those that follow from its parameters and its security are added to
//! every operation when the document is put together.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::http::StatusCode;
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::schema::{AllOfBuilder, ObjectBuilder, Type};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};

use super::problem::MEDIA_TYPE;
use super::problem_type::ProblemType;
use super::schemas::closed_set;

/// Declares the type `Problems` for the `responses` of the endpoint in this file.
macro_rules! problems {
    ($($problem_type:ident),+ $(,)?) => {
        struct Problems;

        impl utoipa::IntoResponses for Problems {
            fn responses() -> std::collections::BTreeMap<
                String,
                utoipa::openapi::RefOr<utoipa::openapi::Response>,
            > {
                use $crate::http::problem_type::ProblemType;
                $crate::http::problem_responses::problem_responses(
                    [$(ProblemType::$problem_type),+].into(),
                )
            }
        }
    };
}
pub(crate) use problems;

/// The responses for some types, by status. Each status admits its own types only.
pub fn problem_responses(types: BTreeSet<ProblemType>) -> BTreeMap<String, RefOr<Response>> {
    let mut by_status = BTreeMap::<_, Vec<_>>::new();
    for problem_type in types {
        let status = problem_type.status().as_u16().to_string();
        by_status.entry(status).or_default().push(problem_type);
    }
    let responses = by_status.into_iter();
    responses
        .map(|(status, types)| (status, response(&types).into()))
        .collect()
}

/// The types of a response that [`problem_responses`] made; none of any other response.
pub fn types_of(response: &Response) -> impl Iterator<Item = ProblemType> {
    let is_problem = response.content.contains_key(MEDIA_TYPE);
    let types = ProblemType::ALL.iter().copied().filter(move |_| is_problem);
    types.filter(|problem_type| response.description.contains(&in_words(*problem_type)))
}

/// A header of a response.
pub fn header(description: &str, schema: ObjectBuilder) -> Header {
    HeaderBuilder::new()
        .schema(Some(schema))
        .description(Some(description))
        .build()
}

fn response(types: &[ProblemType]) -> Response {
    let description: Vec<_> = types.iter().copied().map(in_words).collect();
    let narrowed = ObjectBuilder::new()
        .property("type", closed_set(types.iter().map(|of| of.slug())))
        .required("type");
    let schema = AllOfBuilder::new()
        .item(Ref::from_schema_name("Problem"))
        .item(narrowed);
    let content = ContentBuilder::new().schema(Some(schema)).build();
    let mut response = ResponseBuilder::new()
        .description(description.join("\n\n"))
        .content(MEDIA_TYPE, content);
    if types.iter().any(|of| of.can_be_retried()) {
        let seconds = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(0));
        let after = "Seconds after which asking again makes sense";
        response = response.header("Retry-After", header(after, seconds));
    }
    if types
        .iter()
        .any(|of| of.status() == StatusCode::UNAUTHORIZED)
    {
        let text = ObjectBuilder::new().schema_type(Type::String);
        response = response.header(
            "WWW-Authenticate",
            header("The bearer scheme (RFC 6750)", text),
        );
    }
    response.build()
}

fn in_words(problem_type: ProblemType) -> String {
    format!("`{}`: {}", problem_type.slug(), problem_type.title())
}
