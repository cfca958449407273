//! Classes of routes, and the class of each route.
//!
//! A new route is a line in [`ROUTES`]; the sweep test fails until it has one.

use std::collections::HashMap;
use std::sync::LazyLock;

/// A class of routes whose requests are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RouteClass {
    /// Signing up, and a code for a forgotten password. Each request sends a mail or hashes a password.
    SignUp,
    /// Signing in, and setting a password with a mailed code. Each request hashes a password; failures are counted by login
    /// as well.
    SignIn,
    /// Continuing a session by its refresh token.
    Sessions,
    /// Changes.
    Commands,
    /// Reads of one thing or of one page.
    Queries,
    /// Reads that add up or print, which cost more.
    Reports,
    /// Requests of machines that are not counted, each for a reason that stands in [`ROUTES`].
    Exempt,
}

impl RouteClass {
    /// Every class whose requests are counted.
    pub const COUNTED: [Self; 6] = [
        Self::SignUp,
        Self::SignIn,
        Self::Sessions,
        Self::Commands,
        Self::Queries,
        Self::Reports,
    ];

    /// The name in settings, headers and metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignUp => "sign-up",
            Self::SignIn => "sign-in",
            Self::Sessions => "sessions",
            Self::Commands => "commands",
            Self::Queries => "queries",
            Self::Reports => "reports",
            Self::Exempt => "exempt",
        }
    }

    /// Returns whether requests are counted by client even if they show a session: an account is no reason to make or
    /// try further ones.
    #[must_use]
    pub const fn is_by_client_only(self) -> bool {
        matches!(self, Self::SignUp | Self::SignIn | Self::Sessions)
    }

    /// Returns the class of an endpoint; `pattern` is the route's. A path that no route has counts as a query.
    #[must_use]
    pub fn of_endpoint(method: &str, pattern: Option<&str>) -> Self {
        let listed = pattern.and_then(|pattern| BY_PATTERN.get(pattern)?.get(method));
        *listed.unwrap_or(&Self::Queries)
    }

    /// Returns the class that a route has in the table.
    #[must_use]
    pub fn listed(method: &str, pattern: &str) -> Option<Self> {
        BY_PATTERN.get(pattern)?.get(method).copied()
    }
}

/// The routes, by class.
#[rustfmt::skip]
pub const ROUTES: &[(RouteClass, &[&str])] = &[
    (RouteClass::Exempt, &[
        // Load balancers and monitors ask all the time, and must not be told that a node is ill because it is busy.
        "GET /healthz",
        "GET /readyz",
        "GET /metrics",
        // The gateway repeats what is refused, and hours may pass. A forged one costs one HMAC and no query.
        "POST /api/v1/webhooks/razorpay",
    ]),
    (RouteClass::SignUp, &[
        "POST /api/v1/auth/register",
        "POST /api/v1/auth/register/complete",
        "POST /api/v1/auth/password/forgotten",
    ]),
    (RouteClass::SignIn, &[
        "POST /api/v1/auth/login",
        "POST /api/v1/auth/password/reset",
        "POST /api/v1/auth/invitation/accept",
    ]),
    (RouteClass::Sessions, &[
        "POST /api/v1/auth/refresh",
    ]),
    (RouteClass::Commands, &[
        "POST /api/v1/auth/logout",
        "POST /api/v1/auth/password",
        "POST /api/v1/auth/address",
        "POST /api/v1/auth/address/confirm",
        "POST /api/v1/auth/second-factor",
        "POST /api/v1/auth/second-factor/confirm",
        "POST /api/v1/auth/second-factor/remove",
        "DELETE /api/v1/auth/sessions",
        "DELETE /api/v1/auth/sessions/{id}",
        "POST /api/v1/accounts",
        "POST /api/v1/accounts/{id}/disable",
        "POST /api/v1/accounts/{id}/enable",
        "POST /api/v1/accounts/{id}/invitation",
        "POST /api/v1/clinics",
        "PUT /api/v1/clinics/{id}",
        "PUT /api/v1/clinics/{id}/holidays/{date}",
        "DELETE /api/v1/clinics/{id}/holidays/{date}",
        "PUT /api/v1/clinics/{id}/refund-policy",
        "PUT /api/v1/clinics/{id}/booking-settings",
        "PUT /api/v1/clinics/{id}/second-factor",
        "POST /api/v1/doctors",
        "POST /api/v1/doctors/{id}/verify",
        "POST /api/v1/doctors/{id}/affiliations",
        "PUT /api/v1/doctors/{id}/affiliations/{clinicId}/terms",
        "PUT /api/v1/doctors/{id}/affiliations/{clinicId}/hours",
        "PUT /api/v1/doctors/{id}/affiliations/{clinicId}/hours/{date}",
        "DELETE /api/v1/doctors/{id}/affiliations/{clinicId}/hours/{date}",
        "POST /api/v1/doctors/{id}/leaves",
        "POST /api/v1/leaves/{id}/withdraw",
        "POST /api/v1/patients",
        "PUT /api/v1/patients/{id}/contact",
        "POST /api/v1/patients/{id}/profile",
        "PUT /api/v1/patients/{id}/illnesses",
        "POST /api/v1/patients/{id}/proxies",
        "DELETE /api/v1/patients/{id}/proxies/{accountId}",
        "POST /api/v1/patients/{id}/vitals",
        "PUT /api/v1/patients/{id}/vitals/{entryId}",
        "POST /api/v1/patients/{id}/vitals/{entryId}/entered-in-error",
        "POST /api/v1/patients/{id}/health-summary",
        "PUT /api/v1/patients/{id}/health-summary/{entryId}",
        "POST /api/v1/patients/{id}/health-summary/{entryId}/end",
        "POST /api/v1/patients/{id}/health-summary/{entryId}/entered-in-error",
        "POST /api/v1/patients/{id}/consents",
        "DELETE /api/v1/patients/{id}/consents/{consentId}",
        "POST /api/v1/patients/{id}/break-glass",
        "POST /api/v1/break-glass/{id}/review",
        "POST /api/v1/patients/{id}/erasure",
        "POST /api/v1/patients/{id}/erasure/withdraw",
        "POST /api/v1/patients/{id}/erasure/refuse",
        "POST /api/v1/patients/{id}/erasure/approve",
        "POST /api/v1/patients/{id}/erasure/hold",
        "POST /api/v1/patients/{id}/erasure/hold/lift",
        "POST /api/v1/appointments",
        "POST /api/v1/appointments/series",
        "POST /api/v1/appointments/emergency",
        "POST /api/v1/appointments/{id}/confirm",
        "POST /api/v1/appointments/{id}/cancel",
        "POST /api/v1/appointments/{id}/reschedule",
        "POST /api/v1/appointments/{id}/arrive",
        "POST /api/v1/appointments/{id}/start",
        "POST /api/v1/appointments/{id}/complete",
        "POST /api/v1/appointments/{id}/no-show",
        "POST /api/v1/appointments/{id}/payment",
        "POST /api/v1/payments/{id}/verify",
        "POST /api/v1/payments/{id}/refunds",
        "POST /api/v1/payments/{id}/refunds/{refund}/retry",
        "POST /api/v1/patients/{id}/note-drafts",
        "PUT /api/v1/note-drafts/{id}",
        "DELETE /api/v1/note-drafts/{id}",
        "POST /api/v1/note-drafts/{id}/sign",
        "POST /api/v1/notes/{id}/addenda",
        "POST /api/v1/notes/{id}/entered-in-error",
        "POST /api/v1/patients/{id}/prescriptions",
        "POST /api/v1/prescriptions/{id}/amend",
        "POST /api/v1/prescriptions/{id}/cancel",
        "POST /api/v1/prescriptions/{id}/entered-in-error",
        "POST /api/v1/patients/{id}/allergies",
        "PUT /api/v1/patients/{id}/allergies/{allergyId}",
        "POST /api/v1/patients/{id}/allergies/{allergyId}/end",
        "POST /api/v1/patients/{id}/allergies/{allergyId}/entered-in-error",
        "POST /api/v1/blocked-clients",
        "DELETE /api/v1/blocked-clients/{id}",
    ]),
    (RouteClass::Queries, &[
        "GET /api/v1/auth/me",
        "GET /api/v1/auth/sessions",
        "GET /api/v1/accounts",
        "GET /api/v1/accounts/{id}",
        "GET /api/v1/clinics",
        "GET /api/v1/clinics/{id}",
        "GET /api/v1/clinics/{id}/second-factor",
        "GET /api/v1/doctors",
        "GET /api/v1/doctors/{id}",
        "GET /api/v1/doctors/{id}/availability",
        "GET /api/v1/doctors/{id}/day-sheet",
        "GET /api/v1/doctors/{id}/leaves",
        "GET /api/v1/doctors/{id}/patients",
        "GET /api/v1/patients/{id}",
        "GET /api/v1/patients/{id}/profile",
        "GET /api/v1/patients/{id}/chart",
        "GET /api/v1/patients/{id}/chart/{entryId}",
        "GET /api/v1/patients/{id}/vitals/trends",
        "GET /api/v1/patients/{id}/access-log",
        "GET /api/v1/patients/{id}/consents",
        "GET /api/v1/break-glass",
        "GET /api/v1/erasures",
        "GET /api/v1/patients/{id}/erasure",
        "GET /api/v1/patients/{id}/erasure/preview",
        "GET /api/v1/patients/{id}/erasure/certificate",
        "GET /api/v1/appointments",
        "GET /api/v1/appointments/{id}",
        "GET /api/v1/appointments/{id}/refund-preview",
        "GET /api/v1/payments",
        "GET /api/v1/payments/{id}",
        "GET /api/v1/note-drafts",
        "GET /api/v1/note-drafts/{id}",
        "GET /api/v1/notes/{id}",
        "GET /api/v1/prescriptions/{id}",
        "GET /api/v1/patients/{id}/allergies",
        "GET /api/v1/blocked-clients",
    ]),
    (RouteClass::Reports, &[
        "GET /api/v1/appointments/{id}/ledger",
        "GET /api/v1/clinics/{id}/takings",
        "GET /api/v1/payments/{id}/receipt",
        "GET /api/v1/payments/refunds/failed",
        "GET /api/v1/payments/disputes",
    ]),
];

type Methods = HashMap<&'static str, RouteClass>;

static BY_PATTERN: LazyLock<HashMap<&'static str, Methods>> = LazyLock::new(|| {
    let mut patterns = HashMap::<_, Methods>::new();
    for (class, routes) in ROUTES {
        for route in *routes {
            let (method, pattern) = route.split_once(' ').unwrap_or(("", route));
            patterns.entry(pattern).or_default().insert(method, *class);
        }
    }
    patterns
});

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_route_has_one_class() {
        let mut seen = BTreeSet::new();
        for route in ROUTES.iter().flat_map(|(_, routes)| *routes) {
            assert!(seen.insert(route), "{route} is listed twice");
        }
    }

    #[test]
    fn each_route_of_the_document_is_listed_and_no_other_is() {
        let document = serde_json::to_value(crate::openapi::document()).unwrap();
        let paths = document["paths"].as_object().unwrap();
        let documented: BTreeSet<_> = paths
            .iter()
            .flat_map(|(path, item)| {
                let methods = item.as_object().unwrap().keys();
                methods.map(move |method| format!("{} {path}", method.to_uppercase()))
            })
            .collect();
        let listed: BTreeSet<_> = ROUTES
            .iter()
            .flat_map(|(_, routes)| *routes)
            .map(|route| (*route).to_owned())
            .collect();
        assert_eq!(documented, listed);
    }

    #[test]
    fn a_path_without_a_route_counts_as_a_query() {
        let of = RouteClass::of_endpoint;
        assert_eq!(of("GET", None), RouteClass::Queries);
        assert_eq!(of("POST", Some("/api/v1/clinics")), RouteClass::Commands);
        assert_eq!(of("PATCH", Some("/api/v1/clinics")), RouteClass::Queries);
        assert_eq!(of("GET", Some("/healthz")), RouteClass::Exempt);
    }
}
