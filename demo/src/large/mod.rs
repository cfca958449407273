//! A large clinic group, to see what the program does with one: a hundred thousand patients, two million
//! visits, beside the small demo and its sign-ins.
//!
//! Whatever happened is decided by the rules, as in the small demo, and brought in as whole histories
//! ([`event_store::EventStore::import`]), practice by practice. Everything follows from the size: a program
//! that was stopped goes on at its next start with the practices that are missing. Dates are counted from the
//! day on which the group's first clinic came to be.

mod clinics;
mod diary;
mod people;
mod practice;
mod seed;
mod size;
mod staff;
#[cfg(test)]
mod tests;
mod visits;

use std::sync::Arc;

use anyhow::Context as _;
use chrono::{DateTime, DurationRound as _, TimeDelta, Utc};
use tokio::task::JoinSet;

use crate::Target;
use crate::progress::Progress;
use crate::tale::land;
use clinics::{OpenedClinic, clinic_id};
use practice::Practice;
use seed::Seed;
pub(super) use size::Numbers;
pub use size::Size;

/// Practices that are made at a time: one is decided while another one is written.
const AT_ONCE: usize = 2;
/// Practices that share a clinic.
const PRACTICES_OF_A_CLINIC: usize = 5;
/// Clinics and people are older than the first booking.
const FOUNDED_AGO: TimeDelta = TimeDelta::days(180);

/// Makes what is missing of a group of that size.
pub(super) async fn fill(target: &Target, numbers: Numbers) -> anyhow::Result<()> {
    let group = Group::found(target, numbers).await?;
    let mut missing = Vec::new();
    for number in 0..numbers.practices() {
        let practice = group.practice(number);
        if !practice.is_there().await? {
            missing.push(practice);
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    let visits: usize = missing.iter().map(|practice| practice.share.visits()).sum();
    tracing::info!(
        "Making a large group: {visits} visits of {} practices.",
        missing.len()
    );
    let gave_way = make(missing, Arc::new(Progress::steps("Visits", visits))).await?;
    if gave_way > 0 {
        tracing::warn!("{gave_way} of them gave way to what is booked already.");
    }
    tracing::info!("Made a large group.");
    Ok(())
}

/// Makes some practices, a few at a time. Answers how many histories gave way.
async fn make(practices: Vec<Practice>, progress: Arc<Progress>) -> anyhow::Result<usize> {
    let mut making = JoinSet::new();
    let mut gave_way = 0;
    for practice in practices {
        if making.len() >= AT_ONCE {
            gave_way += one(&mut making).await?;
        }
        making.spawn(practice.make(progress.clone()));
    }
    while !making.is_empty() {
        gave_way += one(&mut making).await?;
    }
    Ok(gave_way)
}

async fn one(making: &mut JoinSet<anyhow::Result<usize>>) -> anyhow::Result<usize> {
    match making.join_next().await {
        Some(made) => made.context("making a practice")?,
        None => Ok(0),
    }
}

/// The parts that all practices share.
struct Group<'a> {
    target: &'a Target,
    seed: Seed,
    numbers: Numbers,
    clinics: Vec<OpenedClinic>,
    now: DateTime<Utc>,
}

impl<'a> Group<'a> {
    /// Opens its clinics, if they are not there yet.
    async fn found(target: &'a Target, numbers: Numbers) -> anyhow::Result<Self> {
        let store = target.commands.store();
        let seed = Seed::new(numbers);
        let at = target.commands.system_context().at - FOUNDED_AGO;
        let mut clinics = Vec::new();
        let mut histories = Vec::new();
        for number in 0..numbers.practices().div_ceil(PRACTICES_OF_A_CLINIC) {
            let (clinic, told) = clinics::open(seed, number, at).await?;
            clinics.push(clinic);
            histories.extend(told);
        }
        land(store, histories).await?;
        let first = clinic_id(seed, 0).as_uuid().to_string();
        let began = store.stream_started_at("clinic", &first).await?;
        let began = began.context("the first clinic is in the log")?;
        Ok(Self {
            target,
            seed,
            numbers,
            clinics,
            now: began.duration_trunc(TimeDelta::minutes(1))?,
        })
    }

    fn practice(&self, number: usize) -> Practice {
        Practice {
            store: self.target.commands.store().clone(),
            seed: self.seed,
            number,
            share: self.numbers.of_practice(number),
            clinic: self.clinics[number / PRACTICES_OF_A_CLINIC],
            founded: self.now - FOUNDED_AGO,
            now: self.now,
        }
    }
}
