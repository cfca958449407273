//! Paying for visits, through the program's own sandbox: what comes of money that is in time, late, twice, or
//! asked back, and of a gateway that is away.

mod away;
mod books;
mod called_off;
mod late;
mod paid;
mod refunds;
mod till;
mod twice;
