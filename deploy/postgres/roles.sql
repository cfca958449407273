-- The two roles and the database, made once, when PostgreSQL starts on an empty volume.
--
-- Why two: the owner migrates and the app works, and the app may not rewrite the log. What each may do is
-- granted by the program at its start.
\getenv owner_password CARESYNC_OWNER_PASSWORD
\getenv app_password CARESYNC_APP_PASSWORD

create role caresync_owner login password :'owner_password';
create role caresync_app login password :'app_password';
create database caresync owner caresync_owner;
revoke connect, temporary on database caresync from public;
grant connect on database caresync to caresync_app;
