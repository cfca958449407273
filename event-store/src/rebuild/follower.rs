//! A copy on its way through the log, and what of it concerns the copy.

use std::collections::BTreeSet;
use std::sync::Arc;

use sqlx::PgConnection;

use super::beside::Beside;
use super::error::RebuildError;
use super::model::ReadModel;
use super::seat_beside;
use super::take::Taking;
use crate::subscribe::{Reading, Seat};
use crate::{Cursor, Subscriber as _, Upcasters};

/// A copy on its way through the log.
pub(super) struct Follower {
    pub(super) copy: Beside,
    /// The copy's own place, and that of the live one.
    pub(super) seats: (Seat, Seat),
    pub(super) at: Cursor,
    pub(super) types: BTreeSet<&'static str>,
}

/// A part of the log: all events of some types up to `to`.
pub(super) struct Stretch {
    pub(super) reading: Reading,
    pub(super) to: Cursor,
}

impl Follower {
    pub(super) fn new(model: Arc<dyn ReadModel>, at: Cursor) -> Self {
        let types = model.event_types().into_iter().collect();
        let copy = Beside(model);
        let live = Seat::of(&copy);
        let seats = (seat_beside(&live), live);
        Self {
            copy,
            seats,
            at,
            types,
        }
    }

    pub(super) fn name(&self) -> &'static str {
        self.copy.name()
    }

    pub(super) fn types(&self) -> Vec<String> {
        self.types.iter().map(|of| (*of).to_owned()).collect()
    }

    /// Those events that are for this copy and new to it.
    fn part(&self, all: &Reading) -> Reading {
        let mut sealed = all.sealed.iter().peekable();
        let mut part = Reading::default();
        for (index, event) in all.events.iter().enumerate() {
            let unopened = sealed.next_if(|(at, _)| *at == index);
            if event.cursor <= self.at || !self.types.contains(&*event.event_type) {
                continue;
            }
            if let Some((_, error)) = unopened {
                part.sealed.push((part.events.len(), error.clone()));
            }
            part.events.push(event.clone());
        }
        part
    }

    /// Takes a batch, unless the copy is already behind it, and goes on to where it ends.
    pub(super) async fn take(
        &mut self,
        upcasters: &Upcasters,
        connection: &mut PgConnection,
        stretch: &Stretch,
    ) -> Result<(), RebuildError> {
        let to = stretch.to;
        if self.at >= to {
            return Ok(());
        }
        let taking = Taking {
            copy: &self.copy,
            seat: &self.seats.0,
            upcasters,
        };
        let part = self.part(&stretch.reading);
        taking.take(connection, part, (self.at, to)).await?;
        self.at = to;
        Ok(())
    }
}
