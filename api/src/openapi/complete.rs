//! Completes each operation of the document: what follows from its parameters need not be said by its endpoint.
//!
//! | parameter | problems | headers of a success |
//! |---|---|---|
//! | a token | `unauthenticated`, `second-factor-required` | |
//! | a token or a body | `record-unreadable` | |
//! | a body | `malformed`, `invalid-value`, `body-too-large`, `unsupported-media-type` | |
//! | `Idempotency-Key` | `request-in-progress`, `idempotency-key-reused`, `contended` | `CareSync-Position`, `Idempotency-Replayed` |
//! | `If-Match` | `stale-version`; `if-match-required` where it is | |
//! | `CareSync-Position` | `read-model-behind` | |
//!
//! All but those of machines can answer `quota-exceeded` and `client-blocked`, and say what is left of the quota.
//!
//! A body with a `version` has it as `ETag`, too; a new thing with one has a `Location`.

use std::collections::{BTreeMap, BTreeSet};

use utoipa::Modify;
use utoipa::openapi::path::{Operation, Parameter, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::{OpenApi, RefOr, Required, Response};

use crate::http::command_request::IDEMPOTENCY_KEY;
use crate::http::position::POSITION;
use crate::http::precondition::ETAG_FORM;
use crate::http::problem_responses::{header, problem_responses, types_of};
use crate::http::problem_type::ProblemType;
use crate::http::schemas;
use crate::limits::{RATE_LIMIT, RATE_LIMIT_POLICY, RouteClass};

/// Adds the problems and headers that follow from an operation's parameters.
pub struct Complete;

impl Modify for Complete {
    fn modify(&self, document: &mut OpenApi) {
        let versioned = versioned(document);
        for (path, item) in &mut document.paths.paths {
            let operations = [
                ("GET", &mut item.get),
                ("POST", &mut item.post),
                ("PUT", &mut item.put),
                ("DELETE", &mut item.delete),
            ];
            for (method, operation) in operations {
                let class = RouteClass::of_endpoint(method, Some(path));
                if let Some(operation) = operation {
                    complete(operation, class, &versioned);
                }
            }
        }
    }
}

fn complete(operation: &mut Operation, class: RouteClass, versioned: &BTreeSet<String>) {
    let mut problems = implied_problems(operation);
    if class != RouteClass::Exempt {
        problems.insert(ProblemType::QuotaExceeded);
        if class != RouteClass::Sessions {
            problems.insert(ProblemType::ClientBlocked);
        }
    }
    let responses = &mut operation.responses.responses;
    for response in responses.values() {
        if let RefOr::T(response) = response {
            problems.extend(types_of(response));
        }
    }
    responses.retain(|_, response| match response {
        RefOr::T(response) => types_of(response).next().is_none(),
        RefOr::Ref(_) => true,
    });
    let is_command = header_named(operation, IDEMPOTENCY_KEY).is_some();
    let responses = &mut operation.responses.responses;
    for (status, response) in responses.iter_mut() {
        if let RefOr::T(response) = response {
            let has_version = body_of(response).is_some_and(|body| versioned.contains(body));
            describe_success(response, status, is_command, has_version);
        }
    }
    for (status, response) in problem_responses(problems) {
        responses.entry(status).or_insert(response);
    }
    for response in responses.values_mut() {
        if let RefOr::T(response) = response {
            let id = ObjectBuilder::new()
                .schema_type(Type::String)
                .max_length(Some(64));
            add_header(
                response,
                "X-Request-Id",
                "The request, to quote to the operator",
                id,
            );
            describe_limits(response, class);
        }
    }
}

/// The problems that any operation with such parameters can answer.
fn implied_problems(operation: &Operation) -> BTreeSet<ProblemType> {
    let mut problems =
        BTreeSet::from([ProblemType::InternalError, ProblemType::DatabaseUnavailable]);
    if operation.security.is_some() {
        problems.extend([
            ProblemType::Unauthenticated,
            ProblemType::SecondFactorRequired,
        ]);
    }
    if operation.security.is_some() || operation.request_body.is_some() {
        problems.insert(ProblemType::RecordUnreadable);
    }
    if operation
        .parameters
        .as_ref()
        .is_some_and(|all| !all.is_empty())
    {
        problems.insert(ProblemType::Malformed);
    }
    if operation.request_body.is_some() {
        problems.extend([
            ProblemType::Malformed,
            ProblemType::InvalidValue,
            ProblemType::BodyTooLarge,
            ProblemType::UnsupportedMediaType,
        ]);
    }
    if header_named(operation, IDEMPOTENCY_KEY).is_some() {
        problems.extend([
            ProblemType::RequestInProgress,
            ProblemType::IdempotencyKeyReused,
            ProblemType::Contended,
        ]);
    }
    if let Some(if_match) = header_named(operation, "If-Match") {
        problems.insert(ProblemType::StaleVersion);
        if matches!(if_match.required, Required::True) {
            problems.insert(ProblemType::IfMatchRequired);
        }
    }
    if header_named(operation, POSITION).is_some() {
        problems.insert(ProblemType::ReadModelBehind);
    }
    problems
}

fn describe_success(response: &mut Response, status: &str, is_command: bool, has_version: bool) {
    if is_command {
        let form = schemas::pattern(schemas::POSITION);
        add_header(
            response,
            POSITION,
            "A query sent with it sees at least this change",
            form,
        );
        let replayed = schemas::closed_set(["true"]);
        let about = "Present if it had been done before, under the same key";
        add_header(response, "Idempotency-Replayed", about, replayed);
    }
    if has_version {
        add_header(
            response,
            "ETag",
            "The version, for If-Match",
            schemas::pattern(ETAG_FORM),
        );
    }
    if has_version && status == "201" {
        let path = ObjectBuilder::new().schema_type(Type::String);
        add_header(response, "Location", "The path of the new thing", path);
    }
}

fn describe_limits(response: &mut Response, class: RouteClass) {
    if class == RouteClass::Exempt {
        return;
    }
    let class = class.as_str();
    let headers = [
        (
            RATE_LIMIT,
            "left, and seconds until there are more",
            "r=17;t=30",
        ),
        (
            RATE_LIMIT_POLICY,
            "admitted, and seconds of a window",
            "q=200;w=600",
        ),
    ];
    for (name, about, example) in headers {
        let about =
            format!("Requests of the class `{class}` that are {about}: `\"{class}\";{example}`");
        let text = ObjectBuilder::new().schema_type(Type::String);
        add_header(response, name, &about, text);
    }
}

fn add_header(response: &mut Response, name: &str, about: &str, schema: ObjectBuilder) {
    response
        .headers
        .insert(name.to_owned(), header(about, schema).into());
}

fn header_named<'a>(operation: &'a Operation, name: &str) -> Option<&'a Parameter> {
    let parameters = operation.parameters.iter().flatten();
    let mut parameters = parameters.filter_map(|parameter| match parameter {
        RefOr::T(parameter) => Some(parameter),
        RefOr::Ref(_) => None,
    });
    parameters
        .find(|parameter| parameter.parameter_in == ParameterIn::Header && parameter.name == name)
}

/// The names of the schemas that have a version.
fn versioned(document: &OpenApi) -> BTreeSet<String> {
    let Some(components) = &document.components else {
        return BTreeSet::new();
    };
    let schemas = &components.schemas;
    let with_version = schemas
        .iter()
        .filter(|(_, schema)| has_version(schema, schemas));
    with_version.map(|(name, _)| name.clone()).collect()
}

/// True if a schema has a version, or one of the schemas that it joins.
fn has_version(schema: &RefOr<Schema>, schemas: &BTreeMap<String, RefOr<Schema>>) -> bool {
    match schema {
        RefOr::T(Schema::Object(object)) => object.properties.contains_key("version"),
        RefOr::T(Schema::AllOf(joined)) => {
            let mut parts = joined.items.iter();
            parts.any(|part| has_version(part, schemas))
        }
        RefOr::T(_) => false,
        RefOr::Ref(schema) => {
            let name = schema.ref_location.rsplit('/').next();
            name.and_then(|name| schemas.get(name))
                .is_some_and(|schema| has_version(schema, schemas))
        }
    }
}

/// The name of the schema of a JSON body.
fn body_of(response: &Response) -> Option<&str> {
    let RefOr::T(content) = response.content.get("application/json")? else {
        return None;
    };
    match content.schema.as_ref()? {
        RefOr::Ref(schema) => schema.ref_location.rsplit('/').next(),
        RefOr::T(_) => None,
    }
}
