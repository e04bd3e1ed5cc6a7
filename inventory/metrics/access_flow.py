"""A3, A6 and A11: what the uplink carries, and for how many (metric-catalogue 4.A)."""

from __future__ import annotations

from inventory.metrics.kinds import CampusMetrics

CAMPUS: CampusMetrics = {}
