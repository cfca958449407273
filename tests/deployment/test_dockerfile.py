"""The Dockerfile: linted, and held against the checkout."""

import json
import re
import subprocess
import tomllib

import pytest
from dockerfile_parse import DockerfileParser

from conftest import ROOT, settings_of, tool


@pytest.fixture(scope="module")
def stages(tmp_path_factory) -> list[list[dict]]:
    """The instructions of each stage."""
    parser = DockerfileParser(path=str(tmp_path_factory.mktemp("dockerfile")))
    parser.content = (ROOT / "Dockerfile").read_text()
    stages: list[list[dict]] = []
    for instruction in parser.structure:
        if instruction["instruction"] == "FROM":
            stages.append([])
        if instruction["instruction"] != "COMMENT":
            stages[-1].append(instruction)
    return stages


def values(stage: list[dict], instruction: str) -> list[str]:
    return [one["value"] for one in stage if one["instruction"] == instruction]


def copied(stage: list[dict]) -> list[str]:
    """What a stage copies out of the checkout."""
    words = [value.split() for value in values(stage, "COPY") if not value.startswith("--from=")]
    return [source for (*sources, _) in words for source in sources]


def test_the_linter_has_nothing_to_say():
    linted = tool("hadolint", "--no-color", "Dockerfile")
    assert linted.returncode == 0, linted.stdout


def test_what_is_copied_is_in_the_checkout(stages):
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    tracked = {name.split("/")[0] for name in listed.stdout.splitlines()}
    build, final = stages
    assert copied(build) and set(copied(build)) <= tracked
    assert copied(final) == []


def test_docker_is_shown_what_is_copied_and_nothing_else(stages):
    lines = (ROOT / ".dockerignore").read_text().split()
    shown = {line[1:] for line in lines if line.startswith("!")}
    assert "*" in lines and shown == set(copied(stages[0]))


def test_the_whole_workspace_is_copied(stages):
    workspace = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]
    assert {*workspace["members"], "Cargo.toml", "Cargo.lock", ".sqlx", "migrations"} == set(copied(stages[0]))


def test_queries_are_checked_without_a_database(stages):
    assert "SQLX_OFFLINE=true" in values(stages[0], "ENV")


def test_the_compiler_is_the_one_that_the_workspace_asks_for(stages):
    wanted = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"]["rust-version"]
    assert values(stages[0], "FROM") == [f"rust:{wanted}-slim-trixie AS build"]


def test_base_images_are_pinned_to_a_version(stages):
    for stage in stages:
        assert re.match(r"[a-z]+:\d+(\.\d+)*(-[a-z]+)*( AS [a-z]+)?$", values(stage, "FROM")[0])


def test_it_does_not_run_as_root(stages):
    (user,) = values(stages[-1], "USER")
    account, group = user.split(":")
    assert int(account) > 0 and int(group) > 0
    made = " ".join(values(stages[-1], "RUN"))
    assert f"--uid {account}" in made


def test_it_serves_and_asks_itself_whether_it_is_healthy(stages, caresync):
    final = stages[-1]
    assert [json.loads(value) for value in values(final, "ENTRYPOINT")] == [["caresync"]]
    assert [json.loads(value) for value in values(final, "CMD")] == [["serve"]]
    (check,) = values(final, "HEALTHCHECK")
    program, command = json.loads(check.split("CMD ", 1)[1])
    assert program == "caresync"
    subprocess.run([caresync, command, "--help"], check=True, capture_output=True)


def test_its_settings_are_ones_that_the_program_reads(stages, caresync):
    given = {word.split("=")[0] for value in values(stages[-1], "ENV") for word in value.split()}
    assert given == {"CARESYNC_HOST", "CARESYNC_PORT"} <= settings_of(caresync)


def test_backups_are_made_by_tools_of_the_servers_version(stages):
    (client,) = re.findall(r"postgresql-client-(\d+)", " ".join(values(stages[-1], "RUN")))
    assert f"image: postgres:{client}-" in (ROOT / "docker-compose.yml").read_text()
