//! Receipts as PDF.
//!
//! One page as a rule, in Noto Sans, which comes with the program: no system font and no network is asked.
//! It has Latin, Greek and Cyrillic letters and the signs of all currencies that are charged in. A name in
//! other letters is not left out and not printed as boxes: where it would stand, the receipt says that it
//! can't be printed and whose it is, by id.
//!
//! This is no port: nothing is decided by a receipt, and nobody but HTTP asks for one. It refuses to look
//! anything up, and to say when it was printed, so that the same receipt is the same bytes. More letters: a
//! font that has them, in [`letters`].

mod layout;
mod letters;
mod money;
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

/// What stands on a receipt. All times are by the clinic's clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Its number in the clinic's series.
    pub number: ReceiptNumber,
    /// Which clinic was paid.
    pub clinic: ClinicId,
    /// What that is called.
    pub clinic_name: ClinicName,
    /// Where it is.
    pub city: City,
    /// Its clock.
    pub zone: ClinicZone,
    /// When it was paid.
    pub paid_on: NaiveDate,
    /// Whose visit it is.
    pub patient: PatientId,
    /// What they are called; nothing once erased, and where they have no card.
    pub patient_name: Option<PersonName>,
    /// Whom they visit.
    pub doctor: DoctorId,
    /// What that doctor is called; nothing once erased.
    pub doctor_name: Option<PersonName>,
    /// When the visit begins.
    pub visit_at: NaiveDateTime,
    /// How much was paid.
    pub amount: Money,
    /// The payment.
    pub payment: PaymentId,
    /// What the gateway calls it.
    pub gateway_payment: GatewayPaymentId,
    /// What was given back of it so far.
    pub refunds: Vec<RefundOnReceipt>,
}

/// What was given back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundOnReceipt {
    /// When.
    pub on: NaiveDate,
    /// How much.
    pub amount: Money,
    /// What the gateway calls it.
    pub gateway_refund: GatewayRefundId,
}

/// A receipt could not be printed: a defect of this program, whatever stands on it.
#[derive(Debug, Error)]
pub enum PrintError {
    /// The font that comes with the program is not one.
    #[error("the font of receipts can't be read")]
    Font,
    /// The page has no size.
    #[error("the page of a receipt has no size")]
    Page,
    /// The document could not be finished.
    #[error("a receipt could not be written as PDF: {0}")]
    Document(String),
}

/// Prints a receipt.
///
/// # Errors
/// [`PrintError`], which no content of a receipt brings about.
pub fn print(receipt: &Receipt) -> Result<Vec<u8>, PrintError> {
    let letters = Letters::open()?;
    let mut sheet = Sheet::new(&letters);
    heading(&mut sheet, receipt);
    visit(&mut sheet, receipt);
    money_that_moved(&mut sheet, receipt);
    sheet.print(format!("Receipt {}", receipt.number))
}

fn heading(sheet: &mut Sheet<'_>, receipt: &Receipt) {
    let clinic = receipt.clinic;
    let name = sheet.printable(receipt.clinic_name.as_str(), || format!("clinic {clinic}"));
    let city = sheet.printable(receipt.city.as_str(), || format!("clinic {clinic}"));
    sheet.title(&name);
    sheet.note(&city);
    sheet.gap();
    sheet.title(&format!("Receipt no. {}", receipt.number));
    sheet.row("Paid on", &date(receipt.paid_on));
}

fn visit(sheet: &mut Sheet<'_>, receipt: &Receipt) {
    let name = receipt.patient_name.as_ref();
    let patient = sheet.person(name, &format!("patient {}", receipt.patient));
    sheet.row("Received from", &patient);
    let name = receipt.doctor_name.as_ref();
    let doctor = sheet.person(name, &format!("doctor {}", receipt.doctor));
    sheet.row("For a visit with", &doctor);
    let at = receipt.visit_at.format("%H:%M");
    let day = date(receipt.visit_at.date());
    sheet.row("Visit begins", &format!("{day}, {at} ({})", receipt.zone));
}

fn money_that_moved(sheet: &mut Sheet<'_>, receipt: &Receipt) {
    sheet.row("Amount", &spelled(receipt.amount));
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

/// A date that nobody reads the wrong way round: `9 March 2026`.
fn date(date: NaiveDate) -> String {
    date.format("%-d %B %Y").to_string()
}
