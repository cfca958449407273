//! The clinical scenarios of the demo, as data. To add one, write it in the file of its field and list it there.
//!
//! Texts, doses and courses are what a textbook of general practice gives for adults in plain cases. They are there to be
//! looked at, and no advice.

mod children;
mod head;
mod heart;
mod infections;
mod limbs;
mod women_and_men;

use super::scenario::Scenario;

const FIELDS: [&[&Scenario]; 6] = [
    heart::ALL,
    infections::ALL,
    children::ALL,
    limbs::ALL,
    head::ALL,
    women_and_men::ALL,
];

/// Returns all of them, in the order of their lists.
pub(super) fn all() -> impl Iterator<Item = &'static &'static Scenario> {
    FIELDS.into_iter().flatten()
}
