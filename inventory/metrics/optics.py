"""A7: is the light of the uplink healthy (metric-catalogue 4.A)?"""

from __future__ import annotations

from inventory.metrics.kinds import CampusMetrics

CAMPUS: CampusMetrics = {}
