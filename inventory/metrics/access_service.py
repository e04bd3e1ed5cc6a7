"""A5, A8 and A9: a second way out, the network in school hours, and the gateway behind it (metric-catalogue
4.A)."""

from __future__ import annotations

from inventory.metrics.kinds import CampusMetrics

CAMPUS: CampusMetrics = {}
