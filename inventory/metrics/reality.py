"""G4 and G5: is what is written what is there, and is the paper in order (metric-catalogue 4.G)?"""

from __future__ import annotations

from inventory.metrics.kinds import CampusMetrics, SchoolMetrics

CAMPUS: CampusMetrics = {}
SCHOOL: SchoolMetrics = {}
