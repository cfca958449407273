-- Creates the two roles and the database, once, when PostgreSQL starts on an empty volume.
--
-- Two roles, because only the owner may change the schema, and the app must not change the log. The program grants
-- the rights of each at its start.
\getenv owner_password CARESYNC_OWNER_PASSWORD
\getenv app_password CARESYNC_APP_PASSWORD

create role caresync_owner login password :'owner_password';
create role caresync_app login password :'app_password';
create database caresync owner caresync_owner;
revoke connect, temporary on database caresync from public;
grant connect on database caresync to caresync_app;
