-- Issues a code in place of an earlier one, unless the pause after its mail goes on: $7 seconds, doubled by each mail
-- since $6, at most $8.
insert into mailed_codes as held (purpose, holder, code_hash, issued_at, expires_at)
values ($1, $2, $3, $4, $5)
on conflict (purpose, holder) do update
set
  code_hash = excluded.code_hash,
  attempts = 0,
  issues = case when held.issued_at > $6 then held.issues + 1 else 1 end,
  issued_at = excluded.issued_at,
  expires_at = excluded.expires_at
where held.issued_at + make_interval(
  secs => least($7::double precision * power(2, least(held.issues, 20) - 1), $8)
) <= excluded.issued_at
