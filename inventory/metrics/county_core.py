"""A10: the county's own links (metric-catalogue 4.A)."""

from __future__ import annotations

from inventory.metrics.kinds import CountyMetrics
from inventory.metrics.look import Look
from inventory.metrics.truth import unknown
from inventory.register import CountyLink
from inventory.verdict import Verdict


def link_verdicts(look: Look) -> tuple[Verdict, ...]:
    """The county's links that this school's agents read, each judged by A1's rule round the clock."""
    return tuple(_link_verdict(look, link) for link in look.snapshot.links)


def _link_verdict(look: Look, link: CountyLink) -> Verdict:
    return unknown("county_core_10g", link.id, "not_computed" if look.today else "")


COUNTY: CountyMetrics = {}
