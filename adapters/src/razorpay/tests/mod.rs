//! Tests of the adapter against a server that can misbehave, and of webhooks from a corpus of our
//! own.

mod asked;
mod fixture;
mod hostile;
mod news;
mod server;
