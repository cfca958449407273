//! Erasure of patients over HTTP: two people, legal holds, certificates, and what is left afterwards.

mod canaries;
mod carried_out;
mod filled;
mod fixture;
mod two_people;
