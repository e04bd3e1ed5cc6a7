"""The report as PDF on A4, set by typst from a template that reads data and nothing else.

The fonts are embedded; the same report with the same fonts gives the same bytes.
"""

from __future__ import annotations

import json
import logging
import tempfile
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import typst

from exporters.report import charts
from exporters.report.cover import NOTES
from exporters.report.fonts import GETA, Fonts, find_fonts
from exporters.report.history import history_charts
from exporters.report.paper import PaperTable, paper_tables
from exporters.report.plain import plain, shortened
from exporters.report.shown import heading, local_time, shown
from exporters.report.tables import Report
from exporters.report.texts import texts
from exporters.report.xlsx_look import display_width
from inventory.words import N_, Language, say

log = logging.getLogger(__name__)

SHORT = 24
"""A fact of the cover that is no wider, in Latin characters, shares its line with another."""
PAGE = N_("Page %(number)s of %(all)s")
MISSING = N_("The font lacks these characters; each is printed as 〓: %(characters)s")
MISSING_TOLD = 40
"""So many of them are named."""
NOT_HERE = N_("The pages of the schools and the evidence are files of their own; report.xlsx has all tables.")
END = N_("About this paper")
HISTORY = N_("Proven and possible over time")


def to_pdf(
    report: Report,
    digest: str,
    language: Language,
    *,
    fonts: Fonts | None = None,
) -> bytes:
    """The report as PDF; ``digest`` is the SHA-256 of its JSON."""
    fonts = fonts or find_fonts()
    data = _data(report, digest, language)
    missing = fonts.missing(strings(data))
    if missing:
        warn_of_missing(fonts, missing)
        codes = " ".join(f"U+{ord(c):04X}" for c in missing[:MISSING_TOLD])
        codes += f" … +{len(missing) - MISSING_TOLD}" if len(missing) > MISSING_TOLD else ""
        data["end"] = [*_texts(data["end"]), say(MISSING, language) % {"characters": codes}]
    text = json.dumps({**data, "family": fonts.family}, ensure_ascii=False)
    text = text.translate({ord(c): GETA for c in missing})
    text = text.replace("Noto Sans SC, Noto Sans CJK SC, sans-serif", fonts.family)
    return _set(text, fonts.folder, int(report.as_of))


def _data(report: Report, digest: str, language: Language) -> dict[str, object]:
    t = texts(language)
    cover = report.table("cover")
    printed = [
        (heading(column, language), plain(shown(cell, column, language, report.timezone)))
        for row in cover.rows
        for column, cell in sorted(
            zip(cover.columns, row, strict=True), key=lambda pair: "sha256" in pair[0].id
        )
    ]
    facts = [*((name, value) for name, value in printed if value), (t["digest"], digest)]
    short = [[name, value] for name, value in facts if display_width(value) <= SHORT]
    plan = dict(zip((column.id for column in cover.columns), cover.rows[0], strict=True)).get("plan")
    subtitle = f"{t['as_of']} {local_time(report.as_of, report.timezone)} · {t['by_plan']} "
    return {
        "lang": language,
        "title": shortened(f"{plain(report.county)} {t['title']}", 200),
        "county": shortened(plain(report.county), 40),
        "subtitle": shortened(plain(subtitle + str(plan or report.profile_id)), 300),
        "digest": digest or "-" * 16,
        "cover_short": [*short, *([["", ""]] if len(short) % 2 else [])],
        "cover_long": [[name, shortened(value, 300)] for name, value in facts if [name, value] not in short],
        "notes": [say(note, language) for note in NOTES],
        "sign": [t["signed_made"], t["signed_checked"], t["signed_approved"]],
        "charts": {"progress": str(charts.progress_chart(charts.progress_of(report), "p", t["summary"]))},
        "tables": [_table(paper, report, language) for paper in paper_tables(report, language)],
        "history": [[target, str(chart)] for target, chart in history_charts(report)],
        "end": [say(NOT_HERE, language)],
        "words": {
            "page": page_words(language),
            "end": say(END, language),
            "history": say(HISTORY, language),
            **{name: t[name] for name in ("summary", "bar_key", "basis", "notes", "date", "nothing")},
        },
    }


def _table(paper: PaperTable, report: Report, language: Language) -> dict[str, object]:
    chart, words = "", ""
    if paper.id == "campuses" and (townships := charts.townships_of(report.table("campuses"))):
        words = say(charts.TOWNSHIPS, language)
        chart = str(charts.tally_chart(townships, "t", words))
    return {
        "title": paper.title,
        "note": paper.note,
        "heads": paper.heads,
        "weights": paper.weights,
        "centred": paper.centred,
        "rows": paper.rows,
        "more": paper.more,
        "breaks": paper.breaks,
        "chart": chart,
        "chart_words": words,
    }


def _texts(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []


def page_words(language: Language) -> list[str]:
    """What stands before, between and behind the numbers of a page and of all pages."""
    before, _, rest = (say(PAGE, language) % {"number": "\0", "all": "\1"}).partition("\0")
    return [before, *rest.split("\1")]


def warn_of_missing(fonts: Fonts, missing: Sequence[str]) -> None:
    """Write into the log which characters the font lacks, if any."""
    if missing:
        named = " ".join(f"{plain(c)} (U+{ord(c):04X})" for c in missing[:MISSING_TOLD])
        log.warning("the font %s lacks %d characters of the report: %s", fonts.family, len(missing), named)


def strings(value: object) -> list[str]:
    """All strings in the data."""
    if isinstance(value, str):
        return [value]
    inside = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for each in inside for text in strings(each)]


def _set(data: str, fonts: Path, timestamp: int) -> bytes:
    with tempfile.TemporaryDirectory(prefix="wanzhao-pdf-") as name:
        folder = Path(name)
        for template in files("exporters.report").joinpath("typst").iterdir():
            (folder / template.name).write_bytes(template.read_bytes())
        (folder / "data.json").write_text(data, encoding="utf-8")
        made = typst.compile(
            str(folder / "report.typ"),
            root=name,
            font_paths=[str(fonts)],
            ignore_system_fonts=True,
            format="pdf",
            timestamp=timestamp,
            pdf_tags=False,
        )
    assert isinstance(made, bytes)
    return made
