//! Decisions of a payment about its orders at the gateway.
//!
//! One order can be paid at a time. It is replaced if it was made with another API key, or if what it brought
//! was refunded: the gateway would take no second payment. Facts about all orders of a payment are recorded.

use super::command::{CloseOrder, RecordOrder};
use super::error::PaymentRefusal;
use super::event::PaymentEvent;
use super::order_events::{ClosingGrounds, PaymentOrderClosed, PaymentOrderCreated};
use super::state::{OpenedPayment, Payment};
use crate::decision::Decision;
use crate::values::GatewayOrderId;

pub(super) fn record_order(opened: &OpenedPayment, command: RecordOrder) -> Decision<Payment> {
    let RecordOrder { order, key, at } = command;
    match opened.payable_order(&key) {
        Some(ours) if *ours == order => return Ok(Vec::new()),
        Some(ours) => {
            return Err(PaymentRefusal::OtherOrder {
                order: ours.clone(),
            });
        }
        None if opened.knows_order(&order) => return Err(PaymentRefusal::OrderClosed),
        None => {}
    }
    let former = opened.order.as_ref();
    let former = former.filter(|former| !opened.closed_orders.contains_key(*former));
    let closed = former.map(|former| {
        PaymentEvent::OrderClosed(PaymentOrderClosed {
            payment: opened.payment,
            order: former.clone(),
            grounds: if opened.order_is_spent {
                ClosingGrounds::WrongAmount
            } else {
                ClosingGrounds::KeyChanged
            },
            code: None,
            at,
        })
    });
    let created = PaymentEvent::OrderCreated(PaymentOrderCreated {
        payment: opened.payment,
        order,
        key: Some(key),
        at,
    });
    Ok(closed.into_iter().chain([created]).collect())
}

/// A closed order is closed once more if only the later grounds needs an operator.
pub(super) fn close_order(opened: &OpenedPayment, command: CloseOrder) -> Decision<Payment> {
    let CloseOrder {
        order,
        grounds,
        code,
        at,
    } = command;
    if grounds == ClosingGrounds::OtherPayment {
        if opened.knows_order(&order) {
            return Ok(Vec::new());
        }
    } else {
        check_order(opened, &order)?;
    }
    let closed = opened.closed_orders.get(&order);
    if closed.is_some_and(|before| before.needs_operator() || *before == grounds) {
        return Ok(Vec::new());
    }
    Ok(vec![PaymentEvent::OrderClosed(PaymentOrderClosed {
        payment: opened.payment,
        order,
        grounds,
        code,
        at,
    })])
}

/// Checks that a report is about an order of this payment.
pub(super) fn check_order(
    opened: &OpenedPayment,
    order: &GatewayOrderId,
) -> Result<(), PaymentRefusal> {
    if opened.has_order(order) {
        return Ok(());
    }
    Err(match &opened.order {
        None => PaymentRefusal::NoOrder,
        Some(ours) => PaymentRefusal::OtherOrder {
            order: ours.clone(),
        },
    })
}
