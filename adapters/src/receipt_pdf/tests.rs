//! Tests of receipts with Poppler as an independent reader.

use std::io::Write as _;
use std::process::{Command, Stdio};

use domain::Currency;
use uuid::Uuid;

use super::*;

fn receipt() -> Receipt {
    let id = Uuid::from_u128;
    Receipt {
        number: ReceiptNumber::new(17).unwrap(),
        clinic: ClinicId::from_uuid(id(0xc1)),
        clinic_name: "Lakeside Clinic".parse().unwrap(),
        city: "Bengaluru".parse().unwrap(),
        zone: "Asia/Kolkata".parse().unwrap(),
        paid_on: "2026-03-01".parse().unwrap(),
        patient: PatientId::from_uuid(id(0xe1)),
        patient_name: Some("Łucja Rao".parse().unwrap()),
        item: ItemOnReceipt::Visit {
            doctor: DoctorId::from_uuid(id(0xd1)),
            doctor_name: Some("Meera Nair".parse().unwrap()),
            begins: "2026-03-09T09:30:00".parse().unwrap(),
        },
        test_mode: false,
        amount: inr(80_000),
        discount: None,
        surcharge: None,
        payment: PaymentId::from_uuid(id(0x51)),
        gateway_payment: GatewayPaymentId::parse("pay_DESlfW9H8K9uqM").unwrap(),
        refunds: Vec::new(),
    }
}

fn inr(amount: i64) -> Money {
    Money::new(amount, Currency::Inr).unwrap()
}

/// Returns the text of a PDF in reading order, line by line.
fn read(pdf: &[u8]) -> Vec<String> {
    let mut poppler = Command::new("pdftotext")
        .args(["-layout", "-nopgbrk", "-enc", "UTF-8", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("pdftotext, of poppler-utils");
    poppler.stdin.take().unwrap().write_all(pdf).unwrap();
    let read = poppler.wait_with_output().unwrap();
    assert!(read.status.success(), "{read:?}");
    let text = String::from_utf8(read.stdout).unwrap();
    let lines = text.lines().map(|line| {
        let words: Vec<_> = line.split_whitespace().collect();
        words.join(" ")
    });
    lines.filter(|line| !line.is_empty()).collect()
}

fn printed(receipt: &Receipt) -> Vec<String> {
    read(&print(receipt).unwrap())
}

#[test]
fn a_receipt_says_who_paid_whom_how_much_and_for_what() {
    assert_eq!(
        printed(&receipt()),
        [
            "Lakeside Clinic",
            "Bengaluru",
            "Receipt no. 17",
            "Paid on 1 March 2026",
            "Received from Łucja Rao",
            "For a visit with Meera Nair",
            "Visit begins 9 March 2026, 09:30 (Asia/Kolkata)",
            "Amount ₹800.00",
            "Payment 00000000-0000-0000-0000-000000000051",
            "At the gateway pay_DESlfW9H8K9uqM",
        ]
    );
}

#[test]
fn a_receipt_of_the_sandbox_says_first_that_no_money_moved() {
    let sandbox = Receipt {
        test_mode: true,
        ..receipt()
    };
    let lines = printed(&sandbox);
    assert_eq!(lines[..2], ["SANDBOX", "NO MONEY MOVED"]);
    assert_eq!(lines[4], "Sandbox receipt no. 17");
    assert!(!printed(&receipt()).join(" ").contains("SANDBOX"));
}

#[test]
fn a_discount_and_a_fee_of_the_gateway_stand_beside_the_amount() {
    let reduced = Receipt {
        amount: inr(72_000),
        discount: Some(inr(8_000)),
        ..receipt()
    };
    assert_eq!(
        printed(&reduced)[7..9],
        ["Discount ₹80.00", "Amount ₹720.00"]
    );
    let with_fee = Receipt {
        surcharge: Some(inr(1_888)),
        ..receipt()
    };
    assert_eq!(
        printed(&with_fee)[7..9],
        ["Amount ₹800.00", "Gateway's fee ₹18.88"]
    );
}

#[test]
fn refunds_stand_below_the_payment() {
    let refund = |day: &str, amount, id| RefundOnReceipt {
        on: day.parse().unwrap(),
        amount: inr(amount),
        gateway_refund: GatewayRefundId::parse(id).unwrap(),
    };
    let refunded = Receipt {
        refunds: vec![
            refund("2026-03-02", 30_000, "rfnd_1"),
            refund("2026-03-03", 50_000, "rfnd_2"),
        ],
        ..receipt()
    };
    assert_eq!(
        printed(&refunded)[10..],
        [
            "Refunds so far",
            "2 March 2026 ₹300.00, rfnd_1",
            "3 March 2026 ₹500.00, rfnd_2",
        ]
    );
}

#[test]
fn a_name_in_other_letters_is_not_missing_without_notice() {
    let unprintable = Receipt {
        clinic_name: "झील क्लिनिक".parse().unwrap(),
        patient_name: Some("आशा राव".parse().unwrap()),
        ..receipt()
    };
    let text = printed(&unprintable).join(" ");
    for id in ["clinic 00000000-0000-0000-0000-0000000000c1", "patient"] {
        let notice = format!("({id}");
        assert!(text.contains(&notice), "{text}");
    }
    let notice = "written in letters that can't be printed here)";
    assert_eq!(text.matches(notice).count(), 2, "{text}");
}

#[test]
fn a_person_without_a_name_is_shown_by_id() {
    let nameless = Receipt {
        patient_name: None,
        ..receipt()
    };
    let text = printed(&nameless).join(" ");
    let id = "00000000-0000-0000-0000-0000000000e1";
    assert!(
        text.contains(&format!("(patient {id}: no name on record)")),
        "{text}"
    );
}

#[test]
fn the_longest_names_and_many_refunds_are_all_there() {
    let long = "Wilhelmina ".repeat(10);
    let refund = |number: u32| RefundOnReceipt {
        on: "2026-03-02".parse().unwrap(),
        amount: inr(1),
        gateway_refund: GatewayRefundId::parse(&format!("rfnd_{number}")).unwrap(),
    };
    let full = Receipt {
        patient_name: Some(long.parse().unwrap()),
        refunds: (1..=100).map(refund).collect(),
        ..receipt()
    };
    let text = printed(&full).join(" ");
    assert_eq!(text.matches("Wilhelmina").count(), 10, "{text}");
    for number in 1..=100 {
        let id = format!("rfnd_{number}");
        assert!(text.split([' ', ',']).any(|word| word == id), "{id}");
    }
}

#[test]
fn the_same_receipt_is_the_same_bytes() {
    assert_eq!(print(&receipt()).unwrap(), print(&receipt()).unwrap());
}
