//! The order of a payment at the gateway: made once, and made anew when it can't be paid any more.

use domain::GatewayOrderId;
use domain::payment::{
    CloseOrder, ClosingGrounds, OpenedPayment, PaymentCommand, PaymentRefusal, RecordOrder,
};
use event_store::Cursor;

use super::{CheckoutRefusal, Payments};
use crate::ports::{GatewayError, NewOrder};
use crate::{CommandError, Context, Fault};

type Refused = CommandError<CheckoutRefusal>;

impl Payments {
    /// Returns the order of a payment, and its position in the log if it is new.
    pub(super) async fn order_of(
        &self,
        opened: &OpenedPayment,
        context: &Context,
    ) -> Result<(GatewayOrderId, Option<Cursor>), Refused> {
        let key = self.gateway.key_id();
        if let Some(order) = opened.payable_order(key) {
            return Ok((order.clone(), None));
        }
        let order = self.made_order(opened).await?;
        let record = RecordOrder {
            order: order.clone(),
            key: key.clone(),
            at: context.at,
        };
        // The client's key belongs to the opening: under it, this would be taken for the same command again.
        let context = &Context {
            idempotency: None,
            ..context.clone()
        };
        let recorded = self
            .execute(opened.payment, PaymentCommand::RecordOrder(record), context)
            .await;
        match recorded {
            Ok(done) => Ok((order, done.cursor)),
            // Another request of the same account was faster; its order is the payment's.
            Err(CommandError::Refused(PaymentRefusal::OtherOrder { order })) => Ok((order, None)),
            Err(CommandError::Refused(PaymentRefusal::OrderClosed)) => {
                Err(self.rejected(opened, order, context).await)
            }
            Err(error) => Err(error.map(CheckoutRefusal::Payment)),
        }
    }

    /// Has the gateway make the next order of a payment.
    async fn made_order(&self, opened: &OpenedPayment) -> Result<GatewayOrderId, Refused> {
        let asked = NewOrder {
            payment: opened.payment,
            kind: opened.payable.kind(),
            number: opened.next_order_number(),
            amount: opened.amount,
        };
        match self.gateway.create_order(&asked).await {
            Ok(order) => Ok(order),
            Err(GatewayError::Refused { code }) => {
                Err(CommandError::Refused(CheckoutRefusal::Gateway { code }))
            }
            Err(GatewayError::Unavailable(fault)) => {
                tracing::warn!(
                    payment.id = %opened.payment,
                    error = &fault as &dyn std::error::Error,
                    "The gateway made no order; the payer is told to try again."
                );
                Err(CommandError::Refused(CheckoutRefusal::GatewayAway))
            }
        }
    }

    /// Records that the gateway gave an order that can't be this payment's, for the operators' list. The next
    /// request asks for another order.
    async fn rejected(
        &self,
        opened: &OpenedPayment,
        order: GatewayOrderId,
        context: &Context,
    ) -> Refused {
        tracing::error!(
            payment.id = %opened.payment,
            gateway.order = %order,
            "The gateway gave an order that belongs to another payment or is closed."
        );
        let close = PaymentCommand::CloseOrder(CloseOrder {
            order,
            grounds: ClosingGrounds::OtherPayment,
            code: None,
            at: context.at,
        });
        match self.execute(opened.payment, close, context).await {
            Ok(_) => CommandError::Refused(CheckoutRefusal::GatewayAway),
            Err(error) => error.map(CheckoutRefusal::Payment),
        }
    }

    /// Closes the orders of which the gateway never told, or not all. They are on the operators' list then.
    pub(super) async fn close_unclear(
        &self,
        opened: &OpenedPayment,
        unclear: Vec<UnclearOrder>,
        context: &Context,
    ) -> Result<(), Fault> {
        for UnclearOrder {
            order,
            grounds,
            code,
        } in unclear
        {
            tracing::error!(
                payment.id = %opened.payment,
                gateway.order = %order,
                closing.grounds = grounds.as_str(),
                "An order is not asked about any more, and money may have come for it."
            );
            let close = PaymentCommand::CloseOrder(CloseOrder {
                order,
                grounds,
                code,
                at: context.at,
            });
            self.execute(opened.payment, close, context)
                .await
                .map_err(super::fault_of("closing an order"))?;
        }
        Ok(())
    }
}

/// An order of which the gateway did not tell everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct UnclearOrder {
    pub(super) order: GatewayOrderId,
    pub(super) grounds: ClosingGrounds,
    pub(super) code: Option<domain::FailureCode>,
}
