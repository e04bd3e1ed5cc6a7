"""Which metrics there are, with every label that a series of them can have once Prometheus has scraped it."""

from __future__ import annotations

from functools import cache

from collector.telemetry import Telemetry
from exporters.agent_page import AGENT_FAMILIES, DEVICE_FAMILIES, OF_DEVICE_FAMILIES
from exporters.families import FAMILIES

SCRAPED = {"job", "instance"}
COUNTY_PAGE = SCRAPED | {"county", "profile"}
AGENT_PAGE = SCRAPED | {"county", "school", "campus"}
DEVICE_PAGE = SCRAPED | {"campus", "role"}
ALERTS = SCRAPED | {"alertname", "alertstate", "severity", "layer", "county", "school", "campus"}


@cache
def known() -> dict[str, frozenset[str]]:
    """Metric -> labels."""
    found: dict[str, set[str]] = {"up": SCRAPED, "scrape_duration_seconds": SCRAPED, "ALERTS": ALERTS}
    for families, page in (
        (FAMILIES, COUNTY_PAGE),
        (AGENT_FAMILIES, AGENT_PAGE),
        (DEVICE_FAMILIES, DEVICE_PAGE),
    ):
        found |= {family.name: page | set(family.labels) for family, _samples in families}
    found |= {family.name: DEVICE_PAGE | set(family.labels) for family in OF_DEVICE_FAMILIES}
    made = Telemetry()
    made.answers.labels("202")  # a series of each status that was answered
    for collected in made.registry.collect():
        for sample in collected.samples:
            found.setdefault(sample.name, set()).update(SCRAPED, sample.labels)
    return {name: frozenset(labels) for name, labels in found.items()}
