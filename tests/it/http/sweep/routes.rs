//! The expected status of every route for callers who have nothing to do with the resource.

/// Expected statuses of an anonymous caller, and of an unrelated patient, doctor, receptionist, admin
/// and auditor: the patient and the doctor are others, staff work elsewhere.
pub type Expected = (u16, [u16; 5]);

const PUBLIC: Expected = (200, [200; 5]);

#[rustfmt::skip]
pub const ROUTES: [(&str, Expected); 76] = [
    ("get /healthz",                                                 PUBLIC),
    ("get /readyz",                                                  PUBLIC),
    // The test is a program on the same machine.
    ("get /metrics",                                                 PUBLIC),
    ("post /api/v1/auth/register",                                   (202, [202; 5])),
    // Of an address that was mailed no code.
    ("post /api/v1/auth/register/complete",                          (403, [403; 5])),
    ("post /api/v1/auth/login",                                      (401, [401; 5])),
    ("post /api/v1/auth/refresh",                                    (401, [401; 5])),
    ("post /api/v1/auth/logout",                                     (401, [204; 5])),
    ("get /api/v1/auth/me",                                          (401, [200; 5])),
    ("post /api/v1/auth/password",                                   (401, [403; 5])),
    ("post /api/v1/auth/address",                                    (401, [403; 5])),
    // These accounts are in tokens only.
    ("post /api/v1/auth/address/confirm",                            (401, [404; 5])),
    ("post /api/v1/auth/password/forgotten",                         (202, [202; 5])),
    ("post /api/v1/auth/password/reset",                             (403, [403; 5])),
    ("post /api/v1/auth/second-factor",                              (401, [403; 5])),
    ("post /api/v1/auth/second-factor/confirm",                      (401, [409; 5])),
    ("post /api/v1/auth/second-factor/remove",                       (401, [403; 5])),
    ("get /api/v1/auth/sessions",                                    (401, [200; 5])),
    ("delete /api/v1/auth/sessions",                                 (401, [204; 5])),
    // Another's session and none are the same.
    ("delete /api/v1/auth/sessions/{id}",                            (401, [404; 5])),
    ("post /api/v1/accounts",                                        (401, [403, 403, 403, 403, 403])),
    ("get /api/v1/accounts",                                         (401, [403, 403, 403, 200, 403])),
    ("get /api/v1/accounts/{id}",                                    (401, [403, 403, 403, 404, 403])),
    ("post /api/v1/accounts/{id}/disable",                           (401, [403, 403, 403, 404, 403])),
    ("post /api/v1/accounts/{id}/enable",                            (401, [403, 403, 403, 404, 403])),
    ("post /api/v1/clinics",                                         (401, [403, 403, 403, 403, 403])),
    ("get /api/v1/clinics",                                          PUBLIC),
    ("get /api/v1/clinics/{id}",                                     PUBLIC),
    ("put /api/v1/clinics/{id}",                                     (401, [403, 403, 403, 404, 403])),
    ("put /api/v1/clinics/{id}/holidays/{date}",                     (401, [403, 403, 403, 404, 403])),
    ("delete /api/v1/clinics/{id}/holidays/{date}",                  (401, [403, 403, 403, 404, 403])),
    ("put /api/v1/clinics/{id}/refund-policy",                       (401, [403, 403, 403, 404, 403])),
    ("put /api/v1/clinics/{id}/booking-settings",                    (401, [403, 403, 403, 404, 403])),
    ("post /api/v1/doctors",                                         (401, [403, 403, 403, 403, 403])),
    ("get /api/v1/doctors",                                          PUBLIC),
    ("get /api/v1/doctors/{id}",                                     PUBLIC),
    ("post /api/v1/doctors/{id}/verify",                             (401, [403, 403, 403, 403, 403])),
    ("post /api/v1/doctors/{id}/affiliations",                       (401, [403, 403, 403, 404, 403])),
    ("put /api/v1/doctors/{id}/affiliations/{clinicId}/terms",       (401, [403, 403, 403, 404, 403])),
    ("put /api/v1/doctors/{id}/affiliations/{clinicId}/hours",       (401, [403, 404, 403, 404, 403])),
    ("put /api/v1/doctors/{id}/affiliations/{clinicId}/hours/{date}",    (401, [403, 404, 403, 404, 403])),
    ("delete /api/v1/doctors/{id}/affiliations/{clinicId}/hours/{date}", (401, [403, 404, 403, 404, 403])),
    ("get /api/v1/doctors/{id}/availability",                        PUBLIC),
    ("get /api/v1/doctors/{id}/day-sheet",                           (401, [403, 404, 404, 404, 403])),
    ("post /api/v1/doctors/{id}/leaves",                             (401, [403, 404, 403, 404, 403])),
    ("get /api/v1/doctors/{id}/leaves",                              (401, [403, 404, 404, 404, 403])),
    ("post /api/v1/leaves/{id}/withdraw",                            (401, [403, 404, 403, 404, 403])),
    ("post /api/v1/patients",                                        (401, [403, 403, 201, 201, 403])),
    // Cards are the group's: every front desk may look after any patient.
    ("get /api/v1/patients/{id}",                                    (401, [404, 403, 200, 200, 403])),
    ("put /api/v1/patients/{id}/contact",                            (401, [404, 403, 200, 200, 403])),
    ("post /api/v1/patients/{id}/proxies",                           (401, [404, 403, 200, 200, 403])),
    ("delete /api/v1/patients/{id}/proxies/{accountId}",             (401, [404, 403, 200, 200, 403])),
    ("post /api/v1/appointments",                                    (401, [404, 403, 404, 404, 403])),
    ("post /api/v1/appointments/series",                             (401, [404, 403, 404, 404, 403])),
    ("get /api/v1/appointments",                                     (401, [404, 200, 200, 200, 200])),
    ("get /api/v1/appointments/{id}",                                (401, [404, 404, 404, 404, 404])),
    ("post /api/v1/appointments/{id}/confirm",                       (401, [403, 403, 404, 404, 403])),
    ("post /api/v1/appointments/{id}/cancel",                        (401, [404, 404, 404, 404, 403])),
    ("get /api/v1/appointments/{id}/refund-preview",                 (401, [404, 404, 404, 404, 403])),
    ("post /api/v1/appointments/{id}/reschedule",                    (401, [404, 404, 404, 404, 403])),
    ("post /api/v1/appointments/{id}/arrive",                        (401, [403, 403, 404, 404, 403])),
    ("post /api/v1/appointments/{id}/start",                         (401, [403, 404, 404, 404, 403])),
    ("post /api/v1/appointments/{id}/complete",                      (401, [403, 404, 404, 404, 403])),
    ("post /api/v1/appointments/{id}/no-show",                       (401, [403, 403, 404, 404, 403])),
    ("post /api/v1/appointments/{id}/payment",                       (401, [404, 403, 404, 404, 403])),
    ("post /api/v1/payments/{id}/verify",                            (401, [404, 403, 404, 404, 403])),
    ("post /api/v1/payments/{id}/refunds",                           (401, [403, 403, 403, 404, 403])),
    ("post /api/v1/payments/{id}/refunds/{refund}/retry",            (401, [403, 403, 403, 404, 403])),
    // Staff see what the patient paid at their own clinics: nothing.
    ("get /api/v1/payments",                                         (401, [404, 403, 200, 200, 200])),
    ("get /api/v1/payments/refunds/failed",                          (401, [403, 403, 403, 200, 403])),
    ("get /api/v1/payments/disputes",                                (401, [403, 403, 403, 200, 403])),
    ("get /api/v1/payments/{id}",                                    (401, [404, 403, 404, 404, 404])),
    ("get /api/v1/payments/{id}/receipt",                            (401, [404, 403, 404, 404, 404])),
    ("get /api/v1/appointments/{id}/ledger",                         (401, [404, 403, 404, 404, 404])),
    ("get /api/v1/clinics/{id}/takings",                             (401, [403, 403, 404, 404, 404])),
    // Refused for every caller, since the gateway has not signed it.
    ("post /api/v1/webhooks/razorpay",                               (401, [401; 5])),
];
