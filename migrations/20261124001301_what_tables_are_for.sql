-- What each table is for, said by the database itself.
--
-- Why: `\d+` and docs/schema.md tell it from one place. A comment begins with the room that writes the table:
-- `log`, `identity` or `read model`. A new table brings its comment with it.
comment on table log_epoch is 'log: Which epoch new events belong to. A restore opens the next one.';
comment on table events is 'log: Everything that happened, append-only. All else follows from it.';
comment on table idempotency_keys is 'log: Commands that came with a key, and what was replied, for 24 hours.';
comment on table slot_claims is 'log: Whose time is taken. Its constraints refuse a second booking.';
comment on table reservations is 'log: Names that belong to one holder, such as logins, as keyed hashes.';
comment on table subscription_checkpoints is 'log: How far each subscriber has read.';
comment on table timers is 'log: What is due later, such as the end of a hold.';
comment on table snapshots is 'log: States of long streams. A cache; may be deleted at any time.';
comment on table subject_keys is 'log: One wrapped key per person, or the tombstone of one who was erased.';
comment on table master_key_epochs is 'log: Master keys, by a value that proves them; the keys lie in the settings.';

comment on table credentials is 'identity: Password hashes.';
comment on table sessions is 'identity: One row per sign-in on one client: a family of refresh tokens.';
comment on table refresh_tokens is 'identity: Hashes of refresh tokens, used ones as well, until their session ends.';
comment on table login_failures is 'identity: Failed sign-ins per login and per client, as keyed hashes.';

comment on table clinic_directory is 'read model: Which clinics are there?';
comment on table doctor_directory is 'read model: Which doctors are there?';
comment on table doctor_affiliations is 'read model: Where and on what terms do doctors work?';
comment on table patient_appointments is 'read model: Which appointments does a patient have?';
comment on table day_sheet is 'read model: Whom does a doctor see on a day?';
comment on table day_sheet_patients is 'read model: What are the patients on a day sheet called?';
comment on table day_sheet_clinics is 'read model: By which clock is a day of a sheet meant?';
comment on table patient_cards is 'read model: Who is a patient, how are they reached, who may act for them?';
comment on table timetable_doctors is 'read model: Which doctors may be booked?';
comment on table doctor_timetables is 'read model: When can a doctor be booked?';
comment on table account_directory is 'read model: Who may sign in, as what and where?';
