"""Where the exporters are plugged into the collector: a judged county becomes pages."""

from __future__ import annotations

from functools import cache, partial

from collector.publish import Page, Publish, Published
from exporters.prometheus import county_page
from exporters.report.write import MEDIA_TYPES, report_bytes
from inventory.verdict import CountyView
from inventory.words import Language

LANGUAGES: tuple[Language, ...] = ("zh", "en")


def publisher(agent_fresh_s: float) -> Publish:
    """How a collector publishes; agents heard within ``agent_fresh_s`` seconds count as up."""

    def publish(published: Published, view: CountyView, now: float) -> None:
        county = view.adcode or view.county
        page = county_page(view, rendered_at=now, fresh_s=agent_fresh_s)
        published.scrapes[(county, view.profile.id)] = page
        # Reports are made when somebody asks, once a judging; the first plan is also what /report shows.
        folders = ["/report"] if len(published.scrapes) == 1 else []
        for form, media_type in MEDIA_TYPES.items():
            for language in LANGUAGES:
                report = Page(media_type, cache(partial(report_bytes, view, form, language)))
                suffix = "" if language == "zh" else f".{language}"
                for folder in (*folders, f"/report/{view.profile.id}"):
                    published.pages[f"{folder}/report{suffix}.{form}"] = report

    return publish
