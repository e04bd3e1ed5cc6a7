"""The report as DOCX, to be pasted into an official paper: a sentence a target, then the tables.

Margins, fonts and sizes are those of GB/T 9704-2012 (exporters/report/docx_parts.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH

from exporters.report import docx_parts as parts
from exporters.report.codes import state_word
from exporters.report.cover import NOTES
from exporters.report.paper import paper_tables
from exporters.report.plain import plain, shortened
from exporters.report.shown import heading, local_time, percent, shown
from exporters.report.tables import Cell, Report
from exporters.report.texts import texts
from inventory.words import N_, Language, say

INTRO = N_(
    "As of %(as_of)s, the network of the schools of %(county)s was checked against %(plan)s (target profile "
    "%(profile)s, version %(version)s). The result is as follows."
)
SENTENCE = N_(
    "“%(quote)s”: %(n)s are checked, %(met)s of them met, %(failed)s not met, %(unknown)s unknown"
    "%(na)s%(bounds)s%(goal)s. Verdict: %(state)s."
)
NA = N_(", %(na)s more not applicable")
BOUNDS = N_(", the rate is between %(low)s %% and %(high)s %%")
RATE = N_(", the rate is %(low)s %%")
GOAL = N_(", the goal is %(goal)s")
GOAL_DUE = N_(", the goal is %(goal)s by %(due)s")
CONCLUSIONS = N_("Conclusions")
READING = N_("How to read the figures")
TABLES = N_("Tables")
SIGNATURES = N_("Signatures")
ITEM, VALUE = N_("Item"), N_("Value")
QUOTE_CHARS = 300
NUMERALS = "一二三四五六七八九十"


def to_docx(report: Report, digest: str, language: Language) -> bytes:
    """The report as DOCX, the same bytes for the same report; ``digest`` is the SHA-256 of its JSON."""
    document = parts.begin()
    _set_properties(document, report, language)
    t = texts(language)
    county = shortened(plain(report.county), 100)
    parts.add(document, f"{county}\n{t['title']}", parts.TITLE, WD_ALIGN_PARAGRAPH.CENTER)
    parts.add(document, "", parts.BODY)
    parts.add(document, _intro(report, language), parts.BODY)
    chapters = _numbered(language)
    parts.add(document, next(chapters) + say(CONCLUSIONS, language), parts.HEADING)
    county_table = report.table("county")
    goal = next(column for column in county_table.columns if column.id == "goal")
    for number, record in enumerate(county_table.records(), start=1):
        goal_words = plain(shown(record["goal"], goal, language, report.timezone))
        parts.add(document, f"({number}) {_sentence(record, goal_words, language)}", parts.BODY)
    parts.add(document, next(chapters) + say(READING, language), parts.HEADING)
    for note in NOTES:
        parts.add(document, say(note, language), parts.BODY)
    _add_cover(document, next(chapters), report, digest, language)
    parts.add(document, next(chapters) + say(SIGNATURES, language), parts.HEADING)
    colon = "：" if language == "zh" else ":"
    for who in (t["signed_made"], t["signed_checked"], t["signed_approved"]):
        parts.add(document, f"{who}{colon}{'　' * 10}{t['date']}{colon}", parts.BODY)
    _add_tables(document, next(chapters), report, language)
    return parts.saved(document)


def _set_properties(document: Document, report: Report, language: Language) -> None:
    about = document.core_properties
    made = datetime.fromtimestamp(int(report.as_of), UTC)
    about.author = about.last_modified_by = "wanzhao"
    about.title = shortened(f"{plain(report.county)} {texts(language)['title']}", 200)
    about.created = about.modified = made
    about.comments = ""
    about.revision = 1
    about.language = "zh-CN" if language == "zh" else "en"


def _numbered(language: Language) -> Iterator[str]:
    for number, numeral in enumerate(NUMERALS, start=1):
        yield f"{numeral}、" if language == "zh" else f"{number}. "


def _intro(report: Report, language: Language) -> str:
    cover = report.table("cover").records()[0]
    said = {
        "as_of": local_time(report.as_of, report.timezone),
        "county": report.county,
        "plan": cover.get("plan") or report.profile_id,
        "profile": report.profile_id,
        "version": report.profile_version,
    }
    return say(INTRO, language) % {name: shortened(plain(str(text)), 200) for name, text in said.items()}


def _sentence(record: Mapping[str, Cell], goal_words: str, language: Language) -> str:
    """What the county's table says of a target, as one sentence."""
    low, high = record["low_percent"], record["high_percent"]
    bounds = ""
    if isinstance(low, int) and isinstance(high, int):
        message = RATE if low == high else BOUNDS
        bounds = say(message, language) % {"low": percent(low), "high": percent(high)}
    goal = ""
    if goal_words:
        message = GOAL_DUE if record["due"] else GOAL
        goal = say(message, language) % {"goal": goal_words, "due": record["due"]}
    na = say(NA, language) % {"na": record["na"]} if record["na"] else ""
    return say(SENTENCE, language) % {
        "quote": shortened(plain(str(record["quote"] or record["target"])), QUOTE_CHARS),
        **{name: record[name] for name in ("n", "met", "failed", "unknown")},
        "na": na,
        "bounds": bounds,
        "goal": goal,
        "state": state_word(str(record["state"]), language),
    }


def _add_cover(document: Document, chapter: str, report: Report, digest: str, language: Language) -> None:
    table = report.table("cover")
    parts.add(document, chapter + say(table.title, language), parts.HEADING)
    rows = [
        [heading(column, language), shortened(plain(shown(cell, column, language, report.timezone)), 300)]
        for row in table.rows
        for column, cell in zip(table.columns, row, strict=True)
        if cell not in (None, "")
    ]
    t = texts(language)
    parts.add_table(
        document, [say(ITEM, language), say(VALUE, language)], [*rows, [t["digest"], digest]], [3, 7], 156
    )


def _add_tables(document: Document, chapter: str, report: Report, language: Language) -> None:
    """The tables, lying across."""
    width = parts.page(document, across=True)
    parts.add(document, chapter + say(TABLES, language), parts.HEADING)
    for paper in paper_tables(report, language):
        parts.add(document, paper.title, parts.SUBHEADING)
        if paper.note:
            parts.add(document, paper.note, parts.NOTE)
        if paper.rows:
            parts.add_table(document, paper.heads, paper.rows, paper.weights, width)
        elif not paper.more:
            parts.add(document, texts(language)["nothing"], parts.NOTE)
        if paper.more:
            parts.add(document, paper.more, parts.NOTE)
