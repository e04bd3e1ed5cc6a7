"""F1 to F4: security functions, in place and at work (metric-catalogue 4.F)."""

from __future__ import annotations

from inventory.metrics.kinds import SchoolMetrics

SCHOOL: SchoolMetrics = {}
