"""D4, D5, D6 and D8: how modern, how full, how fast the access points are (metric-catalogue 4.D)."""

from __future__ import annotations

from inventory.metrics.kinds import CampusMetrics

CAMPUS: CampusMetrics = {}
