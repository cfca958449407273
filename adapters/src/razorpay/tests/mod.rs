//! Tests of the adapter against a server that can misbehave, and of webhooks from a corpus of our
//! own.

mod bad_answers;
mod fixture;
mod requests;
mod server;
mod unreadable_webhooks;
mod webhook_signatures;
mod webhooks;
