//! Invariants of the final state: log, claims, gateway and ledger agree.

use std::collections::{BTreeMap, BTreeSet};

use domain::appointment::{Appointment, CancelledBy};
use domain::payment::{OpenedPayment, Payable, Payment, RefundPolicy, RefundStatus};
use serde_json::Value;

use super::VISITS;
use super::process::{Environment, FEE};

pub struct FinalState {
    visits: BTreeMap<String, Appointment>,
    payments: Vec<OpenedPayment>,
    /// Number of events by type.
    event_counts: BTreeMap<String, i64>,
}

impl FinalState {
    pub async fn load(environment: &Environment) -> Self {
        let mut visits = BTreeMap::new();
        for id in ids(environment, "appointment").await {
            let loaded = environment
                .world
                .store()
                .load_from_log::<Appointment>(&id)
                .await;
            visits.insert(id, loaded.unwrap().into_aggregate());
        }
        let mut payments = Vec::new();
        for id in ids(environment, "payment").await {
            let loaded = environment
                .world
                .store()
                .load_from_log::<Payment>(&id)
                .await;
            payments.push(loaded.unwrap().aggregate().opened().unwrap().clone());
        }
        let sql = "
            select event_type || coalesce(' ' || (payload ->> 'grounds'), ''), count(*)
            from events
            where aggregate_type = 'payment'
               or event_type in ('appointment.reinstated', 'appointment.fee_paid')
            group by 1";
        let event_counts: Vec<(String, i64)> = sqlx::query_as(sql)
            .fetch_all(&environment.pool)
            .await
            .unwrap();
        Self {
            visits,
            payments,
            event_counts: event_counts.into_iter().collect(),
        }
    }

    pub fn event_counts(&self) -> &BTreeMap<String, i64> {
        &self.event_counts
    }

    /// Asserts that every kind of event occurred, since a storm without them proves nothing.
    pub fn covers_every_case(&self) {
        assert!(self.visits.len() >= VISITS);
        for event in [
            "appointment.reinstated",
            "appointment.fee_paid",
            "payment.attempt_failed",
            "payment.authorised",
            "payment.captured",
            "payment.refund_failed",
            "payment.refund_requested CANCELLED_BEFORE_PAID",
            "payment.refund_requested CANCELLED_BY_PATIENT",
            "payment.refund_requested CANCELLED_BY_CLINIC",
            "payment.refund_requested PAID_TWICE",
            "payment.refund_requested SLOT_TAKEN",
            "payment.refund_requested WRONG_AMOUNT",
            "payment.refunded",
        ] {
            assert!(
                self.event_counts.contains_key(event),
                "{event}: {:?}",
                self.event_counts
            );
        }
    }

    pub async fn check(&self, environment: &Environment) {
        for (id, visit) in &self.visits {
            self.keeps_the_amount_due(id, visit);
        }
        self.equals_the_claims(environment).await;
        self.equals_the_gateway(environment).await;
        self.equals_the_ledger(environment).await;
        let lost = "select count(*) from gateway_inbox where outcome in ('UNKNOWN_ORDER', 'UNREADABLE', 'REFUSED')";
        let lost: i64 = sqlx::query_scalar(lost)
            .fetch_one(&environment.pool)
            .await
            .unwrap();
        assert_eq!(lost, 0, "every delivery was applied");
        let parked = "select count(*) from dead_letters";
        let parked: i64 = sqlx::query_scalar(parked)
            .fetch_one(&environment.pool)
            .await
            .unwrap();
        assert_eq!(parked, 0, "nothing is parked");
    }

    /// Asserts that the amount kept is the one due in the visit's final state.
    fn keeps_the_amount_due(&self, id: &str, visit: &Appointment) {
        let paid = |paid_by: Option<_>| if paid_by.is_some() { FEE } else { 0 };
        let expected = match visit {
            Appointment::Confirmed(visit) => paid(visit.paid_by),
            Appointment::Expired(visit) => {
                assert_eq!(visit.paid_by, None, "{id}");
                0
            }
            Appointment::Cancelled {
                visit,
                cancelled_by,
                at,
            } => {
                let percent = match cancelled_by {
                    CancelledBy::Patient => RefundPolicy::usual().percent(visit.slot.start() - *at),
                    CancelledBy::Doctor | CancelledBy::Clinic => 100,
                };
                let kept = visit.fee.amount() * i64::from(100 - percent) / 100;
                visit.paid_by.map_or(0, |_| kept)
            }
            other => panic!("{id} is not in a final state: {other:?}"),
        };
        let mine = self.payments.iter().filter(|payment| {
            let Payable::Visit { appointment } = payment.payable;
            appointment.to_string() == id
        });
        let kept: i64 = mine
            .map(|payment| captured(payment) - refunded(payment))
            .sum();
        assert_eq!(kept, expected, "{id}: {visit:?}");
    }

    /// Asserts that exactly the confirmed visits hold claims.
    async fn equals_the_claims(&self, environment: &Environment) {
        let sql = "select kind, holder from slot_claims";
        let claims: Vec<(String, String)> = sqlx::query_as(sql)
            .fetch_all(&environment.pool)
            .await
            .unwrap();
        let claims: BTreeSet<_> = claims.into_iter().collect();
        let confirmed = self.visits.iter();
        let confirmed = confirmed.filter(|(_, visit)| matches!(visit, Appointment::Confirmed(_)));
        let expected: BTreeSet<_> = confirmed
            .flat_map(|(id, _)| ["doctor", "patient"].map(|kind| (kind.to_owned(), id.clone())))
            .collect();
        assert_eq!(claims, expected);
    }

    /// Asserts that captures and refunds equal the gateway's, order by order.
    async fn equals_the_gateway(&self, environment: &Environment) {
        let books = environment.gateway.get("/sandbox/books").await;
        let mut theirs = BTreeMap::new();
        for order in books["orders"].as_array().unwrap() {
            assert_eq!(order["refunding"], 0, "{order}");
            let amount = |name: &str| order[name].as_i64().unwrap();
            let name = order["id"].as_str().unwrap().to_owned();
            theirs.insert(name, (amount("captured"), amount("refunded")));
        }
        let ours = self.payments.iter().filter_map(|payment| {
            let order = payment.order.as_ref()?.to_string();
            Some((order, (captured(payment), refunded(payment))))
        });
        assert_eq!(ours.collect::<BTreeMap<_, _>>(), theirs);
    }

    /// Asserts that the sums of the ledger equal the gateway's.
    async fn equals_the_ledger(&self, environment: &Environment) {
        let sql = "
            select
              coalesce(sum(amount) filter (where kind = 'CAPTURE'), 0)::bigint,
              coalesce(sum(amount) filter (where kind = 'REFUND'), 0)::bigint
            from ledger_entries";
        let (captured, refunded): (i64, i64) = sqlx::query_as(sql)
            .fetch_one(&environment.pool)
            .await
            .unwrap();
        let books: Value = environment.gateway.get("/sandbox/books").await;
        let theirs = &books["currencies"]["INR"];
        assert_eq!(Some(captured), theirs["captured"].as_i64());
        assert_eq!(Some(refunded), theirs["refunded"].as_i64());
        assert!(captured > 0 && refunded > 0 && captured > refunded);
    }
}

async fn ids(environment: &Environment, aggregate_type: &str) -> Vec<String> {
    let sql = "select distinct aggregate_id from events where aggregate_type = $1 order by 1";
    let ids = sqlx::query_scalar(sql).bind(aggregate_type);
    ids.fetch_all(&environment.pool).await.unwrap()
}

fn captured(payment: &OpenedPayment) -> i64 {
    let attempts = payment.attempts.keys();
    let captured = attempts.filter_map(|attempt| payment.captured(attempt));
    captured.map(|amount| amount.amount()).sum()
}

fn refunded(payment: &OpenedPayment) -> i64 {
    let refunds = payment.refunds.values();
    let left = refunds.inspect(|refund| {
        assert_eq!(refund.status, RefundStatus::Refunded, "{payment:?}");
    });
    left.map(|refund| refund.amount.amount()).sum()
}
