"""docker-compose.yml: read by Compose itself, and held against what the program knows."""

import ipaddress
import re
import subprocess

import pytest

from conftest import ROOT, required_variables, settings_of, tool

NODES = ["api-1", "api-2"]
KEEPS_DATA = {"postgres", "rabbitmq", "redis", "s3", "mail", "proxy"}


def test_everything_that_was_asked_for_is_there(compose):
    assert set(compose["services"]) == {*NODES, *KEEPS_DATA}


def test_nodes_are_alike(compose):
    first, second = (compose["services"][node] for node in NODES)
    assert first == second
    assert first["image"] == "caresync:local" and first["build"]["context"] == str(ROOT)
    assert {secret["source"] for secret in first["secrets"]} == set(compose["secrets"])


def test_nodes_are_given_only_settings_that_the_program_reads(compose, caresync):
    known = settings_of(caresync)
    assert {"DATABASE_URL", "CARESYNC_TRUSTED_PROXIES"} <= known
    for node in NODES:
        assert set(compose["services"][node]["environment"]) <= known


def test_what_several_nodes_need_is_set(compose):
    needed = {"DATABASE_URL", "CARESYNC_OWNER_DATABASE_URL", "CARESYNC_JWT_KEYS", "CARESYNC_INDEX_KEY", "CARESYNC_MASTER_KEY"}
    for node in NODES:
        assert needed <= set(compose["services"][node]["environment"])


def test_the_gateway_is_the_operators_choice(compose):
    for node in NODES:
        environment = compose["services"][node]["environment"]
        assert "CARESYNC_PAYMENTS" in environment and not environment["CARESYNC_PAYMENTS"]


def test_secrets_are_mounted_where_the_settings_look_for_them(compose):
    for node in NODES:
        service = compose["services"][node]
        mounted = {secret["target"] for secret in service["secrets"]}
        paths = {value for value in service["environment"].values() if (value or "").startswith("/run/secrets/")}
        assert paths == mounted and len(paths) == 3


def test_secrets_are_those_that_the_program_makes(compose, caresync, tmp_path):
    subprocess.run([caresync, "keys", "init", str(tmp_path)], check=True, capture_output=True)
    made = {ROOT / "secrets" / file.name for file in tmp_path.iterdir()}
    assert {str(path) for path in made} == {secret["file"] for secret in compose["secrets"].values()}


def test_only_the_proxy_can_be_reached_from_outside_and_only_nodes_reach_the_gateway(compose):
    assert [name for name, service in compose["services"].items() if service.get("ports")] == ["proxy"]
    open_networks = {name for name, network in compose["networks"].items() if not network.get("internal")}
    assert open_networks == {"outside", "egress"}
    expected = {"proxy": {"outside"}, **{node: {"egress"} for node in NODES}}
    for name, service in compose["services"].items():
        assert set(service["networks"]) & open_networks == expected.get(name, set()), name


def test_nodes_trust_the_proxys_address_and_no_other(compose):
    address = compose["services"]["proxy"]["networks"]["front"]["ipv4_address"]
    for node in NODES:
        assert compose["services"][node]["environment"]["CARESYNC_TRUSTED_PROXIES"] == address
    (pool,) = compose["networks"]["front"]["ipam"]["config"]
    assert ipaddress.ip_address(address) in ipaddress.ip_network(pool["subnet"])
    assert ipaddress.ip_address(address) not in ipaddress.ip_network(pool["ip_range"]), "nobody else gets it"
    on_it = {name for name, service in compose["services"].items() if "front" in service["networks"]}
    assert on_it == {"proxy", *NODES}


def test_whatever_is_waited_for_exists_and_says_that_it_is_healthy(compose):
    services = compose["services"]
    waits = [(name, other) for name, service in services.items() for other in service.get("depends_on", {})]
    assert set(waits) == {("proxy", "api-1"), ("proxy", "api-2"), ("api-1", "postgres"), ("api-2", "postgres")}
    for name, other in waits:
        assert services[name]["depends_on"][other]["condition"] == "service_healthy"
        # A node's check stands in its image.
        assert other in NODES or services[other]["healthcheck"]["test"]


def test_whatever_keeps_data_keeps_it_in_a_volume(compose):
    used = set()
    for name in KEEPS_DATA:
        volumes = [mount["source"] for mount in compose["services"][name]["volumes"] if mount["type"] == "volume"]
        assert volumes, name
        used.update(volumes)
    assert used == set(compose["volumes"])


def test_files_that_are_mounted_exist(compose):
    mounts = [mount for service in compose["services"].values() for mount in service.get("volumes", [])]
    for mount in mounts:
        if mount["type"] == "bind":
            assert ROOT in ROOT.joinpath(mount["source"]).parents
            assert ROOT.joinpath(mount["source"]).is_file() and mount["read_only"], mount


def test_images_are_pinned_to_a_version(compose):
    for name, service in compose["services"].items():
        if name not in NODES:
            assert re.fullmatch(r"[a-z/]+:v?\d+(\.\d+)*(-[a-z]+)?", service["image"]), service["image"]


def test_there_is_no_secret_in_the_checkout(written):
    example = (ROOT / ".env.example").read_text()
    values = [line.split("=", 1)[1] for line in example.splitlines() if "=" in line and not line.startswith("#")]
    assert [value for value in values if value] == ["localhost"]
    secret = re.compile(r"password|secret|access_?key|_url", re.IGNORECASE)
    settings = [
        setting
        for service in written["services"].values()
        for setting in (service.get("environment") or {}).items()
    ]
    for name, value in settings:
        # Without a value it is passed on from .env, if it is set there.
        if secret.search(name) and value is not None:
            assert re.search(r"\$\{\w+:\?[^}]+\}", value), name
    ignored = subprocess.run(["git", "check-ignore", ".env", "secrets/master.keys"], cwd=ROOT, capture_output=True, text=True)
    assert len(ignored.stdout.split()) == 2


@pytest.mark.parametrize("missing", required_variables())
def test_nothing_starts_with_an_empty_secret(filled_env, tmp_path, missing):
    lines = [line for line in filled_env.read_text().splitlines() if not line.startswith(f"{missing}=value")]
    env = tmp_path / ".env"
    env.write_text("\n".join(lines))
    done = tool("docker-compose", "--env-file", str(env), "config", "--quiet")
    assert f"required variable {missing} is missing a value" in done.stderr


def test_the_proxys_configuration_is_valid_and_names_both_nodes(compose):
    checked = tool("caddy", "adapt", "--validate", "--adapter", "caddyfile", "--config", "deploy/Caddyfile")
    assert checked.returncode == 0, checked.stderr
    dialled = set(re.findall(r'"dial":"([^"]+)"', checked.stdout))
    assert dialled == {f"{node}:8080" for node in NODES}
    assert '"uri":"/readyz"' in checked.stdout
