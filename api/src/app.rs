//! What handlers work with.

use std::sync::Arc;

use adapters::jwt::AccessTokenVerifier;
use commands::Commands;
use commands::identity::Identity;
use commands::payments::{Inbox, Payments};
use commands::ports::{Clock, PaymentGateway};
use domain::appointment::BookingPolicy;
use event_store::{Progress, Sealing};
use sqlx::PgPool;

use crate::http::in_flight::InFlight;
use crate::revoked::RevokedSessions;
use crate::tokens::Tokens;

/// One node's state, shared by its workers. Everything durable is in the database.
pub struct App {
    /// The write side.
    pub(crate) commands: Commands,
    /// Payments, and whoever takes the money.
    pub(crate) payments: Payments,
    /// What the payment gateway tells without being asked.
    pub(crate) inbox: Inbox,
    /// Signing in.
    pub(crate) identity: Identity,
    /// The read side.
    pub(crate) pool: PgPool,
    /// How far the read models have come.
    pub(crate) progress: Progress,
    /// Makes access tokens.
    pub(crate) tokens: Tokens,
    /// Checks access tokens.
    pub(crate) verifier: AccessTokenVerifier,
    /// Sessions whose tokens are refused before they expire.
    pub(crate) revoked: RevokedSessions,
    /// Requests with a key that are being worked on.
    pub(crate) in_flight: InFlight,
    /// The time.
    pub(crate) clock: Arc<dyn Clock>,
    /// What the clinic group decided about bookings.
    pub(crate) policy: BookingPolicy,
}

impl App {
    /// Who takes the money.
    #[must_use]
    pub fn gateway(&self) -> &dyn PaymentGateway {
        self.payments.gateway()
    }

    /// Opens what the read side holds sealed, for those who may see it.
    pub(crate) fn sealing(&self) -> &Sealing {
        self.commands.store().sealing()
    }
}
