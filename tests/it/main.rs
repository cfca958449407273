//! Every black-box test of the product, in one binary.

mod http;
mod projections;
mod store;
mod support;
