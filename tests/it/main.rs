//! Every black-box test of the product, in one binary.

mod projections;
mod store;
