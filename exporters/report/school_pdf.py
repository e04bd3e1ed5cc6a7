"""表三 as PDF: one file for each school, and all of them bound as one volume with contents and bookmarks.

The same lines as the pages in HTML (school_pages), set by typst from data and nothing else.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path

import typst

from exporters.report.fonts import GETA, Fonts, find_fonts
from exporters.report.pdf import page_words, strings, warn_of_missing
from exporters.report.plain import plain, shortened
from exporters.report.school_pages import Printed, SchoolPage, school_pages
from exporters.report.shown import local_time
from exporters.report.tables import Report
from exporters.report.texts import texts
from inventory.words import N_, Language, say

CONTENTS = N_("Contents")
_LONG_WORD = re.compile(r"[!-~]{14,}")
_PIECE = re.compile(r"[^-/_.:,;]{1,12}[-/_.:,;]*|[-/_.:,;]+")
ZERO_WIDTH_SPACE = "\u200b"
_CODE = re.compile(r"[0-9]{10}")
LONG = 300
"""A text of a cell is cut after so many characters; the table of the workbook has all of it."""


def to_bound(report: Report, digest: str, language: Language, *, fonts: Fonts | None = None) -> bytes:
    """The volume: cover, contents by township, a page for each school. ``digest`` is the SHA-256 of the
    report's data."""
    data = _data(report, digest, language, school_pages(report, language), bound=True)
    ((_name, made),) = _set([("volume", data)], fonts or find_fonts(), int(report.as_of))
    return made


def to_single(
    report: Report, digest: str, language: Language, school: str = "", *, fonts: Fonts | None = None
) -> Iterator[tuple[str, bytes]]:
    """(code of the school, its page) for all schools, or for one. A school whose code is not ten digits has
    no file: nothing that somebody wrote becomes a file's name."""
    pages = [page for page in school_pages(report, language, school) if _CODE.fullmatch(page.id)]
    each = ((page.id, _data(report, digest, language, [page], bound=False)) for page in pages)
    yield from _set(each, fonts or find_fonts(), int(report.as_of))


def _data(
    report: Report, digest: str, language: Language, pages: Sequence[SchoolPage], *, bound: bool
) -> dict[str, object]:
    t = texts(language)
    cover = report.table("cover").records()[0]
    plan = plain(str(cover["plan"] or report.profile_id))
    as_of = local_time(report.as_of, report.timezone)
    title = say(report.table("schools").title, language)
    profile = f"{report.profile_id} {report.profile_version}"
    county = shortened(plain(report.county), 40)
    head = f"{county} · {t['as_of']} {as_of} · {t['by_plan']} {shortened(plan, 60)} · {profile}"
    parts: dict[str, list[SchoolPage]] = {}
    for page in pages:
        parts.setdefault(page.township, []).append(page)
    return {
        "lang": language,
        "bound": bound,
        "title": f"{county} {title}" if bound else f"{shortened(plain(pages[0].name), 60)} {title}",
        "subtitle": f"{t['as_of']} {as_of} · {t['by_plan']} {shortened(plan, 60)}",
        "county": county,
        "digest": digest,
        "cover": [[t["as_of"], as_of], [t["by_plan"], plan], ["", profile], [t["digest"], digest]],
        "parts": [
            {
                "title": plain(township),
                "schools": [_school(page, f"{page.id} · {head}") for page in own],
            }
            for township, own in parts.items()
        ],
        "sign": [t["signed_school"], t["signed_checked"], t["date"]],
        "words": {"page": page_words(language), "contents": say(CONTENTS, language)},
    }


def _school(page: SchoolPage, subtitle: str) -> dict[str, object]:
    many = page.campuses > 1
    return {
        "name": shortened(plain(page.name), 60),
        "subtitle": plain(subtitle),
        "sections": [
            {
                "code": code,
                "title": plain(title),
                "told": _told([line for line in lines if not line.code], many),
                "judged": [_line(line, many) for line in lines if line.code],
            }
            for code, title, lines in page.sections
        ],
    }


def _told(lines: Sequence[Printed], many: bool) -> list[list[str]]:
    """(item, what is told of it) of lines without a verdict, each item once; nothing of what is not known."""
    found: dict[tuple[str, str], list[str]] = {}
    for line in lines:
        value = " ".join(filter(None, (line.value, line.why)))
        if value:
            item = f"{line.campus} {line.item}" if many and line.campus else line.item
            found.setdefault((item, line.at), []).append(value)
    return [[_cell(item), _cell("; ".join(values)), at] for (item, at), values in found.items()]


def _line(line: Printed, many: bool) -> dict[str, str]:
    told = {name: getattr(line, name) for name in ("item", "value", "why", "level", "at")}
    cells = {name: _cell(text) for name, text in told.items()}
    campus = _cell(line.campus) if many else ""
    return {**cells, "campus": campus, "code": line.code, "state": line.word}


def _cell(text: str) -> str:
    return _broken(shortened(plain(text), LONG))


def _broken(text: str) -> str:
    """The text with places where a long code may break, or it would run out of its cell."""
    return _LONG_WORD.sub(lambda word: ZERO_WIDTH_SPACE.join(_PIECE.findall(word[0])), text)


def _set(
    wanted: Iterator[tuple[str, dict[str, object]]] | Sequence[tuple[str, dict[str, object]]],
    fonts: Fonts,
    timestamp: int,
) -> Iterator[tuple[str, bytes]]:
    """Each data as PDF, by one compiler that has read template and fonts once."""
    with tempfile.TemporaryDirectory(prefix="wanzhao-pdf-") as name:
        folder = Path(name)
        for template in files("exporters.report").joinpath("typst").iterdir():
            (folder / template.name).write_bytes(template.read_bytes())
        compiler: typst.Compiler | None = None
        for key, data in wanted:
            missing = [c for c in fonts.missing(strings(data)) if c != ZERO_WIDTH_SPACE]
            warn_of_missing(fonts, missing)
            text = json.dumps({**data, "family": fonts.family}, ensure_ascii=False)
            (folder / f"{key}.json").write_text(
                text.translate({ord(c): GETA for c in missing}), encoding="utf-8"
            )
            if compiler is None:
                compiler = typst.Compiler(
                    str(folder / "schools.typ"),
                    root=name,
                    font_paths=[str(fonts.folder)],
                    ignore_system_fonts=True,
                )
            made = compiler.compile(
                format="pdf", sys_inputs={"data": f"{key}.json"}, timestamp=timestamp, pdf_tags=False
            )
            assert isinstance(made, bytes)
            yield key, made
