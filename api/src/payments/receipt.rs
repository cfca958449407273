//! `GET /api/v1/payments/{id}/receipt`

use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_DISPOSITION;
use actix_web::web::Data;
use adapters::receipt_pdf::{ItemOnReceipt, PrinterError, Receipt, RefundOnReceipt};
use chrono::{DateTime, Utc};
use commands::Fault;
use commands::authorization::permit;
use commands::ports::{AccessedItem, ItemKind};
use domain::payment::Payable;
use domain::{AppointmentId, ClinicZone, GatewayPaymentId, Money, PaymentId, ReceiptNumber};
use projections::payments::{self, LedgerEntry, LedgerKind, ListedPayment};
use projections::{clinic_directory, doctor_directory, patient_appointments, patient_card};
use utoipa::ToSchema;

use super::books::money_of;
use crate::app::App;
use crate::http::access::Access;
use crate::http::disclosure::Disclosure;
use crate::http::ids::Id;
use crate::http::position::Position;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;
use crate::http::problem_type::ProblemType;
use crate::proxies::disclose_or_proxy;

/// The read models that a receipt is made from.
const READ_MODELS: [&str; 5] = [
    payments::NAME,
    patient_appointments::NAME,
    patient_card::NAME,
    doctor_directory::NAME,
    clinic_directory::NAME,
];

/// A PDF document.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
pub struct Pdf(Vec<u8>);

problems!(
    Forbidden,
    NotFound,
    NoReceiptYet,
    Overloaded,
    AccessLogUnavailable
);

/// The receipt of a payment, as PDF: the patient and their proxies may have it, the clinic's front desk, its
/// auditors. It says what was given back so far, and if it was paid in the sandbox, that no money moved. A name in
/// letters that it can't print is told as such.
#[utoipa::path(
    get,
    path = "/api/v1/payments/{id}/receipt",
    tag = "payments",
    operation_id = "getReceipt",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The payment"),
        Position,
    ),
    responses(
        (status = 200, description = "The receipt", body = Pdf, content_type = "application/pdf"),
        Problems,
    ),
)]
pub async fn get_receipt(
    app: Data<App>,
    caller: Access<permit::ReadPayment>,
    Id(payment): Id<PaymentId>,
    position: Position,
) -> Result<HttpResponse, Problem> {
    for read_model in READ_MODELS {
        position.wait_for(&app, read_model).await?;
    }
    let row = payments::get(&app.pool, payment)
        .await?
        .ok_or_else(Problem::not_found)?;
    let money = money_of(row.patient, row.clinic);
    let item = AccessedItem::new(ItemKind::Receipt, payment.as_uuid());
    let disclosure = disclose_or_proxy(&app, &caller, money, item, &position).await?;
    let paid = Paid::from_row(&row).ok_or(ProblemType::NoReceiptYet)?;
    let receipt = receipt(&app, &disclosure, &row, paid).await?;
    let series = if receipt.test_mode { "sandbox-" } else { "" };
    let name = format!(
        "inline; filename=\"receipt-{series}{}.pdf\"",
        receipt.number
    );
    let pdf = Pdf(app.printer.print(receipt).await.map_err(not_printed)?);
    Ok(HttpResponse::Ok()
        .content_type("application/pdf")
        .insert_header((CONTENT_DISPOSITION, name))
        .body(pdf.0))
}

/// 503 if too many receipts wait to be printed.
fn not_printed(error: PrinterError) -> Problem {
    match error {
        PrinterError::Full => ProblemType::Overloaded.into(),
        error => Fault::new("printing a receipt", error).into(),
    }
}

/// The facts of a payment with a receipt.
struct Paid {
    number: ReceiptNumber,
    at: DateTime<Utc>,
    attempt: GatewayPaymentId,
}

impl Paid {
    fn from_row(row: &ListedPayment) -> Option<Self> {
        Some(Self {
            number: row.receipt?,
            at: row.paid_at?,
            attempt: row.settled_by.clone()?,
        })
    }
}

async fn receipt(
    app: &App,
    disclosure: &Disclosure<'_>,
    row: &ListedPayment,
    paid: Paid,
) -> Result<Receipt, Problem> {
    let clinic = clinic_directory::get(&app.pool, row.clinic).await?;
    let clinic = clinic.ok_or_else(Problem::not_found)?;
    let item = match row.payable {
        Payable::Visit { appointment } => visit(app, appointment, clinic.zone).await?,
    };
    let patient_name = match patient_card::get(&app.pool, row.patient).await? {
        Some(card) => card.open(disclosure.sealing()).await?.name().cloned(),
        None => None,
    };
    let ledger = payments::ledger_of_payment(&app.pool, row.payment).await?;
    let entry = |kind| amount_of(&ledger, kind, &paid.attempt);
    let discount = entry(LedgerKind::Discount);
    let amount = entry(LedgerKind::Capture).filter(|_| discount.is_some());
    let (amount, surcharge) = (amount.unwrap_or(row.amount), entry(LedgerKind::Surcharge));
    let refunds = ledger
        .into_iter()
        .filter_map(|entry| refund(entry, &paid.attempt, clinic.zone));
    Ok(Receipt {
        number: paid.number,
        clinic: row.clinic,
        paid_on: clinic.zone.date_at(paid.at),
        patient: row.patient,
        patient_name,
        item,
        test_mode: row.test_mode,
        amount,
        discount,
        surcharge,
        payment: row.payment,
        refunds: refunds.collect(),
        gateway_payment: paid.attempt,
        clinic_name: clinic.name,
        city: clinic.city,
        zone: clinic.zone,
    })
}

async fn visit(
    app: &App,
    appointment: AppointmentId,
    zone: ClinicZone,
) -> Result<ItemOnReceipt, Problem> {
    let visit = patient_appointments::get(&app.pool, appointment).await?;
    let visit = visit.ok_or_else(Problem::not_found)?;
    let (doctor, begins) = (visit.row().doctor, visit.row().slot.start());
    let doctor_name = match doctor_directory::get(&app.pool, doctor).await? {
        Some(row) => row.open(app.staff_sealing()).await?.name().cloned(),
        None => None,
    };
    Ok(ItemOnReceipt::Visit {
        doctor,
        doctor_name,
        begins: begins.with_timezone(&zone.tz()).naive_local(),
    })
}

/// The amount of the entry of this kind for an attempt, if there is one.
fn amount_of(
    ledger: &[LedgerEntry],
    kind: LedgerKind,
    attempt: &GatewayPaymentId,
) -> Option<Money> {
    let mut entries = ledger.iter();
    let entry = entries.find(|entry| entry.kind == kind && entry.attempt == *attempt);
    entry.map(|entry| entry.amount)
}

/// Converts a refund of the money that the receipt is for. Money that came twice and went back is not on it.
fn refund(
    entry: LedgerEntry,
    attempt: &GatewayPaymentId,
    zone: ClinicZone,
) -> Option<RefundOnReceipt> {
    if entry.attempt != *attempt {
        return None;
    }
    Some(RefundOnReceipt {
        gateway_refund: entry.gateway_refund?,
        on: zone.date_at(entry.at),
        amount: entry.amount,
    })
}
