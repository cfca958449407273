//! A gateway of the mind: books, and news that may come late, often, in another order or never.

use std::collections::BTreeMap;

use super::dice::Dice;
use crate::values::{GatewayOrderId, GatewayPaymentId, GatewayRefundId, Money, RefundId};

/// How far an attempt came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    Failed,
    Authorised,
    Captured,
}

/// An attempt in the gateway's books.
#[derive(Debug, Clone)]
pub struct Entry {
    pub order: GatewayOrderId,
    pub attempt: GatewayPaymentId,
    pub amount: Money,
    pub stand: Stand,
}

/// How far a refund is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Back {
    Pending,
    Processed,
    Failed,
}

/// A refund in the gateway's books.
#[derive(Debug, Clone)]
pub struct RefundEntry {
    pub id: GatewayRefundId,
    pub attempt: GatewayPaymentId,
    pub ours: (RefundId, u16),
    pub amount: Money,
    pub back: Back,
}

/// What the gateway tells: a picture of the moment.
#[derive(Debug, Clone)]
pub enum News {
    Attempt(Entry),
    Refund(GatewayOrderId, RefundEntry),
}

/// How often the gateway's refunds go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refunds {
    /// Now and then.
    SomeFail,
    /// Always: an operator has to see to it.
    AllFail,
}

pub struct Gateway {
    pub attempts: BTreeMap<GatewayPaymentId, Entry>,
    pub refunds: Vec<RefundEntry>,
    refunding: Refunds,
    /// News on their way, with the minute at which they arrive.
    mail: Vec<(i64, News)>,
    pub dropped: u32,
}

impl Gateway {
    pub fn new(refunding: Refunds) -> Self {
        Self {
            attempts: BTreeMap::new(),
            refunds: Vec::new(),
            refunding,
            mail: Vec::new(),
            dropped: 0,
        }
    }

    /// Tells of something: never, or up to five times, each some time later.
    fn tell(&mut self, news: &News, minute: i64, dice: &mut Dice) {
        if dice.percent(20) {
            self.dropped += 1;
            return;
        }
        for _ in 0..=dice.below(5) {
            let longest = if dice.percent(70) { 3 } else { 240 };
            let arrives = minute + dice.minute(0, longest);
            self.mail.push((arrives, news.clone()));
        }
    }

    /// What arrives by that minute, in any order.
    pub fn arrived(&mut self, minute: i64, dice: &mut Dice) -> Vec<News> {
        let (mut here, under_way) = std::mem::take(&mut self.mail)
            .into_iter()
            .partition::<Vec<_>, _>(|(arrives, _)| *arrives <= minute);
        self.mail = under_way;
        std::iter::from_fn(|| dice.take(&mut here).map(|(_, news)| news)).collect()
    }

    /// A payer tries.
    pub fn attempt(&mut self, entry: Entry, minute: i64, dice: &mut Dice) {
        // Whatever is captured was authorised before, and both are told.
        if entry.stand == Stand::Captured {
            let stand = Stand::Authorised;
            let authorised = Entry {
                stand,
                ..entry.clone()
            };
            self.tell(&News::Attempt(authorised), minute, dice);
        }
        self.tell(&News::Attempt(entry.clone()), minute, dice);
        self.attempts.insert(entry.attempt.clone(), entry);
    }

    /// A bank has second thoughts: what failed, or was only authorised, goes on.
    pub fn later(&mut self, to: Stand, minute: i64, dice: &mut Dice) {
        let goes_on = |entry: &&mut Entry| match to {
            Stand::Failed => false,
            Stand::Authorised => entry.stand == Stand::Failed,
            Stand::Captured => entry.stand != Stand::Captured,
        };
        let Some(entry) = self.attempts.values_mut().find(goes_on) else {
            return;
        };
        entry.stand = to;
        let news = News::Attempt(entry.clone());
        self.tell(&news, minute, dice);
    }

    /// The clinic takes what was reserved.
    pub fn capture(&mut self, attempt: &GatewayPaymentId, minute: i64, dice: &mut Dice) {
        let entry = self.attempts.get_mut(attempt).unwrap();
        assert_ne!(
            entry.stand,
            Stand::Failed,
            "captured what was never reserved"
        );
        if entry.stand == Stand::Captured {
            return;
        }
        entry.stand = Stand::Captured;
        let news = News::Attempt(entry.clone());
        self.tell(&news, minute, dice);
    }

    /// What it has of that try of a refund.
    pub fn known(&self, ours: (RefundId, u16)) -> Option<&RefundEntry> {
        self.refunds.iter().find(|refund| refund.ours == ours)
    }

    /// The clinic asks for a refund; the same try once more is the same refund.
    pub fn refund(
        &mut self,
        ours: (RefundId, u16),
        attempt: &GatewayPaymentId,
        amount: Money,
        (minute, dice): (i64, &mut Dice),
    ) -> RefundEntry {
        if let Some(known) = self.known(ours) {
            return known.clone();
        }
        let entry = self.attempts[attempt].clone();
        let left = entry.amount.amount() - self.given_back(attempt);
        assert_eq!(entry.stand, Stand::Captured, "gave back what never came");
        assert!(amount.amount() <= left, "gave back more than there was");
        let back = match (self.refunding, dice.below(10)) {
            (Refunds::AllFail, _) | (Refunds::SomeFail, 0..2) => Back::Failed,
            (Refunds::SomeFail, 2..5) => Back::Pending,
            (Refunds::SomeFail, _) => Back::Processed,
        };
        let id = GatewayRefundId::parse(&format!("rfnd_{}", self.refunds.len())).unwrap();
        let refund = RefundEntry {
            id,
            attempt: attempt.clone(),
            ours,
            amount,
            back,
        };
        self.refunds.push(refund.clone());
        let news = News::Refund(entry.order, refund.clone());
        self.tell(&news, minute, dice);
        refund
    }

    /// What it was at comes to an end, one way or the other.
    pub fn finish_pending(&mut self, minute: i64, dice: &mut Dice) {
        let mut told = Vec::new();
        for refund in &mut self.refunds {
            if refund.back == Back::Pending {
                let fails = dice.percent(20);
                refund.back = if fails { Back::Failed } else { Back::Processed };
                let order = self.attempts[&refund.attempt].order.clone();
                told.push(News::Refund(order, refund.clone()));
            }
        }
        for news in told {
            self.tell(&news, minute, dice);
        }
    }

    /// Money that came.
    pub fn captured(&self) -> i64 {
        let captured = self.attempts.values();
        let captured = captured.filter(|entry| entry.stand == Stand::Captured);
        captured.map(|entry| entry.amount.amount()).sum()
    }

    /// Money that left again.
    pub fn refunded(&self) -> i64 {
        let refunds = self.refunds.iter();
        let done = refunds.filter(|refund| refund.back == Back::Processed);
        done.map(|refund| refund.amount.amount()).sum()
    }

    /// Money that left or is about to.
    fn given_back(&self, attempt: &GatewayPaymentId) -> i64 {
        let refunds = self.refunds.iter();
        let counts =
            |refund: &&RefundEntry| refund.attempt == *attempt && refund.back != Back::Failed;
        let refunds = refunds.filter(counts);
        refunds.map(|refund| refund.amount.amount()).sum()
    }
}
