//! Payments, refunds and the ledger.

use domain::ReceiptNumber;
use domain::payment::{ClosingGrounds, DisputeStatus, Payable, RefundGrounds, RefundStatus};
use projections::payments::{
    ClosedOrder, LedgerEntry, LedgerKind, ListedDispute, ListedPayment, ListedRefund,
    PatientPayments, Payments, disputes_of, failed_refunds, get, ledger_of_appointment,
    ledger_of_payment, of_appointment, of_patient, open_disputes, orders_for_operators, refunds_of,
    takings,
};
use projections::{Projection as _, TimeCursor};

use super::fixture::{History, appointment, at, clinic, patient, payment};
use super::paid::{
    CALLED_OFF, DISCOUNTED, DISPUTED, NEXT_DAY, RUPEES, TWICE, UNPAID, attempt, code, dispute, eur,
    gateway_refund, order, refund,
};
use super::scenario::{ASHA, BERLIN, HOLDS_END, PUNE, RAVI, inr, recorded, today};
use super::takings::day;

pub(super) async fn kept() -> History {
    let history = recorded().await;
    history.project(&history.projector::<Payments>()).await;
    history
}

fn visit(number: u128) -> Payable {
    Payable::Visit {
        appointment: appointment(number),
    }
}

fn twice() -> ListedPayment {
    ListedPayment {
        payment: payment(TWICE),
        payable: visit(2),
        patient: patient(ASHA),
        clinic: clinic(PUNE),
        amount: inr(60_000),
        order: Some(order(TWICE)),
        opened_at: today(),
        pay_until: at(HOLDS_END),
        paid_at: Some(today()),
        settled_by: Some(attempt("pay_second")),
        captured: inr(120_000),
        refunds_requested: inr(60_000),
        refunds_failed: inr(0),
        refunded: inr(60_000),
        lost: inr(0),
        receipt: Some(ReceiptNumber::FIRST),
        test_mode: false,
        version: 9,
    }
}

pub(super) fn ids(payments: &[ListedPayment]) -> Vec<u128> {
    let known = [TWICE, UNPAID, CALLED_OFF, RUPEES, DISPUTED, DISCOUNTED];
    let number = |row: &ListedPayment| known.into_iter().find(|n| payment(*n) == row.payment);
    payments.iter().map(|row| number(row).unwrap()).collect()
}

#[tokio::test]
async fn a_payment_shows_what_came_and_what_went_back() {
    let history = kept().await;
    let found = get(&history.pool, payment(TWICE)).await.unwrap();
    assert_eq!(found, Some(twice()));
    assert_eq!(get(&history.pool, payment(99)).await.unwrap(), None);
}

#[tokio::test]
async fn a_refund_that_failed_is_still_owed_and_on_the_operators_list() {
    let history = kept().await;
    let called_off = get(&history.pool, payment(CALLED_OFF)).await.unwrap();
    let called_off = called_off.unwrap();
    assert_eq!(
        (
            called_off.refunds_requested,
            called_off.refunds_failed,
            called_off.refunded
        ),
        (inr(60_000), inr(60_000), inr(0))
    );
    let owed = ListedRefund {
        payment: payment(CALLED_OFF),
        refund: refund(CALLED_OFF),
        payable: visit(3),
        patient: patient(ASHA),
        clinic: clinic(PUNE),
        attempt: attempt("pay_fourth"),
        amount: inr(60_000),
        grounds: RefundGrounds::CancelledByClinic,
        status: RefundStatus::Failed,
        tries: 2,
        failure: Some(code()),
        gateway_refund: None,
        requested_at: today(),
        changed_at: today(),
        version: 7,
    };
    let pool = &history.pool;
    let listed = failed_refunds(pool, None, None, 10).await.unwrap();
    assert_eq!(listed, std::slice::from_ref(&owed));
    let (here, elsewhere) = ([clinic(PUNE)], [clinic(BERLIN)]);
    let listed = failed_refunds(pool, Some(&here), None, 10).await.unwrap();
    assert_eq!(listed, std::slice::from_ref(&owed));
    let listed = failed_refunds(pool, Some(&elsewhere), None, 10).await;
    assert_eq!(listed.unwrap(), []);
    let behind = Some(TimeCursor {
        at: owed.requested_at,
        id: owed.refund.as_uuid(),
    });
    let listed = failed_refunds(pool, None, behind, 10).await.unwrap();
    assert_eq!(listed, []);
    let own = refunds_of(pool, payment(CALLED_OFF)).await.unwrap();
    assert_eq!(own, [owed]);
}

#[tokio::test]
async fn every_movement_of_money_has_one_entry_in_its_own_currency() {
    let history = kept().await;
    let entries = ledger_of_payment(&history.pool, payment(RUPEES)).await;
    let came = LedgerEntry {
        payment: payment(RUPEES),
        entry: 3,
        payable: visit(6),
        patient: patient(RAVI),
        clinic: clinic(BERLIN),
        kind: LedgerKind::Capture,
        amount: inr(5_000),
        attempt: attempt("pay_fifth"),
        refund: None,
        gateway_refund: None,
        grounds: None,
        at: today(),
    };
    let left = LedgerEntry {
        entry: 5,
        kind: LedgerKind::Refund,
        refund: Some(refund(RUPEES)),
        gateway_refund: Some(gateway_refund(RUPEES)),
        grounds: Some(RefundGrounds::WrongAmount),
        ..came.clone()
    };
    assert_eq!(entries.unwrap(), [came, left]);
    // Rupees are not counted as euros.
    let rupees = get(&history.pool, payment(RUPEES)).await.unwrap().unwrap();
    assert_eq!((rupees.captured, rupees.refunded), (eur(0), eur(0)));
    assert_eq!(rupees.paid_at, None);
}

#[tokio::test]
async fn a_lost_dispute_is_a_movement_of_money_and_an_open_one_is_on_the_operators_list() {
    let history = kept().await;
    let pool = &history.pool;
    let lost = ListedDispute {
        payment: payment(DISPUTED),
        dispute: dispute("disp_lost"),
        payable: visit(4),
        patient: patient(RAVI),
        clinic: clinic(BERLIN),
        attempt: attempt("pay_sixth"),
        amount: eur(3_000),
        status: DisputeStatus::Lost,
        code: Some(code()),
        respond_by: Some(at(NEXT_DAY)),
        lost: eur(3_000),
        opened_at: today(),
        changed_at: today(),
        version: 7,
    };
    let open = ListedDispute {
        dispute: dispute("disp_open"),
        amount: eur(1_000),
        status: DisputeStatus::ActionRequired,
        lost: eur(0),
        version: 10,
        ..lost.clone()
    };
    let all = disputes_of(pool, payment(DISPUTED)).await.unwrap();
    assert_eq!(all, [lost, open.clone()]);
    let (here, elsewhere) = ([clinic(BERLIN)], [clinic(PUNE)]);
    let listed = open_disputes(pool, Some(&here), None, 10).await.unwrap();
    assert_eq!(listed, std::slice::from_ref(&open));
    let listed = open_disputes(pool, Some(&elsewhere), None, 10).await;
    assert_eq!(listed.unwrap(), []);
    let behind = open_disputes(pool, None, Some(open.cursor()), 10).await;
    assert_eq!(behind.unwrap(), []);

    let shown = get(pool, payment(DISPUTED)).await.unwrap().unwrap();
    assert_eq!(
        (shown.captured, shown.lost, shown.refunds_requested),
        (eur(5_000), eur(3_000), eur(0))
    );
    let refunds = refunds_of(pool, payment(DISPUTED)).await.unwrap();
    assert_eq!(refunds[0].status, RefundStatus::Withdrawn);
    let entries = ledger_of_payment(pool, payment(DISPUTED)).await.unwrap();
    let moved: Vec<_> = entries
        .iter()
        .map(|entry| (entry.kind, entry.amount))
        .collect();
    assert_eq!(
        moved,
        [
            (LedgerKind::Capture, eur(5_000)),
            (LedgerKind::Dispute, eur(3_000)),
        ]
    );
    let takings = takings(pool, clinic(BERLIN), day("2026-03-01"), at(HOLDS_END)).await;
    let euros = takings
        .unwrap()
        .into_iter()
        .find(|of| of.lost == eur(3_000));
    // The discounted payment was captured on that day as well.
    assert_eq!(euros.unwrap().captured, eur(5_000 + 4_500));
}

#[tokio::test]
async fn a_difference_that_was_accepted_is_in_the_ledger() {
    let history = kept().await;
    let entries = ledger_of_payment(&history.pool, payment(DISCOUNTED)).await;
    let entries: Vec<_> = entries
        .unwrap()
        .into_iter()
        .map(|entry| (entry.entry, entry.kind, entry.amount, entry.attempt))
        .collect();
    let seventh = attempt("pay_seventh");
    let came = (3, LedgerKind::Capture, eur(4_500), seventh.clone());
    assert_eq!(
        entries,
        [came, (4, LedgerKind::Discount, eur(500), seventh)]
    );
    let paid = get(&history.pool, payment(DISCOUNTED)).await;
    let paid = paid.unwrap().unwrap();
    assert_eq!((paid.amount, paid.captured), (eur(5_000), eur(4_500)));
    assert_eq!(paid.paid_at, Some(today()));
}

#[tokio::test]
async fn an_order_that_an_operator_has_to_look_at_is_listed() {
    let history = kept().await;
    let listed = orders_for_operators(&history.pool, 10).await.unwrap();
    let unreadable = ClosedOrder {
        payment: payment(RUPEES),
        entry: 6,
        order: order(RUPEES),
        payable: visit(6),
        clinic: clinic(BERLIN),
        grounds: ClosingGrounds::Unreadable,
        failure: Some(code()),
        closed_at: today(),
    };
    assert_eq!(listed, [unreadable]);
}

#[tokio::test]
async fn the_ledger_of_a_visit_is_in_the_order_of_its_movements() {
    let history = kept().await;
    let entries = ledger_of_appointment(&history.pool, appointment(2)).await;
    let moved: Vec<_> = entries
        .unwrap()
        .into_iter()
        .map(|entry| (entry.entry, entry.kind, entry.amount, entry.grounds))
        .collect();
    let twice = Some(RefundGrounds::PaidTwice);
    assert_eq!(
        moved,
        [
            (5, LedgerKind::Capture, inr(60_000), None),
            (7, LedgerKind::Capture, inr(60_000), None),
            (9, LedgerKind::Refund, inr(60_000), twice),
        ]
    );
}

#[tokio::test]
async fn a_patients_payments_are_listed_the_latest_first_page_by_page() {
    let history = kept().await;
    let search = PatientPayments {
        patient: patient(ASHA),
        clinics: None,
        after: None,
        limit: 2,
    };
    let first = of_patient(&history.pool, &search).await.unwrap();
    assert_eq!(ids(&first), [CALLED_OFF, UNPAID]);
    let last = first.last().unwrap();
    let after = Some(TimeCursor {
        at: last.opened_at,
        id: last.payment.as_uuid(),
    });
    let search = PatientPayments { after, ..search };
    let second = of_patient(&history.pool, &search).await.unwrap();
    assert_eq!(ids(&second), [TWICE]);
    let clinics = Some(vec![clinic(BERLIN)]);
    let elsewhere = PatientPayments {
        clinics,
        after: None,
        ..search
    };
    let none = of_patient(&history.pool, &elsewhere).await.unwrap();
    assert_eq!(none, []);
}

#[tokio::test]
async fn a_visit_has_the_payments_that_were_opened_for_it() {
    let history = kept().await;
    let of_visit = of_appointment(&history.pool, appointment(6)).await;
    assert_eq!(ids(&of_visit.unwrap()), [RUPEES]);
    let none = of_appointment(&history.pool, appointment(5)).await.unwrap();
    assert_eq!(none, []);
}

/// While nodes are replaced one by one, those of the version before read `appointment_id`.
#[tokio::test]
async fn a_node_of_the_version_before_reads_the_item_of_a_payment() {
    let history = kept().await;
    for table in Payments::TABLES {
        let sql = format!(
            "select count(*) > 0 and bool_and(appointment_id = payable_id) from {}",
            table.name()
        );
        let is_same: bool = sqlx::query_scalar(&sql)
            .fetch_one(&history.pool)
            .await
            .unwrap();
        assert!(is_same, "{}", table.name());
    }
}
