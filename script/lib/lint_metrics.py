"""Reads a scrape with Prometheus' own parser and checks it against the naming conventions
(https://prometheus.io/docs/practices/naming/)."""

import re
import sys

from prometheus_client.parser import text_string_to_metric_families

# Ids and addresses have no place in a label.
PERSONAL = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-|@")


def faults(families):
    for family in families:
        name = family.name
        if not name.startswith("caresync_"):
            yield f"{name}: not ours"
        if not family.documentation:
            yield f"{name}: no help"
        if family.type == "unknown":
            yield f"{name}: no type"
        if not family.samples:
            yield f"{name}: no samples"
        for sample in family.samples:
            if family.type == "counter" and not sample.name.endswith("_total"):
                yield f"{sample.name}: a counter ends in _total"
            if family.type == "gauge" and sample.name.endswith("_total"):
                yield f"{sample.name}: a gauge does not end in _total"
            if re.search(r"_(ms|millis|milliseconds|minutes|kb|mb)(_|$)", sample.name):
                yield f"{sample.name}: not in base units"
            for label, value in sample.labels.items():
                if PERSONAL.search(value):
                    yield f"{sample.name}: {label} is {value}"


def main(path):
    with open(path, encoding="utf-8") as scrape:
        families = list(text_string_to_metric_families(scrape.read()))
    found = list(faults(families))
    for fault in found:
        print(f"error: {fault}", file=sys.stderr)
    if found or len(families) < 20:
        sys.exit(f"{len(families)} families, {len(found)} faults")
    samples = sum(len(family.samples) for family in families)
    print(f"the metrics are clean: {len(families)} families, {samples} samples")


main(sys.argv[1])
