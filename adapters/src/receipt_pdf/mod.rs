//! Receipts as PDF.
//!
//! Usually one page, in Noto Sans, which is part of the program: neither system fonts nor the
//! network are used. It has Latin, Greek and Cyrillic letters and the signs of all supported
//! currencies. If a name has other letters, the receipt says that it can't be printed and gives the
//! id instead.
//!
//! This is not a port: no decision depends on a receipt, and only HTTP requests one. It looks
//! nothing up and does not print its own time, so that the same receipt always has the same bytes.
//! A font with further letters is added in [`letters`].

mod layout;
mod letters;
mod money;
mod printer;
#[cfg(test)]
mod tests;

use chrono::{NaiveDate, NaiveDateTime};
use domain::{
    City, ClinicId, ClinicName, ClinicZone, DoctorId, GatewayPaymentId, GatewayRefundId, Money,
    PatientId, PaymentId, PersonName, ReceiptNumber,
};
use thiserror::Error;

use layout::Sheet;
use letters::Letters;
use money::spelled;

pub use printer::{PrinterError, ReceiptPrinter};

/// Content of a receipt. All times are in the clinic's time zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Number in the clinic's series.
    pub number: ReceiptNumber,
    /// True if no money moved; the number is of another series then.
    pub test_mode: bool,
    /// The clinic that was paid.
    pub clinic: ClinicId,
    /// Its name.
    pub clinic_name: ClinicName,
    /// Its town.
    pub city: City,
    /// Its time zone.
    pub zone: ClinicZone,
    /// Time of the payment.
    pub paid_on: NaiveDate,
    /// The patient.
    pub patient: PatientId,
    /// Name of the patient; `None` once erased, and for patients without a card.
    pub patient_name: Option<PersonName>,
    /// The item that was paid for.
    pub item: ItemOnReceipt,
    /// Amount paid for it.
    pub amount: Money,
    /// The part of the fee that was not paid, because of an offer of the gateway.
    pub discount: Option<Money>,
    /// The fee of the gateway that the payer paid beside it.
    pub surcharge: Option<Money>,
    /// The payment.
    pub payment: PaymentId,
    /// Id at the gateway.
    pub gateway_payment: GatewayPaymentId,
    /// Refunds so far.
    pub refunds: Vec<RefundOnReceipt>,
}

/// An item on a receipt, by its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ItemOnReceipt {
    /// A visit.
    Visit {
        /// The doctor.
        doctor: DoctorId,
        /// Name of the doctor; `None` once erased.
        doctor_name: Option<PersonName>,
        /// Its start.
        begins: NaiveDateTime,
    },
}

/// A refund on a receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundOnReceipt {
    /// Time.
    pub on: NaiveDate,
    /// Amount.
    pub amount: Money,
    /// Id at the gateway.
    pub gateway_refund: GatewayRefundId,
}

/// A receipt could not be printed: a defect of this program, not of its content.
#[derive(Debug, Error)]
pub enum PrintError {
    /// The built-in font is invalid.
    #[error("the font of receipts can't be read")]
    Font,
    /// The page has no size.
    #[error("the page of a receipt has no size")]
    Page,
    /// The document could not be finished.
    #[error("a receipt could not be written as PDF: {0}")]
    Document(String),
}

/// Prints a receipt. It takes a core for some milliseconds.
///
/// # Errors
/// [`PrintError`], which does not depend on the content.
fn print(receipt: &Receipt) -> Result<Vec<u8>, PrintError> {
    let letters = Letters::open()?;
    let mut sheet = Sheet::new(&letters);
    heading(&mut sheet, receipt);
    payer(&mut sheet, receipt);
    item(&mut sheet, receipt);
    money_that_moved(&mut sheet, receipt);
    let series = if receipt.test_mode {
        "Sandbox receipt"
    } else {
        "Receipt"
    };
    sheet.print(format!("{series} {}", receipt.number))
}

fn heading(sheet: &mut Sheet<'_>, receipt: &Receipt) {
    let clinic = receipt.clinic;
    if receipt.test_mode {
        sheet.banner("SANDBOX");
        sheet.banner("NO MONEY MOVED");
        sheet.gap();
    }
    let name = sheet.printable(receipt.clinic_name.as_str(), || format!("clinic {clinic}"));
    let city = sheet.printable(receipt.city.as_str(), || format!("clinic {clinic}"));
    sheet.title(&name);
    sheet.note(&city);
    sheet.gap();
    let kind = if receipt.test_mode {
        "Sandbox receipt"
    } else {
        "Receipt"
    };
    sheet.title(&format!("{kind} no. {}", receipt.number));
    sheet.row("Paid on", &date(receipt.paid_on));
}

fn payer(sheet: &mut Sheet<'_>, receipt: &Receipt) {
    let name = receipt.patient_name.as_ref();
    let patient = sheet.person(name, &format!("patient {}", receipt.patient));
    sheet.row("Received from", &patient);
}

fn item(sheet: &mut Sheet<'_>, receipt: &Receipt) {
    match &receipt.item {
        ItemOnReceipt::Visit {
            doctor,
            doctor_name,
            begins,
        } => {
            let doctor = sheet.person(doctor_name.as_ref(), &format!("doctor {doctor}"));
            sheet.row("For a visit with", &doctor);
            let (day, at) = (date(begins.date()), begins.format("%H:%M"));
            sheet.row("Visit begins", &format!("{day}, {at} ({})", receipt.zone));
        }
    }
}

fn money_that_moved(sheet: &mut Sheet<'_>, receipt: &Receipt) {
    if let Some(discount) = receipt.discount {
        sheet.row("Discount", &spelled(discount));
    }
    sheet.row("Amount", &spelled(receipt.amount));
    if let Some(surcharge) = receipt.surcharge {
        sheet.row("Gateway's fee", &spelled(surcharge));
    }
    sheet.row("Payment", &receipt.payment.to_string());
    sheet.row("At the gateway", receipt.gateway_payment.as_str());
    sheet.gap();
    if receipt.refunds.is_empty() {
        return;
    }
    sheet.title("Refunds so far");
    for refund in &receipt.refunds {
        let (amount, id) = (spelled(refund.amount), refund.gateway_refund.as_str());
        sheet.row(&date(refund.on), &format!("{amount}, {id}"));
    }
}

/// A date that can't be misread: `9 March 2026`.
fn date(date: NaiveDate) -> String {
    date.format("%-d %B %Y").to_string()
}
