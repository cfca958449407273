//! Authentication, and one extractor type per access level.
//!
//! A handler that names `Access<AdminOnly>` runs only for a valid, unrevoked token of an admin. What
//! the caller may do with *this* thing is decided with the thing in hand, in `commands`.

use std::future::{Ready, ready};
use std::marker::PhantomData;
use std::ops::Deref;

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use adapters::jwt::AccessClaims;
use commands::Caller;
use commands::ports::SessionId;
use domain::{ClinicId, ClinicScope, Role};
use futures::future::{Either, FutureExt as _, LocalBoxFuture};

use super::problem::Problem;
use super::problem_type::ProblemType;
use crate::app::App;

/// One answer for no token, a bad one, an expired one and a revoked one: nothing to learn from it.
const UNAUTHENTICATED: ProblemType = ProblemType::Unauthenticated;

/// The roles that an endpoint is for.
pub trait Level: 'static {
    /// Any of these is enough; none named means that signing in is.
    const ROLES: &'static [Role];
}

/// Every account.
pub struct SignedIn;
impl Level for SignedIn {
    const ROLES: &'static [Role] = &[];
}

/// Admins.
pub struct AdminOnly;
impl Level for AdminOnly {
    const ROLES: &'static [Role] = &[Role::Admin];
}

/// The front desk and admins.
pub struct FrontDesk;
impl Level for FrontDesk {
    const ROLES: &'static [Role] = &[Role::Receptionist, Role::Admin];
}

/// Doctors, the front desk and admins.
pub struct ClinicStaff;
impl Level for ClinicStaff {
    const ROLES: &'static [Role] = &[Role::Doctor, Role::Receptionist, Role::Admin];
}

/// Doctors and admins.
pub struct DoctorOrAdmin;
impl Level for DoctorOrAdmin {
    const ROLES: &'static [Role] = &[Role::Doctor, Role::Admin];
}

/// Those who book: patients and the front desk.
pub struct CanBook;
impl Level for CanBook {
    const ROLES: &'static [Role] = &[Role::Patient, Role::Receptionist, Role::Admin];
}

/// Those who attend a visit or see to it: patients, doctors, the front desk.
pub struct CanManageVisit;
impl Level for CanManageVisit {
    const ROLES: &'static [Role] = &[Role::Patient, Role::Doctor, Role::Receptionist, Role::Admin];
}

/// Those who see payments: patients, the front desk and auditors.
pub struct PaymentReaders;
impl Level for PaymentReaders {
    const ROLES: &'static [Role] = &[
        Role::Patient,
        Role::Receptionist,
        Role::Admin,
        Role::Auditor,
    ];
}

/// Those who see a clinic's books: the front desk and auditors.
pub struct CanReadLedger;
impl Level for CanReadLedger {
    const ROLES: &'static [Role] = &[Role::Receptionist, Role::Admin, Role::Auditor];
}

/// A caller who has shown a valid token of the level.
pub struct Access<L> {
    caller: Caller,
    session: SessionId,
    level: PhantomData<L>,
}

impl<L: Level> Access<L> {
    /// The session that the token belongs to.
    pub fn session(&self) -> SessionId {
        self.session
    }

    /// The actor for the events, in the role that opened this endpoint.
    pub fn actor(&self) -> domain::Actor {
        self.caller.acting_as(L::ROLES)
    }

    /// Goes on only for staff of the whole group: what is about to be done is not
    /// bound to a clinic.
    ///
    /// # Errors
    /// 403 for staff of named clinics.
    pub fn require_group(&self) -> Result<(), Problem> {
        if self.caller.clinics == ClinicScope::All {
            Ok(())
        } else {
            Err(Problem::forbidden())
        }
    }

    /// Goes on only for staff of this clinic.
    ///
    /// # Errors
    /// 404 for staff of other clinics.
    pub fn require_clinic(&self, clinic: ClinicId) -> Result<(), Problem> {
        if self.caller.clinics.covers(clinic) {
            Ok(())
        } else {
            Err(Problem::not_found())
        }
    }
}

impl<L> Deref for Access<L> {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.caller
    }
}

impl<L: Level> FromRequest for Access<L> {
    type Error = Problem;
    type Future =
        Either<Ready<Result<Self, Problem>>, LocalBoxFuture<'static, Result<Self, Problem>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let (app, mut claims) = match authenticate(request) {
            Ok(authenticated) => authenticated,
            Err(problem) => return Either::Left(ready(Err(problem))),
        };
        if let Some(clinics) = claims.clinics.take() {
            return Either::Left(ready(admit(claims, clinics)));
        }
        let admitted = async move {
            let clinics = app.identity.clinics_of(claims.sub).await?;
            admit(claims, clinics.ok_or(UNAUTHENTICATED)?)
        };
        Either::Right(admitted.boxed_local())
    }
}

/// The claims of a token that is valid and whose session has not ended.
fn authenticate(request: &HttpRequest) -> Result<(Data<App>, AccessClaims), Problem> {
    let app = request.app_data::<Data<App>>().ok_or(UNAUTHENTICATED)?;
    let token = bearer(request).ok_or(UNAUTHENTICATED)?;
    let claims = app
        .verifier
        .verify(token, app.clock.now())
        .map_err(|_| UNAUTHENTICATED)?;
    if app.revoked.refuses(claims.sid, claims.iat) {
        return Err(UNAUTHENTICATED.into());
    }
    Ok((app.clone(), claims))
}

fn admit<L: Level>(claims: AccessClaims, clinics: ClinicScope) -> Result<Access<L>, Problem> {
    let session = claims.sid;
    let caller = caller(claims, clinics);
    if !L::ROLES.is_empty() && !L::ROLES.iter().any(|role| caller.is(*role)) {
        return Err(Problem::forbidden());
    }
    Ok(Access {
        caller,
        session,
        level: PhantomData,
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
