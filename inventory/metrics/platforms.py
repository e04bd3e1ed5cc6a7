"""E10: the county's named systems (metric-catalogue 4.E)."""

from __future__ import annotations

from inventory.metrics.kinds import CountyMetrics

COUNTY: CountyMetrics = {}
