"""All import tables, in the order in which people fill them in.

A new table stands in one of the two files below, in ``TABLES``, and with its record in ``load_records``.
"""

from __future__ import annotations

from inventory.load_table import Column, Table, heading
from inventory.load_tables_network import (
    AREAS,
    BUILDINGS,
    CAMPUSES,
    CONTRACTS,
    DEVICES,
    MAINTENANCE,
    PORTS,
    SCHOOLS,
    UPLINKS,
    USER_VLANS,
)
from inventory.load_tables_papers import (
    DOCUMENTS,
    EXEMPTIONS,
    FACILITIES,
    LIGHT_TESTS,
    LINKS,
    PLATFORMS,
    SECURITY,
    SITE_TESTS,
    SURVEY_POINTS,
    SYSTEMS,
    WEBSITES,
)

__all__ = [
    "AREAS",
    "BUILDINGS",
    "CAMPUSES",
    "CONTRACTS",
    "DEVICES",
    "DOCUMENTS",
    "EXEMPTIONS",
    "FACILITIES",
    "LIGHT_TESTS",
    "LINKS",
    "MAINTENANCE",
    "PLATFORMS",
    "PORTS",
    "SCHOOLS",
    "SECURITY",
    "SITE_TESTS",
    "SURVEY_POINTS",
    "SYSTEMS",
    "TABLES",
    "UPLINKS",
    "USER_VLANS",
    "WEBSITES",
    "Column",
    "Table",
    "heading",
]

TABLES = (
    SCHOOLS,
    CAMPUSES,
    BUILDINGS,
    DEVICES,
    UPLINKS,
    CONTRACTS,
    AREAS,
    USER_VLANS,
    PORTS,
    MAINTENANCE,
    DOCUMENTS,
    FACILITIES,
    LIGHT_TESTS,
    SURVEY_POINTS,
    SITE_TESTS,
    SECURITY,
    SYSTEMS,
    WEBSITES,
    EXEMPTIONS,
    PLATFORMS,
    LINKS,
)
