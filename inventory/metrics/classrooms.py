"""E4, E5 and E9: lessons held together, light, multimedia (metric-catalogue 4.E)."""

from __future__ import annotations

from inventory.metrics.kinds import SchoolMetrics

SCHOOL: SchoolMetrics = {}
