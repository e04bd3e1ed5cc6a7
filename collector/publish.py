"""The seam between judging and showing: the front door plugs the exporters in here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from collector.whole import Whole
from inventory.verdict import CountyView


@dataclass(frozen=True, slots=True)
class Page:
    """Something to hand out; ``render`` makes it when it is first asked for."""

    media_type: str
    render: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Scrape:
    """A page for Prometheus as ready bytes, plain and packed; ``rendered_at`` is seconds since 1970."""

    plain: bytes
    gzip: bytes
    rendered_at: float


@dataclass(slots=True)
class Published:
    """What the last judging left: pages by path, scrape pages by (county, profile). Replaced whole."""

    pages: dict[str, Page] = field(default_factory=dict)
    scrapes: dict[tuple[str, str], Scrape] = field(default_factory=dict)
    views: dict[str, CountyView] = field(default_factory=dict)
    """the county by profile id"""
    judged_at: float = 0.0
    whole: Whole | None = None
    """gives all that a report prints; None: there is no more than the view"""


class Publish(Protocol):
    """Add the pages of one judged county to what is handed out."""

    def __call__(self, published: Published, view: CountyView, now: float) -> None: ...
