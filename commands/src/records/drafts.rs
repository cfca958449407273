//! Drafts of notes: begun, saved as they are written, discarded, signed.
//!
//! A draft is a row with a version. The signature is the first event of the note, and the stream decides about it: two
//! signatures conflict. From its commit on, the signed version is no draft any more; the row is removed by a reaction,
//! so that a crash in between leaves nothing to repair.

use domain::note::{FieldVersions, Note, NoteCommand, NoteDraft, NoteRefusal, SignNote};
use domain::{AccountId, NoteId, PatientId};
use event_store::{Loaded, ReadSet};
use tracing::instrument;
use uuid::Uuid;

use super::writer::Place;
use super::{
    DraftAnswer, DraftReply, NoteAnswer, NoteReply, RecordRefusal, Records, Refused, note_reply,
};
use crate::authorization::{Action, Resource, authorize};
use crate::ports::StoredDraft;
use crate::proposal::Proposal;
use crate::{Caller, CommandError, Context, Done, Target};

/// The most drafts that are listed.
const MOST_LISTED: i64 = 200;

/// Under which the key of a repeated request becomes the id of its note: `UUIDv5(this, key)`.
const NAMESPACE: Uuid = Uuid::from_u128(0x0193_7b1e_52c4_7d0a_8f35_2c9d_6e41_b807);

const ALREADY_SIGNED: CommandError<RecordRefusal<NoteRefusal>> =
    CommandError::Refused(RecordRefusal::Rule(NoteRefusal::AlreadySigned));

impl Records {
    /// Begins a draft of a note. The same request again returns the draft that it began.
    #[instrument(name = "command.note.begin", skip_all)]
    pub async fn begin_note(
        &self,
        caller: &Caller,
        patient: PatientId,
        draft: NoteDraft,
        chart: &Resource,
        context: &Context,
    ) -> DraftAnswer {
        let read = self.commands.store.read_set();
        let writer = self
            .commands
            .chart_writer(&read, caller, Action::BeginNote, chart);
        let writer = writer.await?;
        let key = context.idempotency.map(|own| own.key);
        let new_id = || self.commands.ids.id();
        let id = key.map_or_else(new_id, |key| Uuid::new_v5(&NAMESPACE, &key));
        let new = StoredDraft {
            note: NoteId::from_uuid(id),
            patient,
            author: caller.account,
            doctor: writer.doctor,
            version: 1,
            saved_at: context.at,
            draft,
            fields: FieldVersions::default(),
        };
        if self.drafts.create(&new).await? {
            return Ok(saved(&new, false));
        }
        let begun = self.drafts.find(new.note).await?.ok_or(ALREADY_SIGNED)?;
        let same = begun.patient == new.patient && (begun.version > 1 || begun.draft == new.draft);
        if same {
            Ok(saved(&begun, true))
        } else {
            Err(CommandError::KeyReused)
        }
    }

    /// Saves a draft in place of the version that its author has read. The same content again is no new version.
    #[instrument(name = "command.note.save", skip_all)]
    pub async fn save_draft(
        &self,
        caller: &Caller,
        target: Target<NoteId>,
        draft: NoteDraft,
        context: &Context,
    ) -> DraftAnswer {
        let stored = self.draft(caller, target.id).await?;
        let expected = target.expected_version.unwrap_or(stored.version);
        // The answer to the first request may have been lost.
        let repeated = [expected, expected.saturating_add(1)].contains(&stored.version);
        if repeated && stored.draft == draft {
            return Ok(saved(&stored, false));
        }
        if stored.version != expected {
            return Err(CommandError::Stale);
        }
        let version = expected.saturating_add(1);
        let changed: Vec<_> = stored.draft.differences(&draft).collect();
        let next = StoredDraft {
            version,
            saved_at: context.at,
            fields: stored.fields.changed(changed.into_iter(), version),
            draft,
            ..stored
        };
        if self.drafts.replace(&next).await? {
            return Ok(saved(&next, false));
        }
        self.refuse_signed(target.id).await?;
        Err(CommandError::Stale)
    }

    /// Discards a draft in the version that its author has read.
    #[instrument(name = "command.note.discard", skip_all)]
    pub async fn discard_draft(&self, caller: &Caller, target: Target<NoteId>) -> DraftAnswer {
        let stored = self.draft(caller, target.id).await?;
        let version = target.expected_version.unwrap_or(stored.version);
        if version == stored.version && self.drafts.discard(target.id, version).await? {
            Ok(saved(&stored, false))
        } else {
            Err(CommandError::Stale)
        }
    }

    /// Returns a draft to its author; to anyone else there is none.
    pub async fn draft(
        &self,
        caller: &Caller,
        note: NoteId,
    ) -> Result<StoredDraft, Refused<NoteRefusal>> {
        let Some(stored) = self.drafts.find(note).await? else {
            self.refuse_signed_to(caller, note).await?;
            return Err(CommandError::NotFound);
        };
        authorize(caller, Action::SignNote, &written_by(stored.author))?;
        Ok(stored)
    }

    /// Returns the caller's own drafts, the last saved first, of one patient if one is given.
    pub async fn own_drafts(
        &self,
        caller: &Caller,
        patient: Option<PatientId>,
    ) -> Result<Vec<StoredDraft>, Refused<NoteRefusal>> {
        let drafts = self.drafts.list(caller.account, patient, MOST_LISTED);
        Ok(drafts.await?)
    }

    /// Signs a draft in the version that its author has read: it is a note from then on. To sign the same version again
    /// is no new fact.
    #[instrument(name = "command.note.sign", skip_all)]
    pub async fn sign_note(
        &self,
        caller: &Caller,
        target: Target<NoteId>,
        context: &Context,
    ) -> NoteAnswer {
        self.commands
            .run(context, async |read: ReadSet| {
                let note = read.load::<Note>(target.id).await?;
                if let Some(proposal) = signed_before(caller, target, &note)? {
                    return Ok(proposal);
                }
                let stored = match self.draft(caller, target.id).await {
                    // It was signed since the note was loaded.
                    Err(CommandError::Refused(RecordRefusal::Rule(NoteRefusal::AlreadySigned))) => {
                        let id = target.id.to_string();
                        let note = self.commands.store.load_from_log::<Note>(&id).await?;
                        return signed_before(caller, target, &note)?.ok_or(ALREADY_SIGNED);
                    }
                    stored => stored?,
                };
                if target
                    .expected_version
                    .is_some_and(|seen| seen != stored.version)
                {
                    return Err(CommandError::Stale);
                }
                let chart = Resource {
                    patient: Some(stored.patient),
                    ..written_by(stored.author)
                };
                let writer = self
                    .commands
                    .chart_writer(&read, caller, Action::SignNote, &chart);
                let writer = writer.await?;
                let place = Place {
                    clinic: stored.draft.clinic,
                    appointment: stored.draft.appointment,
                };
                let doctor = stored.doctor;
                self.commands
                    .check_place(&read, doctor, stored.patient, place)
                    .await?;
                let sign = SignNote {
                    note: target.id,
                    patient: stored.patient,
                    doctor,
                    draft: stored.draft,
                    draft_version: stored.version,
                    by: writer.by,
                    at: context.at,
                };
                let signed = note.decide(NoteCommand::Sign(sign)).await;
                let signed = signed.map_err(|error| error.map(RecordRefusal::Rule))?;
                let reply = note_reply(&signed).ok_or(CommandError::NotFound)?;
                Ok(Proposal::new(reply)
                    .with(signed)
                    .acting_as(writer.by)
                    .at_clinic(place.clinic))
            })
            .await
    }

    /// Refuses a change of a draft that was signed meanwhile.
    async fn refuse_signed(&self, note: NoteId) -> Result<(), Refused<NoteRefusal>> {
        let note = note.to_string();
        let note = self.commands.store.load_from_log::<Note>(&note).await?;
        match note.aggregate() {
            Note::Unsigned => Ok(()),
            Note::Signed(_) => Err(ALREADY_SIGNED),
        }
    }

    /// The same for the author; anyone else learns nothing.
    async fn refuse_signed_to(
        &self,
        caller: &Caller,
        note: NoteId,
    ) -> Result<(), Refused<NoteRefusal>> {
        let id = note.to_string();
        let signed = self.commands.store.load_from_log::<Note>(&id).await?;
        let author = signed.aggregate().signed().map(|signed| signed.author);
        match author.and_then(|author| author.account_id()) {
            Some(author) if author == caller.account => Err(ALREADY_SIGNED),
            _ => Ok(()),
        }
    }
}

/// Returns the reply to a signature that was done before, by its author and of the same version.
fn signed_before(
    caller: &Caller,
    target: Target<NoteId>,
    note: &Loaded<Note>,
) -> Result<Option<Proposal<NoteReply, RecordRefusal<NoteRefusal>>>, Refused<NoteRefusal>> {
    let Some(signed) = note.aggregate().signed() else {
        return Ok(None);
    };
    let author = signed.author.account_id();
    let author = author.ok_or(CommandError::NotFound)?;
    authorize(caller, Action::SignNote, &written_by(author))?;
    if target.expected_version != Some(signed.draft_version) {
        return Err(ALREADY_SIGNED);
    }
    Ok(Some(Proposal::new(NoteReply {
        note: signed.note,
        patient: signed.patient,
        status: signed.status,
        version: note.version(),
    })))
}

/// A note or draft, as something of its author.
pub(super) fn written_by(author: AccountId) -> Resource {
    Resource::of_account(author)
}

fn saved(draft: &StoredDraft, replayed: bool) -> Done<DraftReply> {
    Done {
        reply: DraftReply {
            note: draft.note,
            version: draft.version,
        },
        cursor: None,
        replayed,
    }
}
