//! Authentication, and the action that an endpoint is for.
//!
//! A handler that takes `Access<permit::OpenClinic>` runs only for a valid, unrevoked token with a role that the
//! permission table has for that action. The relation to the resource is checked with the resource in hand.

use std::future::{Ready, ready};
use std::marker::PhantomData;
use std::ops::Deref;

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use adapters::jwt::AccessClaims;
use commands::Caller;
use commands::authorization::{Denial, NotAdmitted, Permit, Resource, admit, authorize};
use commands::ports::SessionId;
use domain::{AccountId, ClinicId, ClinicScope};
use futures::future::{Either, FutureExt as _, LocalBoxFuture};
use uuid::Uuid;

use super::problem::Problem;
use super::problem_type::ProblemType;
use super::request::RequestId;
use crate::app::App;

/// One answer for no token, a bad one, an expired one and a revoked one: nothing to learn from it.
const UNAUTHENTICATED: ProblemType = ProblemType::Unauthenticated;

/// A caller with a valid token, in one of the roles that the action is for.
pub struct Access<P> {
    caller: Caller,
    session: SessionId,
    lacks_second_factor: bool,
    pub(super) app: Data<App>,
    /// The request, as events and the access log call it.
    pub(super) request: Uuid,
    permit: PhantomData<P>,
}

impl<P: Permit> Access<P> {
    /// The session that the token belongs to.
    pub fn session(&self) -> SessionId {
        self.session
    }

    /// Returns whether the caller needs a second factor and has none: only what leads to one is allowed then.
    pub fn lacks_second_factor(&self) -> bool {
        self.lacks_second_factor
    }

    /// The actor for the events, where the resource does not decide about the role.
    pub fn actor(&self) -> domain::Actor {
        self.caller.actor(P::ACTION)
    }

    /// Goes on only for a caller who may take the action on the resource.
    ///
    /// # Errors
    /// See [`Denial`].
    pub fn require(&self, resource: &Resource) -> Result<(), Problem> {
        authorize(&self.caller, P::ACTION, resource)
            .map(|_| ())
            .map_err(Problem::from)
    }

    /// Goes on only for a caller who may take the action at the clinic.
    ///
    /// # Errors
    /// See [`Denial`].
    pub fn require_clinic(&self, clinic: ClinicId) -> Result<(), Problem> {
        self.require(&Resource::at_clinic(clinic))
    }
}

impl From<Denial> for Problem {
    fn from(denial: Denial) -> Self {
        match denial {
            Denial::Forbidden => Self::forbidden(),
            Denial::NotFound => Self::not_found(),
        }
    }
}

impl<P> Deref for Access<P> {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.caller
    }
}

impl<P: Permit> FromRequest for Access<P> {
    type Error = Problem;
    type Future =
        Either<Ready<Result<Self, Problem>>, LocalBoxFuture<'static, Result<Self, Problem>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let (app, mut claims) = match authenticate(request) {
            Ok(authenticated) => authenticated,
            Err(problem) => return Either::Left(ready(Err(problem))),
        };
        let (session, has_one) = (claims.sid, claims.second_factor);
        let request = RequestId::from_request(request).uuid();
        let named = claims.clinics.take();
        let caller = caller(claims, named.clone().unwrap_or(ClinicScope::All));
        if named.is_some() && app.second_factors.surely_needs_none(&caller, has_one) {
            return Either::Left(ready(access(app, caller, session, request, false)));
        }
        let admitted = async move {
            let clinics = if let Some(clinics) = named {
                clinics
            } else {
                let clinics = app.identity.clinics_of(caller.account).await?;
                clinics.ok_or(UNAUTHENTICATED)?
            };
            let caller = Caller { clinics, ..caller };
            let lacks = app.lacks_second_factor(&caller, has_one).await?;
            access(app, caller, session, request, lacks)
        };
        Either::Right(admitted.boxed_local())
    }
}

/// The claims of the request's token, once it was verified; `None` if it was refused.
struct Verified(Option<AccessClaims>);

/// Returns the account of a valid token. The token is verified once per request: the claims are kept for [`Access`].
pub fn identify(request: &HttpRequest) -> Option<AccountId> {
    let app = request.app_data::<Data<App>>()?;
    let claims = verify(request, app).ok();
    let account = claims.as_ref().map(|claims| claims.sub);
    request.extensions_mut().insert(Verified(claims));
    account
}

/// The claims of a token that is valid and whose session has not ended.
fn authenticate(request: &HttpRequest) -> Result<(Data<App>, AccessClaims), Problem> {
    let app = request.app_data::<Data<App>>().ok_or(UNAUTHENTICATED)?;
    if let Some(Verified(claims)) = request.extensions_mut().remove() {
        return Ok((app.clone(), claims.ok_or(UNAUTHENTICATED)?));
    }
    let claims = verify(request, app)?;
    Ok((app.clone(), claims))
}

fn verify(request: &HttpRequest, app: &App) -> Result<AccessClaims, Problem> {
    let token = bearer(request).ok_or(UNAUTHENTICATED)?;
    let claims = app
        .verifier
        .verify(token, app.clock.now())
        .map_err(|_| UNAUTHENTICATED)?;
    if app.revoked.refuses(claims.sid, claims.iat) {
        return Err(UNAUTHENTICATED.into());
    }
    Ok(claims)
}

fn access<P: Permit>(
    app: Data<App>,
    caller: Caller,
    session: SessionId,
    request: Uuid,
    lacks_second_factor: bool,
) -> Result<Access<P>, Problem> {
    match admit(&caller, P::ACTION, lacks_second_factor) {
        Err(NotAdmitted::Role) => return Err(Problem::forbidden()),
        Err(NotAdmitted::SecondFactor) => return Err(ProblemType::SecondFactorRequired.into()),
        Ok(()) => {}
    }
    Ok(Access {
        caller,
        session,
        lacks_second_factor,
        app,
        request,
        permit: PhantomData,
    })
}

/// The token of an `Authorization: Bearer` header (RFC 6750 §2.1).
pub fn bearer(request: &HttpRequest) -> Option<&str> {
    let header = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = header.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(token.trim())
}

fn caller(claims: AccessClaims, clinics: ClinicScope) -> Caller {
    Caller {
        account: claims.sub,
        roles: claims.roles,
        clinics,
        patient: claims.patient,
        doctor: claims.doctor,
    }
}
