//! Signed notes: addenda, and the mark *entered in error*.

use domain::note::{AddendumContent, MarkNoteEnteredInError, Note, NoteCommand, SignAddendum};
use domain::{NoteId, Reason};
use event_store::ReadSet;
use tracing::instrument;

use super::writer::Writer;
use super::{NoteAnswer, RecordRefusal, Records, note_reply};
use crate::authorization::{Action, Resource};
use crate::proposal::Proposal;
use crate::{Caller, CommandError, Context, Target};

impl Records {
    /// Signs an addendum to a note.
    #[instrument(name = "command.note.add", skip_all)]
    pub async fn sign_addendum(
        &self,
        caller: &Caller,
        target: Target<NoteId>,
        addendum: AddendumContent,
        chart: &Resource,
        context: &Context,
    ) -> NoteAnswer {
        let at = context.at;
        let command = move |writer: Writer| {
            NoteCommand::SignAddendum(SignAddendum {
                doctor: writer.doctor,
                addendum: addendum.clone(),
                by: writer.by,
                at,
            })
        };
        let action = Action::AddToNote;
        self.change_note(caller, target, action, chart, command, context)
            .await
    }

    /// Marks a note as entered in error: it is hidden, and stays in the log.
    #[instrument(name = "command.note.mark_in_error", skip_all)]
    pub async fn mark_note_in_error(
        &self,
        caller: &Caller,
        target: Target<NoteId>,
        reason: Reason,
        chart: &Resource,
        context: &Context,
    ) -> NoteAnswer {
        let at = context.at;
        let command = move |writer: Writer| {
            let (reason, by) = (reason.clone(), writer.by);
            NoteCommand::MarkEnteredInError(MarkNoteEnteredInError { reason, by, at })
        };
        let action = Action::MarkNoteInError;
        self.change_note(caller, target, action, chart, command, context)
            .await
    }

    /// Runs the command that `command` makes for the doctor that the caller is in the action.
    async fn change_note(
        &self,
        caller: &Caller,
        target: Target<NoteId>,
        action: Action,
        chart: &Resource,
        command: impl Fn(Writer) -> NoteCommand + Send + Sync,
        context: &Context,
    ) -> NoteAnswer {
        self.commands
            .run(context, async |read: ReadSet| {
                let note = read.load::<Note>(target.id).await?;
                let signed = *note.aggregate().signed().ok_or(CommandError::NotFound)?;
                let author = signed.author.account_id().ok_or(CommandError::NotFound)?;
                if chart.patient != Some(signed.patient) {
                    return Err(CommandError::NotFound);
                }
                let chart = Resource {
                    account: Some(author),
                    ..chart.clone()
                };
                let writer = self.commands.chart_writer(&read, caller, action, &chart);
                let writer = writer.await?;
                target.check_version(&note)?;
                let changed = note.decide(command(writer)).await;
                let changed = changed.map_err(|error| error.map(RecordRefusal::Rule))?;
                let reply = note_reply(&changed).ok_or(CommandError::NotFound)?;
                Ok(Proposal::new(reply)
                    .with(changed)
                    .acting_as(writer.by)
                    .at_clinic(signed.clinic))
            })
            .await
    }
}
