-- Drafts of encounter notes. A draft is overwritten as its author writes, so it is a row and no event; its signature is
-- the first event of the note, and names the version that was signed.
create table note_drafts (
  note_id uuid not null,
  -- Whose key seals the draft: it is gone when the patient is erased.
  patient_id uuid not null,
  author_account_id uuid not null,
  doctor_id uuid not null,
  version bigint not null,
  saved_at timestamptz not null,
  phi text not null,
  constraint note_drafts_pkey primary key (note_id)
);
comment on table note_drafts is 'records: Drafts of encounter notes, sealed, until they are signed.';

-- The drafts of an author, the last saved first.
create index note_drafts_author on note_drafts (author_account_id, saved_at desc);
-- The drafts of an erased patient are removed.
create index note_drafts_patient on note_drafts (patient_id);
