"""D2 and D7: the walk test, and the controller (metric-catalogue 4.D)."""

from __future__ import annotations

from inventory.metrics.kinds import CampusMetrics

CAMPUS: CampusMetrics = {}
