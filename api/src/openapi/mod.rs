//! The OpenAPI document and the pages that show it.

mod complete;
#[cfg(test)]
mod tests;

use actix_web::HttpResponse;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::{self, ServiceConfig};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};
use utoipa_swagger_ui::SwaggerUi;

use complete::Complete;

use crate::http::problem::Problem;
use crate::http::problem_type::ProblemType;
use crate::{
    accounts, appointments, auth, blocked_clients, break_glass, clinics, consents, doctors,
    erasures, health, leaves, metrics, patients, payments, records,
};

/// The path of the document.
const DOCUMENT: &str = "/openapi.json";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "CareSync",
        description = "The backend of a clinic group: find a doctor, hold a slot, be seen.\n\n\
            Errors are problem details (RFC 9457). Every POST that changes something takes an \
            `Idempotency-Key`. A command answers with `CareSync-Position`; a query sent with it sees \
            at least that.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    servers((url = "/", description = "This server")),
    paths(
        health::healthz,
        health::readyz,
        metrics::metrics,
        auth::register,
        auth::complete_registration,
        auth::login,
        auth::refresh,
        auth::logout,
        auth::me,
        auth::accept_invitation,
        auth::begin_change_of_address,
        auth::change_address,
        auth::change_password,
        auth::forget_password,
        auth::reset_password,
        auth::begin_second_factor,
        auth::confirm_second_factor,
        auth::remove_second_factor,
        auth::list_sessions,
        auth::end_other_sessions,
        auth::end_session,
        accounts::register_account,
        accounts::invite_account,
        accounts::list_accounts,
        accounts::get_account,
        accounts::disable_account,
        accounts::enable_account,
        clinics::open_clinic,
        clinics::list_clinics,
        clinics::get_clinic,
        clinics::rename_clinic,
        clinics::declare_holiday,
        clinics::withdraw_holiday,
        clinics::set_booking_settings,
        clinics::set_refund_policy,
        clinics::set_staff_second_factor,
        clinics::get_staff_second_factor,
        doctors::register_doctor,
        doctors::list_doctors,
        doctors::get_doctor,
        doctors::verify_doctor,
        doctors::affiliate_doctor,
        doctors::set_terms,
        doctors::set_hours,
        doctors::set_date_hours,
        doctors::clear_date_hours,
        doctors::get_availability,
        doctors::get_day_sheet,
        doctors::list_patients_of_doctor,
        leaves::plan_leave,
        leaves::list_leaves,
        leaves::withdraw_leave,
        patients::register_patient,
        patients::get_patient,
        patients::change_contact,
        patients::get_profile,
        patients::change_profile,
        patients::record_illnesses,
        patients::add_proxy,
        patients::remove_proxy,
        patients::list_accesses,
        consents::list_consents,
        consents::grant_consent,
        consents::withdraw_consent,
        break_glass::break_glass,
        break_glass::list_break_glass,
        break_glass::review_break_glass,
        erasures::request_erasure,
        erasures::get_erasure,
        erasures::preview_erasure,
        erasures::withdraw_erasure,
        erasures::refuse_erasure,
        erasures::approve_erasure,
        erasures::place_legal_hold,
        erasures::lift_legal_hold,
        erasures::get_certificate,
        erasures::list_erasures,
        appointments::book_appointment,
        appointments::book_series,
        appointments::book_for_emergency,
        appointments::list_appointments,
        appointments::get_appointment,
        appointments::confirm_appointment,
        appointments::reschedule_appointment,
        appointments::cancel_appointment,
        appointments::preview_refund,
        appointments::mark_arrived,
        appointments::start_visit,
        appointments::complete_visit,
        appointments::mark_no_show,
        payments::open_payment,
        payments::verify_payment,
        payments::request_refund,
        payments::retry_refund,
        payments::receive_razorpay_news,
        payments::list_payments,
        payments::get_payment,
        payments::get_receipt,
        payments::list_failed_refunds,
        payments::list_open_disputes,
        payments::get_ledger,
        payments::get_takings,
        records::begin_note,
        records::list_drafts,
        records::get_draft,
        records::save_draft,
        records::discard_draft,
        records::sign_note,
        records::get_note,
        records::add_addendum,
        records::mark_note_in_error,
        records::issue_prescription,
        records::get_prescription,
        records::amend_prescription,
        records::cancel_prescription,
        records::mark_prescription_in_error,
        records::list_allergies,
        records::record_allergy,
        records::correct_allergy,
        records::end_allergy,
        records::mark_allergy_in_error,
        records::list_chart,
        records::get_chart_entry,
        records::record_vitals,
        records::get_vitals_trend,
        records::correct_vitals,
        records::mark_vitals_in_error,
        records::add_summary_item,
        records::correct_summary_item,
        records::end_summary_item,
        records::mark_summary_item_in_error,
        blocked_clients::block_client,
        blocked_clients::list_blocked_clients,
        blocked_clients::lift_block,
    ),
    tags(
        (name = "auth", description = "Sign up, sign in, stay signed in, sign out"),
        (name = "accounts", description = "Who may sign in"),
        (name = "clinics", description = "Where visits take place"),
        (name = "doctors", description = "Who sees patients, when and at what fee"),
        (name = "leaves", description = "When doctors are away"),
        (name = "patients", description = "Patients' cards, consents, and who accessed them"),
        (name = "appointments", description = "Visits"),
        (name = "payments", description = "Paying for visits, and giving money back"),
        (name = "records", description = "Notes, prescriptions, allergies, vital signs, the health summary and the chart"),
        (name = "operations", description = "For those who run it"),
    ),
    components(schemas(Problem, ProblemType)),
    modifiers(&Bearer, &Complete),
)]
struct Document;

/// The bearer scheme, RFC 6750.
struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .description(Some("An access token from /api/v1/auth/login"))
            .build();
        document
            .components
            .get_or_insert_default()
            .add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

/// The document of this version.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

/// The routes of the document and its pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route(DOCUMENT, web::get().to(openapi))
        .route("/docs", web::get().to(docs))
        .service(
            SwaggerUi::new("/docs/{_:.*}")
                .config(utoipa_swagger_ui::Config::from(DOCUMENT).try_it_out_enabled(true)),
        );
}

async fn openapi() -> HttpResponse {
    HttpResponse::Ok().json(document())
}

async fn docs() -> HttpResponse {
    HttpResponse::MovedPermanently()
        .insert_header(("Location", "/docs/"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .finish()
}
