"""C4, C5 and C6: who and what uses IPv6 (metric-catalogue 4.C)."""

from __future__ import annotations

from inventory.metrics.kinds import CampusMetrics

CAMPUS: CampusMetrics = {}
