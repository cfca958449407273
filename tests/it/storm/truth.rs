//! What the log says in the end, beside the gateway's books, the claims and the ledger.

use std::collections::{BTreeMap, BTreeSet};

use domain::appointment::Appointment;
use domain::payment::{OpenedPayment, Payable, Payment, RefundPolicy, RefundStatus, refund_due};
use serde_json::Value;

use super::VISITS;
use super::stage::{FEE, Stage};

pub struct Truth {
    visits: BTreeMap<String, Appointment>,
    payments: Vec<OpenedPayment>,
    /// How often each kind of thing happened.
    stories: BTreeMap<String, i64>,
}

impl Truth {
    pub async fn of(stage: &Stage) -> Self {
        let mut visits = BTreeMap::new();
        for id in ids(stage, "appointment").await {
            let loaded = stage.world.store().load_from_log::<Appointment>(&id).await;
            visits.insert(id, loaded.unwrap().into_aggregate());
        }
        let mut payments = Vec::new();
        for id in ids(stage, "payment").await {
            let loaded = stage.world.store().load_from_log::<Payment>(&id).await;
            payments.push(loaded.unwrap().aggregate().opened().unwrap().clone());
        }
        let sql = "
            select event_type || coalesce(' ' || (payload ->> 'grounds'), ''), count(*)
            from events
            where aggregate_type = 'payment'
               or event_type in ('appointment.reinstated', 'appointment.fee_paid')
            group by 1";
        let stories: Vec<(String, i64)> = sqlx::query_as(sql).fetch_all(&stage.pool).await.unwrap();
        Self {
            visits,
            payments,
            stories: stories.into_iter().collect(),
        }
    }

    pub fn stories(&self) -> &BTreeMap<String, i64> {
        &self.stories
    }

    /// A storm in which nothing happens proves nothing.
    pub fn is_worth_it(&self) {
        assert!(self.visits.len() >= VISITS);
        for story in [
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
                self.stories.contains_key(story),
                "{story}: {:?}",
                self.stories
            );
        }
    }

    pub async fn check(&self, stage: &Stage) {
        for (id, visit) in &self.visits {
            self.keeps_what_it_may(id, visit);
        }
        self.equals_the_claims(stage).await;
        self.equals_the_books(stage).await;
        self.equals_the_ledger(stage).await;
        let lost = "select count(*) from gateway_inbox where outcome in ('UNKNOWN_ORDER', 'UNREADABLE', 'REFUSED')";
        let lost: i64 = sqlx::query_scalar(lost)
            .fetch_one(&stage.pool)
            .await
            .unwrap();
        assert_eq!(lost, 0, "all news were taken");
        let parked = "select count(*) from dead_letters";
        let parked: i64 = sqlx::query_scalar(parked)
            .fetch_one(&stage.pool)
            .await
            .unwrap();
        assert_eq!(parked, 0, "nothing is parked");
    }

    /// What came and stays is what the visit's end says.
    fn keeps_what_it_may(&self, id: &str, visit: &Appointment) {
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
                let before = visit.slot.start() - *at;
                let due = refund_due(&RefundPolicy::usual(), visit.fee, *cancelled_by, before);
                let kept = visit.fee.amount() - due.amount();
                visit.paid_by.map_or(0, |_| kept)
            }
            elsewhere => panic!("{id} ends nowhere: {elsewhere:?}"),
        };
        let mine = self.payments.iter().filter(|payment| {
            let Payable::AppointmentFee { appointment } = payment.payable;
            appointment.to_string() == id
        });
        let kept: i64 = mine
            .map(|payment| captured(payment) - refunded(payment))
            .sum();
        assert_eq!(kept, expected, "{id}: {visit:?}");
    }

    /// Whoever is confirmed has the slot, and nobody else.
    async fn equals_the_claims(&self, stage: &Stage) {
        let sql = "select kind, holder from slot_claims";
        let claims: Vec<(String, String)> =
            sqlx::query_as(sql).fetch_all(&stage.pool).await.unwrap();
        let claims: BTreeSet<_> = claims.into_iter().collect();
        let confirmed = self.visits.iter();
        let confirmed = confirmed.filter(|(_, visit)| matches!(visit, Appointment::Confirmed(_)));
        let expected: BTreeSet<_> = confirmed
            .flat_map(|(id, _)| ["doctor", "patient"].map(|kind| (kind.to_owned(), id.clone())))
            .collect();
        assert_eq!(claims, expected);
    }

    /// Order by order, to the paisa.
    async fn equals_the_books(&self, stage: &Stage) {
        let books = stage.gateway.get("/sandbox/books").await;
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

    /// The read model of all that moved says the same in sum.
    async fn equals_the_ledger(&self, stage: &Stage) {
        let sql = "
            select
              coalesce(sum(amount) filter (where kind = 'CAPTURE'), 0)::bigint,
              coalesce(sum(amount) filter (where kind = 'REFUND'), 0)::bigint
            from ledger_entries";
        let (came, left): (i64, i64) = sqlx::query_as(sql).fetch_one(&stage.pool).await.unwrap();
        let books: Value = stage.gateway.get("/sandbox/books").await;
        let theirs = &books["currencies"]["INR"];
        assert_eq!(Some(came), theirs["captured"].as_i64());
        assert_eq!(Some(left), theirs["refunded"].as_i64());
        assert!(came > 0 && left > 0 && came > left);
    }
}

async fn ids(stage: &Stage, aggregate_type: &str) -> Vec<String> {
    let sql = "select distinct aggregate_id from events where aggregate_type = $1 order by 1";
    let ids = sqlx::query_scalar(sql).bind(aggregate_type);
    ids.fetch_all(&stage.pool).await.unwrap()
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
