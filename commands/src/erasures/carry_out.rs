//! An erasure that was approved or ordered, carried out and certified.

use chrono::NaiveDate;
use domain::SubjectId;
use domain::erasure::{CertifyErasure, Erasure, ErasureCommand, OrderErasure};
use event_store::ReadSet;
use tracing::instrument;

use super::{Erasures, Refused};
use crate::proposal::Proposal;
use crate::{CommandError, Context, Fault};

impl Erasures {
    /// Orders the erasure of a person, as an operator at the command line does. If it was approved or ordered before,
    /// nothing is new.
    ///
    /// # Errors
    /// A legal hold is in force.
    #[instrument(name = "command.erasure.order", skip_all)]
    pub async fn order(&self, person: SubjectId, context: &Context) -> Result<(), Refused> {
        let (counts, key) = self.found(person).await?;
        let command = ErasureCommand::Order(OrderErasure {
            person,
            counts,
            key,
            by: context.actor,
            at: context.at,
        });
        self.decide(person, &command, context).await
    }

    /// Carries out an erasure that was approved or ordered, and certifies it. Returns false if there is none to carry
    /// out.
    ///
    /// # Errors
    /// A fault: it is to be repeated, and continues.
    #[instrument(name = "command.erasure.carry_out", skip_all)]
    pub async fn carry_out(&self, person: SubjectId, context: &Context) -> Result<bool, Refused> {
        let erasure: Erasure = self.commands.load(person).await?;
        if !erasure.is_due() {
            return Ok(false);
        }
        let counts = self.data.count(person).await?;
        // Before the key is destroyed: mails are found by the person's addresses.
        self.data.remove(person).await?;
        let erased = self.commands.erase_person(person, context).await;
        erased.map_err(|error| match error {
            CommandError::Fault(fault) => fault,
            error => Fault::new("erasing a person", error),
        })?;
        // A draft may have been saved in between.
        self.data.remove(person).await?;
        let command = ErasureCommand::Certify(CertifyErasure {
            counts,
            backups_unreadable_from: self.backups_unreadable_from(context),
            at: context.at,
        });
        self.decide(person, &command, context).await?;
        Ok(true)
    }

    /// The first day after the last keyring with the key was removed.
    fn backups_unreadable_from(&self, context: &Context) -> NaiveDate {
        let last = (context.at + self.keyrings_kept).date_naive();
        last.succ_opt().unwrap_or(last)
    }

    async fn decide(
        &self,
        person: SubjectId,
        command: &ErasureCommand,
        context: &Context,
    ) -> Result<(), Refused> {
        let run = self.commands.run(context, async |read: ReadSet| {
            let erasure = read.load::<Erasure>(person).await?;
            let decided = erasure.decide(command.clone()).await?;
            Ok(Proposal::new(()).with(decided))
        });
        run.await.map(|_| ())
    }
}
