"""E1, E2, E3, E6, E7 and E11: what was built, recognised or named, by its papers (metric-catalogue 4.E)."""

from __future__ import annotations

from inventory.metrics.kinds import CountyMetrics, SchoolMetrics

SCHOOL: SchoolMetrics = {}
COUNTY: CountyMetrics = {}
