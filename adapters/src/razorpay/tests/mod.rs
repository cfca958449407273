//! The adapter against a server of ours that can misbehave, and news from a corpus of our own.

mod asked;
mod fixture;
mod hostile;
mod news;
mod server;
