-- Read models can be made again beside the live ones, compared with them, and put in their place.
--
-- Why a schema: the copy's tables have the names of the live ones, so that the same checked statements
-- write both, and constraints and indexes are called what later migrations expect. Nobody but the owner may
-- look into it.
-- Why a table: a copy's position stands among the checkpoints as `beside/<name>`, but that does not say
-- whether it was made from the log or used to be the live one, and since when.
create schema beside;
comment on schema beside is 'Second copies of read models: made again from the log, or replaced a while ago.';

create table read_model_copies (
  name text not null,
  version integer not null,
  origin text not null,
  since timestamptz not null default clock_timestamp(),
  constraint read_model_copies_pkey primary key (name),
  constraint read_model_copies_known_origin check (origin in ('rebuilt', 'replaced'))
);
comment on table read_model_copies is 'log: Which read models have a copy beside the live one, and since when.';
