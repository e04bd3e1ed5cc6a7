"""Where the exporters are plugged into the collector: a judged county becomes pages."""

from __future__ import annotations

import gzip
from collections import defaultdict
from collections.abc import Callable
from functools import partial

from collector.console.frame import Asset
from collector.console.mount import ConsolePages
from collector.publish import Page, Publish, Published, Scrape
from collector.whole import Whole
from exporters.console.render import assets, render
from exporters.exposition import Writer
from exporters.prometheus import county_page
from exporters.report.forms import MANY
from exporters.report.write import MEDIA_TYPES, NAMES, Form, makeable, report_bytes, report_files
from exporters.samples import Detail
from inventory.report_basis import BARE, ReportBasis
from inventory.verdict import CountyView
from inventory.words import Language

LANGUAGES: tuple[Language, ...] = ("zh", "en")


GZIP_LEVEL = 1
"""Five times faster than level 6 for a page one tenth larger; a scrape is read once."""


def publisher(agent_fresh_s: float, detail: Detail) -> Publish:
    """How a collector publishes; agents heard within ``agent_fresh_s`` seconds count as up."""
    writers: defaultdict[tuple[str, str], Writer] = defaultdict(Writer)

    reports = _Reports()

    def publish(published: Published, view: CountyView, now: float) -> None:
        county = view.adcode or view.county
        key = (county, view.profile.id)
        scrape = county_page(view, rendered_at=now, fresh_s=agent_fresh_s, detail=detail, writer=writers[key])
        published.scrapes[key] = Scrape(scrape, gzip.compress(scrape, GZIP_LEVEL, mtime=0), now)
        # Reports are made when somebody asks; the first plan is also what /report shows.
        folders = ["/report"] if len(published.scrapes) == 1 else []
        source = partial(_source, published.whole, view)
        for form in (form for form in makeable() if form not in MANY):
            for language in LANGUAGES:
                page = Page(MEDIA_TYPES[form], partial(reports.rendered, source, form, language))
                suffix = "" if language == "zh" else f".{language}"
                name, _, ending = NAMES[form].rpartition(".")
                for folder in (*folders, f"/report/{view.profile.id}"):
                    published.pages[f"{folder}/{name}{suffix}.{ending}"] = page

    return publish


def console_pages() -> ConsolePages:
    """What draws the console, the files that its pages ask for, and what writes its reports."""
    files = {name: Asset(kind, content) for name, (kind, content) in assets().items()}
    return ConsolePages(render, files, report_files, tuple(makeable()))


def _source(whole: Whole | None, view: CountyView) -> tuple[CountyView, ReportBasis]:
    return (view, BARE) if whole is None else whole(view.profile.id)


class _Reports:
    """The newest report of each plan, form and language as bytes: made once from the same data."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, Form, Language], tuple[CountyView, bytes]] = {}

    def rendered(
        self, source: Callable[[], tuple[CountyView, ReportBasis]], form: Form, language: Language
    ) -> bytes:
        """The bytes of a form of what the source gives."""
        view, basis = source()
        key = (view.profile.id, form, language)
        made = self._made.get(key)
        if made is None or made[0] is not view:
            made = self._made[key] = (view, report_bytes(view, form, language, basis))
        return made[1]
