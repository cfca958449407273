//! Every black-box test of the product, in one binary.
// It is compiled as a test anyway; this tells clippy that helpers may unwrap, too.
#![cfg(test)]

mod access;
mod backup;
mod erasure;
mod gateway;
mod http;
mod inbox;
mod mail;
mod money;
mod observe;
mod projections;
mod rebuild;
mod records;
mod store;
mod storm;
mod support;
