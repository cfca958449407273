"""deploy/postgres/roles.sql: run as the image would, then used by the program and by its two roles."""

import os
import re
import subprocess
from urllib.parse import urlsplit, urlunsplit

import pytest

from conftest import ROOT

PASSWORDS = {"CARESYNC_OWNER_PASSWORD": "owner'secret", "CARESYNC_APP_PASSWORD": "app-secret"}


@pytest.fixture(scope="module")
def urls(caresync, tmp_path_factory) -> dict[str, str]:
    """The cluster's superuser, and the owner and the app of the database that the program has migrated."""
    superuser = os.environ["CARESYNC_TEST_DATABASE_URL"]
    script = ["--file", str(ROOT / "deploy/postgres/roles.sql")]
    psql(superuser, *script, env=PASSWORDS)
    urls = {role: as_role(superuser, f"caresync_{role}") for role in ("owner", "app")}
    secrets = tmp_path_factory.mktemp("secrets")
    subprocess.run([caresync, "keys", "init", str(secrets)], check=True, capture_output=True)
    settings = {
        "DATABASE_URL": urls["app"],
        "CARESYNC_OWNER_DATABASE_URL": urls["owner"],
        "CARESYNC_MASTER_KEY": str(secrets / "master.keys"),
        "CARESYNC_INDEX_KEY": (secrets / "index.key").read_text(),
        "CARESYNC_JWT_KEYS": (secrets / "jwt-keys.json").read_text(),
        "PATH": os.environ["PATH"],
    }
    empty = subprocess.run([caresync, "keys", "status"], env=settings, capture_output=True, text=True)
    assert empty.returncode != 0 and "the database is empty" in empty.stderr, empty.stderr
    create = [caresync, "admin", "create", "--email", "admin@example.org"]
    migrated = subprocess.run(create, env=settings, input="four plain words here", capture_output=True, text=True)
    assert migrated.returncode == 0, migrated.stderr
    assert "owns its tables" not in migrated.stderr
    return {"superuser": superuser, **urls}


def as_role(url: str, role: str) -> str:
    """The same cluster, which trusts everybody, as a role and in its database."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{role}@localhost", path="/caresync"))


def psql(url: str, *arguments: str, env=None, check=True) -> subprocess.CompletedProcess:
    command = [os.environ["CARESYNC_PSQL"], "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--tuples-only", "--no-align"]
    done = subprocess.run([*command, *arguments, url], env={**(env or {})}, capture_output=True, text=True)
    assert not check or done.returncode == 0, done.stderr
    return done


def refused(url: str, sql: str) -> bool:
    done = psql(url, "--command", sql, check=False)
    return done.returncode != 0 and bool(re.search(r"permission denied|must be owner", done.stderr))


def test_tables_belong_to_the_owner(urls):
    sql = "select distinct tableowner from pg_tables where schemaname = 'public'"
    assert psql(urls["app"], "--command", sql).stdout.split() == ["caresync_owner"]


def test_the_app_adds_to_the_log_and_does_not_rewrite_it(urls):
    assert psql(urls["app"], "--command", "select count(*) from events").stdout.strip() == "1"
    for sql in ["update events set payload = '{}'", "delete from events", "truncate events", "drop table events"]:
        assert refused(urls["app"], sql), sql
    assert refused(urls["app"], "create table mine (id integer)")


def test_neither_role_is_more_than_it_needs_to_be(urls):
    sql = """
      select count(*) from pg_roles
      where rolname like 'caresync%' and not (rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls)
    """
    assert psql(urls["superuser"], "--command", sql).stdout.strip() == "2"
    sql = "select not pg_has_role('caresync_app', 'caresync_owner', 'member')"
    assert psql(urls["superuser"], "--command", sql).stdout.strip() == "t"


def test_each_role_has_the_password_that_was_set(urls):
    sql = "select count(*) from pg_authid where rolname like 'caresync%' and rolpassword like 'SCRAM-SHA-256$%'"
    assert psql(urls["superuser"], "--command", sql).stdout.strip() == "2"


def test_other_databases_roles_may_not_enter(urls):
    psql(urls["superuser"], "--command", "create role stranger login")
    assert refused(as_role(urls["app"], "stranger"), "select 1")
