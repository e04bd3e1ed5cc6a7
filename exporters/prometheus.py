"""The Prometheus page of one county, from one view. What is on it stands in exporters/families.py."""

from __future__ import annotations

from exporters.exposition import CONTENT_TYPE, Writer
from exporters.families import FAMILIES
from exporters.samples import Detail, page_of
from inventory.verdict import CountyView

__all__ = ["CONTENT_TYPE", "FRESH_S", "county_page"]

FRESH_S = 900.0
"""An agent is up that has reported within three polls of 300 s (metric-catalogue 3.4, live gauges)."""


def county_page(
    view: CountyView,
    *,
    rendered_at: float,
    fresh_s: float = FRESH_S,
    detail: Detail = "all",
    writer: Writer | None = None,
) -> bytes:
    """The page in text format 0.0.4; ``CONTENT_TYPE`` is its media type.

    ``rendered_at`` is now, in seconds; an agent is up that reported within ``fresh_s`` before the view.
    ``writer`` wrote the county's earlier pages, if there were any.
    """
    page = page_of(view, rendered_at, fresh_s, detail)
    return (writer or Writer()).write((family, samples(page)) for family, samples in FAMILIES)
