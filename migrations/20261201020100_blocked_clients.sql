-- Clients that are turned away for a while, by the program after abuse or by an admin. All nodes read them.
--
-- An address is personal data, and an admin must be able to read it: so it stands here in clear, and the row is removed once
-- the block has ended, after thirty days at the latest.
create table blocked_clients (
  block_id uuid not null,
  -- An IPv4 address, or the first address of a /64 of IPv6.
  client text not null,
  blocked_at timestamptz not null,
  blocked_until timestamptz not null,
  -- The admin; null if the program did.
  blocked_by uuid,
  constraint blocked_clients_pkey primary key (block_id),
  constraint blocked_clients_client unique (client),
  constraint blocked_clients_end_after_they_begin check (blocked_until > blocked_at),
  constraint blocked_clients_are_bounded check (blocked_until <= blocked_at + interval '31 days')
);
create index blocked_clients_end on blocked_clients (blocked_until);
comment on table blocked_clients is 'identity: Clients that are turned away for a while.';
