-- What a timer does may fail because somebody else is away: a gateway, for an hour. It is tried again, each
-- time after a longer pause.

alter table timers add column tries integer not null default 0;
