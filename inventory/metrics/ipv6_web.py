"""C9 and C10: IPv6 against IPv4, and the school's websites (metric-catalogue 4.C)."""

from __future__ import annotations

from inventory.metrics.kinds import CampusMetrics, SchoolMetrics

CAMPUS: CampusMetrics = {}
SCHOOL: SchoolMetrics = {}
