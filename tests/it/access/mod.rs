//! Access to patients' records, and its log.

mod break_glass;
mod charts;
mod consents;
mod fixture;
mod log;
mod log_faults;
mod proxies;
mod random;
mod routes;
mod treatment;
