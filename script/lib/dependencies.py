"""Holds dependencies against deny.toml, and looks for those that no source names.

Reads `cargo metadata` and compiles nothing. Knows the part of cargo-deny's format that deny.toml uses.
"""

import collections
import json
import pathlib
import re
import subprocess
import sys
import tomllib


def licence_terms(expression):
    """A licence expression (SPDX) as a list of alternatives, each a set of licences that hold together."""
    tokens = re.findall(r"\(|\)|[^\s()/]+|/", expression)

    def alternatives():
        found = together()
        while tokens and tokens[0] in ("OR", "/"):
            tokens.pop(0)
            found += together()
        return found

    def together():
        found = single()
        while tokens and tokens[0] == "AND":
            tokens.pop(0)
            others = single()
            found = [one | other for one in found for other in others]
        return found

    def single():
        if tokens[0] == "(":
            tokens.pop(0)
            found = alternatives()
            tokens.pop(0)
            return found
        name = tokens.pop(0)
        if tokens and tokens[0] == "WITH":
            name += f" {tokens.pop(0)} {tokens.pop(0)}"
        return [{name}]

    return alternatives()


def licences(packages, rules):
    """Packages under terms that are not allowed, and permissions that nothing needs."""
    allowed, used = set(rules["allow"]), set()
    exceptions = {rule["crate"]: set(rule["allow"]) for rule in rules.get("exceptions", [])}
    for package in packages:
        expression = package["license"]
        if not expression:
            yield f"{package['name']} {package['version']} names no licence"
            continue
        own = allowed | exceptions.get(package["name"], set())
        granted = [terms for terms in licence_terms(expression) if terms <= own]
        if not granted:
            yield f"{package['name']} {package['version']} is under {expression}"
        for terms in granted:
            used |= terms
    for licence in sorted(allowed - used):
        yield f"no dependency needs the licence {licence}: remove it from deny.toml"
    for crate in sorted(exceptions.keys() - {package["name"] for package in packages}):
        yield f"no dependency is {crate}: remove its exception from deny.toml"


def sources(packages, rules):
    """Packages from elsewhere than the registries that are allowed."""
    registries = {f"registry+{url}" for url in rules["allow-registry"]}
    for package in packages:
        if package["source"] not in registries:
            yield f"{package['name']} {package['version']} comes from {package['source']}"


def duplicates(packages, rules):
    """Crates in several versions, beside those that deny.toml names, and names that are not needed."""
    versions = collections.defaultdict(set)
    for package in packages:
        versions[package["name"]].add(package["version"])
    skipped = set()
    for rule in rules["skip"]:
        name, version = rule["crate"].split(":^")
        if not rule.get("reason"):
            yield f"deny.toml skips {rule['crate']} without a reason"
        matching = {found for found in versions[name] if found == version or found.startswith(f"{version}.")}
        if not matching or len(versions[name]) == 1:
            yield f"{rule['crate']} is no duplicate: remove it from deny.toml"
        skipped |= {(name, found) for found in matching}
    for name, found in sorted(versions.items()):
        rest = {version for version in found if (name, version) not in skipped}
        if len(rest) > 1:
            yield f"{name} is there in versions {', '.join(sorted(rest))}"


def unused(members, shared):
    """Dependencies whose crate no source of their package names."""
    wanted = set()
    for member in members:
        folder = pathlib.Path(member["manifest_path"]).parent
        text = "\n".join(path.read_text() for path in sorted(folder.rglob("*.rs")))
        ignored = ((member["metadata"] or {}).get("cargo-machete") or {}).get("ignored", [])
        for dependency in member["dependencies"]:
            wanted.add(dependency["name"])
            crate = (dependency["rename"] or dependency["name"]).replace("-", "_")
            named = re.search(rf"\b{crate}\b", text)
            if not named and dependency["name"] not in ignored:
                yield f"{member['name']} does not use {dependency['name']}"
            if named and dependency["name"] in ignored:
                yield f"{member['name']} uses {dependency['name']}: it need not be ignored"
    for name in sorted(set(shared) - wanted):
        yield f"no package depends on {name}: remove it from the workspace's Cargo.toml"


def main():
    rules = tomllib.loads(pathlib.Path("deny.toml").read_text())
    targets = [f"--filter-platform={target}" for target in rules["graph"]["targets"]]
    metadata = json.loads(
        subprocess.run(
            ["cargo", "metadata", "--format-version=1", "--locked", *targets], check=True, stdout=subprocess.PIPE
        ).stdout
    )
    external = [package for package in metadata["packages"] if package["source"]]
    members = [package for package in metadata["packages"] if not package["source"]]
    shared = tomllib.loads(pathlib.Path("Cargo.toml").read_text())["workspace"]["dependencies"]
    problems = [
        *licences(external, rules["licenses"]),
        *sources(external, rules["sources"]),
        *duplicates(external, rules["bans"]),
        *unused(members, shared),
    ]
    for problem in problems:
        print(f"error: {problem}", file=sys.stderr)
    if problems:
        sys.exit(1)
    print(f"dependencies: {len(external)} crates are as deny.toml wants them, and each that we name is used")


if __name__ == "__main__":
    main()
