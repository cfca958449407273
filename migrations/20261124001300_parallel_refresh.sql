-- A refresh token that comes back within a few seconds gets the successor that it got the first time.
--
-- Why a salt: the successor is an HMAC of this salt under the presented token, which is not stored. So it
-- can be told again to whoever has the token, and to nobody who has only this table.
alter table refresh_tokens
  -- Gone once the successor has been used, or the time for coming back is over.
  add column successor_salt bytea,
  add constraint refresh_tokens_salt_has_32_bytes check (octet_length(successor_salt) = 32),
  add constraint refresh_tokens_salt_of_a_successor
    check (successor_salt is null or successor_hash is not null);

-- At most the predecessor of the current token may come back, whatever the program believes.
create unique index refresh_tokens_one_repeatable
  on refresh_tokens (session_id) where successor_salt is not null;
