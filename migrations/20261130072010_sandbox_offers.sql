-- An attempt of another amount pays its order if an offer or a fee explains the difference. The sandbox is told
-- so with the attempt, and an attempt that is only authorised remembers it until it is captured.

alter table razorpay_sandbox_payments add column pays_order boolean not null default true;
