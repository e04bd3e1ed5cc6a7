"""B1 to B4: inside the campus: backbone, sockets, cabling, power (metric-catalogue 4.B)."""

from __future__ import annotations

from inventory.metrics.kinds import CampusMetrics

CAMPUS: CampusMetrics = {}
