"""What the tests of the deployment's files stand on."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]


def tool(name: str, *arguments: str, **options) -> subprocess.CompletedProcess:
    """Runs a program of this environment."""
    command = [str(Path(sys.executable).parent / name), *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, **options)


def settings_of(caresync: str) -> set[str]:
    """The variables that the server reads, by its own account."""
    usage = subprocess.run([caresync, "serve", "--help"], capture_output=True, text=True, check=True)
    return set(re.findall(r"\[env: (\w+)", usage.stdout))


def required_variables() -> list[str]:
    """What .env.example leaves to be filled in."""
    lines = (ROOT / ".env.example").read_text().splitlines()
    return [line[:-1] for line in lines if line.endswith("=") and not line.startswith("#")]


@pytest.fixture(scope="session")
def filled_env(tmp_path_factory) -> Path:
    """A .env in which every value that is asked for is there."""
    values = "\n" + "".join(f"{name}=value-of-{name.lower()}\n" for name in required_variables())
    path = tmp_path_factory.mktemp("env") / ".env"
    path.write_text((ROOT / ".env.example").read_text() + values)
    return path


@pytest.fixture(scope="session")
def compose(filled_env) -> dict:
    """docker-compose.yml as Compose itself understands it: anchors, defaults and variables resolved."""
    done = tool("docker-compose", "--env-file", str(filled_env), "config", "--format", "json")
    # The wheel's program ends with 0 whatever comes.
    assert done.stdout and not done.stderr, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="session")
def written() -> dict:
    """docker-compose.yml as it is written."""
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


@pytest.fixture(scope="session")
def caresync() -> str:
    """The program, built."""
    path = os.environ.get("CARESYNC_BINARY", "")
    assert Path(path).is_file(), "script/deployment builds the program and says where it is"
    return path
