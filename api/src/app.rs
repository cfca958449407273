//! Application state, which every handler works with.

use std::sync::Arc;

use adapters::jwt::AccessTokenVerifier;
use adapters::receipt_pdf::ReceiptPrinter;
use commands::Commands;
use commands::authorization::ClinicalPolicy;
use commands::erasures::Erasures;
use commands::identity::Identity;
use commands::payments::{Inbox, Payments};
use commands::ports::{AccessLog, Clock, PaymentGateway};
use commands::records::Records;
use domain::appointment::BookingPolicy;
use event_store::{Progress, Sealing};
use sqlx::PgPool;

use crate::http::in_flight::InFlight;
use crate::limits::BlockedClients;
use crate::metrics::AccessLogMetrics;
use crate::revoked::RevokedSessions;
use crate::second_factors::SecondFactorPolicies;
use crate::tokens::Tokens;

/// One node's state, shared by its workers. Everything durable is in the database.
#[derive(Clone)]
pub struct App {
    /// The write side.
    pub commands: Commands,
    /// Payments, with the gateway that takes them.
    pub payments: Payments,
    /// Webhooks of the payment gateway.
    pub inbox: Inbox,
    /// The clinical record.
    pub records: Records,
    /// Erasures of patients.
    pub erasures: Erasures,
    /// Signing in.
    pub identity: Identity,
    /// The read side.
    pub pool: PgPool,
    /// Who accessed which patient's data.
    pub access_log: Arc<dyn AccessLog>,
    /// Times of recording that.
    pub access_log_metrics: AccessLogMetrics,
    /// Rules of the clinic group about charts.
    pub clinical_policy: ClinicalPolicy,
    /// Positions of the read models in the log.
    pub progress: Progress,
    /// Makes access tokens.
    pub tokens: Tokens,
    /// Checks access tokens.
    pub verifier: AccessTokenVerifier,
    /// Sessions whose tokens are refused before they expire.
    pub revoked: RevokedSessions,
    /// Clients that are turned away.
    pub blocked: BlockedClients,
    /// Clinics that require a second factor of their staff.
    pub second_factors: SecondFactorPolicies,
    /// Requests with a key that are being worked on.
    pub in_flight: InFlight,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Rules of the clinic group about bookings.
    pub policy: BookingPolicy,
    /// Addresses of the gateway's checkout.
    pub checkout: CheckoutAddresses,
    /// Prints receipts.
    pub printer: ReceiptPrinter,
}

/// The addresses of the gateway's checkout: URLs, or paths of this server.
#[derive(Debug, Clone)]
pub struct CheckoutAddresses {
    /// The script that a page opens the checkout with.
    pub script: String,
    /// The page of an order, without its id, if the gateway has one.
    pub pages: Option<String>,
}

impl App {
    /// The payment gateway.
    #[must_use]
    pub fn gateway(&self) -> &dyn PaymentGateway {
        self.payments.gateway()
    }

    /// Opens sealed columns about doctors and other staff, such as names of doctors, which are public. What is sealed
    /// about patients is opened with a [`Disclosure`](crate::http::disclosure::Disclosure).
    pub(crate) fn staff_sealing(&self) -> &Sealing {
        self.commands.store().sealing()
    }

    /// Opens what an access decision depends on. Nothing of it is shown.
    pub(crate) fn deciding_sealing(&self) -> &Sealing {
        self.commands.store().sealing()
    }
}
