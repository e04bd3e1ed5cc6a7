"""E8: cameras enrolled, online and kept (metric-catalogue 4.E)."""

from __future__ import annotations

from inventory.metrics.kinds import SchoolMetrics

SCHOOL: SchoolMetrics = {}
